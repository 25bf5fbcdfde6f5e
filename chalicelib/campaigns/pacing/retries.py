"""When a contact is rung again, on which number, or why never.

Says nothing of what the law allows (`rules`), which is asked before each call. Instants are with a
zone; a day is the contact's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.modes import AGENT_KEPT
from chalicelib.campaigns.pacing.outcomes import AFTER_ABANDONED, NO_ATTEMPT, Outcome, Policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.pacing.modes import Mode
    from chalicelib.campaigns.pacing.outcomes import Tried


class Why(StrEnum):
    """Why a contact is not rung again."""

    REACHED = "reached"
    REFUSED = "refused"
    USED_UP = "attempts_used_up"
    NO_NUMBER = "no_number_left"


_OVER: Final = {Outcome.REFUSED: Why.REFUSED, Outcome.ANSWERED: Why.REACHED}


@dataclass(frozen=True, slots=True)
class Next:
    """The next attempt: not before `at`, on a number of the contact's, in a round.

    With `best_hour` the hour is worth choosing (`hours.best_instant`); with `agent_until` an agent
    must be kept for it, until then.
    """

    at: datetime
    number: str
    round: int = 1
    best_hour: bool = False
    agent_until: datetime | None = None


DEFAULT: Final = Policy()


def next_attempt(
    history: Sequence[Tried],
    numbers: Sequence[str],
    now: datetime,
    *,
    zone: ZoneInfo,
    mode: Mode,
    policy: Policy = DEFAULT,
) -> Next | Why:
    """Return the next attempt to a contact with these numbers (hashes), or why there is none.

    `history` is what was tried in this campaign, the oldest first. What no call came about of is in
    it too: it delays, and counts for nothing else.
    """
    for outcome, why in _OVER.items():
        if any(tried.outcome is outcome for tried in history):
            return why
    reachable = [each for each in numbers if not _is_dead(each, history, policy)]
    if not reachable:
        return Why.NO_NUMBER
    if not history:
        return Next(now, reachable[0])
    past = [tried for tried in history if tried.round == history[-1].round]
    usable = [each for each in reachable if _is_usable(each, past, policy)]
    if usable and len(_counted(past)) < policy.most:
        found = _again(past, numbers, usable, policy)
    elif past[-1].round < policy.rounds:
        found = Next(past[-1].at + policy.rest, reachable[0], past[-1].round + 1, best_hour=True)
    else:
        return Why.USED_UP
    found = _spared(replace(found, at=max(found.at, now)), history, mode)
    return _within_a_day(found, history, zone, policy)


def _again(
    past: Sequence[Tried], numbers: Sequence[str], usable: Sequence[str], policy: Policy
) -> Next:
    """Return the next attempt of a round: the contact's next number, or the same after a delay."""
    last = past[-1]
    rule = policy.rules[last.outcome]
    at = numbers.index(last.number) if last.number in numbers else -1
    following = [each for each in numbers[at + 1 :] if each in usable]
    if rule.next_number and following:
        return Next(last.at + policy.between, following[0], last.round)
    stays = not rule.next_number and last.number in usable
    times = _times(last.outcome, last.number, _row(past))
    return Next(
        last.at + rule.delay(times),
        last.number if stays else usable[0],
        last.round,
        best_hour=rule.best_hour,
    )


def _spared(found: Next, history: Sequence[Tried], mode: Mode) -> Next:
    """Have nobody abandoned twice: within 72 hours with an agent kept for them, or after that."""
    abandoned = [tried.at for tried in history if tried.outcome is Outcome.ABANDONED]
    if not abandoned or found.at >= (until := max(abandoned) + AFTER_ABANDONED):
        return found
    if mode in AGENT_KEPT:
        return replace(found, agent_until=until)
    return replace(found, at=until)


def _within_a_day(found: Next, history: Sequence[Tried], zone: ZoneInfo, policy: Policy) -> Next:
    """Put it off to the contact's next day while its day has had its attempts."""
    tried = [each.at.astimezone(zone).date() for each in _counted(history)]
    day = found.at.astimezone(zone).date()
    if tried.count(day) < policy.most_a_day:
        return found
    while tried.count(day) >= policy.most_a_day:
        day += timedelta(days=1)
    at = datetime.combine(day, time(), zone).astimezone(found.at.tzinfo)
    return _after_spared(replace(found, at=at, best_hour=True))


def _after_spared(found: Next) -> Next:
    over = found.agent_until is not None and found.at >= found.agent_until
    return replace(found, agent_until=None) if over else found


def _counted(tried: Sequence[Tried]) -> list[Tried]:
    return [each for each in tried if each.outcome not in NO_ATTEMPT]


def _row(past: Sequence[Tried]) -> Sequence[Tried]:
    """Return what a delay grows with: all that counts, else only what came in a row until now."""
    if past[-1].outcome not in NO_ATTEMPT:
        return past
    row = takewhile(lambda each: each.outcome in NO_ATTEMPT, reversed(past))
    return list(row)


def _is_dead(number: str, history: Sequence[Tried], policy: Policy) -> bool:
    return _times(Outcome.FAILED, number, history) >= policy.rules[Outcome.FAILED].most


def _is_usable(number: str, past: Sequence[Tried], policy: Policy) -> bool:
    counted = _counted(past)
    return all(_times(each, number, counted) < rule.most for each, rule in policy.rules.items())


def _times(outcome: Outcome, number: str, tried: Sequence[Tried]) -> int:
    return sum(each.outcome is outcome and each.number == number for each in tried)
