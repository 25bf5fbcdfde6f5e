"""Calls tried without a phone."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import DialEnded, HangUp, KeysPressed, MessageRecorded, NoInput
from chalicelib.ivr.simulation import Script, Transcript, coverage, simulate
from chalicelib.ivr.usecases import Standing
from chalicelib.kernel.errors import Rejected
from tests.ivr.builders import (
    AT_WORK,
    CALLER,
    OURS,
    SALES,
    a_dial,
    a_flow,
    a_menu,
    a_voicemail,
    an_end,
)

if TYPE_CHECKING:
    from chalicelib.ivr.nodes import Flow

NODES: dict[str, Any] = {
    "menu": a_menu(choices={"1": "sales", "2": "end"}),
    "sales": a_dial(SALES, no_answer="box"),
    "box": a_voicemail(),
    "end": an_end(),
}
FLOW = a_flow(**NODES)


class Nowhere:
    def open(self, *_: object) -> None:
        return None

    def fetch(self, *_: object) -> None:
        raise AssertionError("nothing is fetched")


def tried(*actions: object, flow: Flow = FLOW) -> Transcript:
    script = Script(caller=CALLER, dialled=OURS, at=AT_WORK, actions=actions)  # type: ignore[arg-type]
    ticks = count(0, 5_000)
    return simulate(Standing("flow_1", 0, flow), script, Nowhere(), lambda: next(ticks))  # type: ignore[arg-type]


WHOLE = (
    NoInput(),
    KeysPressed("1"),
    DialEnded(DialStatus("no-answer")),
    MessageRecorded("RE1", 12),
)


def test_a_support_line_is_simulated_whole() -> None:
    transcript = tried(*WHOLE)

    path = [(p.node, p.exit) for each in transcript.steps for p in each.reply.path]
    assert transcript.over
    assert ("menu", "choices/1") in path
    assert ("sales", "no_answer") in path
    assert {each.microseconds for each in transcript.steps} == {5}


def test_the_same_script_gives_the_same_transcript() -> None:
    assert tried(*WHOLE) == tried(*WHOLE)


def test_a_script_that_ends_early_leaves_the_call_waiting() -> None:
    assert (tried().over, tried().awaits) == (False, "keys")
    assert tried(HangUp()).over


@pytest.mark.parametrize(
    ("actions", "pointer", "reason"),
    [
        ((MessageRecorded("RE1", 2),), "/actions/0", "the call awaits keys"),
        ((KeysPressed("1"), KeysPressed("1")), "/actions/1", "the call awaits dial"),
        ((HangUp(), KeysPressed("1")), "/actions/1", "the call is over"),
        ((KeysPressed("2"), NoInput()), "/actions/1", "the call is over"),
    ],
)
def test_an_action_that_does_not_fit_is_named(
    actions: tuple[object, ...], pointer: str, reason: str
) -> None:
    with pytest.raises(Rejected) as error:
        tried(*actions)
    assert [(f.pointer, f.reason) for f in error.value.faults] == [(pointer, reason)]


def test_coverage_names_the_exits_that_nobody_took() -> None:
    assert ("menu", "choices/2") in coverage(FLOW, [tried(*WHOLE)])
    assert ("menu", "choices/2") not in coverage(FLOW, [tried(*WHOLE), tried(KeysPressed("2"))])
    assert ("menu", "choices/1") in coverage(FLOW, [])


def test_a_choice_with_phrases_is_covered_as_one_without() -> None:
    choices = {"1": {"next": "sales", "phrases": ["les ventes"]}, "2": "end"}
    flow = a_flow(**{**NODES, "menu": a_menu(choices=choices, listen="both")})

    assert {("menu", "choices/1"), ("menu", "choices/2")} <= set(coverage(flow, []))
    assert ("menu", "choices/1") not in coverage(flow, [tried(*WHOLE, flow=flow)])
