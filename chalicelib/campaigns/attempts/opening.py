"""When a campaign may ring somebody, as far as calendars and clocks tell. Pure.

The law's hours and the campaign's are looked at in turns until both are open. Whether a person may
be rung at all is decided of the person, before each call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.days import Days
from chalicelib.campaigns.lawful import SOMEBODY, ideal, seen_by_law
from chalicelib.campaigns.pacing.hours import best_instant
from chalicelib.campaigns.rules import Covers, Person, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.campaign import Plan
    from chalicelib.campaigns.pacing.hours import Answers

_MOST_TURNS: Final = 60


def opens(plan: Plan, person: Person, at: datetime) -> datetime | None:
    """Return the first instant from one on at which nothing but the person is asked; None: never.

    Who agreed to be rung outside of the hours is rung within them like others.
    """
    seen = seen_by_law(plan, None)
    lent = replace(seen, shown=replace(seen.shown, entitled=True, answers=True))
    past = ideal(plan, at)
    usual = tuple(
        replace(each, covers=each.covers - {Covers.OUTSIDE_HOURS}) for each in past.consents
    )
    days = Days.of(plan)
    for _ in range(_MOST_TURNS):
        lawful = decide(at, lent, person, replace(past, consents=usual)).earliest
        found = None if lawful is None else days.next_opening(lawful)
        if found is None or found == at:
            return found
        at = found
    return None


def somebody(plan: Plan) -> Person:
    """Return somebody whom a campaign would ring: in its country, wherever that is."""
    return Person(number=SOMEBODY.get(plan.country, ""))


def best(
    plan: Plan, number: str | None, zone: ZoneInfo, answers: Answers
) -> Callable[[datetime, Sequence[datetime]], datetime | None]:
    """Return what chooses the hour to ring a person again, by what a campaign has learnt."""
    person = somebody(plan) if number is None else Person(number=number, zone=zone.key)

    def choose(not_before: datetime, in_vain: Sequence[datetime]) -> datetime | None:
        return best_instant(
            not_before,
            zone=zone,
            answers=answers,
            in_vain=in_vain,
            next_open=lambda at: opens(plan, person, at),
        )

    return choose
