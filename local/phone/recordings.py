"""Recordings: when they begin and end, and sound to play for them.

Nothing is really recorded. The media are made up on request: as long as the recording was, and a
real WAV (a soft tone) or MP3 (silence) that any player takes.
"""

from __future__ import annotations

import io
import math
import wave
from typing import TYPE_CHECKING

from local.phone.model import Recording, Webhook
from local.phone.progress import recording_path, tell_of_recording

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.legs import Leg

RATE = 8000
# One MPEG-1 layer III frame of silence: 32 kbit/s, 32 kHz, one channel, 36 ms in 144 bytes.
_MP3_FRAME = b"\xff\xfb\x18\xc0" + bytes(140)
_MP3_FRAME_SECONDS = 0.036


def begin(
    exchange: Exchange,
    leg: Leg,
    source: str,
    callback: Webhook,
    events: tuple[str, ...] = ("completed",),
    channels: int = 1,
) -> Recording:
    """Start to record a leg."""
    recording = Recording(
        exchange.dice.sid("RE"),
        leg.call.sid,
        exchange.clock.now(),
        source,
        channels=channels,
        callback=callback,
        callback_events=events,
    )
    leg.recordings.append(recording)
    exchange.book.keep(recording)
    tell_of_recording(exchange, leg.call, recording, url(exchange, recording), "in-progress")
    return recording


def end(
    exchange: Exchange, leg: Leg, recording: Recording, *, seconds: float | None = None
) -> Recording:
    """Stop recording; without sound (0 seconds) it is absent."""
    if recording.status != "in-progress":
        return recording
    if seconds is None:
        seconds = (exchange.clock.now() - recording.created).total_seconds()
    recording.duration = round(seconds)
    recording.status = "completed" if recording.duration > 0 else "absent"
    recording.words = " ".join(leg.phone.words)
    exchange.book.keep(recording)
    exchange.publish(
        leg.call.family,
        "recording",
        {"sid": recording.sid, "status": recording.status, "duration": recording.duration},
    )
    tell_of_recording(exchange, leg.call, recording, url(exchange, recording), recording.status)
    return recording


def url(exchange: Exchange, recording: Recording) -> str:
    """Give the address of the sound, to which `.wav` or `.mp3` may be added."""
    return exchange.base_url + recording_path(exchange.settings.account_sid, recording.sid)


def wav(seconds: int) -> bytes:
    """Make a WAV file of so many seconds: 8 kHz, 8 bits, a tone that breathes once a second."""
    cycle = bytes(
        int(128 + 40 * math.sin(math.pi * n / RATE) * math.sin(2 * math.pi * 440 * n / RATE))
        for n in range(RATE)
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(cycle * max(0, seconds))
    return file.getvalue()


def mp3(seconds: int) -> bytes:
    """Make an MP3 file of so many seconds of silence."""
    return _MP3_FRAME * math.ceil(max(0, seconds) / _MP3_FRAME_SECONDS)
