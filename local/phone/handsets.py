"""How a telephone behaves: a small script that reads as a sentence.

>>> Handset(answers_after=3, hangs_up_after=95, presses={1: "1"}).answers_after
3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

# What to press or say: at the nth question (Gather), or whenever a text is heard. A tuple gives
# one answer each time; a single string is given every time.
Answers = Mapping[int | str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Handset:
    """One script, for a caller or for someone who is called.

    Times are seconds: `answers_after` the first ring (None: never), all else after the answer.
    """

    to: str = ""  # the number this handset has, where it is not said elsewhere
    answers_after: float | None = 2
    busy: bool = False
    declines: bool = False  # rejects the call while it rings
    unreachable: bool = False  # the number exists no more
    machine: str = ""  # an answering machine's greeting; "" is a person
    presses: Answers = field(default_factory=dict)
    says: Answers = field(default_factory=dict)
    talks: Mapping[float, str] = field(default_factory=dict)  # seconds after the answer: a sentence
    leaves_message: float = 0  # seconds of speech after the beep of a Record
    message: str = "Bonjour, rappelez-moi s'il vous plaît."
    ends_message_with: str = ""  # a key; "" hangs up
    hangs_up_after: float | None = None
    hangs_up_on: str = ""  # a text that makes them hang up
    patience: float | None = None  # as a caller: rings so long, then gives up
    barges_in: bool = False  # presses before the prompt is over
    reaction: float = 1  # seconds between the end of a prompt and the first key
    by_hand: bool = False  # a person decides, on the page or through the control API

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Handset:
        """Read a script as the control API takes it; raise `ValueError` on an unknown name."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(data.keys() - known)
        if unknown:
            raise ValueError(f"unknown in a handset's script: {', '.join(unknown)}")
        values = dict(data)
        for name in ("presses", "says"):
            if name in values:
                values[name] = _answers(values[name])
        if "talks" in values:
            values["talks"] = {float(at): str(text) for at, text in values["talks"].items()}
        return cls(**values)


# How someone behaves for whom nobody wrote a script: it rings and nobody comes.
RINGS_OUT = Handset(answers_after=None)
BY_HAND = Handset(answers_after=None, by_hand=True)


def _answers(data: Any) -> dict[int | str, str | tuple[str, ...]]:
    """Read JSON, where a key of digits counts questions; a list answers questions 1, 2, 3 ..."""
    if isinstance(data, list):
        return {number: str(answer) for number, answer in enumerate(data, start=1)}
    read: dict[int | str, str | tuple[str, ...]] = {}
    for key, answer in dict(data).items():
        name: int | str = int(key) if str(key).isdigit() else str(key)
        read[name] = tuple(map(str, answer)) if isinstance(answer, list | tuple) else str(answer)
    return read
