"""The days of a report: which months of them are whole, and which days are left. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.periods import PARIS
from chalicelib.tracking.reports.callers import LONGEST, month_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

HALF_HOUR: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a report, both included, of a place."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """Each of them."""
        many = (self.last - self.first).days + 1
        return [self.first + timedelta(days=at) for at in range(many)]

    def has(self, day: str) -> bool:
        """Say whether a day, as text, is one of them."""
        return self.first.isoformat() <= day <= self.last.isoformat()

    @property
    def months(self) -> tuple[str, str]:
        """The month it begins in, and the one it ends in."""
        return month_of(self.first), month_of(self.last)

    @property
    def whole_months(self) -> list[tuple[str, str]]:
        """The first and the last month of which it has every day, if there is one."""
        whole = [month_of(begin) for begin, _, whole in self._parts() if whole]
        return [(whole[0], whole[-1])] if whole else []

    @property
    def other_days(self) -> list[tuple[str, str]]:
        """The days of the other months: the first and the last of each."""
        parts = self._parts()
        return [(begin.isoformat(), end.isoformat()) for begin, end, whole in parts if not whole]

    def _parts(self) -> Iterator[tuple[date, date, bool]]:
        """Yield the days of each month: its first and last, and whether these are all of it."""
        begin = self.first
        while begin <= self.last:
            next_month = (begin.replace(day=1) + timedelta(days=31)).replace(day=1)
            end = min(self.last, next_month - timedelta(days=1))
            yield begin, end, begin.day == 1 and end == next_month - timedelta(days=1)
            begin = next_month


def check(span: Span, pointer: str = "") -> Span:
    """Refuse a period that is empty, too long, or of a place whose clocks no half hour fits."""
    days = (span.last - span.first).days + 1
    if days < 1:
        raise Rejected(
            "the report is empty", faults=(Fault(f"/{pointer}to", f"before `{pointer}from`"),)
        )
    if days > LONGEST:
        reason = f"at most {LONGEST} days, these are {days}"
        raise Rejected("the report is too long", faults=(Fault(f"/{pointer}to", reason),))
    noon = datetime(span.first.year, span.first.month, span.first.day, 12, tzinfo=span.zone)
    if span.zone != PARIS and (noon.utcoffset() or timedelta()) % HALF_HOUR:
        raise Rejected(
            "no such report", faults=(Fault("/zone", "its clocks differ by odd minutes"),)
        )
    return span
