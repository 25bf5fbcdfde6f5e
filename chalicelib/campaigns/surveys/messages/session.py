"""A survey by text message: one question a message, answers by reply. Pure.

Somebody has one survey at a time with one of our numbers. A session remembers the last message that
it heard and what came of it, so that the same message again has the same said and told again, and
nothing is answered twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns import scripts
from chalicelib.campaigns.surveys.answers import Channel, Told, What
from chalicelib.campaigns.surveys.messages.words import word, written
from chalicelib.campaigns.surveys.survey import Kind
from chalicelib.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.campaigns.surveys.survey import Answer, Published, Question

    Understand = Callable[[Question, str, str], Answer | None]

# After a day nobody knows what a "9" is about.
LIFE: Final = timedelta(days=1)
MOST_ASKED: Final = 2
LONGEST_ANSWER: Final = 1_000
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Busy(Conflict):
    """The person is being asked a survey from that number already."""

    code = "survey-under-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """How far somebody is. `person` is the account's hash of their number.

    `said` is what they were written last, at `said_at`; `heard` the message that it answers, `told`
    what came of that: a question and its answer, both "" if there was none. Without a `question`
    it is over. `fields` are those of the contact that the survey says; `said` still has their
    names, `written` has them.
    """

    account_id: str
    survey_id: str
    version: int
    respondent: str
    channel: Channel
    language: str
    ours: str
    person: str
    question: str
    said: str
    said_at: datetime
    about: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    attempt: int = 1
    heard: str = ""
    told: tuple[str, str] = ("", "")
    rev: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """Return what they were written last, as they read it."""
        return scripts.filled(self.said, self.fields)

    @property
    def expires_at(self) -> datetime:
        """Return from when on a reply is no answer."""
        return self.said_at + LIFE

    def is_open(self, now: datetime) -> bool:
        """Say whether an answer is awaited."""
        return bool(self.question) and now < self.expires_at


def begun(
    survey: Published,
    *,
    ours: str,
    person: str,
    respondent: str,
    channel: Channel,
    language: str,
    about: Mapping[str, str],
    now: datetime,
    fields: Mapping[str, str] = NOTHING,
) -> Session:
    """Return the session of somebody who is to be asked the first question."""
    first = survey.following("", {})
    assert first is not None  # the first question of a survey depends on none
    spoken = language if survey.speaks(language) else survey.language
    parts = (survey.introduction(spoken), written(first, spoken), word("stop", spoken))
    return Session(
        account_id=survey.account_id,
        survey_id=survey.survey_id,
        version=survey.version,
        respondent=respondent,
        channel=channel,
        language=spoken,
        ours=ours,
        person=person,
        question=first.key,
        said="\n".join(part for part in parts if part),
        said_at=now,
        about=about,
        fields={name: fields[name] for name in sorted(said_in(survey)) if name in fields},
    )


def said_in(survey: Published) -> frozenset[str]:
    """Return the fields of a contact that a survey says."""
    return frozenset(name for text in survey.survey.texts() for name in scripts.fields_in(text))


def replied(
    session: Session,
    survey: Published,
    words: str,
    message_id: str,
    at: datetime,
    understand: Understand,
) -> Session:
    """Return the session after a reply to its question."""
    question = survey.question(session.question)
    if question is None:
        return replace(session, question="", heard=message_id, told=("", ""))
    heard = replace(session, heard=message_id, said_at=at, told=("", ""))
    answer = _understood(question, words, session.language, understand)
    if answer is None and session.attempt < MOST_ASKED:
        again = f"{word('again', session.language)}\n{written(question, session.language)}"
        return replace(heard, attempt=session.attempt + 1, said=again)
    if answer is not None:
        answers = {**session.answers, question.key: answer}
        heard = replace(heard, answers=answers, told=(question.key, str(answer)))
    return _going_on(heard, survey, question.key)


def stopped(session: Session) -> Session:
    """Return the session of somebody who wants no more of it."""
    return replace(session, question="", heard="", told=("", ""))


def tellings(session: Session) -> tuple[Told, ...]:
    """Return what is to be kept of the last message, or that the survey began."""
    if not session.heard:
        return (_told(session, What.BEGUN, session.respondent),)
    ref = f"{session.respondent}:{session.heard}"
    question, answer = session.told
    answered = (_told(session, What.ANSWER, ref, question, answer),) if question else ()
    finished = () if session.question else (_told(session, What.FINISHED, f"{ref}:end"),)
    return (*answered, *finished)


def _going_on(session: Session, survey: Published, after: str) -> Session:
    following = survey.following(after, session.answers)
    if following is not None:
        said = written(following, session.language)
        return replace(session, question=following.key, attempt=1, said=said)
    thanks = survey.thanks(session.language) or word("thanks", session.language)
    return replace(session, question="", said=thanks)


def _understood(
    question: Question, words: str, language: str, understand: Understand
) -> Answer | None:
    if question.kind is Kind.SPEECH:
        return words.strip()[:LONGEST_ANSWER] or None
    return understand(question, words, language)


def _told(session: Session, what: What, ref: str, question: str = "", answer: str = "") -> Told:
    return Told(
        account_id=session.account_id,
        survey_id=session.survey_id,
        respondent=session.respondent,
        version=session.version,
        what=what,
        at=session.said_at,
        ref=ref,
        channel=session.channel,
        language=session.language,
        question=question,
        answer=answer,
        about=session.about,
    )
