"""The carrier's notices about a call that nobody is waiting on, read as events. Twilio's words
end here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import (
    Ended,
    EndStatus,
    Event,
    FellBack,
    LegChanged,
    Received,
    Recorded,
    TextDelivered,
)
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_OUR_WORDS: Final = {"canceled": EndStatus.CANCELLED.value}
_LAST: Final = frozenset(EndStatus)
_DELIVERED: Final = frozenset({"delivered", "undelivered", "failed"})
_LONGEST_CODE: Final = 20
_MOST_SHARDS: Final = 1_000


class Notice(Protocol):
    """A webhook's parameters, of which the signature has been checked."""

    @property
    def query(self) -> Mapping[str, str]:
        """What we wrote into the URL ourselves."""

    def required(self, name: str) -> str:
        """Return a parameter, or raise Rejected."""

    def optional(self, name: str) -> str | None:
        """Return a parameter, None if it is absent or empty."""


def status_of(notice: Notice, now: datetime) -> tuple[CallRef, Event]:
    """Read a status callback: the end of a call, or the progress of one of its legs.

    A leg that we dialled belongs to its parent's story. A call of ours to somebody has no parent:
    its progress is its own, and its last status ends it.
    """
    call_id = notice.required("CallSid")
    parent_id = notice.optional("ParentCallSid")
    status = _status(notice)
    seconds = _seconds(notice, "CallDuration")
    if parent_id is None and status in _LAST:
        ended = Ended(id="ended", at=now, status=status, seconds=seconds or 0)
        return _ref(notice, call_id), ended
    changed = LegChanged(
        id=f"leg:{call_id}:{status}", at=now, leg_id=call_id, status=status, seconds=seconds
    )
    return _ref(notice, parent_id or call_id), changed


def recording_of(notice: Notice, now: datetime) -> tuple[CallRef, Event]:
    """Read a recording callback. A message counts as one only where we know whose call it is."""
    ref = _ref(notice, notice.required("CallSid"))
    recording_id = notice.required("RecordingSid")
    status = notice.required("RecordingStatus")
    message = notice.optional("RecordingSource") == "RecordVerb"
    recorded = Recorded(
        id=f"recording:{recording_id}:{status}",
        at=now,
        recording_id=recording_id,
        status=status,
        seconds=_seconds(notice, "RecordingDuration") or 0,
        voicemail=message and ref.account_id != "",
    )
    return ref, recorded


def delivery_of(notice: Notice, now: datetime) -> tuple[CallRef, Event] | None:
    """Read a text message's status callback; None while it is still on its way.

    Which call sent it stands in our URL: the carrier's parameters name none.
    """
    call_id, node = notice.query.get("call"), notice.query.get("node")
    if not (call_id and node and notice.query.get("account")):
        raise Rejected("not an address of ours")
    message_id, status = notice.required("MessageSid"), notice.required("MessageStatus")
    if status not in _DELIVERED:
        return None
    error = notice.optional("ErrorCode")
    delivered = TextDelivered(
        id=f"delivery:{message_id}:{status}",
        at=now,
        node=node,
        message_id=message_id,
        status=status,
        error=error[:_LONGEST_CODE] if error else None,
    )
    return _ref(notice, call_id), delivered


def failed(
    notice: Notice, reason: str, destination: str | None, now: datetime
) -> tuple[CallRef, tuple[Event, ...]]:
    """Tell what is known of a call that we could not serve.

    Where even its line could not be read, the call's beginning was not stored either: whoever
    stores it later finds out whose it is.
    """
    ref = _ref(notice, notice.required("CallSid"))
    fell_back = FellBack(id="fell-back", at=now, reason=reason, destination=destination)
    if ref.account_id:
        return ref, (fell_back,)
    dialled = notice.required("To")
    received = Received(
        id="received",
        at=now,
        dialled=phone.caller_or_none(dialled) or dialled,
        caller=phone.caller_or_none(notice.optional("From")),
    )
    return ref, (received, fell_back)


def _ref(notice: Notice, call_id: str) -> CallRef:
    """Say which call it is, and whose if our URL says so."""
    shards = notice.query.get("shards", "1")
    if not (shards.isascii() and shards.isdigit() and 0 < int(shards) <= _MOST_SHARDS):
        raise Rejected("not an address of ours", shards=shards)
    return CallRef(
        call_id=call_id, account_id=notice.query.get("account", ""), log_shards=int(shards)
    )


def _status(notice: Notice) -> str:
    status = notice.required("CallStatus")
    return _OUR_WORDS.get(status, status)


def _seconds(notice: Notice, name: str) -> int | None:
    text = notice.optional(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Rejected("a duration is no number of seconds", parameter=name)
    return int(text)
