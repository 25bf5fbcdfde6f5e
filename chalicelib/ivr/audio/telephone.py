"""A sound as a telephone plays it: 8,000 samples a second, one channel, mu-law, in a WAV file.

Mu-law (ITU-T G.711) is what the carrier sends in the end: 16-bit PCM would be twice as long to
store and to fetch, and sound the same. Input is mono, 16 bits.
"""

from __future__ import annotations

from array import array
from functools import cache, lru_cache
from math import ceil, cos, gcd, pi, sin
from operator import mul
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.audio.formats import MU_LAW, wav

if TYPE_CHECKING:
    from collections.abc import Iterable

RATE: Final = 8_000
_LOUDEST: Final = 32_767

# Samples on each side that the last filter looks at: it separates 3.5 kHz from 4.5.
_SHARP: Final = 28
# A Blackman window's filter needs so many samples a side for a transition of one sample rate.
_WIDTH: Final = 2.75
_MOST_ASIDE: Final = 160


def at_telephone_rate(samples: array[int], rate: int) -> array[int]:
    """Resample a sound to 8,000 samples a second; what no telephone carries is filtered out.

    In two steps, because a filter is long where little room is left between what must stay and
    what must go: a short one on the way to 16,000, the long one where half the work is saved.
    """
    if rate == RATE:
        return samples
    return _halved(samples if rate == 2 * RATE else _at_double_rate(samples, rate))


def _at_double_rate(samples: array[int], rate: int) -> array[int]:
    """Resample to 16,000 a second: for each of the places that samples can fall between, a filter.

    It keeps the 4 kHz of a telephone as they are, and lets nothing else come to lie there.
    """
    shared = gcd(rate, 2 * RATE)
    up, down = 2 * RATE // shared, rate // shared
    room = max(min(rate, 2 * RATE) - RATE, 1)
    aside = min(_MOST_ASIDE, ceil(_WIDTH * rate / room))
    filters = _filters(up, aside, min(rate, 2 * RATE) / rate)
    padded = array("h", bytes(2 * aside)) + samples + array("h", bytes(2 * aside + 2))
    count, width = len(samples) * up // down, 2 * aside
    return array(
        "h",
        (
            _clipped(sum(map(mul, filters[at % up], padded[at // up + 1 : at // up + 1 + width])))
            for at in range(0, count * down, down)
        ),
    )


@lru_cache(maxsize=4)
def _filters(up: int, aside: int, cutoff: float) -> tuple[tuple[float, ...], ...]:
    """Return windowed sincs, each shifted by another part of a sample; each adds up to 1."""
    return tuple(
        _whole(
            [_tap(place - phase / up, aside, cutoff) for place in range(1 - aside, aside + 1)], 1.0
        )
        for phase in range(up)
    )


def _halved(samples: array[int]) -> array[int]:
    """Halve the sample rate by a half-band filter, of which every other tap is nought."""
    weights = _half_band()
    even, odd = samples[::2], samples[1::2]
    around = array("h", bytes(2 * _SHARP)) + odd + array("h", bytes(2 * _SHARP + 2))
    return array(
        "h",
        (
            _clipped(0.5 * middle + sum(map(mul, weights, around[at : at + 2 * _SHARP])))
            for at, middle in enumerate(even)
        ),
    )


@cache
def _half_band() -> tuple[float, ...]:
    odd = range(1 - 2 * _SHARP, 2 * _SHARP, 2)
    return _whole([_tap(place, 2 * _SHARP, 0.5) for place in odd], 0.5)


def _tap(place: float, aside: int, cutoff: float) -> float:
    """Return a low-pass filter's weight (sinc, Blackman window) at a distance in samples."""
    if abs(place) >= aside:
        return 0.0
    turn = pi * place / aside
    window = 0.42 + 0.5 * cos(turn) + 0.08 * cos(2 * turn)
    return window * (cutoff if place == 0 else sin(pi * place * cutoff) / (pi * place))


def _whole(weights: list[float], total: float) -> tuple[float, ...]:
    scale = total / sum(weights)
    return tuple(each * scale for each in weights)


def _clipped(value: float) -> int:
    return max(-_LOUDEST, min(_LOUDEST, round(value)))


def telephone_wav(samples: Iterable[int]) -> bytes:
    """Write samples (16 bits, 8,000 a second, mono) as a mu-law WAV file."""
    table = _table()
    return wav(bytes(table[each >> 2] for each in samples), MU_LAW, 1, RATE, 8)


def mu_law(sample: int) -> int:
    """Return the code of a 16-bit sample.

    >>> hex(mu_law(0)), hex(mu_law(32767)), hex(mu_law(-32768))
    ('0xff', '0x80', '0x0')
    """
    size = min(abs(sample) >> 2, 8_158) + 33
    segment = size.bit_length() - 6
    code = segment << 4 | (size >> segment + 1) & 0x0F
    return ~(code | (0x80 if sample < 0 else 0)) & 0xFF


@cache
def _table() -> dict[int, int]:
    """Give the code of every 14-bit value: mu-law looks at no more."""
    return {value: mu_law(value << 2) for value in range(-8_192, 8_192)}
