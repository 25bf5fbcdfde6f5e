"""Sounds as people have them: tones of any shape, as WAV and as real MP3."""

from __future__ import annotations

import math
from array import array
from functools import cache

import lameenc

from chalicelib.ivr.audio.formats import PCM, wav


def tone(
    hertz: float = 1_000, rate: int = 44_100, seconds: float = 0.5, peak: int = 12_000
) -> array[int]:
    """Return a sine, 16 bits, one channel."""
    turn = 2 * math.pi * hertz / rate
    return array("h", (round(peak * math.sin(turn * at)) for at in range(round(rate * seconds))))


def as_wav(samples: array[int], rate: int = 44_100, channels: int = 1) -> bytes:
    """Write a plain WAV file, every channel the same."""
    every = array("h", (each for each in samples for _ in range(channels)))
    return wav(every.tobytes(), PCM, channels, rate, 16)


def a_wav(hertz: float = 1_000, rate: int = 44_100, seconds: float = 0.5) -> bytes:
    """Return a tone as a WAV file."""
    return as_wav(tone(hertz, rate, seconds), rate)


@cache
def an_mp3(hertz: float = 1_000, rate: int = 44_100, seconds: float = 0.5, kbps: int = 64) -> bytes:
    """Return a tone as an MP3 file, made by LAME."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(kbps)
    encoder.set_in_sample_rate(rate)
    encoder.set_out_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(7)
    return bytes(encoder.encode(tone(hertz, rate, seconds).tobytes()) + encoder.flush())


def level(samples: array[int], hertz: float, rate: int = 8_000) -> float:
    """Return how loud a frequency is in the middle of a sound (Goertzel), as a sine's peak."""
    inner = samples[len(samples) // 10 : -len(samples) // 10]
    # A Hann window, so that a loud neighbour is not mistaken for it.
    hann = [1 - math.cos(2 * math.pi * at / len(inner)) for at in range(len(inner))]
    turn = 2 * math.pi * hertz / rate
    weighed = [each * weight for each, weight in zip(inner, hann, strict=True)]
    real = sum(each * math.cos(turn * at) for at, each in enumerate(weighed))
    imaginary = sum(each * math.sin(turn * at) for at, each in enumerate(weighed))
    return 2 * math.hypot(real, imaginary) / len(inner)
