"""What a flow asks a customer's server during a call, and what it makes of the answer.

A `Lookup` is what the flow says, with templates such as `{{caller.number}}`; with the values of a
call it becomes a `LookupRequest`. Nothing inside an answer can fail a call: what does not fit is
absent. Judging it is `lookup_checks.py`'s, sending
it the gateway's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from chalicelib.ivr import answers
from chalicelib.kernel.errors import CadranError
from chalicelib.kernel.signing import FIRST_GENERATION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.ivr.answers import Value
    from chalicelib.kernel.internet import Trouble

MOST_SECONDS: Final = 3

TEMPLATE: Final = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)\s*\}\}")


class Method(StrEnum):
    """How values travel: in the body (POST), or where servers log them (GET)."""

    GET = "GET"
    POST = "POST"


class LookupFailed(CadranError):
    """The customer's server gave no answer to use; `reason` says how, for the flow to branch on."""

    code = "lookup-failed"

    def __init__(self, reason: Trouble, status: int | None = None) -> None:
        super().__init__("a lookup failed", reason=reason.value, status=status)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRequest:
    """A request with the values of a call filled in. Equal requests may share an answer."""

    url: str
    method: Method = Method.POST
    body: str = ""  # JSON; "" for GET
    headers: tuple[tuple[str, str], ...] = ()
    timeout_seconds: int = MOST_SECONDS
    cache_seconds: int = 0
    secret: int = FIRST_GENERATION  # generation of the account's secret that signs it
    answer: tuple[tuple[str, str], ...] = ()  # variable, path


class Lookups(Protocol):
    """Who asks customers' servers."""

    def fetch(
        self, account_id: str, lookup: LookupRequest, call_id: str, now: datetime
    ) -> Mapping[str, Value]:
        """Return the variables that the answer holds. Raises LookupFailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a flow says of a lookup. Texts of `url` and `fields` may hold templates.

    `fields` are the query of a GET and the JSON object of a POST; `answer` says in which variable
    to put what of the answer ("order.status": "/orders/0/status").
    """

    url: str
    answer: Mapping[str, str]
    method: Method = Method.POST
    fields: Mapping[str, Value] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: int = MOST_SECONDS
    cache_seconds: int = 0
    secret: int = FIRST_GENERATION

    def request(self, values: Mapping[str, Value]) -> LookupRequest:
        """Fill in the values of a call. An unknown one is empty, or null where it is a field."""
        filled = {name: _filled(value, values) for name, value in self.fields.items()}
        get = self.method is Method.GET
        return LookupRequest(
            url=_addressed(self.url, values) + (_query(self.url, filled) if get else ""),
            method=self.method,
            body="" if get else json.dumps(filled, separators=(",", ":")),
            headers=tuple(self.headers.items()),
            timeout_seconds=self.timeout_seconds,
            cache_seconds=self.cache_seconds,
            secret=self.secret,
            answer=tuple(self.answer.items()),
        )

    def variables(self) -> frozenset[str]:
        """Return the names of the variables that its texts take."""
        texts = [self.url, *(each for each in self.fields.values() if isinstance(each, str))]
        return frozenset(name for each in texts for name in TEMPLATE.findall(each))


def read_answer(data: object, answer: tuple[tuple[str, str], ...]) -> dict[str, Value]:
    """Return the variables that an answer holds: what is not there, or does not fit, is absent."""
    found = {name: answers.value_at(data, path) for name, path in answer}
    return {name: value for name, value in found.items() if value is not None}


def _addressed(url: str, values: Mapping[str, Value]) -> str:
    def part(match: re.Match[str]) -> str:
        text = _text(values.get(match[1], ""))
        # "." and ".." mean other folders, however they are encoded: callers' input must not.
        return "" if not text.strip(".") else _quoted(text)

    return TEMPLATE.sub(part, url)


def _query(url: str, filled: Mapping[str, Value | None]) -> str:
    pairs = [
        f"{_quoted(name)}={_quoted(_text(value))}"
        for name, value in filled.items()
        if value is not None
    ]
    return ("&" if "?" in url else "?") + "&".join(pairs) if pairs else ""


def _filled(value: Value, values: Mapping[str, Value]) -> Value | None:
    """Fill in one field; a template alone keeps its value's type."""
    if not isinstance(value, str):
        return value
    alone = TEMPLATE.fullmatch(value)
    if alone:
        return values.get(alone[1])
    return TEMPLATE.sub(lambda match: _text(values.get(match[1], "")), value)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
