"""What callers meet: stories first, then what the engine promises at its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.calls.events import Dialled, DialStatus, FellBack, MessageLeft, Pressed, WentSilent
from chalicelib.ivr.actions import (
    Apologise,
    Arrived,
    Ask,
    Connect,
    Continue,
    DialEnded,
    HangUp,
    KeysPressed,
    MessageRecorded,
    NoInput,
)
from chalicelib.ivr.engine import MOST_STEPS, step
from chalicelib.ivr.position import Position
from chalicelib.ivr.texts import TEXTS, Line
from tests.ivr.builders import (
    AT_NIGHT,
    AT_WORK,
    OURS,
    SALES,
    SUPPORT,
    ACall,
    a_context,
    a_dial,
    a_flow,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
    some_hours,
)

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Input

FR = TEXTS["fr"]
STANDARD = a_flow(
    hours=some_hours(open="welcome", closed="voicemail"),
    welcome=a_say("Bonjour.", next="menu"),
    menu=a_menu(prompt="Ventes, 1. Aide, 2.", choices={"1": "sales", "2": "support"}),
    sales=a_dial(SALES, SUPPORT, no_answer="voicemail"),
    support=a_dial(SUPPORT, no_answer="voicemail"),
    voicemail=a_voicemail(greeting="Laissez un message."),
)


# Stories.


def test_a_caller_in_opening_hours_is_greeted_and_asked_in_one_breath() -> None:
    call = ACall(STANDARD, now=AT_WORK)

    assert call.heard == ["Bonjour.", "Ventes, 1. Aide, 2."]


def test_a_caller_outside_opening_hours_is_led_to_the_voicemail() -> None:
    call = ACall(STANDARD, now=AT_NIGHT)

    assert call.heard == ["Laissez un message."]
    assert call.recording


def test_a_caller_who_presses_a_known_key_is_connected() -> None:
    call = ACall(STANDARD).presses("2")

    assert call.ringing == SUPPORT
    assert call.events == [
        Pressed(id="step:1", at=call.events[0].at, node="menu", keys="2", choice="2")
    ]


def test_a_caller_who_presses_a_wrong_key_thrice_is_thanked_and_let_go() -> None:
    call = ACall(STANDARD).presses("9")

    assert call.heard == [FR[Line.INVALID_KEY], "Ventes, 1. Aide, 2."]
    call.presses("8").presses("7")
    assert call.heard == [FR[Line.GOODBYE]]
    assert call.actions[-1] == HangUp()
    assert call.over
    assert [(e.keys, e.choice) for e in call.events if isinstance(e, Pressed)] == [
        ("9", "invalid"),
        ("8", "invalid"),
        ("7", "invalid"),
    ]


def test_silence_and_wrong_keys_share_the_attempts_and_the_last_one_takes_its_exit() -> None:
    flow = a_flow(
        menu=a_menu(
            attempts=2,
            no_input={"prompt": "Allô ?", "next": "quiet"},
            invalid={"prompt": "Pardon ?", "next": "wrong"},
        ),
        end=an_end(),
        quiet=an_end(text="Silence."),
        wrong=an_end(text="Erreur."),
    )

    assert ACall(flow).presses("5").heard == ["Pardon ?", "Tapez 1."]
    assert ACall(flow).presses("5").says_nothing().heard == ["Silence."]
    assert ACall(flow).says_nothing().heard == ["Allô ?", "Tapez 1."]
    assert ACall(flow).says_nothing().presses("5").heard == ["Erreur."]


def test_a_silent_caller_is_logged_with_each_attempt() -> None:
    call = ACall(STANDARD).says_nothing().says_nothing().says_nothing()

    assert [(e.id, e.attempt) for e in call.events if isinstance(e, WentSilent)] == [
        ("step:1", 1),
        ("step:2", 2),
        ("step:3", 3),
    ]
    assert call.over


def test_a_menu_met_again_counts_its_attempts_anew() -> None:
    flow = a_flow(
        menu=a_menu(choices={"1": "again", "2": "end"}, attempts=2),
        again=a_say(next="menu"),
        end=an_end(),
    )

    call = ACall(flow).presses("9").presses("1").presses("9")

    assert not call.over


def test_a_busy_destination_passes_the_caller_to_the_second_who_answers() -> None:
    call = ACall(STANDARD).presses("1")
    assert call.ringing == SALES

    call.dial_ends(DialStatus.BUSY)
    assert call.ringing == SUPPORT

    call.dial_ends(DialStatus.ANSWERED, seconds=95)
    assert call.actions == (HangUp(),)
    assert [
        (e.id, e.destination, e.status, e.seconds) for e in call.events if isinstance(e, Dialled)
    ] == [
        ("step:2", SALES, "busy", 0),
        ("step:3", SUPPORT, "answered", 95),
    ]


def test_a_caller_nobody_answers_leaves_a_message() -> None:
    call = ACall(STANDARD).presses("2").dial_ends(DialStatus.NO_ANSWER)
    assert call.recording

    call.leaves_a_message(seconds=12)

    assert call.heard == [FR[Line.THANKS]]
    assert call.over
    assert call.events[-1] == MessageLeft(
        id="step:3", at=call.events[-1].at, node="voicemail", recording_id="RE1", seconds=12
    )


def test_a_caller_who_leaves_no_message_goes_on_like_one_who_did() -> None:
    flow = a_flow(box=a_voicemail(next="end"), end=an_end(text="Au revoir."))

    call = ACall(flow).says_nothing()

    assert call.heard == ["Au revoir."]
    assert isinstance(call.events[-1], WentSilent)


def test_without_words_of_its_own_a_flow_speaks_the_platforms() -> None:
    closed = a_flow(hours=some_hours(), end=an_end())
    voicemail = a_flow(box=a_voicemail())

    assert ACall(closed, now=AT_NIGHT).heard == [FR[Line.CLOSED]]
    assert ACall(voicemail).heard == [FR[Line.GREETING]]
    assert ACall(voicemail).says_nothing().heard == [FR[Line.GOODBYE]]


# Dialling.


@pytest.mark.parametrize(
    ("exits", "status", "node"),
    [
        pytest.param({"busy": "b"}, DialStatus.BUSY, "b", id="busy has its exit"),
        pytest.param({}, DialStatus.BUSY, "n", id="busy without exit is nobody answering"),
        pytest.param({"then": "t"}, DialStatus.BUSY, "n", id="no_answer goes before then"),
        pytest.param({"failed": "f"}, DialStatus.FAILED, "f", id="failed has its exit"),
        pytest.param({}, DialStatus.FAILED, "n", id="failed without exit is nobody answering"),
        pytest.param({}, DialStatus.CANCELLED, "n", id="cancelled is nobody answering"),
        pytest.param({}, DialStatus.NO_ANSWER, "n", id="no answer has its exit"),
        pytest.param({"answered": "a"}, DialStatus.ANSWERED, "a", id="answered has its exit"),
        pytest.param({"then": "t"}, DialStatus.ANSWERED, "t", id="answered without exit: then"),
    ],
)
def test_a_dial_leaves_by_the_exit_of_its_last_result(
    exits: dict[str, str], status: DialStatus, node: str
) -> None:
    exits = {**exits, "no_answer": "n"}
    ends = {target: an_end(text=target) for target in exits.values()}

    call = ACall(a_flow(dial=a_dial(SALES, **exits), **ends)).dial_ends(status)

    assert call.heard == [node]


def test_the_last_of_several_destinations_decides_the_exit() -> None:
    flow = a_flow(
        dial=a_dial(SALES, SUPPORT, busy="busy", no_answer="nobody"),
        busy=an_end(text="occupé"),
        nobody=an_end(text="absent"),
    )

    call = ACall(flow).dial_ends(DialStatus.BUSY).dial_ends(DialStatus.NO_ANSWER)

    assert call.heard == ["absent"]


@pytest.mark.parametrize(
    ("choice", "caller", "shown"),
    [
        pytest.param("caller", "+33612345678", None, id="the caller's own, by the carrier"),
        pytest.param("caller", None, OURS, id="withheld: the number dialled"),
        pytest.param("dialled", "+33612345678", OURS, id="the number dialled, as asked"),
    ],
)
def test_the_person_rung_sees_the_number_chosen(
    choice: str, caller: str | None, shown: str | None
) -> None:
    flow = a_flow(dial=a_dial(caller_id=choice), end=an_end())

    (connect,) = ACall(flow, caller=caller).actions

    assert connect == Connect(numbers=(SALES,), ring_seconds=20, caller_id=shown)


def test_a_number_never_rings_itself() -> None:
    only_itself = a_flow(dial=a_dial(OURS, failed="sorry"), end=an_end(), sorry=an_end(text="non"))
    itself_first = a_flow(dial=a_dial(OURS, SUPPORT), end=an_end())

    assert ACall(only_itself).heard == ["non"]
    assert ACall(itself_first).ringing == SUPPORT
    assert ACall(itself_first).dial_ends(DialStatus.BUSY).actions == (HangUp(),)


# Keys.


@pytest.mark.parametrize(
    ("choices", "most_keys", "finish_key"),
    [
        pytest.param(["1", "2"], 1, "#", id="one digit each"),
        pytest.param(["10", "2"], 2, "#", id="the longest counts"),
        pytest.param(["1", "#"], 1, "", id="hash is a choice, so it cannot end the input"),
        pytest.param(["*"], 1, "#", id="star"),
    ],
)
def test_a_menu_listens_for_as_many_keys_as_its_choices_have(
    choices: list[str], most_keys: int, finish_key: str
) -> None:
    flow = a_flow(menu=a_menu(choices=dict.fromkeys(choices, "end")), end=an_end())

    (ask,) = ACall(flow).actions

    assert isinstance(ask, Ask)
    assert (ask.most_keys, ask.finish_key, ask.timeout_seconds) == (most_keys, finish_key, 5)


@pytest.mark.parametrize("key", "0123456789*#")
def test_every_key_of_a_telephone_can_be_a_choice(key: str) -> None:
    call = ACall(a_flow(menu=a_menu(choices={key: "end"}), end=an_end(text="bien"))).presses(key)

    assert call.heard == ["bien"]


def test_keys_sent_empty_are_silence() -> None:
    assert isinstance(ACall(STANDARD).presses("").events[-1], WentSilent)


def test_a_caller_leaning_on_the_keypad_does_not_fill_the_log() -> None:
    (event,) = ACall(STANDARD).presses("5" * 500).events

    assert isinstance(event, Pressed)
    assert event.keys == "5" * 32


# The engine's promises.


def test_the_same_webhook_twice_gives_the_same_reply_and_the_same_events() -> None:
    position = Position("menu", step=4, attempt=2)

    first = step(STANDARD, position, KeysPressed("1"), a_context())
    second = step(STANDARD, position, KeysPressed("1"), a_context())

    assert first == second
    assert [event.id for event in first.events] == ["step:4"]


@pytest.mark.parametrize("node", [*STANDARD.nodes, "gone"])
@pytest.mark.parametrize(
    "given",
    [
        Arrived(),
        KeysPressed("1"),
        NoInput(),
        DialEnded(DialStatus.ANSWERED, 3),
        MessageRecorded("RE1", 3),
    ],
    ids=lambda given: type(given).__name__,
)
def test_every_input_at_every_node_gets_an_answer(node: str, given: Input) -> None:
    reply = step(STANDARD, Position(node, target=99, attempt=99), given, a_context())

    assert reply.actions
    assert reply.position is not None or reply.actions[-1] == HangUp()


def test_a_node_that_is_gone_is_our_fault_and_said_so() -> None:
    reply = step(STANDARD, Position("gone", step=3), NoInput(), a_context())

    assert reply.actions == (Apologise("fr-FR"), HangUp())
    assert [(e.id, type(e)) for e in reply.events] == [("step:3:gave-up", FellBack)]


def test_a_call_that_goes_on_for_ever_is_ended_with_an_apology() -> None:
    call = ACall(a_flow(menu=a_menu(choices={"1": "menu"})))

    for _ in range(MOST_STEPS - 1):
        call.presses("1")

    assert not call.over
    call.presses("1")
    assert call.actions == (Apologise("fr-FR"), HangUp())
    assert call.over


def test_many_announcements_in_a_row_are_said_over_several_answers() -> None:
    chain = {f"n{at}": a_say(f"Message {at}.", next=f"n{at + 1}") for at in range(50)}
    flow = a_flow(**chain, n50=an_end(text="Fin."))
    call = ACall(flow)
    heard = list(call.heard)

    while not call.over:
        assert call.actions[-1] == Continue()
        call._on(Arrived())
        heard += call.heard

    assert heard == [f"Message {at}." for at in range(50)] + ["Fin."]
    assert len(call.replies) == 3


def test_long_announcements_are_said_over_several_answers() -> None:
    chain = {f"n{at}": a_say("a" * 3000, next=f"n{at + 1}") for at in range(5)}

    call = ACall(a_flow(**chain, n5=an_end()))

    assert sum(map(len, call.heard)) <= 9000
    assert call.actions[-1] == Continue()
