"""Kind `survey`: ask the questions of a survey that is kept elsewhere, one a turn.

Each answer is left to be kept as it is given: whoever hangs up has answered what they answered.
A question that is asked twice in vain is passed over, so that a survey always ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import Collected, MessageLeft, Pressed, Said, WentSilent
from chalicelib.ivr import questionnaire, replies, templates
from chalicelib.ivr.actions import (
    Arrived,
    Ask,
    KeysPressed,
    Listening,
    MessageRecorded,
    NoInput,
    Say,
    Spoke,
    TakeMessage,
)
from chalicelib.ivr.chores import PassOn, TellSurvey
from chalicelib.ivr.grammar import Flag, OneOf, Target, Whole, may, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.survey_fields import LEAVE, Answers, SurveyId
from chalicelib.ivr.needs import ReadSurvey, SurveyMissing, SurveyRead
from chalicelib.ivr.nodes import Spoken
from chalicelib.ivr.questionnaire import CHOICE, SPEECH
from chalicelib.ivr.surveying import ABOUT, answer_name, answers_in
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Aloud
    from chalicelib.ivr.kinds.survey_fields import Leave
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.questionnaire import Answer, Question, Questionnaire
    from chalicelib.ivr.turns import Turn

LEFT: Final = "leave"  # the choice of whoever goes, in the log
_SILENCE_SECONDS: Final = 4  # that end what is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Which survey, how it is asked, and which variables get which answers."""

    survey: str
    next: str
    failed: str | None = None
    answers: Mapping[str, str]
    listen: Listening = Listening.KEYS
    attempts: int = 2
    timeout_seconds: int = 5
    transcribe: bool = False
    leave: Leave | None = None


def _enter(node: Survey, turn: Turn) -> Move:
    return Move(need=ReadSurvey(node.survey), wait=turn.here(mark="").position)


def _hear(node: Survey, given: Any, turn: Turn) -> Move:
    """Read the very version that was being asked: what was heard is told along with it."""
    version, _, key = turn.position.mark.partition("-")
    if not key or not version.isdecimal():
        return _enter(node, turn)
    return Move(need=ReadSurvey(node.survey, int(version), given), wait=turn.position)


def _read(node: Survey, given: SurveyRead, turn: Turn) -> Move:
    survey = given.survey
    question = survey.question(turn.position.mark.partition("-")[2])
    if question is None:
        return _begin(node, survey, turn)
    left = _left(node, given.given, turn)
    if left is not None:
        return left
    heard = _HEARD.get(type(given.given))
    if heard is None:
        return _ask(node, survey, question, turn)
    return heard(node, survey, question, given.given, turn)


def _begin(node: Survey, survey: Questionnaire, turn: Turn) -> Move:
    """Ask the first question, what was answered another time being forgotten."""
    if turn.context.gone:
        return Move(exit="next", go=node.next)
    old = {name: "" for name in turn.context.memory if answers_in({name: 1})}
    turn = turn.knowing(old)
    told = _told(node, survey, turn, begun=True)
    move = _go_on(node, survey, "", turn, introduction=True).after(errands=(told,))
    return move.learning({**old, **dict.fromkeys(node.answers, "")})


def _go_on(
    node: Survey,
    survey: Questionnaire,
    after: str,
    turn: Turn,
    *first: Aloud,
    introduction: bool = False,
) -> Move:
    """Ask what comes next, or leave once there is nothing more."""
    following = survey.following(after, answers_in(turn.context.memory))
    if following is not None:
        opening = _said(survey, survey.introduction(_language(survey, turn)), turn)
        return _ask(node, survey, following, turn, *first, *(opening if introduction else ()))
    finished = _told(node, survey, turn, finished=True)
    parting = _said(survey, survey.thanks(_language(survey, turn)), turn)
    return Move(actions=(*first, *parting), errands=(finished,), exit="next", go=node.next)


