"""A survey: questions with typed answers, asked by voice and by text message alike. Pure.

A question may depend on what was answered before it, and on nothing else: whoever answers goes
through the questions once, in order, so that every survey ends. A version that was published
never changes; `versions` says what the next one may be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Answer = int | str

FRENCH: Final = "fr"
# How the carrier's voices know a language of a survey.
TAGS: Final = {"fr": "fr-FR", "en": "en-GB", "es": "es-ES", "de": "de-DE", "ar": "ar-XA"}
LANGUAGES: Final = tuple(TAGS)
_SAME: Final = {"arb": "ar"}


class Kind(StrEnum):
    """What is asked, and so what an answer can be."""

    NPS = "nps"  # would recommend, 0 to 10
    CSAT = "csat"  # satisfied, 1 to 5
    CES = "ces"  # it was easy, 1 to 7
    CHOICE = "choice"
    SPEECH = "speech"  # in their own words


SCALES: Final[Mapping[Kind, tuple[int, int]]] = {
    Kind.NPS: (0, 10),
    Kind.CSAT: (1, 5),
    Kind.CES: (1, 7),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose, and what it is called in each language."""

    key: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must have been answered to an earlier question; one that was not asked has no answer.

    `answered` None: whatever the other limits say of an answer. False: there must be none.
    """

    question: str
    at_least: int | None = None
    at_most: int | None = None
    one_of: tuple[str, ...] = ()
    answered: bool | None = None

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        """Say whether it does."""
        answer = answers.get(self.question)
        if answer is None or self.answered is False:
            return answer is None and self.answered is False
        if isinstance(answer, int):
            low = self.at_least is None or answer >= self.at_least
            return low and (self.at_most is None or answer <= self.at_most)
        return not self.one_of or answer in self.one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question; it is asked `when` all of the conditions hold."""

    key: str
    kind: Kind
    texts: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    when: tuple[Condition, ...] = ()
    seconds: int = 60

    @property
    def form(self) -> str:
        """Return how it is answered: on a scale, by a choice, in speech."""
        return "scale" if self.kind in SCALES else self.kind.value

    @property
    def least(self) -> int:
        """Return the lowest value of its scale."""
        return SCALES.get(self.kind, (0, 0))[0]

    @property
    def most(self) -> int:
        """Return the highest."""
        return SCALES.get(self.kind, (0, 0))[1]

    def text(self, language: str) -> str:
        """Return the question in a language, or in the survey's first."""
        return _in(self.texts, language)

    def labels(self, language: str) -> tuple[tuple[str, str], ...]:
        """Return the answers of a choice, in order."""
        return tuple((each.key, _in(each.label, language)) for each in self.choices)

    def takes(self, answer: Answer) -> bool:
        """Say whether something can be its answer."""
        if self.kind in SCALES:
            return type(answer) is int and self.least <= answer <= self.most
        if self.kind is Kind.CHOICE:
            return answer in {each.key for each in self.choices}
        return isinstance(answer, str) and bool(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Questions in order, in each of the languages (`fr`, `en` ...), the first one first."""

    name: str
    questions: tuple[Question, ...]
    languages: tuple[str, ...] = (FRENCH,)
    introductions: Mapping[str, str] = field(default_factory=dict)
    farewells: Mapping[str, str] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        """Go through all that it says, in each language."""
        for each in (self.introductions, self.farewells, *(one.texts for one in self.questions)):
            yield from each.values()

    def question(self, key: str) -> Question | None:
        """Return a question by its key."""
        return next((each for each in self.questions if each.key == key), None)

    def following(self, after: str, answers: Mapping[str, Answer]) -> Question | None:
        """Return what is asked after a question ("" at first), by the answers so far."""
        keys = [each.key for each in self.questions]
        later = self.questions[keys.index(after) + 1 if after in keys else 0 :]
        return next((each for each in later if _is_asked(each, answers)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version of a survey: it never changes."""

    survey_id: str
    account_id: str
    version: int
    survey: Survey

    @property
    def language(self) -> str:
        """Return the language (BCP 47) of whoever's own is not spoken."""
        return TAGS[self.survey.languages[0]]

    def speaks(self, language: str) -> bool:
        """Say whether there are texts in a language."""
        return family(language) in self.survey.languages

    def introduction(self, language: str) -> str:
        """Return what is said first; "" is nothing."""
        return _in(self.survey.introductions, language)

    def thanks(self, language: str) -> str:
        """Return what is said last; "" is nothing."""
        return _in(self.survey.farewells, language)

    def question(self, key: str) -> Question | None:
        """Return a question by its key."""
        return self.survey.question(key)

    def following(self, after: str, answers: Mapping[str, Answer]) -> Question | None:
        """Return what is asked after a question."""
        return self.survey.following(after, answers)


def family(language: str) -> str:
    """Return the language of a tag, as surveys name it.

    >>> family("fr-FR"), family("arb"), family("en")
    ('fr', 'ar', 'en')
    """
    primary = language.partition("-")[0].lower()
    return _SAME.get(primary, primary)


def _is_asked(question: Question, answers: Mapping[str, Answer]) -> bool:
    return all(each.holds(answers) for each in question.when)


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(family(language)) or next(iter(texts.values()), "")
