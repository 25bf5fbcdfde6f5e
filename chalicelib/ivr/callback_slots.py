"""When a callback may be placed: the next slots of a calendar, and how they are said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import readings
from chalicelib.ivr.queueing import Slot
from chalicelib.ivr.tongues import family, words
from chalicelib.kernel.hours import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from chalicelib.kernel.hours import Interval, Schedule

_NOON: Final = 13 * 60  # an opening without a break is parted here


class Length(StrEnum):
    """How long a slot is."""

    HOUR = "hour"
    TWO_HOURS = "two_hours"
    HALF_DAY = "half_day"


_MINUTES: Final = {Length.HOUR: 60, Length.TWO_HOURS: 120}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Which slots are offered: of a calendar, so many at most, within so many days from today.

    A slot that begins in less than `notice_minutes` is not offered any more.
    """

    calendar: Schedule
    length: Length = Length.HALF_DAY
    most: int = 3
    days: int = 7
    notice_minutes: int = 0

    def after(self, now: datetime) -> tuple[Slot, ...]:
        """Return the next slots, in order."""
        earliest = now + timedelta(minutes=self.notice_minutes)
        return tuple(islice((each for each in self._all(now) if each.opens >= earliest), self.most))

    def _all(self, now: datetime) -> Iterator[Slot]:
        zone = self.calendar.zone
        today = now.astimezone(zone).date()
        for days in range(self.days + 1):
            day = today + timedelta(days=days)
            for interval in self.calendar.of(day):
                for opens, closes in self._parts(interval):
                    yield Slot(_instant(day, opens, zone), _instant(day, closes, zone))

    def _parts(self, interval: Interval) -> Iterator[tuple[int, int]]:
        """Part an opening into slots; what is left over at its end is a shorter one."""
        opens, closes = interval.opens, min(interval.closes, DAY)
        length = _MINUTES.get(self.length)
        if length is None:
            ends = [_NOON, closes] if opens < _NOON < closes else [closes]
        else:
            ends = [*range(opens + length, closes, length), closes]
        for end in ends:
            yield opens, end
            opens = end


def spoken(slot: Slot, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say a slot as a person would, to go after a verb.

    >>> from zoneinfo import ZoneInfo
    >>> paris = ZoneInfo("Europe/Paris")
    >>> now = datetime(2026, 11, 23, 10, tzinfo=paris)
    >>> slot = Slot(now + timedelta(hours=23), now + timedelta(hours=26))
    >>> spoken(slot, now, paris, "fr-FR")
    'demain entre neuf heures et midi'
    """
    tongue = family(language) or "fr"
    opens, closes = slot.opens.astimezone(zone), slot.closes.astimezone(zone)
    return str(words(tongue)["between"]).format(
        day=_day(opens.date(), now.astimezone(zone).date(), tongue),
        opens=readings.time(opens.strftime("%H:%M"), tongue),
        closes=readings.time(closes.strftime("%H:%M"), tongue),
    )


def _day(day: date, today: date, tongue: str) -> str:
    names = words(tongue)["relative"].get(str((day - today).days))
    return str(names[0]) if names else readings.moment(day, tongue)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return an instant by the clock on the wall, even on a day when it is put forward or back."""
    days, minutes = divmod(minutes, DAY)
    wall = datetime.combine(day + timedelta(days=days), time(*divmod(minutes, 60)), tzinfo=zone)
    return wall.astimezone(UTC)
