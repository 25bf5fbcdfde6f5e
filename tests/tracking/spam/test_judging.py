"""Which calls are spam: crowds, numbers that cannot ring, the block list; and who never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.calls.call import CallRef, Outcome
from chalicelib.calls.events import Received
from chalicelib.kernel.errors import NotFound, Rejected
from chalicelib.tracking.spam.rules import MOST_BLOCKS, Block, Ground, Limits, Rules, read_pattern
from chalicelib.tracking.spam.traces import is_impossible
from chalicelib.tracking.spam.usecases import judge, mark, restore
from tests.tracking.spam.builders import ACCOUNT, CALLER, FREE, NOON, Judge, a_call


def grounds(judge_: Judge, call_id: str) -> list[Ground]:
    """Return why a call is spam."""
    verdict = judge_.spams.verdict(ACCOUNT, call_id)
    return [each.ground for each in verdict.reasons] if verdict else []


@pytest.mark.parametrize(
    ("calls", "spam"), [pytest.param(4, 0, id="four times"), pytest.param(5, 5, id="five times")]
)
def test_somebody_who_hangs_up_again_and_again_is_spam_from_the_first_call_on(
    calls: int, spam: int
) -> None:
    judge_ = Judge()

    found = judge_.sees(*(a_call(at, minutes=at) for at in range(calls)))

    assert len(found) == spam
    if spam:
        assert grounds(judge_, "CA0") == [Ground.REPEATED]


@pytest.mark.parametrize(
    ("facts", "spam"),
    [
        pytest.param({"seconds": 10}, True, id="ten seconds"),
        pytest.param({"seconds": 11}, False, id="eleven seconds"),
        pytest.param({"outcome": Outcome.VOICEMAIL}, False, id="left a message"),
        pytest.param({"outcome": Outcome.CALLBACK}, False, id="asked to be rung back"),
        pytest.param({"outcome": Outcome.FELL_BACK}, False, id="we failed them"),
        pytest.param({"outcome": Outcome.ANSWERED}, True, id="picked up, nothing said"),
    ],
)
def test_only_calls_in_which_nothing_could_be_said_make_a_crowd(
    facts: dict[str, Any], spam: bool
) -> None:
    found = Judge().sees(*(a_call(at, minutes=at, **facts) for at in range(5)))

    assert bool(found) is spam


@pytest.mark.parametrize(
    ("gap", "spam"),
    [pytest.param(15, 5, id="within the hour"), pytest.param(15.1, 0, id="within a little more")],
)
def test_a_crowd_is_one_within_an_hour_also_over_the_turn_of_it(gap: float, spam: int) -> None:
    found = Judge().sees(*(a_call(at, minutes=at * gap) for at in range(5)))

    assert len(found) == spam


def test_a_customer_who_is_cut_off_again_and_again_is_none() -> None:
    judge_ = Judge()
    judge_.knows_a_customer(talked=30)

    assert judge_.sees(*(a_call(at, minutes=at) for at in range(12))) == []
    assert judge_.again == []


def test_whoever_was_hung_up_on_is_no_customer() -> None:
    judge_ = Judge()
    judge_.knows_a_customer(talked=29)

    assert len(judge_.sees(*(a_call(at, minutes=at) for at in range(5)))) == 5


def test_neighbours_who_all_hang_up_are_one_machine() -> None:
    judge_ = Judge()
    neighbours = [a_call(at, minutes=at, caller=f"+3361234567{at}") for at in range(5)]
    stranger = a_call(9, minutes=3, caller="+33698765432")

    assert judge_.sees(*neighbours, stranger) == ["CA0", "CA1", "CA2", "CA3", "CA4"]
    assert grounds(judge_, "CA0") == [Ground.NEIGHBOURS]


def test_one_neighbour_who_rings_twice_is_one() -> None:
    twice = [0, 1, 2, 3, 3]
    found = Judge().sees(
        *(a_call(at, minutes=at, caller=f"+3361234567{last}") for at, last in enumerate(twice))
    )

    assert found == []


@pytest.mark.parametrize(
    ("dialled", "caller", "spam"),
    [
        pytest.param(FREE, "+88213120{}", 10, id="a satellite rings a free number"),
        pytest.param(FREE, "+3361111111{}", 0, id="French callers ring a free number"),
        pytest.param("+33162012345", "+88213120{}", 0, id="a satellite rings a plain number"),
    ],
)
def test_long_calls_from_one_foreign_range_to_a_free_number_are_pumping(
    dialled: str, caller: str, spam: int
) -> None:
    judge_ = Judge()
    calls = [
        a_call(
            at,
            minutes=at,
            dialled=dialled,
            caller=caller.format(at),
            seconds=600,
            outcome=Outcome.ANSWERED,
            talk_seconds=10,
        )
        for at in range(10)
    ]

    assert len(judge_.sees(*calls)) == spam
    if spam:
        assert grounds(judge_, "CA0") == [Ground.PUMPING]


@pytest.mark.parametrize(
    ("number", "impossible"),
    [
        pytest.param("+33612345678", False, id="a mobile"),
        pytest.param("+33162012345", False, id="a landline"),
        pytest.param("+33890123456", True, id="surcharged, never shown"),
        pytest.param("+33690123456", True, id="an overseas mobile under +33"),
        pytest.param("+33639981234", False, id="a mobile of films"),
        pytest.param("+590690123456", False, id="the same under its own code"),
        pytest.param("+442079460018", False, id="foreign"),
    ],
)
def test_french_numbers_that_nobody_can_ring_from(number: str, impossible: bool) -> None:
    assert is_impossible(number) is impossible
    assert bool(Judge().sees(a_call(caller=number, seconds=90))) is impossible


def test_the_block_list_knows_numbers_and_beginnings() -> None:
    judge_ = Judge()
    blocks = tuple(Block(pattern=each, since=NOON) for each in (CALLER, "+8823*"))
    judge_.spams.save_rules(Rules(account_id=ACCOUNT, blocks=blocks))
    long_ago: dict[str, Any] = {"seconds": 300, "outcome": Outcome.ANSWERED, "talk_seconds": 290}

    found = judge_.sees(
        a_call(1, **long_ago),
        a_call(2, caller="+88231234567", **long_ago),
        a_call(3, caller="+33612345679", **long_ago),
    )

    assert found == ["CA1", "CA2"]


def test_a_block_of_today_leaves_the_calls_of_before_as_they_are() -> None:
    judge_ = Judge()
    block = Block(pattern=CALLER, since=NOON + timedelta(minutes=5))
    judge_.spams.save_rules(Rules(account_id=ACCOUNT, blocks=(block,)))
    talked: dict[str, Any] = {"seconds": 300, "outcome": Outcome.ANSWERED}

    found = judge_.sees(
        a_call(1, **talked),
        a_call(2, ended_at=block.since, **talked),
        a_call(3, minutes=6, **talked),
    )

    assert found == ["CA2", "CA3"]


def test_another_note_does_not_make_a_block_a_new_one() -> None:
    first = Rules(account_id=ACCOUNT).with_block(Block(pattern=CALLER, since=NOON))

    noted = first.with_block(Block(pattern=CALLER, since=NOON + timedelta(days=9), note="robot"))

    assert noted.blocks == (Block(pattern=CALLER, since=NOON, note="robot"),)


def test_who_withholds_the_number_is_never_told_apart_and_so_never_spam() -> None:
    assert Judge().sees(*(a_call(at, minutes=at, caller=None) for at in range(12))) == []


def test_a_rule_can_be_switched_off() -> None:
    judge_ = Judge()
    off = Limits(repeated_calls=0, neighbours=0, pumped_calls=0, invalid_numbers=False)
    judge_.spams.save_rules(Rules(account_id=ACCOUNT, limits=off))

    assert judge_.sees(*(a_call(at, minutes=at) for at in range(12))) == []
    assert judge_.sees(a_call(20, caller="+33890123456")) == []


def test_what_a_person_says_stays_whatever_the_rules_see() -> None:
    judge_ = Judge()
    calls = [a_call(at, minutes=at) for at in range(6)]
    remember(judge_, *(each.call_id for each in calls))
    judge_.sees(*calls[:5])

    said = {"by": "key_1", "now": NOON, "log": judge_.log, "spams": judge_.spams}
    restore(ACCOUNT, "CA2", **said)  # type: ignore[arg-type]
    mark(ACCOUNT, "CA5", **said)  # type: ignore[arg-type]

    assert judge_.sees(*calls) == ["CA0", "CA1", "CA3", "CA4", "CA5"]
    assert grounds(judge_, "CA2") == [Ground.REPEATED]  # why it once was, for whoever asks
    assert grounds(judge_, "CA5") == [Ground.MARKED]


def test_nobody_speaks_of_a_call_that_is_not_there() -> None:
    judge_ = Judge()
    said = {"by": "key_1", "now": NOON, "log": judge_.log, "spams": judge_.spams}

    for say in (mark, restore):
        with pytest.raises(NotFound):
            say(ACCOUNT, "CA9", **said)  # type: ignore[arg-type]


def test_an_ordinary_call_costs_one_request_and_a_short_one_no_scan() -> None:
    judge_ = Judge()
    rules = Rules(account_id=ACCOUNT)
    bench = replace(judge_.bench, rules=lambda _: rules)

    judge(a_call(seconds=90, outcome=Outcome.ANSWERED), bench)
    assert judge_.spams.asked == 1

    judge(a_call(2), bench)
    assert judge_.spams.asked == 1 + 3  # the verdict, and two traces


def test_a_flood_asks_for_each_call_once_more_and_comes_to_an_end() -> None:
    judge_ = Judge()
    shown = 0
    known = {f"CA{at}": a_call(at, minutes=at / 4) for at in range(150)}
    for call in known.values():
        judge(call, judge_.bench)
        while judge_.again:
            shown += 1
            judge(known[judge_.again.pop(0)], judge_.bench)

    assert all(judge_.spams.is_spam(ACCOUNT, call_id) for call_id in known)
    assert shown < 20


@pytest.mark.parametrize(
    "text", ["", "*", "+*", "+33*", "+3*", "+336*", "0612*", "+3361a*", "hello", "+33612345678*0"]
)
def test_what_would_block_everybody_or_nobody_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        read_pattern(text)


def test_a_full_block_list_says_so() -> None:
    full = Rules(
        account_id=ACCOUNT,
        blocks=tuple(Block(pattern=f"+3361{at:07}", since=NOON) for at in range(MOST_BLOCKS)),
    )

    assert len(full.with_block(Block(pattern="+33610000007", since=NOON, note="x")).blocks) == 500
    with pytest.raises(Rejected, match="full"):
        full.with_block(Block(pattern="+33699999999", since=NOON))


def remember(judge_: Judge, *call_ids: str) -> None:
    """Have calls in the log."""
    for call_id in call_ids:
        ref = CallRef(call_id=call_id, account_id=ACCOUNT)
        event = Received(id="received", at=NOON, dialled="+33162012345", caller=CALLER)
        judge_.log.append(ref, event)
