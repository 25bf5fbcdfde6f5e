"""<Dial>: put the caller through to the first destination that answers, or to a queue's first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone import recordings
from local.phone.bridging import talk
from local.phone.dialling import Attempt, Noun, dialable
from local.phone.legs import HungUp, Source
from local.phone.model import Status, Webhook
from local.phone.steps import WHISPER, Ending
from local.phone.verbs.queue import serve
from local.phone.verbs.record import callback, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.phone.legs import Leg
    from local.phone.model import Recording
    from local.phone.runner import Program
    from local.phone.steps import Goto
    from local.phone.twiml.check import Tag

RING_BUFFER = 5  # Twilio rings five seconds longer than it was told
_NOT_RECORDED = frozenset({"", "false", "do-not-record"})


@dataclass(frozen=True, slots=True)
class Dial:
    """Whom to ring, how, for how long, and what to do afterwards."""

    action: str
    method: str
    caller_id: str
    timeout: int = 30
    time_limit: int = 14_400
    sequential: bool = False
    star_ends: bool = False
    answers_on_bridge: bool = False
    record: str = ""
    recording_callback: Webhook = field(default_factory=Webhook)
    recording_events: tuple[str, ...] = ("completed",)

    @classmethod
    def read(cls, tag: Tag) -> Dial:
        record = tag.get("record")
        return cls(
            tag.get("action"),
            tag.get("method", "POST"),
            tag.get("callerId"),
            tag.whole("timeout", 30),
            tag.whole("timeLimit", 14_400),
            tag.true("sequential"),
            tag.true("hangupOnStar"),
            tag.true("answerOnBridge"),
            "" if record in _NOT_RECORDED else record,
            *callback(tag),
        )


@dataclass(slots=True)
class Result:
    """What came of it, in the action's parameters."""

    params: dict[str, str]
    recording: Recording | None = None


async def run(tag: Tag, on: Program) -> Goto | None:
    """Dial; with an action go there, without one go on while the caller is there."""
    dial = Dial.read(tag)
    if not dial.answers_on_bridge:
        on.answer()
    result = Result({"DialCallStatus": Status.FAILED.value})
    try:
        if queue := next((child for child in tag.children if child.name == "Queue"), None):
            result.params = await serve(queue, on, dial.timeout, dial.time_limit)
        elif _may_show(dial.caller_id, on):
            await _ring_all(dial, list(_nouns(tag, on)), on, result)
    except HungUp:
        if dial.action:
            on.leg.last_words.append(on.act(dial.action, dial.method, result.params).source)
        raise
    return on.act(dial.action, dial.method, result.params) if dial.action else None


def _may_show(caller_id: str, on: Program) -> bool:
    """Allow the call's own numbers, ours and verified ones (13214)."""
    call = on.leg.call
    settings = on.exchange.settings
    allowed = {"", call.from_, call.to} | settings.verified
    if caller_id in allowed or on.exchange.book.owned(caller_id):
        return True
    on.report(13214, f"callerId {caller_id!r} is neither this call's nor ours")
    return False


def _nouns(tag: Tag, on: Program) -> Iterator[Noun]:
    if tag.text:
        yield from _checked(Noun(tag.text), on)
    for child in tag.children:
        if child.name == "Number":
            yield from _checked(_noun(child, on), on)
        else:
            on.report(0, f"<{child.name}> is not dialled by this network", "UNPLAYED")


def _noun(tag: Tag, on: Program) -> Noun:
    whisper = tag.get("url")
    method = tag.get("method", "POST").upper()
    return Noun(
        tag.text,
        Source(on.absolute(whisper), method, kind="whisper") if whisper else None,
        _webhook(tag, "statusCallback", on),
        tuple(tag.get("statusCallbackEvent", "completed").split()),
        tag.get("sendDigits"),
        tag.get("machineDetection"),
        _webhook(tag, "amdStatusCallback", on),
    )


