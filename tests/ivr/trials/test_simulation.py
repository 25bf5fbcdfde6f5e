"""Calls tried without a phone."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.flow import restore
from chalicelib.ivr.trials import observing
from chalicelib.ivr.trials.simulation import Transcript, coverage, simulate
from chalicelib.ivr.trials.writing import read_script
from chalicelib.ivr.usecases import AccountFlows, Standing
from chalicelib.kernel.errors import Fault, Rejected
from tests.fakes.ivr import FlowsInMemory
from tests.ivr.builders import (
    AT_WORK,
    SALES,
    a_dial,
    a_document,
    a_flow,
    a_menu,
    a_say,
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
ORDERS = restore(
    a_document(
        ask={
            "kind": "lookup",
            "url": "https://orders.example.fr/status",
            "answer": {"order.status": "/status", "order.late": "/late"},
            "next": "tell",
            "failed": "team",
        },
        tell=a_say("Commande {{order.status}}."),
        team=a_dial(SALES, whisper="Suivi.", accept=True, no_answer="box"),
        box=a_voicemail(next="end"),
        end=an_end(),
    )
)
BOT = a_flow(
    bot={
        "kind": "voicebot",
        "greeting": "Bonjour ?",
        "intents": [
            {
                "name": "order",
                "phrases": ["ma commande"],
                "go": "tell",
                "collect": [{"name": "order.number", "ask": "Quel numéro ?"}],
            }
        ],
        "failed": "box",
    },
    tell=a_say("Commande {{order.number}}."),
    box=a_voicemail(),
    end=an_end(),
)


def tried(*steps: dict[str, Any], flow: Flow = FLOW) -> Transcript:
    script = read_script({"steps": list(steps)})
    ticks = count(0, 5_000)
    world = AccountFlows("acct_client", FlowsInMemory())
    return simulate(Standing("flow_1", 0, flow), script, world, lambda: next(ticks), AT_WORK)


def heard(transcript: Transcript) -> list[str]:
    return [words for a in transcript.answers for words in observing.heard(a.reply.actions)]


def path(transcript: Transcript) -> list[tuple[str, str | None]]:
    return [(p.node, p.exit) for each in transcript.answers for p in each.reply.path]


WHOLE: tuple[dict[str, Any], ...] = (
    {"wait": True},
    {"press": 1},
    {"dial": "no-answer"},
    {"record": 12},
)


def test_a_support_line_is_simulated_whole() -> None:
    transcript = tried(*WHOLE)

    assert transcript.over
    assert transcript.misfit is None
    assert ("menu", "choices/1") in path(transcript)
    assert ("sales", "no_answer") in path(transcript)
    assert {each.microseconds for each in transcript.answers} == {5}


def test_the_same_script_gives_the_same_transcript() -> None:
    assert tried(*WHOLE) == tried(*WHOLE)


def test_a_script_that_ends_early_leaves_the_call_waiting() -> None:
    assert (tried().over, tried().awaits) == (False, "keys")
    assert tried({"hang_up": True}).over


@pytest.mark.parametrize(
    ("steps", "pointer", "reason"),
    [
        (({"record": 2},), "/steps/0", "the call awaits keys"),
        (({"press": 1}, {"press": 1}), "/steps/1", "the call awaits dial"),
        (({"press": 1}, {"dial": "declined"}), "/steps/1", "nobody is asked here whether they"),
        (({"hang_up": True}, {"press": 1}), "/steps/1", "the caller has hung up"),
        (({"press": 2}, {"wait": True}), "/steps/1", "the call is over"),
        (({"lookup": "timeout"},), "/steps/0", "the call awaits keys"),
    ],
)
def test_what_cannot_happen_is_named_and_ends_the_call(
    steps: tuple[dict[str, Any], ...], pointer: str, reason: str
) -> None:
    misfit = tried(*steps).misfit

    assert misfit is not None
    assert misfit.pointer == pointer
    assert reason in misfit.reason


def test_what_a_customer_s_server_answers_is_written_in_the_script() -> None:
    told = tried({"lookup": {"order.status": "expédiée"}}, flow=ORDERS)

    assert heard(told)[0] == "Commande expédiée."


@pytest.mark.parametrize("steps", [({"lookup": "timeout"},), ()])
def test_a_server_that_does_not_answer_or_is_not_written_at_all_fails(
    steps: tuple[dict[str, Any], ...],
) -> None:
    assert ("ask", "failed") in path(tried(*steps, flow=ORDERS))


def test_an_answer_that_no_lookup_keeps_is_a_slip() -> None:
    told = tried({"lookup": {"order.state": "expédiée"}}, flow=ORDERS)

    reason = "the lookup does not keep 'order.state', but order.status, order.late"
    assert told.misfit == Fault("/steps/0", reason)


def test_whoever_is_rung_hears_a_word_first_and_may_decline() -> None:
    told = tried({"lookup": "connect"}, {"dial": "declined"}, {"record": 4}, flow=ORDERS)

    assert observing.whispered(told.answers[0])[0] == "Suivi."
    assert ("team", "no_answer") in path(told)
    assert told.over


def test_what_comes_of_a_bot_is_written_in_the_script() -> None:
    handed_over = {"bot": {"intent": "order", "learnt": {"order.number": "A12"}}}

    assert "Commande A12." in heard(tried(handed_over, flow=BOT))
    assert ("bot", "failed") in path(tried({"bot": "not-understood"}, flow=BOT))
    assert tried(flow=BOT).awaits == "bot"


def test_coverage_names_the_exits_that_nobody_took() -> None:
    assert ("menu", "choices/2") in coverage(FLOW, [tried(*WHOLE)])
    assert ("menu", "choices/2") not in coverage(FLOW, [tried(*WHOLE), tried({"press": 2})])
    assert ("menu", "choices/1") in coverage(FLOW, [])


def test_a_choice_with_phrases_is_covered_as_one_without() -> None:
    choices = {"1": {"next": "sales", "phrases": ["les ventes"]}, "2": "end"}
    flow = a_flow(**{**NODES, "menu": a_menu(choices=choices, listen="both")})
    keys = ({"press": 1}, *WHOLE[2:])

    assert {("menu", "choices/1"), ("menu", "choices/2")} <= set(coverage(flow, []))
    assert ("menu", "choices/1") not in coverage(flow, [tried(*keys, flow=flow)])


@pytest.mark.parametrize(
    ("written", "pointer", "reason"),
    [
        ({"steps": [{"press": "A"}]}, "/steps/0/press", "must be keys"),
        ({"steps": [{"press": True}]}, "/steps/0/press", "must be keys"),
        ({"steps": [{"press": -1}]}, "/steps/0/press", "must be keys"),
        ({"steps": [{}]}, "/steps/0", "must be one of press, say"),
        ({"steps": [{"press": 1, "say": "un"}]}, "/steps/0", "must be one of press, say"),
        ({"steps": [{"press": 1, "seconds": 4}]}, "/steps/0/seconds", "nothing beside `press`"),
        ({"steps": [{"sing": 1}]}, "/steps/0/sing", "unknown field"),
        ({"steps": ["press"]}, "/steps/0", "must be an object"),
        ({"steps": [{"wait": False}]}, "/steps/0/wait", "must be true"),
        ({"steps": [{"dial": "sings"}]}, "/steps/0/dial", "must be one of answered, busy"),
        ({"steps": [{"lookup": "lost"}]}, "/steps/0/lookup", "must be one of timeout"),
        ({"steps": [{"say": "un", "confidence": 2}]}, "/steps/0/confidence", "from 0 to 1"),
        ({"steps": [{"press": 1}] * 201}, "/steps", "from 0 to 200 steps"),
        ({"at": "tomorrow"}, "/at", "must be a moment such as"),
        ({"at": "2026-02-30 10:00"}, "/at", "must be a moment such as"),
        ({"caller": "bob"}, "/caller", "not a telephone number"),
        ({"colour": "red"}, "/colour", "unknown field"),
    ],
)
def test_a_slip_in_a_script_is_told_with_its_place(
    written: dict[str, Any], pointer: str, reason: str
) -> None:
    with pytest.raises(Rejected) as refused:
        read_script(written)

    (fault,) = [each for each in refused.value.faults if each.pointer == pointer]
    assert reason in fault.reason


def test_a_moment_without_an_offset_is_the_clock_s_on_a_wall_in_paris() -> None:
    here = read_script({"at": "2026-07-14 09:00"}).at
    there = read_script({"at": "2026-07-14T07:00:00Z"}).at

    assert here == there


def test_a_caller_may_withhold_their_number() -> None:
    assert read_script({"caller": "withheld"}).caller is None
    assert read_script({"caller": "06 12 34 56 78"}).caller == "+33612345678"
