"""Whether a call went as its script expects: every difference is a fault with its place. Pure.

What a step expects is looked for in the answer to what happened last before it. What is heard is
compared as people hear it: capitals, blanks and the shape of apostrophes don't matter.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.trials import observing, scripts
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.trials.scripts import Expectation, Script
    from chalicelib.ivr.trials.simulation import Answered, Transcript

MOST_TOLD: Final = 20  # faults of one script
_LONGEST_SHOWN: Final = 300
_ALIKE: Final = str.maketrans({"’": "'", "…": "...", "\u00a0": " ", "\u202f": " "})
_GAP: Final = "..."


@dataclass(slots=True)
class _Scene:
    """The answers to one thing that happened, and how far the script has followed them."""

    answers: tuple[Answered, ...]
    transcript: Transcript
    cursors: dict[str, int] = field(default_factory=dict)

    def all(self, what: Callable[[Answered], Iterable[str]]) -> list[str]:
        """Return everything of one sort that can be observed in the scene."""
        return [each for answered in self.answers for each in what(answered)]


def judge(script: Script, transcript: Transcript) -> tuple[Fault, ...]:
    """Return where a call did not go as expected, in the order of the script.

    Behind something that could not happen, nothing is expected any more. What is wrong with a
    whole script is told by its beginning.
    """
    faults = _judge(script, transcript)
    if len(faults) <= MOST_TOLD:
        return faults
    rest = Fault("/steps", f"{len(faults) - MOST_TOLD} more steps are not as expected")
    return (*faults[:MOST_TOLD], rest)


def _judge(script: Script, transcript: Transcript) -> tuple[Fault, ...]:
    faults: list[Fault] = []
    acts, scene = 0, _scene(transcript, 0)
    for at, step in enumerate(script.steps):
        pointer = f"/steps/{at}"
        if transcript.misfit is not None and transcript.misfit.pointer == pointer:
            return (*faults, transcript.misfit)
        if not isinstance(step, scripts.EXPECTATIONS):
            acts += 1
            scene = _scene(transcript, acts)
            continue
        reason = _JUDGES[type(step)](step, scene)
        if reason is not None:
            faults.append(Fault(pointer, reason))
    return tuple(faults)


def _scene(transcript: Transcript, acts: int) -> _Scene:
    """Return the answers that were complete once so much had happened, and not before."""
    later = [each.acts for each in transcript.answers if each.acts >= acts]
    first = min(later, default=None)
    return _Scene(tuple(a for a in transcript.answers if a.acts == first), transcript)


def _hears(step: scripts.Hears, scene: _Scene) -> str | None:
    heard = scene.all(lambda each: observing.heard(each.reply.actions))
    found = _found(step.text, heard, scene.cursors.get("heard", 0))
    scene.cursors["heard"] = max(found, scene.cursors.get("heard", 0))
    if found >= 0:
        return None
    before = " as well, in this order" if _found(step.text, heard, 0) >= 0 else ""
    return f"is not heard{before}; callers hear {_shown(heard)}"


def _whispers(step: scripts.Whispers, scene: _Scene) -> str | None:
    heard = scene.all(observing.whispered)
    return (
        None
        if _found(step.text, heard, 0) >= 0
        else (f"is not heard by whoever is rung; they hear {_shown(heard)}")
    )


def _rings(step: scripts.Rings, scene: _Scene) -> str | None:
    rung = scene.all(observing.rung)
    missing = [each for each in step.numbers if each not in rung]
    rings = (
        f"{', '.join(rung)} {'ring' if len(rung) > 1 else 'rings'}" if rung else "nobody is rung"
    )
    return f"{missing[0]} does not ring; {rings}" if missing else None


def _goes(step: scripts.Goes, scene: _Scene) -> str | None:
    passed, start = scene.all(observing.passed), scene.cursors.get("goes", 0)
    if step.node in passed[start:]:
        scene.cursors["goes"] = passed.index(step.node, start) + 1
        return None
    return f"the call does not come through {step.node!r}; it goes {_way(passed)}"


def _tags(step: scripts.Tags, scene: _Scene) -> str | None:
    tags = [tag for each in _until(scene) for tag in observing.tags(each)]
    return None if step.tag in tags else f"the call has no such tag; it has {_shown(tags)}"


def _sends(step: scripts.Sends, scene: _Scene) -> str | None:
    sent = scene.all(observing.sent)
    return (
        None
        if _found(step.text, sent, 0) >= 0
        else (f"is not sent to the caller; they are sent {_shown(sent)}")
    )


def _records(step: scripts.Records, scene: _Scene) -> str | None:
    recorded = any(observing.records(each) for each in scene.answers)
    if recorded == step.on:
        return None
    return "something is recorded" if recorded else "nothing is recorded"


def _knows(step: scripts.Knows, scene: _Scene) -> str | None:
    values = observing.known(scene.answers[-1]) if scene.answers else {}
    for name, wanted in step.values.items():
        if name not in values:
            return f"{name} has no value"
        if _plain(values[name]) != _plain(wanted):
            return f"{name} is {_plain(values[name])!r}, not {_plain(wanted)!r}"
    return None


def _ends(step: scripts.Ends, scene: _Scene) -> str | None:
    told = scene.transcript
    last = not scene.answers or scene.answers[-1] is told.answers[-1]  # nobody answers a hang-up
    over = told.over and last
    if over == step.over:
        return None
    awaits = told.awaits if last else "what happens next"
    return "the call is over" if over else f"the call is not over: it awaits {awaits}"


_JUDGES: Final[dict[type[Expectation], Callable[[Any, _Scene], str | None]]] = {
    scripts.Hears: _hears,
    scripts.Whispers: _whispers,
    scripts.Rings: _rings,
    scripts.Goes: _goes,
    scripts.Tags: _tags,
    scripts.Sends: _sends,
    scripts.Records: _records,
    scripts.Knows: _knows,
    scripts.Ends: _ends,
}


def _until(scene: _Scene) -> tuple[Answered, ...]:
    """Return every answer up to the end of the scene."""
    answers = scene.transcript.answers
    return answers[: answers.index(scene.answers[-1]) + 1] if scene.answers else ()


def _found(wanted: str, texts: Iterable[str], start: int) -> int:
    """Return where a text ends in what is said from `start` on; -1 where it is not there."""
    said, at = _bare(" ".join(texts)), start
    for part in _bare(wanted).split(_GAP):
        found = said.find(part.strip(), at)
        if found < 0:
            return -1
        at = found + len(part.strip())
    return at


def _bare(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).translate(_ALIKE)
    return " ".join(composed.casefold().split())


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(texts: list[str]) -> str:
    shown = " ".join(" ".join(texts).split())
    if not shown:
        return "nothing"
    cut = "..." if len(shown) > _LONGEST_SHOWN else ""
    return f'"{shown[:_LONGEST_SHOWN]}{cut}"'


def _way(passed: list[str]) -> str:
    return " -> ".join(passed[:12]) + (" -> ..." if len(passed) > 12 else "") or "nowhere"
