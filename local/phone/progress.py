"""A call's states and the callbacks that tell of them. States only move forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone import parameters, webhooks
from local.phone.book import to_json
from local.phone.faults import Trouble
from local.phone.model import FINAL, Status
from local.phone.transport import Failed, Lost

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.model import Call, Recording, Webhook

_ORDER = [Status.QUEUED, Status.INITIATED, Status.RINGING, Status.IN_PROGRESS, *sorted(FINAL)]
_EVENT = {
    Status.INITIATED: "initiated",
    Status.RINGING: "ringing",
    Status.IN_PROGRESS: "answered",
} | dict.fromkeys(FINAL, "completed")
_SIP_CODES = {
    Status.COMPLETED: 200,
    Status.BUSY: 486,
    Status.NO_ANSWER: 487,
    Status.FAILED: 404,
    Status.CANCELED: 487,
}


def advance(exchange: Exchange, call: Call, status: Status) -> None:
    """Put a call into its next state, note it, and send the callback that goes with it."""
    if call.over or _ORDER.index(status) <= _ORDER.index(call.status):
        return
    silent = call.status is Status.QUEUED and status is Status.CANCELED
    call.status = status
    call.updated = exchange.clock.now()
    if status is Status.IN_PROGRESS:
        call.started = call.updated
    if status in FINAL:
        call.ended = call.updated
        call.sip_code = call.sip_code or _SIP_CODES[status]
    exchange.book.keep(call)
    exchange.publish(call.family, "call", to_json(call))
    # A call cancelled before it left the queue never was: nothing is told.
    if not silent:
        _call_back(exchange, call, status)


def call_back(
    exchange: Exchange, call: Call, kind: str, target: Webhook, params: dict[str, str]
) -> None:
    """Send a callback on its own; its answer changes nothing, its failure is only reported."""
    if not target.url:
        return
    early = exchange.faults.take(Trouble.EARLY, url=target.url, group="callbacks") is not None
    work = _deliver(exchange, call, kind, target, params, early=early)
    if early:
        exchange.hurry(call.family, work)
    elif exchange.faults.take(Trouble.REORDER, url=target.url):
        exchange.late[call.family].append(work)
    else:
        exchange.spawn(call.family, work)


def tell_of_recording(
    exchange: Exchange, call: Call, recording: Recording, url: str, status: str
) -> None:
    """Send the recording's status callback, if this state was asked for."""
    if status not in recording.callback_events:
        return
    params = {
        "AccountSid": call.account_sid,
        "CallSid": recording.call_sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": url,
        "RecordingStatus": status,
        "RecordingDuration": str(max(0, recording.duration)),
        "RecordingChannels": str(recording.channels),
        "RecordingStartTime": parameters.rfc2822(recording.created),
        "RecordingSource": recording.source,
    }
    if recording.source != "RecordVerb":
        params["RecordingTrack"] = recording.track
    call_back(exchange, call, "recording", recording.callback, params)


def _call_back(exchange: Exchange, call: Call, status: Status) -> None:
    event = _EVENT[status]
    if not call.callback.url or event not in call.callback_events:
        return
    if call.direction == "inbound":
        params = exchange.parameters(call) | parameters.ended(call)
    else:
        sequence, call.callbacks_sent = call.callbacks_sent, call.callbacks_sent + 1
        params = exchange.parameters(call)
        params |= parameters.progress(call, exchange.clock.now(), sequence, status)
    params |= _recorded(exchange, call)
    call_back(exchange, call, "status", call.callback, params)


def _recorded(exchange: Exchange, call: Call) -> dict[str, str]:
    leg = exchange.legs.get(call.sid)
    ended = [one for one in leg.recordings if one.duration >= 0] if call.over and leg else []
    if not ended:
        return {}
    kept = ended[-1]
    return {
        "RecordingUrl": f"{exchange.base_url}{recording_path(call.account_sid, kept.sid)}",
        "RecordingSid": kept.sid,
        "RecordingDuration": str(kept.duration),
    }


def recording_path(account_sid: str, sid: str) -> str:
    """Give the path of a recording in the REST API, without an extension."""
    return f"/{parameters.API_VERSION}/Accounts/{account_sid}/Recordings/{sid}"


async def _deliver(
    exchange: Exchange,
    call: Call,
    kind: str,
    target: Webhook,
    params: dict[str, str],
    *,
    early: bool,
) -> None:
    ask = webhooks.Ask(
        kind, call.sid, call.family, target.url, target.method, params, fetches=False, early=early
    )
    try:
        await webhooks.send(exchange, ask)
    except Lost:
        return
    except Failed as failed:
        # An answer of 4xx or 5xx to a callback is a warning; no answer is what it always is.
        code = 15003 if failed.status else failed.code
        exchange.report(code, f"{kind} callback: {failed.detail}", call.sid, target.url)
