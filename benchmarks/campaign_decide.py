"""How many calls one core decides about in a second of CPU time: allowed or not, why, and when.

A week of a planner's questions, at any minute from Monday to Sunday between 9 and 21 h: consumers
with a mobile, a fixed line or one overseas; up to six earlier calls; consents of any age up to
fourteen months, some withdrawn; customers; refusals; own lists; some British and Americans. No
person is asked about twice. Calendars and hours are warm, as they are after the first decisions.

`campaign_decide_earliest` is of those French calls only that may be made later. *Baseline:* the
law read naively by `tests/campaigns/rules/oracle.py`, which tells no reasons, quarter of an hour
by quarter of an hour, until it allows the call.

`campaign_decide_stored` also writes what is kept of each, with the facts that it looked at: once an
attempt, where a planner asks many times.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure, report
from chalicelib.campaigns.rules import (
    Attempt,
    Campaign,
    Checked,
    Consent,
    Contract,
    Decision,
    Listed,
    Mode,
    Past,
    Person,
    Professional,
    Purpose,
    Refusal,
    Register,
    Shown,
    decide,
)
from tests.campaigns.rules import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_LEAST: Final = 20_000
AT_LEAST_RATIO: Final = 20
CALLS: Final = 10_000
ROUNDS: Final = 9
NAIVE: Final = 40
NAIVE_ROUNDS: Final = 3
QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
MONDAY: Final = datetime(2026, 11, 16, 8, tzinfo=UTC)
SIREN: Final = "552100554"
OBJECT: Final = "assurance habitation"
# How numbers begin, how many digits follow, and how often.
NUMBERS: Final = {("+336", 8): 70, ("+331", 8): 22, ("+590690", 6): 3, ("+262692", 6): 5}

Question = tuple[datetime, Campaign, Person, Past]


def figures() -> Iterator[Figure]:
    """Ask again and again; the median is the figure."""
    dice = random.Random(2026)
    french = [_question(dice) for _ in range(CALLS * 9 // 10)]
    questions = french + [_abroad(dice) for _ in range(CALLS // 10)]
    dice.shuffle(questions)
    _check([decide(*each) for each in questions])
    gc.collect()
    speed = _speed(questions, lambda each: decide(*each), ROUNDS)
    yield Figure("campaign_decide", speed, "decisions/s CPU", at_least=AT_LEAST)
    stored = _speed(questions, lambda each: decide(*each).as_fields(), ROUNDS)
    yield Figure("campaign_decide_stored", stored, "decisions/s CPU")
    later = [each for each in french if _comes_later(each)]
    ours = _speed(later, lambda each: decide(*each), ROUNDS)
    naive = _speed(later[:NAIVE], _naive_earliest, NAIVE_ROUNDS)
    yield Figure(
        "campaign_decide_earliest",
        ours,
        "decisions/s CPU",
        baseline=naive,
        at_least=AT_LEAST_RATIO,
    )


def _comes_later(question: Question) -> bool:
    decision = decide(*question)
    return not decision.allowed and decision.earliest is not None


def _naive_earliest(question: Question) -> datetime:
    at, campaign, person, past = question
    while not oracle.may(at, campaign, person, past):
        at += QUARTER
    return at


def _speed(questions: list[Question], work: Callable[[Question], object], rounds: int) -> int:
    speeds = []
    for _ in range(rounds):
        began = time.process_time()
        for each in questions:
            work(each)
        speeds.append(len(questions) / (time.process_time() - began))
    return int(median(speeds))


def _question(dice: random.Random) -> Question:
    at = MONDAY + dice.randrange(7) * DAY + dice.randrange(48) * QUARTER
    begins, digits = dice.choices(list(NUMBERS), weights=list(NUMBERS.values()))[0]
    person = Person(number=f"{begins}{dice.randrange(10**digits):0{digits}}")
    return at, _campaign(dice), person, _past(dice, at)


def _abroad(dice: random.Random) -> Question:
    at, campaign, _, past = _question(dice)
    british = dice.random() < 0.5
    number = f"+447700{dice.randrange(10**6):06}" if british else _american(dice)
    country, shown = ("GB", "+442079460018") if british else ("US", "+12125550100")
    shows = Shown(number=shown, entitled=True, answers=True)
    campaign = replace(campaign, country=country, shown=shows)
    return at, campaign, Person(number=number), past


def _american(dice: random.Random) -> str:
    return f"+1{dice.choice(('212', '305', '701', '602', '415'))}555{dice.randrange(10**4):04}"


def _campaign(dice: random.Random) -> Campaign:
    purpose = dice.choices(tuple(Purpose), weights=(60, 15, 10, 13, 2))[0]
    return Campaign(
        professional=Professional(id=SIREN, name="Assurances du Midi"),
        purpose=purpose,
        object=OBJECT,
        mode=dice.choices((Mode.PREDICTIVE, Mode.PROGRESSIVE, Mode.PREVIEW), (60, 30, 10))[0],
        shown=Shown(number="+33162012345", entitled=True, answers=True),
        link="extension de garantie" if purpose is Purpose.CONTRACT else "",
    )


def _past(dice: random.Random, at: datetime) -> Past:
    given = at - timedelta(minutes=dice.randrange(420 * 1440))
    consent = Consent(
        id="cns_1",
        professional=SIREN,
        object=OBJECT,
        captured_at=given,
        revoked_at=given + DAY if dice.random() < 0.04 else None,
    )
    calls = (at - QUARTER * dice.randrange(1, 40 * 96) for _ in range(dice.randrange(7)))
    refused = (Refusal(professional=SIREN, at=at - dice.randrange(90) * DAY),)
    customer = Contract(id="ctr_1", professional=SIREN, began_at=at - 500 * DAY)
    return Past(
        consents=(consent,) if dice.random() < 0.9 else (),
        contracts=(customer,) if dice.random() < 0.3 else (),
        attempts=tuple(Attempt(professional=SIREN, at=each) for each in calls),
        refusals=refused if dice.random() < 0.05 else (),
        listed=(Listed(register=Register.OWN),) if dice.random() < 0.01 else (),
        checked=tuple(
            Checked(register=each, at=at - DAY) for each in (Register.TPS, Register.US_NATIONAL)
        ),
    )


def _check(decisions: list[Decision]) -> None:
    """See that the week is a mixture: allowed, later, never."""
    allowed = sum(each.allowed for each in decisions)
    never = sum(each.earliest is None for each in decisions)
    shares = allowed, never, len(decisions) - allowed - never
    if min(shares) < len(decisions) // 10:
        raise AssertionError(f"allowed, never, later: {shares}")


if __name__ == "__main__":
    sys.exit(report(figures()))
