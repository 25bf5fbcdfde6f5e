"""<Record>: keep what the caller says, until a key, silence, the longest time or the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone import recordings
from local.phone.legs import HungUp, Key, Source
from local.phone.model import Webhook

if TYPE_CHECKING:
    from local.phone.model import Recording
    from local.phone.runner import Program
    from local.phone.steps import Goto
    from local.phone.twiml.check import Tag

_TRANSCRIBED_AT_MOST = 120


@dataclass(frozen=True, slots=True)
class Record:
    """When a recording ends and who is told."""

    action: str
    method: str
    timeout: int
    finish_keys: str
    longest: int
    beep: bool
    trims: bool
    callback: Webhook
    events: tuple[str, ...]
    transcribes: bool = False

    @classmethod
    def read(cls, tag: Tag) -> Record:
        transcribes = tag.true("transcribe") or bool(tag.get("transcribeCallback"))
        return cls(
            tag.get("action"),
            tag.get("method"),
            tag.whole("timeout", 5),
            tag.get("finishOnKey", "1234567890*#"),
            tag.whole("maxLength", _TRANSCRIBED_AT_MOST if transcribes else 3600),
            tag.true("playBeep", default=True),
            tag.get("trim", "trim-silence") == "trim-silence",
            *callback(tag),
            transcribes=transcribes,
        )


def callback(tag: Tag) -> tuple[Webhook, tuple[str, ...]]:
    """Read the recordingStatusCallback attributes, which several elements share."""
    method = tag.get("recordingStatusCallbackMethod", "POST").upper()
    events = tag.get("recordingStatusCallbackEvent", "completed").split()
    return Webhook(tag.get("recordingStatusCallback"), method), tuple(events)


def reachable(target: Webhook, on: Program) -> Webhook:
    """Resolve a callback's address against the current document's."""
    return Webhook(on.absolute(target.url), target.method) if target.url else target


async def run(tag: Tag, on: Program) -> Goto | None:
    """Record; go to the action if there was anything to hear, else on to the next verb."""
    record = Record.read(tag)
    on.answer()
    leg = on.leg
    if record.transcribes:
        on.report(0, "<Record transcribe> is not transcribed by this network", "UNPLAYED")
    leg.forget_inputs()
    leg.phone.words.clear()
    kept = recordings.begin(
        on.exchange, leg, "RecordVerb", reachable(record.callback, on), record.events
    )
    if record.beep:
        leg.phone.beep()
    try:
        key = await _until_over(record, on)
    except HungUp:
        params = _end(record, on, kept) | {"Digits": "hangup"}
        if kept.duration:
            leg.last_words.append(_action(record, on, params))
        raise
    params = _end(record, on, kept) | {"Digits": key}
    return on.act(record.action, record.method, params) if kept.duration else None


async def _until_over(record: Record, on: Program) -> str:
    """Wait for the end and give the key that brought it, or ""."""
    clock, phone = on.exchange.clock, on.leg.phone
    began = clock.seconds()
    while True:
        now = clock.seconds()
        ends = began + record.longest
        if record.timeout:
            ends = min(ends, max(phone.speaking_until, began) + record.timeout)
        if ends <= now:
            return ""
        item = await on.leg.next_input(ends - now)
        if isinstance(item, Key) and item.key in record.finish_keys:
            return item.key


def _end(record: Record, on: Program, kept: Recording) -> dict[str, str]:
    """Stop; silence at the end is trimmed, and a recording of nothing but silence is none."""
    clock, phone = on.exchange.clock, on.leg.phone
    took = (clock.now() - kept.created).total_seconds()
    if not phone.words:
        took = 0.0
    elif record.trims:
        took -= max(0.0, clock.seconds() - phone.speaking_until)
    recordings.end(on.exchange, on.leg, kept, seconds=took)
    return {
        "RecordingUrl": recordings.url(on.exchange, kept),
        "RecordingSid": kept.sid,
        "RecordingDuration": str(kept.duration),
    }


def _action(record: Record, on: Program, params: dict[str, str]) -> Source:
    return on.act(record.action, record.method, params).source
