"""What a survey came to: for all, or for each segment, agent, campaign or channel. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.campaigns.surveys import scoring
from chalicelib.campaigns.surveys.answers import ANSWERED, BEGUN, FINISHED, SLOTS, WHOLE
from chalicelib.campaigns.surveys.survey import FRENCH, SCALES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.campaigns.surveys.answers import Counts
    from chalicelib.campaigns.surveys.scoring import Nps
    from chalicelib.campaigns.surveys.survey import Question, Survey

Slots = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """How often one value was answered; `label` is what people read."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered to one question. Only its own kind of score is there."""

    question: Question
    count: int
    bars: tuple[Bar, ...]
    nps: Nps | None = None
    satisfied_percent: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a group of people answered, "" is all or nobody knows whom."""

    group: str
    begun: int
    answered: int
    finished: int
    questions: tuple[Answered, ...]

    @property
    def completion_percent(self) -> float | None:
        """Return how many of those who were asked were asked to the end."""
        return round(100 * self.finished / self.begun, 1) if self.begun else None


def results(counts: Counts, survey: Survey, language: str = FRENCH) -> tuple[Result, ...]:
    """Return a result for each group, in order. Days are added up."""
    groups: dict[str, dict[str, list[int]]] = {}
    for key, number in counts.items():
        slots = groups.setdefault(key.group, {}).setdefault(key.question, [0] * SLOTS)
        slots[key.slot] += number
    return tuple(_result(group, groups[group], survey, language) for group in sorted(groups))


def nobody(survey: Survey, language: str = FRENCH) -> Result:
    """Return the result of no answers."""
    return _result("", {}, survey, language)


def _result(group: str, slots: Mapping[str, list[int]], survey: Survey, language: str) -> Result:
    nothing = [0] * SLOTS
    whole = slots.get(WHOLE, nothing)
    return Result(
        group=group,
        begun=whole[BEGUN],
        answered=whole[ANSWERED],
        finished=whole[FINISHED],
        questions=tuple(
            answered(each, tuple(slots.get(each.key, nothing)), language)
            for each in survey.questions
        ),
    )


def answered(question: Question, slots: Slots, language: str = FRENCH) -> Answered:
    """Return what so many answers of each value come to."""
    return Answered(
        question=question,
        count=sum(slots),
        bars=tuple(_bars(question, slots, language)),
        nps=scoring.nps(slots) if question.kind is Kind.NPS else None,
        satisfied_percent=scoring.satisfied(slots) if question.kind is Kind.CSAT else None,
        mean=scoring.mean(slots) if question.kind in SCALES else None,
    )


def _bars(question: Question, slots: Slots, language: str) -> Iterable[Bar]:
    if question.kind in SCALES:
        for value in range(question.least, question.most + 1):
            yield Bar(str(value), str(value), slots[value])
    for at, (key, label) in enumerate(question.labels(language)):
        yield Bar(key, label, slots[at])
