"""The lines of a person's ledger: only ever added, each sealed over the one before it. Pure.

A seal is an HMAC under a key of the account's own, over the line, whose it is, its place and the
seal before. Whoever can write to the table but has not the installation's pepper can neither
change a line nor take one away unseen: `faults_of` tells. The state is a fold of lines, which
does not look at their order: instants decide, so that a line that came late changes nothing else.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.consents import (
    KEPT,
    PROVABLE,
    Consent,
    Erasure,
    Standing,
    Supplement,
    Withdrawal,
)
from chalicelib.campaigns.consents.records import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Told

_PURPOSE: Final = b"cadran/consents/1:"


class Book(StrEnum):
    """A person has two ledgers, so that the second's length costs the first nothing."""

    CONSENTS = "line"
    ACCESSES = "view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `seq` counts from 1; `at` is when it was written down, which no fold looks at."""

    seq: int
    at: datetime
    told: Told
    previous: str = ""
    previous_at: datetime | None = None
    seal: str = ""

    @property
    def expires_at(self) -> datetime:
        """When it may be forgotten."""
        return self.at + KEPT


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a ledger, kept apart from it: a last line that is missing is missed."""

    seq: int = 0
    seal: str = ""
    at: datetime | None = None

    @classmethod
    def of(cls, line: Line) -> Head:
        """Return the head of a ledger that ends with a line."""
        return cls(line.seq, line.seal, line.at)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose ledger it is: an account's, about a person (the account's keyed hash of a number)."""

    account_id: str
    person: str


def key_of(pepper: bytes, account_id: str) -> bytes:
    """Return the key of an account's seals."""
    return hmac.digest(pepper, _PURPOSE + account_id.encode(), "sha256")


def consent_id(key: bytes, whose: Whose, basis: str) -> str:
    """Name a consent: the same name for the same consent, which says nothing of whose it is."""
    text = f"{whose.account_id}\n{whose.person}\n{basis}"
    return f"cons_{hmac.digest(key, text.encode(), 'sha256').hex()[:24]}"


def following(head: Head, told: Told, at: datetime, whose: Whose, book: Book, key: bytes) -> Line:
    """Return the line that comes after the last."""
    line = Line(seq=head.seq + 1, at=at, told=told, previous=head.seal, previous_at=head.at)
    return replace(line, seal=seal_of(line, whose, book, key))


def seal_of(line: Line, whose: Whose, book: Book, key: bytes) -> str:
    """Return what a line's seal has to be."""
    before = None if line.previous_at is None else line.previous_at.isoformat()
    place = [whose.account_id, whose.person, book, line.seq, line.at.isoformat()]
    text = json.dumps([*place, line.previous, before, write(line.told)], sort_keys=True)
    return hmac.digest(key, text.encode(), "sha256").hex()


def faults_of(
    lines: Sequence[Line], head: Head, now: datetime, whose: Whose, book: Book, key: bytes
) -> Iterator[str]:
    """Yield what somebody did to a ledger: lines changed, put in or taken away.

    Lines are in order. Those of over three years ago may be gone: a person had themselves erased.
    """
    before = Head()
    for line in lines:
        if not hmac.compare_digest(line.seal, seal_of(line, whose, book, key)):
            yield f"line {line.seq} is not what was written"
        elif line.seq == before.seq + 1:
            if line.previous != before.seal:
                yield f"line {line.seq} does not follow line {before.seq}"
        elif line.previous_at is None or line.previous_at + PROVABLE > now:
            yield f"lines before {line.seq} are missing"
        before = Head.of(line)
    if before != head and (head.at is None or head.at + PROVABLE > now):
        yield f"lines after {before.seq} are missing"


def fold(lines: Iterable[Line], kept: Iterable[Withdrawal] = ()) -> Standing:
    """Return what lines add up to, in whatever order, with withdrawals that are kept for ever."""
    told = [line.told for line in lines]
    erasures = [each.at for each in told if isinstance(each, Erasure)]
    withdrawals = [each for each in told if isinstance(each, Withdrawal)]
    return Standing(
        consents=_supplemented(told),
        withdrawals=(*withdrawals, *(each for each in kept if each not in withdrawals)),
        erased_at=max(erasures, default=None),
    )


def _supplemented(told: Iterable[Told]) -> tuple[Consent, ...]:
    told = tuple(told)
    consents = {each.id: each for each in told if isinstance(each, Consent)}
    for each in told:
        if isinstance(each, Supplement) and each.consent_id in consents:
            consents[each.consent_id] = each.on(consents[each.consent_id])
    return tuple(consents.values())
