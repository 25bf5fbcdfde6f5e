"""The sounds that are built in, computed: a beep, and music to wait by. The same bytes every time.

The music is our own: slow broken chords that end where they begin, so that it can go round.
Samples are 16 bits, 8,000 a second.
"""

from __future__ import annotations

from array import array
from math import exp, pi, sin
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.audio.telephone import RATE

if TYPE_CHECKING:
    from collections.abc import Callable

BEEP_HERTZ: Final = 1_000
BEEP_SECONDS: Final = 0.4
_RAMP: Final = RATE // 100  # 10 ms: a tone that starts at once clicks
_BEEP_LEVEL: Final = 12_000

BEAT_SECONDS: Final = 0.5
# Four notes a bar, from low to high, as semitones above A 220 Hz: F, A minor, D minor, B flat, and
# the same again with other voices, back to F.
CHORDS: Final = (
    (-4, 3, 8, 12),
    (0, 3, 7, 12),
    (-7, 0, 5, 8),
    (1, 5, 8, 12),
    (-4, 0, 3, 15),
    (-2, 3, 7, 10),
    (-7, 0, 5, 12),
    (3, 7, 10, 13),
)
# Which of a bar's notes sounds at which of its eight half beats; the bass rings through.
PATTERN: Final = (0, 2, 1, 3, 2, 3, 1, 2)
_NOTE_LEVEL: Final = 3_600
_RING_SECONDS: Final = 1.6
# Harmonics, how strong each is and how fast it fades: a struck bar, soft on a telephone.
_TIMBRE: Final = ((1, 1.0, 2.2), (2, 0.28, 3.6), (3, 0.09, 5.5))


def beep() -> array[int]:
    """Return one clear tone."""
    length = round(BEEP_SECONDS * RATE)
    ramp = [min(1.0, at / _RAMP, (length - at) / _RAMP) for at in range(length)]
    return array(
        "h",
        (
            round(_BEEP_LEVEL * loud * sin(2 * pi * BEEP_HERTZ * at / RATE))
            for at, loud in enumerate(ramp)
        ),
    )


def hold_music() -> array[int]:
    """Return sixteen seconds of music. What rings on at its end is heard at its beginning."""
    step = round(BEAT_SECONDS * RATE / 2)
    mixed = [0.0] * (step * len(PATTERN) * len(CHORDS))
    for bar, chord in enumerate(CHORDS):
        for place, voice in enumerate(PATTERN):
            start = (bar * len(PATTERN) + place) * step
            _strike(mixed, start, 220.0 * 2 ** (chord[voice] / 12), 1.3 if place == 0 else 1.0)
    return array("h", (max(-32_767, min(32_767, round(each))) for each in mixed))


def _strike(mixed: list[float], start: int, hertz: float, loud: float) -> None:
    for at in range(round(_RING_SECONDS * RATE)):
        time = at / RATE
        level = min(1.0, at / 40) * min(1.0, (_RING_SECONDS - time) / 0.2)
        value = sum(
            weight * exp(-fade * time) * sin(2 * pi * hertz * harmonic * time)
            for harmonic, weight, fade in _TIMBRE
        )
        mixed[(start + at) % len(mixed)] += _NOTE_LEVEL * loud * level * value


BUILT_IN: Final[dict[str, Callable[[], array[int]]]] = {"beep": beep, "hold": hold_music}
