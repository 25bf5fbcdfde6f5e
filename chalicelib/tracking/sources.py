"""What makes the phone ring: a poster, a spot, a page. Which source a number stands for, and when.

A number stands for at most one source at an instant; periods are half-open, [since, until).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Conflict, Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# Both are kept in one row each, and read with every call.
MOST_NUMBERS: Final = 500
MOST_ASSIGNMENTS: Final = 500


class Channel(StrEnum):
    """Where people meet the source."""

    PRINT = "print"
    TV = "tv"
    RADIO = "radio"
    WEB = "web"
    OUTDOOR = "outdoor"
    FLYER = "flyer"
    VEHICLE = "vehicle"
    DIRECTORY = "directory"
    GOOGLE_BUSINESS = "google_business"  # the profile that Google Maps and Search show
    QR_CODE = "qr_code"
    MAILING = "mailing"
    EMAIL = "email"
    SMS = "sms"
    EVENT = "event"
    SHOP = "shop"  # windows, counters, packaging
    CARD = "card"  # business cards, signatures, invoices
    PARTNER = "partner"
    OTHER = "other"


class AlreadyAssigned(Conflict):
    """The number stands for another source at some instant of the period."""

    code = "number-stands-for-another"

    def __init__(self, other: Assignment) -> None:
        super().__init__("the number stands for another source then", source_id=other.source_id)
        until = "on" if other.until is None else f"until {other.until.isoformat()}"
        reason = f"stands for {other.source_id} from {other.since.isoformat()} {until}"
        self.faults = (Fault("/from", reason),)


class InPool(Conflict):
    """The number is in a pool: what it stands for changes from visit to visit."""

    code = "number-in-pool"

    def __init__(self, pool_id: str, pointer: str = "/number") -> None:
        super().__init__("the number is in a pool", pool_id=pool_id)
        self.faults = (Fault(pointer, f"is in {pool_id}: take it out first"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A number standing for a source; `until` is None while nobody knows the end."""

    source_id: str
    since: datetime
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Say whether the number stands for the source at that instant."""
        return self.since <= instant and (self.until is None or instant < self.until)

    def overlaps(self, other: Assignment) -> bool:
        """Say whether there is an instant in both."""
        return _before(self.since, other.until) and _before(other.since, self.until)


@dataclass(frozen=True, slots=True)
class Pooled:
    """A number that is in a pool, from an instant on."""

    pool_id: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An account's number with all it has stood for, and will; and the pool that it is in now."""

    account_id: str
    number: str
    assignments: tuple[Assignment, ...] = ()
    pool: Pooled | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When one of a source's numbers stands for it: the newest period, others being history."""

    number: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something that makes the phone ring, with the numbers that stand for it."""

    id: str
    account_id: str
    name: str
    channel: Channel
    created_at: datetime
    campaign: str | None = None
    periods: tuple[Period, ...] = ()
    archived_at: datetime | None = None
    version: int = 0

    def period_of(self, number: str) -> Period | None:
        """Return when a number stands for it, None if it never did."""
        return next((each for each in self.periods if each.number == number), None)


# What reports count the calls and the costs of a source by.
_COUNTED_BY: Final = ("channel", "campaign")


def check_change(known: Source, changed: Source, now: datetime) -> None:
    """Refuse to change what calls are counted by already: last season's would become this one's.

    Raises Rejected, with a fault for each field.
    """
    if not any(each.since <= now for each in known.periods):
        return
    reason = "its numbers have stood for it: make another source, and have them stand for that"
    faults = tuple(
        Fault(f"/{name}", reason)
        for name in _COUNTED_BY
        if getattr(known, name) != getattr(changed, name)
    )
    if faults:
        raise Rejected("calls are counted by it", faults=faults)


def source_at(assignments: Iterable[Assignment], instant: datetime) -> str | None:
    """Return the source that a number stands for at an instant, None if for none."""
    return next((each.source_id for each in assignments if each.covers(instant)), None)


def assign(
    source: Source, number: Number, since: datetime, until: datetime | None
) -> tuple[Source, Number]:
    """Have a number stand for a source in a period, in place of what was said of it before.

    An earlier period of the same source stays only if it ended before this one begins. Raises
    AlreadyAssigned where another source is in the way, InPool where a pool is.
    """
    if not _before(since, until):
        fault = Fault("/until", "not after the beginning")
        raise Rejected("the period is empty", faults=(fault,))
    if number.pool is not None and _before(number.pool.since, until):
        raise InPool(number.pool.pool_id)
    new = Assignment(source_id=source.id, since=since, until=until)
    kept = tuple(each for each in number.assignments if not _replaced(each, new))
    for each in kept:
        if each.overlaps(new):
            raise AlreadyAssigned(each)
    period = Period(number=number.number, since=since, until=until)
    return _placed(source, period), _told(number, (*kept, new))


def withdraw(source: Source, number: Number, now: datetime) -> tuple[Source, Number]:
    """Stop a number standing for a source: the past stays, the future goes."""
    mine = [each for each in number.assignments if each.source_id == source.id]
    others = [each for each in number.assignments if each.source_id != source.id]
    past = [_ended(each, now) for each in mine if each.since < now]
    periods = tuple(each for each in source.periods if each.number != number.number)
    return replace(source, periods=periods), _told(number, (*others, *past))


def pooled(number: Number, pool_id: str, now: datetime) -> Number:
    """Put a number into a pool, from now on. Raises InPool, AlreadyAssigned."""
    if number.pool is not None:
        raise InPool(number.pool.pool_id)
    for each in number.assignments:
        if each.until is None or now < each.until:
            raise AlreadyAssigned(each)
    return replace(number, pool=Pooled(pool_id, now))


def _before(since: datetime, until: datetime | None) -> bool:
    return until is None or since < until


def _replaced(each: Assignment, new: Assignment) -> bool:
    ended = each.until is not None and each.until <= new.since
    return each.source_id == new.source_id and not ended


def _ended(each: Assignment, now: datetime) -> Assignment:
    return each if each.until is not None and each.until <= now else replace(each, until=now)


def _placed(source: Source, period: Period) -> Source:
    others = (each for each in source.periods if each.number != period.number)
    periods = tuple(sorted((*others, period), key=lambda each: each.number))
    if len(periods) > MOST_NUMBERS:
        raise Rejected("the source has too many numbers", most=MOST_NUMBERS)
    return replace(source, periods=periods)


def _told(number: Number, assignments: Iterable[Assignment]) -> Number:
    ordered = tuple(sorted(assignments, key=lambda each: each.since))
    if len(ordered) > MOST_ASSIGNMENTS:
        raise Rejected("the number has stood for too many sources", most=MOST_ASSIGNMENTS)
    return replace(number, assignments=ordered)
