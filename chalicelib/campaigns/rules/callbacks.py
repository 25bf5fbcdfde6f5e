"""Calls that people asked for: C. conso. R223-4, within five working days. Pure.

The text counts "jours ouvrables": Monday to Saturday but for the eleven holidays, which gives less
time than the days on which offices work. The day of the request is not counted.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules.agreeing import VALID, same_object
from chalicelib.campaigns.rules.clock import DAY, day_of, midnight
from chalicelib.campaigns.rules.decision import Reason
from chalicelib.campaigns.rules.facts import Purpose
from chalicelib.campaigns.rules.law import FINE, soonest
from chalicelib.campaigns.rules.windows import clocks
from chalicelib.kernel.holidays import is_public_holiday

if TYPE_CHECKING:
    from datetime import date, datetime

    from chalicelib.campaigns.rules.decision import Article
    from chalicelib.campaigns.rules.facts import Attempt, Request
    from chalicelib.campaigns.rules.law import Case, Reasons

WORKING_DAYS: Final = 5
# A slot that somebody chose stands for their consent to be rung outside of the usual hours
# (D223-9 al. 2), which is express: "any time this year", or in the night, is none.
LONGEST_SLOT: Final = timedelta(hours=4)
SLOTS_FROM, SLOTS_UNTIL = 8, 21
_SUNDAY: Final = 6
_AHEAD: Final = frozenset({"callback.early", "callback.future"})
_GRAVEST: Final = (
    "callback.unproven",
    "callback.used",
    "callback.early",
    "callback.future",
    "callback.missed",
    "callback.lapsed",
    "callback.other-object",
)


def asked_for(case: Case) -> tuple[Request | None, str, datetime | None]:
    """Find the last request that a callback answers; what is wrong with others, and when not."""
    if case.campaign.purpose is not Purpose.CALLBACK:
        return None, "callback.missing", None
    found: set[str] = set()
    last: Request | None = None
    begins: datetime | None = None
    for each in case.past.requests:
        if each.professional != case.id:
            continue
        wrong = _wrong(each, case)
        if wrong == VALID and (last is None or each.at > last.at):
            last = each
        if wrong == "callback.future":
            begins = soonest((begins, each.at))
        elif wrong == "callback.early":
            begins = soonest((begins, each.opens))
        found.add(wrong)
    wrong = next((each for each in _GRAVEST if each in found), "callback.missing")
    return last, VALID if last else wrong, begins


def _wrong(request: Request, case: Case) -> str:
    if not same_object(request.object, case.campaign.object):
        return "callback.other-object"
    if not request.proof.strip():
        return "callback.unproven"
    if request.at > case.at:
        return "callback.future"
    if any(_uses_up(each, request) for each in case.past.attempts):
        return "callback.used"
    if any(case.at >= lapses(request.at, zone) for zone in case.place.zones):
        return "callback.lapsed"
    if request.closes is not None and case.at >= request.closes:
        return "callback.missed"
    if request.opens is not None and case.at < request.opens:
        return "callback.early"
    return VALID


def _uses_up(attempt: Attempt, request: Request) -> bool:
    """Tell whether a call answered a request: they spoke, since, and about nothing else."""
    spoke = attempt.answered and not attempt.abandoned and attempt.at >= request.at
    if not spoke or attempt.professional != request.professional:
        return False
    return not attempt.object or same_object(attempt.object, request.object)


def lapses(asked_at: datetime, zone: str) -> datetime:
    """Return when a request no longer counts: the fifth working day after it is over."""
    return midnight(_day_after(day_of(asked_at, zone), WORKING_DAYS), zone)


@lru_cache(maxsize=4096)
def _day_after(day: date, working_days: int) -> date:
    while working_days:
        day += DAY
        if day.weekday() != _SUNDAY and not is_public_holiday(day):
            working_days -= 1
    return day + DAY


def requested(case: Case, article: Article) -> Reasons:
    """Refuse a callback that nobody asked for, not provably, or too long ago."""
    if case.campaign.purpose is not Purpose.CALLBACK:
        return FINE
    request, wrong, begins = asked_for(case)
    return FINE if request else (Reason(wrong, article, begins),)


def in_chosen_slot(case: Case) -> bool:
    """Tell whether it is a time that the person chose themselves, as people choose one."""
    if case.campaign.purpose is not Purpose.CALLBACK:
        return False
    return any(
        each.professional == case.id and is_slot(each, case.place.zones) and not _wrong(each, case)
        for each in case.past.requests
    )


def slot_ahead(case: Case) -> datetime | None:
    """Return when the next slot opens that the person chose, of a request that may count then."""
    if case.campaign.purpose is not Purpose.CALLBACK:
        return None
    return soonest(
        each.opens
        for each in case.past.requests
        if each.opens is not None
        and each.opens > case.at
        and each.professional == case.id
        and is_slot(each, case.place.zones)
        and _wrong(each, case) in _AHEAD
    )


def is_slot(request: Request, zones: tuple[str, ...]) -> bool:
    """Tell whether a request has a time that usual hours give way to: short, and by day."""
    opens, closes = request.opens, request.closes
    if opens is None or closes is None or not opens < closes <= opens + LONGEST_SLOT:
        return False
    last = closes - timedelta(microseconds=1)
    return all(
        SLOTS_FROM <= clock.hour < SLOTS_UNTIL
        for at in (opens, last)
        for clock in clocks(zones, at)
    )
