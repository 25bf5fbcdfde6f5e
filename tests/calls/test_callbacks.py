"""What the carrier's notices say, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.call import CallRef
from chalicelib.calls.callbacks import delivery_of, failed, recording_of, status_of
from chalicelib.calls.events import Ended, Event, FellBack, LegChanged, Received, Recorded
from chalicelib.kernel.errors import Rejected
from chalicelib.runtime.form import Form
from tests.calls import builders as a

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT_OF = {"account": "acc_1", "call": "CA1", "node": "confirm"}
OURS = {"account": "acc_1", "shards": "4"}


def a_form(query: dict[str, str] | None = None, /, **fields: Any) -> Form:
    values = {name: (value,) for name, value in fields.items()}
    return Form(fields=values, query=query or {}, urls=(), base_url="https://x")


def recording(**fields: str) -> dict[str, str]:
    told = {"CallSid": "CA1", "RecordingSid": "RE1", "RecordingStatus": "completed"}
    return {**told, "RecordingDuration": "17", "RecordingSource": "RecordVerb", **fields}


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        pytest.param(
            {"CallStatus": "completed", "CallDuration": "95"},
            Ended(id="ended", at=a.NOON, status="completed", seconds=95),
            id="an inbound call ends",
        ),
        pytest.param(
            {"CallStatus": "no-answer"},
            Ended(id="ended", at=a.NOON, status="no-answer", seconds=0),
            id="nobody answers us, and there is no duration",
        ),
        pytest.param(
            {"CallStatus": "canceled", "CallDuration": ""},
            Ended(id="ended", at=a.NOON, status="cancelled", seconds=0),
            id="Twilio's spelling of cancelled",
        ),
        pytest.param(
            {"CallStatus": "ringing", "Direction": "outbound-api"},
            LegChanged(id="leg:CA1:ringing", at=a.NOON, leg_id="CA1", status="ringing"),
            id="a call of ours rings",
        ),
        pytest.param(
            {"CallStatus": "in-progress", "ParentCallSid": "CA0"},
            LegChanged(id="leg:CA1:in-progress", at=a.NOON, leg_id="CA1", status="in-progress"),
            id="a destination answers",
        ),
        pytest.param(
            {"CallStatus": "completed", "CallDuration": "80", "ParentCallSid": "CA0"},
            LegChanged(
                id="leg:CA1:completed", at=a.NOON, leg_id="CA1", status="completed", seconds=80
            ),
            id="a destination hangs up",
        ),
    ],
)
def test_a_status_says(fields: dict[str, str], event: Event) -> None:
    ref, told = status_of(a_form({}, CallSid="CA1", **fields), a.NOON)

    assert told == event
    assert ref == CallRef(call_id=fields.get("ParentCallSid", "CA1"))


def test_a_url_of_ours_says_whose_call_it_is() -> None:
    ref, _ = status_of(a_form(OURS, CallSid="CA1", CallStatus="ringing"), a.NOON)

    assert ref == CallRef(call_id="CA1", account_id="acc_1", log_shards=4)


@pytest.mark.parametrize(
    ("query", "fields", "voicemail"),
    [
        pytest.param(OURS, {}, True, id="a message"),
        pytest.param(OURS, {"RecordingSource": "DialVerb"}, False, id="a conversation"),
        pytest.param({}, {}, False, id="a message to nobody knows whom"),
    ],
)
def test_a_recording_is_a_message(
    query: dict[str, str], fields: dict[str, str], voicemail: bool
) -> None:
    _, told = recording_of(a_form(query, **recording(**fields)), a.NOON)

    assert told == Recorded(
        id="recording:RE1:completed",
        at=a.NOON,
        recording_id="RE1",
        status="completed",
        seconds=17,
        voicemail=voicemail,
    )


@pytest.mark.parametrize(
    ("read", "form"),
    [
        pytest.param(status_of, a_form(CallStatus="completed"), id="no call"),
        pytest.param(status_of, a_form(CallSid="CA1"), id="no status"),
        pytest.param(
            status_of,
            a_form(CallSid="CA1", CallStatus="completed", CallDuration="long"),
            id="no duration",
        ),
        pytest.param(
            status_of,
            a_form({"shards": "0"}, CallSid="CA1", CallStatus="completed"),
            id="no shard at all",
        ),
        pytest.param(
            status_of,
            a_form({"shards": "1e9"}, CallSid="CA1", CallStatus="completed"),
            id="no number of shards",
        ),
        pytest.param(recording_of, a_form(CallSid="CA1"), id="no recording"),
        pytest.param(delivery_of, a_form(TEXT_OF, MessageStatus="sent"), id="no message"),
        pytest.param(delivery_of, a_form(TEXT_OF, MessageSid="SM1"), id="no status of a message"),
        pytest.param(
            delivery_of, a_form(MessageSid="SM1", MessageStatus="delivered"), id="nobody's message"
        ),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused(read: Callable[..., Any], form: Form) -> None:
    with pytest.raises(Rejected):
        read(form, a.NOON)


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"MessageStatus": "delivered"}, {}),
        (
            {"MessageStatus": "undelivered", "ErrorCode": "30003"},
            {"id": "delivery:SM1:undelivered", "status": "undelivered", "error": "30003"},
        ),
        (
            {"MessageStatus": "failed", "ErrorCode": "30005"},
            {"id": "delivery:SM1:failed", "status": "failed", "error": "30005"},
        ),
    ],
)
def test_a_text_says_what_became_of_it(fields: dict[str, str], changes: dict[str, str]) -> None:
    noted = delivery_of(a_form(TEXT_OF, MessageSid="SM1", **fields), a.NOON)

    assert noted is not None
    assert noted[0] == CallRef(call_id="CA1", account_id="acc_1")
    assert noted[1] == a.text_delivered(at=a.NOON, **changes)


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "read", "anything new"])
def test_a_text_on_its_way_says_nothing_yet(status: str) -> None:
    form = a_form(TEXT_OF, MessageSid="SM1", MessageStatus=status)

    assert delivery_of(form, a.NOON) is None


def test_a_call_that_failed_before_its_line_was_read_keeps_what_the_carrier_told() -> None:
    form = a_form({}, CallSid="CA1", To=a.DIALLED, From="anonymous")

    ref, events = failed(form, "Unavailable", None, a.NOON)

    assert ref == CallRef(call_id="CA1")
    assert events == (
        Received(id="received", at=a.NOON, dialled=a.DIALLED, caller=None),
        FellBack(id="fell-back", at=a.NOON, reason="Unavailable"),
    )


def test_a_call_that_failed_on_its_way_keeps_only_that() -> None:
    ref, events = failed(a_form(OURS, CallSid="CA1"), "KeyError", a.DESK, a.NOON)

    assert ref.account_id == "acc_1"
    assert [event.kind for event in events] == ["fell-back"]