def _ask(
    node: Survey, survey: Questionnaire, question: Question, turn: Turn, *first: Aloud
) -> Move:
    mark = f"{survey.version}-{question.key}"
    wait = turn.here(mark=mark).position.then()
    spoken = _said(survey, question.text(_language(survey, turn)), turn)
    if question.form == SPEECH:
        record = TakeMessage(max_seconds=question.seconds, silence_seconds=_SILENCE_SECONDS)
        return Move(actions=(*first, *spoken, record), wait=wait)
    labels = question.labels(_language(survey, turn)) if question.form == CHOICE else ()
    ways = tuple(
        turn.line(Line.SURVEY_CHOICE, label=label, key=str(at))
        for at, (_, label) in enumerate(labels, start=1)
    )
    most = len(str(len(labels) or question.most))
    asked = Ask(
        prompts=(*first, *spoken, *ways),
        timeout_seconds=node.timeout_seconds,
        most_keys=most,
        finish_key="#" if most > 1 else "",
        listening=node.listen.with_keys,
        language=turn.language,
        hints=tuple(label for _, label in labels),
    )
    return Move(actions=(asked,), wait=wait)


def _left(node: Survey, given: Any, turn: Turn) -> Move | None:
    """Let somebody out who presses the key for it, or says so; what they answered is kept."""
    event: Event | None = None
    if node.leave is not None and isinstance(given, KeysPressed):
        noted = Pressed(**turn.fact, node=turn.node, keys=given.keys, choice=LEFT)
        event = noted if given.keys == node.leave.key else None
    elif node.leave is not None and isinstance(given, Spoke):
        ways = {node.leave.key: node.leave.phrases}
        said = Said(**turn.fact, node=turn.node, words=given.words, choice=LEFT)
        event = said if replies.choose(given.words, ways, turn.language) else None
    if node.leave is None or event is None:
        return None
    return leave(turn, "leave/next", node.leave.next, event)


def _pressed(
    node: Survey, survey: Questionnaire, question: Question, given: KeysPressed, turn: Turn
) -> Move:
    if not given.keys:
        return _silent(node, survey, question, NoInput(), turn)
    answer = questionnaire.pressed(question, given.keys)
    return _given(node, survey, question, answer, Line.INVALID_KEY, turn)


def _spoke(
    node: Survey, survey: Questionnaire, question: Question, given: Spoke, turn: Turn
) -> Move:
    answer = questionnaire.understood(question, given.words, turn.language)
    return _given(node, survey, question, answer, Line.NOT_UNDERSTOOD, turn)


def _recorded(
    node: Survey, survey: Questionnaire, question: Question, given: MessageRecorded, turn: Turn
) -> Move:
    left = MessageLeft(
        **turn.noted("message"),
        node=turn.node,
        recording_id=given.recording_id,
        seconds=given.seconds,
    )
    if given.seconds <= 0 or question.form != SPEECH:
        return _go_on(node, survey, question.key, turn).after(events=(left,))
    answered = _given(node, survey, question, given.recording_id, Line.NO_INPUT, turn)
    words = (_words(given, turn),) if node.transcribe else ()
    return answered.after(events=(left,), errands=words)


def _words(given: MessageRecorded, turn: Turn) -> PassOn:
    return PassOn(
        id=turn.event_id,
        node=turn.node,
        recording_id=given.recording_id,
        seconds=given.seconds,
        language=turn.language,
        caller=None,
        transcribe=True,
    )


def _given(
    node: Survey,
    survey: Questionnaire,
    question: Question,
    answer: Answer | None,
    wrong: Line,
    turn: Turn,
) -> Move:
    name = answer_name(question.key)
    collected = Collected(
        **turn.fact,
        node=turn.node,
        variable=name,
        valid=answer is not None,
        value=None if answer is None else str(answer),
    )
    if answer is None:
        return _again(node, survey, question, wrong, collected, turn)
    learnt: dict[str, Value] = {name: answer}
    learnt |= {variable: answer for variable, key in node.answers.items() if key == question.key}
    told = _told(node, survey, turn, question=question.key, answer=answer)
    move = _go_on(node, survey, question.key, _fresh(turn.knowing(learnt)))
    return move.after(events=(collected,), errands=(told,)).learning(learnt)


