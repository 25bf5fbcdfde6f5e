"""What a file is, by its content alone: WAV, MP3, or something to be refused by its name.

Nothing that a header says is believed before it fits what is there.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from chalicelib.ivr.audio.sounds import UnusableAudio

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
WIDTHS: Final = {PCM: (8, 16, 24, 32), FLOAT: (32, 64), A_LAW: (8,), MU_LAW: (8,)}
SLOWEST, FASTEST = 8_000, 192_000  # samples a second
MOST_CHANNELS: Final = 8
# What a program writes that does not know the length when it begins.
UNKNOWN_LENGTHS: Final = frozenset({0, 0x7FFFFFFF, 0xFFFFFFFF})

# Layer III: kbit/s by the header's index, for MPEG 1, then MPEG 2 and 2.5 (ISO 11172-3, 13818-3).
_MPEG_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES: Final = {
    3: (44_100, 48_000, 32_000),
    2: (22_050, 24_000, 16_000),
    0: (11_025, 12_000, 8_000),
}
_SEARCHED: Final = 65_536  # bytes before the first frame that may be anything

# What people send by mistake: the marks files begin with, and where they stand.
OTHERS: Final = (
    (0, b"OggS", "Ogg"),
    (0, b"fLaC", "FLAC"),
    (0, b"FORM", "AIFF"),
    (0, b"RF64", "RF64"),
    (0, b"RIFX", "RIFX"),
    (4, b"ftyp", "MP4 or M4A"),
    (0, b"\x1a\x45\xdf\xa3", "WebM or Matroska"),
    (0, b"#!AMR", "AMR"),
    (0, b"MThd", "MIDI"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"%PDF", "PDF"),
    (0, b".snd", "AU"),
)


@dataclass(frozen=True, slots=True)
class Sound:
    """A file that is worth decoding: `kind` is "wav" or "mp3", `content` all it needs."""

    kind: str
    rate: int
    content: bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    code: int
    channels: int
    rate: int
    bits: int

    @property
    def frame(self) -> int:
        return self.channels * self.bits // 8


def recognise(content: bytes) -> Sound:
    """Tell what a file is. Raises UnusableAudio with the reason it is of no use."""
    if content[:4] == b"RIFF":
        return _wav(content)
    for place, mark, name in OTHERS:
        if content[place : place + len(mark)] == mark:
            raise UnusableAudio(f"this is {name}: send WAV or MP3")
    return _mp3(content)


def _wav(content: bytes) -> Sound:
    if content[8:12] != b"WAVE":
        raise UnusableAudio("this is RIFF, but not WAV")
    shape, place = None, 12
    while place + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, place)
        place += 8
        if name == b"fmt ":
            shape = _shape(content[place : place + size])
        if name == b"data":
            return _plain_wav(shape, content, place, size)
        place += size + size % 2
    raise UnusableAudio("the WAV file has no sound in it (no `data` chunk)")


def _shape(chunk: bytes) -> _Shape:
    if len(chunk) < 16:
        raise UnusableAudio("the WAV file is cut off in its header")
    code, channels, rate, _, frame, bits = struct.unpack_from("<HHIIHH", chunk)
    if code == EXTENSIBLE and len(chunk) >= 26:
        (code,) = struct.unpack_from("<H", chunk, 24)
    shape = _Shape(code, channels, rate, bits)
    if bits not in WIDTHS.get(code, ()):
        raise UnusableAudio(
            f"WAV of the encoding {code} with {bits} bits is not taken: send 16-bit PCM"
        )
    if not 1 <= channels <= MOST_CHANNELS:
        raise UnusableAudio(f"the WAV file says it has {channels} channels")
    if not SLOWEST <= rate <= FASTEST:
        reason = f"the WAV file says it has {rate} samples a second"
        raise UnusableAudio(f"{reason}; {SLOWEST} to {FASTEST} are taken")
    if frame != shape.frame:
        raise UnusableAudio("the WAV file's header contradicts itself (block align)")
    return shape


def _plain_wav(shape: _Shape | None, content: bytes, place: int, size: int) -> Sound:
    """Write the sound again with a header that is true, and nothing else."""
    if shape is None:
        raise UnusableAudio("the WAV file has sound but no header for it (no `fmt ` chunk)")
    there = len(content) - place
    if size > there and size not in UNKNOWN_LENGTHS:
        raise UnusableAudio(f"the WAV file is cut off: {there} bytes of its {size} are there")
    length = there if size in UNKNOWN_LENGTHS else size
    data = content[place : place + length - length % shape.frame]
    return Sound("wav", shape.rate, wav(data, shape.code, shape.channels, shape.rate, shape.bits))


def wav(data: bytes, code: int, channels: int, rate: int, bits: int) -> bytes:
    """Write a WAV file. Of an even length, as RIFF has it."""
    frame = channels * bits // 8
    header = struct.pack("<HHIIHH", code, channels, rate, rate * frame, frame, bits)
    chunks = _chunk(b"fmt ", header if code == PCM else header + bytes(2))
    if code != PCM:
        chunks += _chunk(b"fact", struct.pack("<I", len(data) // frame))
    return _chunk(b"RIFF", b"WAVE" + chunks + _chunk(b"data", data))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _mp3(content: bytes) -> Sound:
    start = _after_tags(content)
    if start >= len(content) and start > 0:
        raise UnusableAudio("the MP3 file has a title (ID3) and no sound")
    for place in range(start, min(len(content), start + _SEARCHED)):
        frame = _frame(content, place)
        if frame is None:
            continue
        length, rate = frame
        following = _frame(content, place + length)
        # Two frames in a row are no accident: any two bytes may look like one.
        if following is not None and following[1] == rate:
            return Sound("mp3", rate, content[place:])
    raise UnusableAudio("this is neither WAV nor MP3")


def _after_tags(content: bytes) -> int:
    """Return where the tags (ID3v2) in front of the sound end, perhaps beyond the file."""
    place = 0
    while content[place : place + 3] == b"ID3" and len(content) >= place + 10:
        flags, sizes = content[place + 5], content[place + 6 : place + 10]
        size = 0
        for each in sizes:
            size = size << 7 | each & 0x7F
        place += 10 + size + (10 if flags & 0x10 else 0)
    return place


def _frame(content: bytes, place: int) -> tuple[int, int] | None:
    """Return the length in bytes and the sample rate of the MP3 frame at a place."""
    if place + 4 > len(content) or content[place] != 0xFF or content[place + 1] & 0xE0 != 0xE0:
        return None
    mpeg, layer = content[place + 1] >> 3 & 3, content[place + 1] >> 1 & 3
    bits, speed, padding = (
        content[place + 2] >> 4,
        content[place + 2] >> 2 & 3,
        content[place + 2] >> 1 & 1,
    )
    if layer != 1 or mpeg not in _RATES or speed == 3 or bits in (0, 15):
        return None
    rate = _RATES[mpeg][speed]
    kilobits, words = (_MPEG_1[bits], 144) if mpeg == 3 else (_MPEG_2[bits], 72)
    return words * kilobits * 1000 // rate + padding, rate
