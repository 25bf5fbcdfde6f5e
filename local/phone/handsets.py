"""How a telephone behaves: a small script that reads as a sentence.

>>> Handset(answers_after=3, hangs_up_after=95, presses={1: "1"}).answers_after
3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """Something said: how sure the recogniser is of it, and how long it takes."""

    text: str  # "" is a noise that nobody understands
    confidence: float = 0.91
    seconds: float | None = None  # None: as long as its length demands

    @classmethod
    def from_json(cls, data: Any) -> Words:
        """Read a text, or an object of this class's fields."""
        return cls(**data) if isinstance(data, dict) else cls(str(data))


NOISE = Words("", 0.0, 1)

# What to press or say: at the nth question (Gather), or whenever a text is heard. A tuple gives
# one answer each time; a single one is given every time. In keys, `w` waits half a second and `W`
# a whole one.
Answer = str | Words
Answers = Mapping[int | str, Answer | tuple[Answer, ...]]


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
    hangs_up_after_talking: float | None = None  # seconds after being put through to someone
    hangs_up_on: str = ""  # a text that makes them hang up, once they have heard it
    hangs_up_during: str = ""  # the same, half-way through it
    hangs_up_at_question: int = 0  # half-way through the nth question's prompt
    hangs_up_at_verb: int = 0  # when the call gets to the nth verb of all its documents
    patience: float | None = None  # as a caller: rings so long, then gives up
    barges_in: bool = False  # presses before the prompt is over
    reaction: float = 1  # seconds between the end of a prompt and the first key
    between_keys: float = 0.2
    replies: Mapping[str, str] = field(default_factory=dict)  # part of a text message: its answer
    by_hand: bool = False  # a person decides, on the page or through the control API

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Handset:
        """Read a script as the control API takes it; raise `ValueError` on an unknown name."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(data.keys() - known)
        if unknown:
            raise ValueError(f"unknown in a handset's script: {', '.join(unknown)}")
        values = dict(data)
        for name, read in (("presses", str), ("says", Words.from_json)):
            if name in values:
                values[name] = _answers(values[name], read)
        if "talks" in values:
            values["talks"] = {float(at): str(text) for at, text in values["talks"].items()}
        return cls(**values)


# How someone behaves for whom nobody wrote a script: it rings and nobody comes.
RINGS_OUT = Handset(answers_after=None)
BY_HAND = Handset(answers_after=None, by_hand=True)
BUSY = Handset(busy=True)
UNREACHABLE = Handset(unreachable=True)


def agent(*, after: float = 2, talks: float = 60, accepts: str = "1", **fields: Any) -> Handset:
    """Make someone at work: picks up, accepts at the whisper's question, talks, hangs up.

    Without a question nothing is pressed. `talks` counts from being put through.
    """
    presses: Answers = {1: accepts} if accepts else {}
    return Handset(answers_after=after, presses=presses, hangs_up_after_talking=talks, **fields)


def refuses(*, after: float = 2, key: str = "") -> Handset:
    """Make someone who picks up and refuses at the whisper: with a key, or by hanging up in it."""
    if key:
        return Handset(answers_after=after, presses={1: key})
    return Handset(answers_after=after, hangs_up_at_question=1)


def ignores(*, after: float = 2) -> Handset:
    """Make someone who picks up and never reacts, as a voice mail would."""
    return Handset(answers_after=after)


def _answers(
    data: Any, read: Callable[[Any], Answer]
) -> dict[int | str, Answer | tuple[Answer, ...]]:
    """Read JSON, where a key of digits counts questions; a list answers questions 1, 2, 3 ..."""
    if isinstance(data, list):
        return {number: read(answer) for number, answer in enumerate(data, start=1)}
    answers: dict[int | str, Answer | tuple[Answer, ...]] = {}
    for key, answer in dict(data).items():
        name: int | str = int(key) if str(key).isdigit() else str(key)
        several = isinstance(answer, list | tuple)
        answers[name] = tuple(map(read, answer)) if several else read(answer)
    return answers
