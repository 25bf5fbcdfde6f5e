"""What the carrier's voice webhooks say, in our words."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import Arrived, DialEnded, KeysPressed, MessageRecorded, NoInput
from chalicelib.ivr.callbacks import context_of, heard
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
