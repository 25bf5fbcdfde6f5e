"""When people may be rung back: slots by opening hours, and how they are said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.rules.callbacks import SLOTS_FROM, SLOTS_UNTIL, lapses
from chalicelib.kernel.hours import DAY, Interval
from chalicelib.kernel.timetable import schedule_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.kernel.hours import Schedule

MOST_SLOTS: Final = 40
DAYS_AHEAD: Final = 9  # five working days are no more, whatever the holidays
# Whoever asks for it now waits by the telephone: for an hour, not longer than it is open.
NOW_LASTS: Final = timedelta(hours=1)
NOW_AT_LEAST: Final = timedelta(minutes=10)
SHORTEST: Final = 15  # minutes of what is left of an opening
_BY_DAY: Final = Interval(SLOTS_FROM * 60, SLOTS_UNTIL * 60)
_PARIS: Final = ZoneInfo("Europe/Paris")

_DAYS: Final = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
_NEAR: Final = {"fr": ("aujourd'hui", "demain"), "en": ("today", "tomorrow")}


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """[opens, closes), in UTC."""

    opens: datetime
    closes: datetime

    @property
    def id(self) -> str:
        """How pages name it: the instant at which it opens."""
        return self.opens.strftime("%Y%m%dT%H%MZ")


def zone_of(form: Form) -> ZoneInfo:
    """Return the time zone of a form's opening hours."""
    schedule = schedule_of(form.hours)
    return _PARIS if schedule is None else schedule.zone


def slot_now(form: Form, now: datetime) -> Slot | None:
    """Return the slot of whoever wants to be rung at once; None while nobody is there."""
    if not form.now:
        return None
    for opens, closes in _openings(form, now):
        if opens <= now < closes:
            until = min(closes, now + NOW_LASTS)
            return Slot(now, until) if until - now >= NOW_AT_LEAST else None
    return None


def offered(form: Form, now: datetime, full: Collection[str] = ()) -> tuple[Slot, ...]:
    """Return the next slots, in order, without those that are full."""
    earliest = now + timedelta(minutes=form.notice_minutes)
    latest = lapses(now, zone_of(form).key)
    fitting = (
        each
        for each in _slots(form, now)
        if each.opens >= earliest and each.closes <= latest and each.id not in full
    )
    return tuple(islice(fitting, MOST_SLOTS))


def said(slot: Slot, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say a slot in a person's words.

    >>> now = datetime(2026, 11, 27, 9, tzinfo=UTC)
    >>> slot = Slot(now + timedelta(hours=4), now + timedelta(hours=5))
    >>> said(slot, now, _PARIS, "fr"), said(slot, now, _PARIS, "en")
    ("aujourd'hui 14 h-15 h", 'today 14:00-15:00')
    """
    opens, closes = slot.opens.astimezone(zone), slot.closes.astimezone(zone)
    day = said_day(opens.date(), now.astimezone(zone).date(), language)
    return f"{day} {said_time(opens, language)}-{said_time(closes, language)}"


def said_day(day: date, today: date, language: str) -> str:
    """Say a day: today, tomorrow, or which."""
    tongue = language if language in _NEAR else "fr"
    ahead = (day - today).days
    if 0 <= ahead < len(_NEAR[tongue]):
        return _NEAR[tongue][ahead]
    number = "1er" if tongue == "fr" and day.day == 1 else day.day
    return f"{_DAYS[tongue][day.weekday()]} {number} {_MONTHS[tongue].split()[day.month - 1]}"


def said_time(at: datetime, language: str) -> str:
    """Say a time as it is written: 14 h, 14 h 30; 14:30."""
    if language == "en":
        return at.strftime("%H:%M")
    return f"{at.hour} h" if not at.minute else f"{at.hour} h {at.minute:02}"


def _slots(form: Form, now: datetime) -> Iterator[Slot]:
    length = timedelta(minutes=form.slot_minutes)
    shortest = timedelta(minutes=SHORTEST)
    for opens, closes in _openings(form, now):
        while closes - opens >= shortest:
            until = min(opens + length, closes)
            yield Slot(opens, until)
            opens = until


def _openings(form: Form, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when it is open, of today and the days ahead, but never in anybody's night."""
    schedule = schedule_of(form.hours)
    zone = zone_of(form)
    today = now.astimezone(zone).date()
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        for interval in _of(schedule, day):
            opens = max(interval.opens, _BY_DAY.opens)
            closes = min(interval.closes, _BY_DAY.closes)
            if opens < closes:
                yield _instant(day, opens, zone), _instant(day, closes, zone)


def _of(schedule: Schedule | None, day: date) -> tuple[Interval, ...]:
    return (_BY_DAY,) if schedule is None else schedule.of(day)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return an instant by the clock on the wall, even on a day when it is put forward or back."""
    days, minutes = divmod(minutes, DAY)
    wall = datetime.combine(day + timedelta(days=days), time(*divmod(minutes, 60)), tzinfo=zone)
    return wall.astimezone(UTC)
