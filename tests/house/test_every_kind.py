"""Every kind of node, met by callers who do whatever callers and carriers do.

Flows are made up with the kind as their start; nothing here names a kind, so a new one is walked
as soon as it is registered and `tests/ivr/strategies.py` can write it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.calls.call import Outcome
from chalicelib.calls.events import (
    Collected,
    LeftQueue,
    MessageLeft,
    Offered,
    Queued,
    Rang,
    TextAsked,
)
from chalicelib.calls.settling import Leg, settle
from chalicelib.ivr.errands.errands import Notify, SendText, TellSurvey, Transcribe
from chalicelib.ivr.kinds import kinds
from tests.house.walks import ACCOUNT, Walk, a_quiet_house, ways_on
from tests.ivr.builders import a_document, a_menu, a_voicemail
from tests.ivr.strategies import documents

if TYPE_CHECKING:
    from chalicelib.ivr.errands.errands import Errand
    from tests.house.walks import QuietHouse

EVERY_KIND = pytest.mark.parametrize("kind", kinds())
PICKS = st.lists(st.integers(0, 99), max_size=6)
OTHERS = documents()
# A surcharged line or another; nobody at its queue, or somebody; a caller in a hurry, or not.
SETTINGS = st.fixed_dictionaries(
    {"price": st.sampled_from([None, "D080"]), "agents": st.integers(0, 2)}
)
# A queue does not ask whether a call is over: it may take it in again, and lets it go.
OF_QUEUES = {Queued.kind, Offered.kind, LeftQueue.kind, Rang.kind}


class NoLegs:
    """A carrier that dialled nobody."""

    def legs(self, call_id: str) -> tuple[Leg, ...]:
        return ()


NOBODY = NoLegs()
PACES = st.sampled_from([3, 40, 900]).map(lambda seconds: timedelta(seconds=seconds))
_settings = settings(max_examples=12)


def goes_as_far_as(call: Walk, picks: list[int], pace: timedelta) -> None:
    """Ring, and take one of the ways on at each pick, as long as there is one."""
    call.house.pace = pace
    call.rings()
    for pick in picks:
        ways = call.ways
        if not ways or call.sent[-1].over:
            return
        call.goes_on(ways[pick % len(ways)])


def assert_promises_kept(house: QuietHouse, nodes: dict[str, Any]) -> None:
    """Hold the errands to what the log says was agreed and left, once each."""
    wanted: list[str] = []
    for event in house.call().events:
        if isinstance(event, TextAsked) and event.answer == "agreed":
            wanted.append(SendText.kind)
        if isinstance(event, MessageLeft) and event.seconds > 0:
            node = nodes.get(event.node, {})
            wanted += [Transcribe.kind] if node.get("transcribe") else []
            wanted += [Notify.kind for _ in node.get("notify", ())]
        if isinstance(event, Collected) and event.valid and event.variable.startswith("survey:"):
            wanted.append(TellSurvey.kind)
    left = [each for each in house.errands if not _is_of_no_answer(each)]
    assert sorted(errand.kind for errand in left) == sorted(wanted)
    assert len({errand.id for errand in left}) == len(wanted)


def _is_of_no_answer(errand: Errand) -> bool:
    """Tell what says of a survey only that it began, or is over."""
    return isinstance(errand, TellSurvey) and errand.facts["what"] != "answer"


def assert_nobody_is_kept(house: QuietHouse) -> None:
    """Once a call is over it has no place in a queue, and no agent is rung or busy for it."""
    floor = house.desk.floors.floor(ACCOUNT)
    assert floor.tickets == {}
    assert not any(agent.is_held(house.now) for agent in floor.agents.values())


@EVERY_KIND
@_settings
@given(
    data=st.data(),
    setting=SETTINGS,
    picks=PICKS,
    pace=PACES,
    system_answers=st.booleans(),
    told=st.booleans(),
)
def test_a_caller_may_hang_up_anywhere(
    kind: str,
    data: st.DataObject,
    setting: dict[str, Any],
    picks: list[int],
    pace: timedelta,
    system_answers: bool,
    told: bool,
) -> None:
    """`told` says whether the carrier brings the end of what was going on, or only the call's."""
    document = data.draw(documents(first=kind))
    with a_quiet_house(document, **setting) as house:
        house.system_answers = system_answers
        call = Walk(house)

        goes_as_far_as(call, picks, pace)
        call.hangs_up() if told else call.ends()

        if call.sent[-1].over:
            assert list(ElementTree.fromstring(call.heard[-1])) == []
        assert house.call().ended
        assert house.call().events[-1].kind == "ended"
        assert house.errors == []
        assert_promises_kept(house, document["nodes"])
        assert_nobody_is_kept(house)


