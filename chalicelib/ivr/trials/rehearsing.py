"""All the tests of a document, tried one after another, and what they leave untried. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.ivr.trials.judging import judge
from chalicelib.ivr.trials.simulation import coverage, exits, simulate
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.ivr.driving import Opened, World
    from chalicelib.ivr.trials.scripts import Script
    from chalicelib.ivr.trials.simulation import Transcript

# A plain Tuesday at ten: a test that does not say when tells the same every day.
PLAIN_DAY: Final = datetime(2026, 6, 2, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
# Somebody waits for the answer, and API Gateway gives up after 29 s.
MOST_SECONDS: Final = 10
_SECOND: Final = 1_000_000_000  # of the clock's nanoseconds


@dataclass(frozen=True, slots=True)
class Verdict:
    """One test: what came of it, and where that is not what it expects."""

    script: Script
    transcript: Transcript
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All tests of a document. `exits` are all that it names, `untaken` those no test takes.

    `faults` are those of the tests, with pointers into the document.
    """

    verdicts: tuple[Verdict, ...] = ()
    exits: tuple[tuple[str, str], ...] = ()
    untaken: tuple[tuple[str, str], ...] = ()
    late: tuple[Fault, ...] = ()
    nanoseconds: int = 0

    @property
    def failed(self) -> int:
        """How many tests do not go as they expect."""
        return sum(1 for each in self.verdicts if each.faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What keeps the document from being published."""
        return (*(fault for each in self.verdicts for fault in each.faults), *self.late)


def rehearse(opened: Opened, world: World, clock: Callable[[], int]) -> Report:
    """Try every test of a document. One that takes too long is told, and the rest left out."""
    tests, began = opened.flow.tests, clock()
    verdicts: list[Verdict] = []
    for script in tests:
        if clock() - began > MOST_SECONDS * _SECOND:
            break
        transcript = simulate(opened, script, world, clock, PLAIN_DAY)
        faults = judge(script, transcript)
        placed = tuple(Fault(script.pointer + each.pointer, each.reason) for each in faults)
        verdicts.append(Verdict(script, transcript, placed))
    return Report(
        verdicts=tuple(verdicts),
        exits=exits(opened.flow),
        untaken=coverage(opened.flow, [each.transcript for each in verdicts]),
        late=_late(len(verdicts), len(tests)),
        nanoseconds=clock() - began,
    )


def _late(done: int, count: int) -> tuple[Fault, ...]:
    if done == count:
        return ()
    reason = f"take too long: {done} of {count} could be tried within {MOST_SECONDS} seconds"
    return (Fault("/tests", reason),)
