"""Sources made and given numbers.

Every function takes the account that the request acts for; another account's source is NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypedDict

from chalicelib.directory.numbers import line_of
from chalicelib.kernel.errors import NotFound, Stale
from chalicelib.tracking import sources as rules
from chalicelib.tracking.sources import Channel, Number, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.directory.ports import Lines, Page

PAGE: Final = 200


class Sources(Protocol):
    """Sources by id and by account."""

    def source(self, source_id: str) -> Source:
        """Return a source, archived or not. Raises NotFound."""

    def sources(
        self, account_id: str, limit: int, after: str | None = None, *, archived: bool = False
    ) -> Page[Source]:
        """Return an account's sources in use, or its archived ones, in order of id."""

    def save_source(self, source: Source) -> Source:
        """Store a source, new (version 0) or changed. Raises Stale."""


class Numbers(Protocol):
    """What numbers stand for."""

    def number(self, account_id: str, number: str) -> Number:
        """Return what an account's number has stood for: nothing, if nobody ever said."""


class Assigns(Sources, Numbers, Protocol):
    """Both, changed together."""

    def save_both(self, source: Source, number: Number) -> Source:
        """Store a source and one of its numbers, or neither. Raises Conflict."""


class SourceChanges(TypedDict, total=False):
    """What may be changed of a source: only what is there is touched."""

    name: str
    channel: Channel
    campaign: str | None


def create_source(
    name: str,
    channel: Channel,
    campaign: str | None = None,
    *,
    account_id: str,
    source_id: str,
    now: datetime,
    store: Sources,
) -> Source:
    """Make a source that no number stands for yet."""
    source = Source(
        id=source_id,
        account_id=account_id,
        name=name,
        channel=channel,
        campaign=campaign,
        created_at=now,
    )
    return store.save_source(source)


def source_of_account(account_id: str, source_id: str, store: Sources) -> Source:
    """Return an account's source. Somebody else's, or an archived one, is NotFound."""
    source = store.source(source_id)
    if source.account_id != account_id or source.archived_at is not None:
        raise NotFound("no such source", source_id=source_id)
    return source


def edit_source(
    changes: SourceChanges,
    *,
    account_id: str,
    source_id: str,
    version: int,
    now: datetime,
    store: Sources,
) -> Source:
    """Change what is said of a source. Raises Stale, and Rejected where calls are counted by it."""
    source = source_of_account(account_id, source_id, store)
    if source.version != version:
        raise Stale("the source changed meanwhile", source_id=source_id)
    changed = replace(source, **changes)
    rules.check_change(source, changed, now)
    return store.save_source(changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOrder:
    """When a number is to stand for a source. Without a beginning: as before, or from now."""

    number: str
    since: datetime | None = None
    until: datetime | None = None


def assign_number(
    order: PeriodOrder,
    *,
    account_id: str,
    source_id: str,
    now: datetime,
    store: Assigns,
    lines: Lines,
) -> Source:
    """Have one of the account's numbers stand for a source. Raises AlreadyAssigned."""
    source = source_of_account(account_id, source_id, store)
    line_of(account_id, order.number, lines)
    known = source.period_of(order.number)
    since = order.since or (known.since if known else now)
    number = store.number(account_id, order.number)
    return store.save_both(*rules.assign(source, number, since, order.until))


def archive_source(account_id: str, source_id: str, *, now: datetime, store: Assigns) -> Source:
    """Retire a source: its numbers stand for it no more, reports of its past keep its name.

    If this fails half way, doing it again finishes it. Returns the source as it was.
    """
    source = known = source_of_account(account_id, source_id, store)
    for period in known.periods:
        number = store.number(account_id, period.number)
        source = store.save_both(*rules.withdraw(source, number, now))
    store.save_source(replace(source, archived_at=now))
    return known


def all_sources(account_id: str, store: Sources) -> Iterator[Source]:
    """Yield every source of an account, the archived ones too."""
    for archived in (False, True):
        after: str | None = None
        while True:
            page = store.sources(account_id, PAGE, after, archived=archived)
            yield from page.items
            if page.next is None:
                break
            after = page.next
