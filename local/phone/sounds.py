"""Sound files: which are played, how long they are, and which need not be fetched again."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.phone.transport import Answer

# What Twilio's page of <Play> lists.
_FORMATS = "mpeg wav wave x-wav aiff x-aifc x-aiff x-gsm gsm ulaw"
PLAYABLE = frozenset(f"audio/{name}" for name in _FORMATS.split())
_TELEPHONE = 8_000  # bytes a second of ulaw, and the guess for anything else
# Layer III: kbit/s by the header's index, for MPEG 1 and for MPEG 2 and 2.5.
_MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def seconds_of(content: bytes, content_type: str) -> float:
    """Tell how long a sound plays: exactly for WAV and MP3, by its size for anything else."""
    if content[:4] == b"RIFF":
        return _wav(content)
    if content_type == "audio/mpeg":
        return _mp3(content)
    return len(content) / _TELEPHONE


def conditions(kept: Answer | None) -> dict[str, str]:
    """Give the headers that spare the server a sound which is here already."""
    if kept is None:
        return {}
    wanted = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
    return {ask: kept.headers[name] for ask, name in wanted if name in kept.headers}


def lasting(answer: Answer) -> bool:
    """Tell whether an answer says enough about itself to be asked for conditionally."""
    return answer.status == 200 and ("ETag" in answer.headers or "Last-Modified" in answer.headers)


def _wav(content: bytes) -> float:
    """Walk through the chunks: the rate is in `fmt `, the length that of `data`."""
    place, rate = 12, 0
    while place + 8 <= len(content):
        name, size = struct.unpack("<4sI", content[place : place + 8])
        place += 8
        if name == b"fmt " and place + 12 <= len(content):
            rate = int(struct.unpack("<I", content[place + 8 : place + 12])[0])
        if name == b"data":
            return min(size, len(content) - place) / rate if rate else 0.0
        place += size + size % 2
    return 0.0


def _mp3(content: bytes) -> float:
    """Add up the frames."""
    place, total = _after_tag(content), 0.0
    while place + 4 <= len(content):
        size, seconds = _frame(content[place : place + 4])
        total += seconds
        place += size or 1
    return total


def _after_tag(content: bytes) -> int:
    """Skip an ID3 tag, whose size is written in seven bits a byte."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    return 10 + sum(byte << 7 * power for power, byte in enumerate(reversed(content[6:10])))


def _frame(header: bytes) -> tuple[int, float]:
    """Read a frame's header: bytes and seconds of the frame; (0, 0) if it is none."""
    word = int.from_bytes(header)
    version, layer = word >> 19 & 3, word >> 17 & 3
    kilobits, rate = word >> 12 & 15, word >> 10 & 3
    if word >> 21 != 0x7FF or layer != 1 or version == 1 or kilobits in (0, 15) or rate == 3:
        return 0, 0.0
    samples = 1152 if version == 3 else 576
    bits = (_MPEG_1 if version == 3 else _MPEG_2)[kilobits] * 1000
    hertz = _RATES[version][rate]
    return samples // 8 * bits // hertz + (word >> 9 & 1), samples / hertz
