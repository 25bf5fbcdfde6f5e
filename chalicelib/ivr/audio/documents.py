"""Reading WAV and MP3 with a decoder of others, in pieces: a small file may hold hours."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import miniaudio

from chalicelib.ivr.audio.sounds import (
    LONGEST_MILLISECONDS,
    SHORTEST_MILLISECONDS,
    SOFTEST_PEAK,
    UnusableAudio,
)
from chalicelib.ivr.audio.telephone import at_telephone_rate

if TYPE_CHECKING:
    from chalicelib.ivr.audio.formats import Sound

PIECE: Final = 16_384  # samples


def samples_of(sound: Sound) -> array[int]:
    """Return a sound as one channel of 16 bits, 8,000 samples a second. Raises UnusableAudio."""
    samples = _decoded(sound)
    length = len(samples) * 1000 // sound.rate
    if length < SHORTEST_MILLISECONDS:
        reason = f"the sound lasts {length} ms, {SHORTEST_MILLISECONDS} ms at least are needed"
        raise UnusableAudio(reason)
    if max(max(samples), -min(samples)) < SOFTEST_PEAK:
        raise UnusableAudio("nothing can be heard: the sound is silent")
    return at_telephone_rate(samples, sound.rate)


def _decoded(sound: Sound) -> array[int]:
    samples: array[int] = array("h")
    longest = LONGEST_MILLISECONDS * sound.rate // 1000
    try:
        pieces = miniaudio.stream_memory(
            sound.content, nchannels=1, sample_rate=sound.rate, frames_to_read=PIECE
        )
        for piece in pieces:
            samples.extend(piece)
            if len(samples) > longest:
                pieces.close()
                minutes = LONGEST_MILLISECONDS // 60_000
                raise UnusableAudio(f"the sound lasts more than {minutes} minutes")
    except miniaudio.MiniaudioError:
        raise UnusableAudio(f"the {sound.kind.upper()} file is damaged") from None
    return samples
