"""The three fates of a request that fails, so that every edge can answer each of them once.

Core code raises these; it never knows about HTTP, TwiML or queues. Facts travel as keyword
arguments, never inside the message: the logger and the problem document want fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where (a JSON pointer, RFC 6901) and why, in words.

    `line` and `column` count from 1, where what was sent is a text that people edit.
    """

    pointer: str
    reason: str
    line: int | None = None
    column: int | None = None


class CadranError(Exception):
    """Base of every error we raise on purpose: a fixed message, and the facts beside it."""

    code = "error"

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        known = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.message} ({known})" if known else self.message


class Rejected(CadranError):
    """They asked for something we refuse: never retried. `faults` lists every reason found."""

    code = "rejected"

    def __init__(self, message: str, *, faults: tuple[Fault, ...] = (), **facts: Any) -> None:
        super().__init__(message, **facts)
        self.faults = faults


class NotFound(Rejected):
    """It does not exist, or it belongs to somebody else: the two look the same from outside."""

    code = "not-found"


class Unauthenticated(Rejected):
    """No key, or one that is wrong, revoked or expired: the answer never says which."""

    code = "unauthenticated"


class Forbidden(Rejected):
    """Known caller, but the key lacks the scope or the account it asks for."""

    code = "forbidden"


class Conflict(CadranError):
    """Somebody changed it first: safe to load again and retry."""

    code = "conflict"


class Stale(Conflict):
    """The caller's copy (its `If-Match`) is not the one stored any more."""

    code = "stale"


class Unavailable(CadranError):
    """A dependency did not answer: retry with back-off."""

    code = "unavailable"