def _silent(
    node: Survey, survey: Questionnaire, question: Question, given: NoInput, turn: Turn
) -> Move:
    silent = WentSilent(**turn.fact, node=turn.node, attempt=turn.position.attempt)
    return _again(node, survey, question, Line.NO_INPUT, silent, turn)


def _again(
    node: Survey,
    survey: Questionnaire,
    question: Question,
    line: Line,
    event: Event,
    turn: Turn,
) -> Move:
    """Ask once more; in the end, go on with what comes next."""
    if turn.position.attempt >= node.attempts:
        return _go_on(node, survey, question.key, _fresh(turn)).after(events=(event,))
    again = turn.here(attempt=turn.position.attempt + 1)
    return _ask(node, survey, question, again, turn.line(line)).after(events=(event,))


def _missing(node: Survey, given: SurveyMissing, turn: Turn) -> Move:
    """Leave without the survey: no caller is lost because nobody knows what to ask."""
    name = "next" if node.failed is None else "failed"
    return leave(turn, name, node.failed or node.next)


def _fresh(turn: Turn) -> Turn:
    return turn.here(attempt=1)


def _language(survey: Questionnaire, turn: Turn) -> str:
    return turn.language if survey.speaks(turn.language) else survey.language


def _said(survey: Questionnaire, text: str, turn: Turn) -> tuple[Say, ...]:
    language = _language(survey, turn)
    words = templates.compile(text).render(turn.values, language)
    return (Say(Spoken(words, language)),) if words else ()


def _told(
    node: Survey,
    survey: Questionnaire,
    turn: Turn,
    *,
    begun: bool = False,
    finished: bool = False,
    question: str = "",
    answer: Answer = "",
) -> TellSurvey:
    what = "begun" if begun else "finished" if finished else "answer"
    about = {name: str(turn.context.memory.get(kept, "")) for name, kept in ABOUT.items()}
    return TellSurvey(
        id=f"{turn.event_id}:{what}",
        node=turn.node,
        survey_id=node.survey,
        version=survey.version,
        what=what,
        question=question,
        answer=str(answer),
        language=_language(survey, turn),
        about={name: value for name, value in about.items() if value},
    )


_HEARD: Final[dict[type[Any], Callable[..., Move]]] = {
    KeysPressed: _pressed,
    Spoke: _spoke,
    NoInput: _silent,
    MessageRecorded: _recorded,
}


SURVEY: Final = Kind(
    name="survey",
    about="Ask the questions of a survey, and keep each answer as it is given.",
    node=Survey,
    entries={
        "survey": must(SurveyId(), "The id of a survey; its newest version is asked.", ""),
        "answers": may(
            Answers(),
            "Variables, each with the key of the question whose answer it gets.",
            MappingProxyType({}),
        ),
        "listen": may(OneOf(Listening, Listening.KEYS), "Keys, speech or both.", Listening.KEYS),
        "attempts": may(Whole(1, 5, 2), "How often each question is asked.", 2),
        "timeout_seconds": may(Whole(1, 60, 5), "How long to wait for the next key.", 5),
        "transcribe": may(Flag(False), "Whether what is said freely is written down.", False),
        "leave": may(LEAVE, "A way out at any question, by key or by word."),
        "next": must(Target(), "Where the call goes on.", ""),
        "failed": may(Target(), "Where it goes if the survey cannot be read; else to `next`."),
    },
    enter=_enter,
    hear={
        SurveyRead: _read,
        SurveyMissing: _missing,
        KeysPressed: _hear,
        Spoke: _hear,
        NoInput: _hear,
        MessageRecorded: _hear,
        Arrived: _hear,
    },
    waits=True,
    passes=lambda node: (node.failed or node.next,),
    idles=lambda node: (node.next,),
)
