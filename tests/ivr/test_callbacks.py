"""What the carrier's voice webhooks say, in our words."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Arrived,
    CalleeAnswered,
    CalleePressed,
    DialEnded,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Spoke,
)
from chalicelib.ivr.callbacks import context_of, heard
from chalicelib.ivr.position import Position, Return
from chalicelib.kernel.errors import Rejected
from chalicelib.runtime.form import Form
from tests.ivr.builders import AT_WORK


def a_form(query: dict[str, str] | None = None, /, **fields: str) -> Form:
    values = {name: (value,) for name, value in fields.items()}
    return Form(fields=values, query=query or {}, urls=(), base_url="https://x")


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        pytest.param({"Digits": "12"}, KeysPressed("12"), id="keys"),
        pytest.param({"Digits": "*#"}, KeysPressed("*#"), id="star and hash"),
        pytest.param({"Digits": ""}, NoInput(), id="silence, sent empty"),
        pytest.param({}, NoInput(), id="silence, not sent at all"),
        pytest.param(
            {"DialCallStatus": "completed", "DialCallDuration": "95", "DialCallSid": "CA2"},
            DialEnded(DialStatus.ANSWERED, 95, "CA2"),
            id="a conversation",
        ),
        pytest.param(
            {"DialCallStatus": "answered"}, DialEnded(DialStatus.ANSWERED), id="a conference's word"
        ),
        pytest.param({"DialCallStatus": "busy"}, DialEnded(DialStatus.BUSY), id="busy"),
        pytest.param(
            {"DialCallStatus": "no-answer"}, DialEnded(DialStatus.NO_ANSWER), id="no answer"
        ),
        pytest.param(
            {"DialCallStatus": "canceled"}, DialEnded(DialStatus.CANCELLED), id="cancelled"
        ),
        pytest.param(
            {"DialCallStatus": "tired"}, DialEnded(DialStatus.FAILED), id="a status of tomorrow"
        ),
        pytest.param(
            {"DialCallStatus": "completed", "RecordingUrl": "https://x/RE1", "Digits": "1"},
            DialEnded(DialStatus.ANSWERED),
            id="a recorded conversation is no message",
        ),
        pytest.param(
            {"DialCallStatus": "completed", "DialCallDuration": "soon"},
            DialEnded(DialStatus.ANSWERED, 0),
            id="a duration that makes no sense",
        ),
        pytest.param(
            {"RecordingUrl": "https://x/Recordings/RE1", "RecordingDuration": "7", "Digits": "#"},
            MessageRecorded("RE1", 7),
            id="a message, by its address",
        ),
        pytest.param(
            {"RecordingUrl": "https://x/a", "RecordingSid": "RE2", "Digits": "hangup"},
            MessageRecorded("RE2", 0),
            id="a message, by its id",
        ),
        pytest.param(
            {"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "4"},
            DialEnded(DialStatus.NO_ANSWER, 4),
            id="picked up, and never put through",
        ),
        pytest.param(
            {"DialCallStatus": "completed", "DialBridged": "true"},
            DialEnded(DialStatus.ANSWERED),
            id="put through",
        ),
        pytest.param(
            {"DialCallStatus": "busy", "DialBridged": "false"},
            DialEnded(DialStatus.BUSY),
            id="busy stays busy",
        ),
        pytest.param(
            {"SpeechResult": "ma facture", "Confidence": "0.9237"},
            Spoke("ma facture", 92),
            id="words, and how sure the carrier is",
        ),
        pytest.param({"SpeechResult": "oui"}, Spoke("oui", None), id="words, sure or not"),
        pytest.param(
            {"SpeechResult": "oui", "Confidence": "nan"}, Spoke("oui", None), id="no number"
        ),
        pytest.param(
            {"SpeechResult": "oui", "Confidence": "12"}, Spoke("oui", 100), id="surer than sure"
        ),
        pytest.param({"SpeechResult": ""}, NoInput(), id="words that were none"),
        pytest.param(
            {"SpeechResult": "un", "Digits": "2"}, KeysPressed("2"), id="keys go before words"
        ),
        pytest.param({"SpeechResult": "a" * 5_000}, Spoke("a" * 1_000), id="a long story"),
    ],
)
def test_what_a_caller_did_is_heard(fields: dict[str, str], given: Any) -> None:
    assert heard(a_form(**fields)) == given


def test_a_call_we_sent_on_arrives_and_is_not_silent() -> None:
    assert heard(a_form({"arriving": "1"})) == Arrived()
    assert heard(a_form({"arriving": "1"}, Digits="1")) == KeysPressed("1")


@pytest.mark.parametrize(
    ("number", "caller"),
    [
        ("+33612345678", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("anonymous", None),
        ("sip:alice@example.com", None),
        ("", None),
    ],
)
def test_a_caller_is_a_number_or_nobody(number: str, caller: str | None) -> None:
    form = a_form(CallSid="CA1", To="+33162017788", From=number)

    assert context_of(form, AT_WORK).caller == caller


@pytest.mark.parametrize("missing", ["CallSid", "To"])
def test_a_webhook_without_what_the_carrier_always_sends_is_refused(missing: str) -> None:
    fields = {"CallSid": "CA1", "To": "+33162017788", missing: ""}

    with pytest.raises(Rejected):
        context_of(a_form(**fields), AT_WORK)


def test_whoever_was_rung_picks_up_and_presses_a_key_or_none() -> None:
    assert heard(a_form({"side": "callee", "arriving": "1"})) == CalleeAnswered()
    assert heard(a_form({"side": "callee"}, Digits="1")) == CalleePressed("1")
    assert heard(a_form({"side": "callee"})) == CalleePressed("")


def test_the_leg_of_whoever_was_rung_is_read_as_the_caller_s_call() -> None:
    form = a_form(
        {"side": "callee", "dialled": "+33162017788"},
        CallSid="CA2",
        ParentCallSid="CA1",
        To="+33162010001",
        From="+33612345678",
    )

    context = context_of(form, AT_WORK)

    assert (context.call_id, context.dialled) == ("CA1", "+33162017788")
    assert context.caller == "+33612345678"


def test_our_own_number_on_the_leg_of_whoever_was_rung_is_no_caller_s() -> None:
    form = a_form({"side": "callee", "dialled": "+33162017788"}, CallSid="CA2", From="+33162017788")

    assert context_of(form, AT_WORK).caller is None


@pytest.mark.parametrize(
    ("status", "gone"),
    [("in-progress", False), ("ringing", False), ("completed", True), ("canceled", True)],
)
def test_a_webhook_tells_whether_the_caller_has_hung_up(status: str, gone: bool) -> None:
    form = a_form(CallSid="CA1", To="+33162017788", CallStatus=status)

    assert context_of(form, AT_WORK).gone is gone


@pytest.mark.parametrize(
    "position",
    [
        pytest.param(Position("menu"), id="at the start"),
        pytest.param(Position("menu", step=7, attempt=3, target=2), id="far in"),
        pytest.param(Position("ask", mark="confirm"), id="in the middle of a node"),
        pytest.param(Position("ask", remembers=True), id="with variables"),
        pytest.param(
            Position("ask", returns=(Return("flow_1", 3, "bye"), Return("a-b", 120_000, "n-1"))),
            id="called from two flows",
        ),
        pytest.param(
            Position("ask", mark="told", returns=(Return("f", 1, "n"),) * 5, remembers=True),
            id="everything at once",
        ),
    ],
)
def test_a_position_is_read_back_as_it_was_written(position: Position) -> None:
    assert Position.from_url(position.node, position.query()) == position


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"mark": "a b"}, id="a mark of two words"),
        pytest.param({"mark": "a" * 65}, id="a mark too long"),
        pytest.param({"returns": "flow_1"}, id="a return without a node"),
        pytest.param({"returns": "flow_1.0.bye"}, id="version nought"),
        pytest.param({"returns": "../x.1.bye"}, id="a path"),
        pytest.param({"returns": ",".join(["f.1.n"] * 6)}, id="six returns"),
        pytest.param({"returns": "f.1.n,"}, id="one that is empty"),
    ],
)
def test_a_place_that_we_did_not_write_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        Position.from_url("menu", query)