@EVERY_KIND
@_settings
@given(data=st.data(), setting=SETTINGS, picks=PICKS, pace=PACES)
def test_a_call_that_rang_somebody_when_it_ended_without_a_word_was_not_abandoned(
    kind: str, data: st.DataObject, setting: dict[str, Any], picks: list[int], pace: timedelta
) -> None:
    with a_quiet_house(data.draw(documents(first=kind)), data.draw(OTHERS), **setting) as house:
        call = Walk(house)
        goes_as_far_as(call, picks, pace)
        rings = "<Dial" in call.heard[-1]
        call.ends()

        assert bool(house.call().unsettled) == rings
        if rings:
            assert house.call().outcome is not Outcome.ABANDONED
            assert house.call().known_talk_seconds is None


@EVERY_KIND
@_settings
@given(data=st.data(), setting=SETTINGS, picks=PICKS, pace=PACES)
def test_a_webhook_that_comes_twice_is_answered_alike_and_logged_once(
    kind: str, data: st.DataObject, setting: dict[str, Any], picks: list[int], pace: timedelta
) -> None:
    with a_quiet_house(data.draw(documents(first=kind)), data.draw(OTHERS), **setting) as house:
        call = Walk(house)
        goes_as_far_as(call, picks, pace)
        house.pace = timedelta()
        known = [event.id for event in house.call().events]

        last = call.again(call.sent[-1])

        if not call.sent[-1].whispers:
            assert last == call.heard[-1]
        assert [event.id for event in house.call().events] == known
        assert house.errors == []


@EVERY_KIND
@_settings
@given(
    data=st.data(),
    setting=SETTINGS,
    picks=PICKS,
    pace=PACES,
    order=st.randoms(use_true_random=False),
)
def test_webhooks_that_come_late_and_in_any_order_change_nothing(
    kind: str,
    data: st.DataObject,
    setting: dict[str, Any],
    picks: list[int],
    pace: timedelta,
    order: Any,
) -> None:
    with a_quiet_house(data.draw(documents(first=kind)), data.draw(OTHERS), **setting) as house:
        call = Walk(house)
        goes_as_far_as(call, picks, pace)
        call.hangs_up()
        before = house.call()

        for way in order.sample(call.sent, len(call.sent)):
            call.again(way)
        call.ends()

        added = [each for each in house.call().events if each not in before.events]
        assert {e.kind for e in added} - {e.kind for e in before.events} <= OF_QUEUES
        told: dict[str, Any] = {"events": ()}
        if any(isinstance(each, Rang) for each in added):
            # An agent was kept for a call that was over: the carrier rings nobody, and says so,
            # unless the step that rang had told something else when it came in time.
            settle(house.call(), NOBODY, house.log, house.now)
            told |= {"outcome": before.outcome, "unsettled": ()}
        assert replace(house.call(), **told) == replace(before, **told)
        assert house.errors == []
        assert_nobody_is_kept(house)


def test_an_error_would_be_seen() -> None:
    document = a_document(menu=a_menu(choices={"1": "box"}), box=a_voicemail())
    with a_quiet_house(document) as house:
        call = Walk(house)
        call.rings()
        house.flows.down = True

        call.goes_on(ways_on(call.heard[-1])[0])

        assert len(house.errors) == 1