def _webhook(tag: Tag, name: str, on: Program) -> Webhook:
    return reachable(Webhook(tag.get(name), tag.get(f"{name}Method", "POST").upper()), on)


def _checked(noun: Noun, on: Program) -> Iterator[Noun]:
    if dialable(noun.number):
        yield noun
    else:
        on.report(13223, f"{noun.number!r} is not in E.164 format")


async def _ring_all(dial: Dial, nouns: list[Noun], on: Program, result: Result) -> None:
    rounds = [[noun] for noun in nouns] if dial.sequential else [nouns]
    for batch in rounds:
        if batch and await _ring_batch(dial, batch, on, result):
            return


async def _ring_batch(dial: Dial, nouns: list[Noun], on: Program, result: Result) -> bool:
    """Ring some destinations at once and talk to the first that is ready; tell whether one was."""
    caller_id = dial.caller_id or _shown(on.leg)
    attempts = [
        Attempt(
            on.leg,
            noun,
            caller_id=caller_id,
            timeout=dial.timeout + RING_BUFFER,
            whisper=lambda leg, source: _whisper(on, leg, source),
            converse=on.converse,
        )
        for noun in nouns
    ]
    _begin_recording(dial, on, result, "ringing")
    attempt = attempts[-1]
    try:
        attempt = await _first(attempts, on)
        _leave_out(attempts, attempt)
        if attempt.ready.done():
            await _talk(dial, attempt, on, result)
    finally:
        _leave_out(attempts, None)
        await asyncio.wait([each.closed for each in attempts])
        _tell(attempt, on, result)
    return attempt.ready.done()


async def _first(attempts: list[Attempt], on: Program) -> Attempt:
    """Wait until one is ready, or all have failed: then the last one speaks for them."""
    while True:
        if ready := next((each for each in attempts if each.ready.done()), None):
            return ready
        ringing = [each for each in attempts if not each.closed.done()]
        if not ringing:
            return attempts[-1]
        await on.leg.wait(*(f for each in ringing for f in (each.ready, each.closed)))


async def _talk(dial: Dial, attempt: Attempt, on: Program, result: Result) -> None:
    on.answer()
    attempt.bridged = True
    _begin_recording(dial, on, result, "answer")
    on.exchange.note(on.leg.call, on.leg.phone.number, "talks with", attempt.noun.number)
    for leg in (on.leg, attempt.leg):
        leg.phone.put_through()
    await talk(on.leg, attempt.leg, attempt.over, limit=dial.time_limit, star_ends=dial.star_ends)


def _tell(attempt: Attempt, on: Program, result: Result) -> None:
    result.params = {
        "DialCallStatus": attempt.status.value,
        "DialCallSid": attempt.call.sid,
        "DialBridged": str(attempt.bridged).lower(),
    }
    if attempt.call.started and not attempt.diverted:
        result.params["DialCallDuration"] = str(attempt.call.duration)
    if result.recording is not None:
        kept = recordings.end(on.exchange, on.leg, result.recording)
        result.params["RecordingUrl"] = recordings.url(on.exchange, kept)


def _begin_recording(dial: Dial, on: Program, result: Result, when: str) -> None:
    wanted = dial.record == "true" or dial.record.startswith("record-from-answer")
    if not dial.record or wanted != (when == "answer"):
        return
    result.recording = recordings.begin(
        on.exchange,
        on.leg,
        "DialVerb",
        reachable(dial.recording_callback, on),
        dial.recording_events,
        2 if dial.record.endswith("dual") else 1,
    )


def _leave_out(attempts: list[Attempt], chosen: Attempt | None) -> None:
    for each in attempts:
        if each is not chosen and not each.closed.done():
            each.give_up()


async def _whisper(on: Program, leg: Leg, source: Source) -> bool:
    """Play something to the called party first; they are put through unless it hangs up."""
    return await on.run_on(leg, source, WHISPER) is Ending.RAN_OUT


def _shown(leg: Leg) -> str:
    """Give the number the called party sees: the caller's, or ours on a call that we made."""
    return leg.call.from_
