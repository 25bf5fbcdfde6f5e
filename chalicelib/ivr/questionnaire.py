"""What a call needs of a survey that is kept elsewhere: its questions, one after another. Pure.

Who keeps surveys decides what follows on what; here a question is asked, and an answer understood,
by key, by word, or in a text message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.ivr import replies

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer = int | str

SCALE: Final = "scale"
CHOICE: Final = "choice"
SPEECH: Final = "speech"

# "9 sur 10", "10/10", "neuf sur dix": what comes after is the scale, not the answer.
_OUT_OF: Final = re.compile(r"(\d+)\s*(?:/|sur|out of|sobre|de|von|من)\s*\d+\b", re.IGNORECASE)
_OUT_OF_WORDS: Final = re.compile(r"\s(?:sur|out of|sobre|de|von|من)\s", re.IGNORECASE)
_ONE_NUMBER: Final = re.compile(r"\D*?(-?\d+)\D*")


class Question(Protocol):
    """One question. A scale goes from `least` to `most`; a choice has two answers or more."""

    @property
    def key(self) -> str:
        """Its name: small letters, digits and _."""

    @property
    def form(self) -> str:
        """`scale`, `choice` or `speech`."""

    @property
    def least(self) -> int:
        """The lowest value of a scale."""

    @property
    def most(self) -> int:
        """The highest."""

    @property
    def seconds(self) -> int:
        """How long somebody may speak."""

    def text(self, language: str) -> str:
        """Return the question in a language (BCP 47)."""

    def labels(self, language: str) -> tuple[tuple[str, str], ...]:
        """Return the answers of a choice in order: each by its key, and as it is called."""


class Questionnaire(Protocol):
    """A published version of a survey: it never changes."""

    @property
    def survey_id(self) -> str:
        """Which survey."""

    @property
    def version(self) -> int:
        """Which version, from 1."""

    @property
    def language(self) -> str:
        """The language (BCP 47) of whoever's own is not spoken."""

    def speaks(self, language: str) -> bool:
        """Say whether there are texts in a language."""

    def introduction(self, language: str) -> str:
        """Return what is said first; "" is nothing."""

    def thanks(self, language: str) -> str:
        """Return what is said last; "" is nothing."""

    def question(self, key: str) -> Question | None:
        """Return a question by its key."""

    def following(self, after: str, answers: Mapping[str, Answer]) -> Question | None:
        """Return what is asked after a question ("" at first), by what was answered; None: no more.

        It always comes later than the question, so that a survey always ends.
        """


def pressed(question: Question, keys: str) -> Answer | None:
    """Return what keys answer to a question; None where they are no answer.

    Choices are numbered from 1, in order.
    """
    if not keys.isascii() or not keys.isdigit():
        return None
    number = int(keys)
    if question.form == SCALE:
        return number if question.least <= number <= question.most else None
    labels = question.labels("")
    if question.form == CHOICE and 1 <= number <= len(labels):
        return labels[number - 1][0]
    return None


def understood(question: Question, words: str, language: str) -> Answer | None:
    """Return what words answer to a question, said or written; None where that is not sure."""
    if question.form == SCALE:
        return pressed(question, _number(words, language))
    if question.form != CHOICE:
        return None
    labels = question.labels(language)
    alone = _ONE_NUMBER.fullmatch(words)
    if alone is not None and (found := pressed(question, alone[1])) is not None:
        return found
    phrases = {str(at): (label,) for at, (_, label) in enumerate(labels, start=1)}
    chosen = replies.choose(words, phrases, language)
    return None if chosen is None else labels[int(chosen) - 1][0]


def _number(words: str, language: str) -> str:
    """Return the one number in a sentence, in digits; "" where there is none, or there are more."""
    bare = _OUT_OF.sub(r"\1", words[: replies.LONGEST_HEARD])
    alone = _ONE_NUMBER.fullmatch(bare)
    if alone is not None:
        return alone[1]
    if re.search(r"\d", bare):
        return ""
    before = _OUT_OF_WORDS.split(bare, maxsplit=1)[0]
    found = (replies.number(each, language) for each in (bare, before))
    return next((str(number) for number in found if number is not None), "")
