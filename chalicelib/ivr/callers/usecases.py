"""What owners do with their caller book: write down, look up, erase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from chalicelib.ivr.callers.book import KnownCaller, demand_distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.published import Page


class Book(Protocol):
    """Where known callers are kept. Everything raises Unavailable."""

    def put(self, callers: Iterable[KnownCaller]) -> None:
        """Keep callers, in place of what was known of them. Doing it twice changes nothing."""

    def load(self, account_id: str, caller_id: str) -> KnownCaller:
        """Return a caller. Raises NotFound, also for another account's."""

    def page(self, account_id: str, limit: int, after: str | None = None) -> Page[KnownCaller]:
        """Return some of an account's callers."""

    def delete(self, account_id: str, caller_id: str) -> None:
        """Forget a caller. Raises NotFound."""


class Hashes(Protocol):
    """How a caller is known in keys."""

    def caller_hash(self, account_id: str, caller: str) -> str:
        """Return the account's own hash of a caller's number (E.164)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an owner writes down of a caller."""

    number: str
    first_name: str = ""
    name: str = ""
    vip: bool = False
    blocked: bool = False
    fields: Mapping[str, Value] = field(default_factory=dict)


def put_callers(
    account_id: str, written: Sequence[Written], *, now: datetime, book: Book, hashes: Hashes
) -> tuple[KnownCaller, ...]:
    """Write callers down. Raises Rejected where one is named twice."""
    demand_distinct([each.number for each in written])
    callers = tuple(
        KnownCaller(
            id=hashes.caller_hash(account_id, each.number),
            account_id=account_id,
            number=each.number,
            first_name=each.first_name,
            name=each.name,
            vip=each.vip,
            blocked=each.blocked,
            fields=each.fields,
            updated_at=now,
        )
        for each in written
    )
    book.put(callers)
    return callers
