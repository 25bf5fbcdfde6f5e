"""What people answered, and what counters make of it. Pure.

Counters are a function of responses: what a new answer adds to them is the difference between what
its response comes to with and without it. So an answer that is told twice adds nothing, a corrected
one counts once, and all counters can be made anew from the responses (`infra.recount_surveys`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.surveys.survey import SCALES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.campaigns.surveys.survey import Answer, Question, Survey

_PARIS: Final = ZoneInfo("Europe/Paris")
SLOTS: Final = 11  # values that a question has at most: those of 0 to 10
BEGUN, FINISHED, ANSWERED = 0, 1, 2  # what is counted of a survey as a whole
WHOLE: Final = ""  # the question that stands for it


class Channel(StrEnum):
    """How somebody was asked."""

    VOICE = "voice"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class What(StrEnum):
    """What is told of a response."""

    BEGUN = "begun"
    ANSWER = "answer"
    FINISHED = "finished"


class By(StrEnum):
    """How results are split."""

    ALL = "all"
    SEGMENT = "segment"
    AGENT = "agent"
    CAMPAIGN = "campaign"
    CHANNEL = "channel"


# What may be known of whoever answers.
ABOUT: Final = ("agent", "campaign", "segment", "contact", "attempt", "call")
_WHO: Final = ("contact", "attempt", "call")  # what names somebody
LONGEST_ABOUT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing told of a response. `ref` names it: told again, it is the same."""

    account_id: str
    survey_id: str
    respondent: str
    version: int
    what: What
    at: datetime
    ref: str
    channel: Channel = Channel.VOICE
    language: str = ""
    question: str = ""
    answer: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and when it was given."""

    answer: Answer
    at: datetime
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """All that somebody answered once. `begun_at` is when it was first heard of, and stays."""

    account_id: str
    survey_id: str
    respondent: str
    version: int
    channel: Channel
    begun_at: datetime
    language: str = ""
    finished_at: datetime | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Given] = field(default_factory=dict)
    rev: int = 0

    @property
    def given(self) -> dict[str, Answer]:
        """Return the answers by question."""
        return {key: each.answer for key, each in self.answers.items()}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What is counted: of whom, on which day, which value (`slot`) of which question."""

    by: By
    group: str
    day: str
    question: str
    slot: int


Counts = Counter[Key]


def taken(response: Response | None, told: Told, survey: Survey) -> Response | None:
    """Return a response with what is told of it; the same one where that changes nothing.

    None: there is none yet, and nothing is told that could be one. What was answered later holds,
    whatever comes first.
    """
    begun = response or _begun(told)
    if told.what is What.BEGUN:
        return begun
    if told.what is What.FINISHED:
        at = told.at if begun.finished_at is None else min(begun.finished_at, told.at)
        return begun if at == begun.finished_at else replace(begun, finished_at=at)
    question = survey.question(told.question)
    answer = None if question is None else read(question, told.answer)
    if answer is None:
        return response
    known = begun.answers.get(told.question)
    if known is not None and (known.ref == told.ref or known.at > told.at):
        return begun
    given = Given(answer, told.at, told.ref)
    return replace(begun, answers={**begun.answers, told.question: given})


def read(question: Question, written: str) -> Answer | None:
    """Return an answer as its question has it; None for one that it does not take."""
    if question.kind not in SCALES:
        return written if question.takes(written) else None
    value = int(written) if written.isascii() and written.isdigit() else -1
    return value if question.takes(value) else None


def counts(response: Response | None, survey: Survey) -> Counts:
    """Return what a response comes to."""
    found: Counts = Counter()
    if response is None:
        return found
    cells = [(WHOLE, BEGUN)]
    cells += [(WHOLE, FINISHED)] if response.finished_at is not None else []
    cells += [(WHOLE, ANSWERED)] if response.answers else []
    for key, given in response.answers.items():
        slot = slot_of(survey.question(key), given.answer)
        if slot is not None:
            cells.append((key, slot))
    day = day_of(response.begun_at)
    for by, group in _groups(response):
        found.update(Key(by, group, day, question, slot) for question, slot in cells)
    return found


def change(before: Response | None, after: Response | None, survey: Survey) -> Counts:
    """Return what has to be added to the counters; what is less is negative."""
    found = counts(after, survey)
    found.subtract(counts(before, survey))
    return Counter({key: number for key, number in found.items() if number})


def folded(responses: Iterable[Response], survey: Survey) -> Counts:
    """Return what all responses come to."""
    found: Counts = Counter()
    for each in responses:
        found.update(counts(each, survey))
    return found


def slot_of(question: Question | None, answer: Answer) -> int | None:
    """Return where an answer is counted: a scale's by its value, a choice by its place."""
    if question is None or not question.takes(answer):
        return None
    if isinstance(answer, int):
        return answer
    if question.kind is Kind.CHOICE:
        return [each.key for each in question.choices].index(answer)
    return 0


def anonymous(response: Response, survey: Survey) -> Response:
    """Return a response without whose it is, and without what they said in their own words."""
    free = {each.key for each in survey.questions if each.kind is Kind.SPEECH}
    return replace(
        response,
        about={name: value for name, value in response.about.items() if name not in _WHO},
        answers={key: each for key, each in response.answers.items() if key not in free},
    )


def day_of(at: datetime) -> str:
    """Return the day in France on which a response is counted.

    >>> day_of(datetime(2026, 12, 1, 23, 30, tzinfo=UTC))
    '2026-12-02'
    """
    return at.astimezone(UTC).astimezone(_PARIS).date().isoformat()


def _begun(told: Told) -> Response:
    return Response(
        account_id=told.account_id,
        survey_id=told.survey_id,
        respondent=told.respondent,
        version=told.version,
        channel=told.channel,
        begun_at=told.at,
        language=told.language,
        about={
            name: value[:LONGEST_ABOUT]
            for name, value in told.about.items()
            if name in ABOUT and value
        },
    )


def _groups(response: Response) -> list[tuple[By, str]]:
    known = [(By.ALL, ""), (By.CHANNEL, response.channel.value)]
    for by in (By.SEGMENT, By.AGENT, By.CAMPAIGN):
        group = response.about.get(by.value, "")
        known += [(by, group)] if group else []
    return known
