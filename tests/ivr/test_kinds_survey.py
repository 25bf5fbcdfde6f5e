"""Surveys asked in a call: one question a turn, every answer left to be kept as it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import Collected, MessageLeft, Tagged, WentSilent
from chalicelib.ivr.actions import (
    Arrived,
    Ask,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Reply,
    Spoke,
    TakeMessage,
)
from chalicelib.ivr.chores import PassOn, TellSurvey
from chalicelib.ivr.driving import drive
from chalicelib.ivr.flow import FlowRefused, judge, parse
from chalicelib.ivr.needs import FetchFailed, QueueFailed, SurveyMissing, SurveyRead
from chalicelib.ivr.position import Position
from chalicelib.ivr.usecases import Standing
from tests.campaigns.surveys.builders import a_version
from tests.ivr.builders import KnowsNothing, a_context, a_document, an_end, words_of

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Input
    from chalicelib.ivr.needs import ReadSurvey

ASK: dict[str, Any] = {"kind": "survey", "survey": "srv_1", "next": "end"}


@dataclass
class ASurveyedCall(KnowsNothing):
    """A call in a flow that asks a survey, and the world that knows it."""

    node: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    known: bool = True
    memory: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] | None = None
    gone: bool = False
    replies: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        written = a_document(ask={**ASK, **self.node}, **{"end": an_end(), **self.more})
        self.flow = parse({**written, **(self.document or {})})
        self._on(Position(self.flow.start), Arrived())

    def survey(self, need: ReadSurvey) -> SurveyRead | SurveyMissing:
        self.asked.append((need.survey_id, need.version))
        return SurveyRead(a_version(version=3), need.given) if self.known else SurveyMissing("ours")

    def open(self, flow_id: str, version: int | None) -> None:
        return None

    def fetch(self, request: Any, context: Any) -> FetchFailed:
        return FetchFailed("ours")

    def queue(self, need: Any, context: Any) -> QueueFailed:
        return QueueFailed("no desk")

    def does(self, *given: Input) -> ASurveyedCall:
        for each in given:
            position = self.replies[-1].position
            assert position is not None, "the call is over"
            self._on(position, each)
        return self

    def presses(self, *keys: str) -> ASurveyedCall:
        return self.does(*map(KeysPressed, keys))

    @property
    def heard(self) -> list[str]:
        return words_of(self.replies[-1].actions)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What was left to be kept: what, of which question, which answer."""
        return [
            (each.what, each.question, each.answer)
            for reply in self.replies
            for each in reply.errands
            if isinstance(each, TellSurvey)
        ]

    @property
    def events(self) -> list[Any]:
        return [event for reply in self.replies for event in reply.events]

    def _on(self, position: Position, given: Input) -> None:
        context = a_context(memory=self.memory, gone=self.gone)
        opened = Standing("flow_1", 1, self.flow)
        reply, _ = drive(opened, position, given, context, self)
        self.memory = dict(self.memory if reply.memory is None else reply.memory)
        self.replies.append(reply)


def test_who_is_pleased_is_asked_what_the_pleased_are_asked() -> None:
    call = ASurveyedCall()
    assert call.heard == ["Trois questions pour vous.", "De 0 à 10, nous recommanderiez-vous ?"]

    call.presses("10")
    assert call.heard == [
        "Le technicien est-il venu ?",
        "À l'heure : tapez un.",
        "En retard : tapez deux.",
        "Jamais : tapez trois.",
    ]
    call.presses("1", "5", "7")

    assert call.heard[0] == "Merci beaucoup."
    assert call.replies[-1].position is None
    assert call.told == [
        ("begun", "", ""),
        ("answer", "nps", "10"),
        ("answer", "visit", "in_time"),
        ("answer", "care", "5"),
        ("answer", "effort", "7"),
        ("finished", "", ""),
    ]


def test_who_is_not_is_asked_why_and_speaks_after_the_signal() -> None:
    call = ASurveyedCall(node={"transcribe": True}).presses("3", "3")

    record = call.replies[-1].actions[-1]
    assert record == TakeMessage(max_seconds=90, silence_seconds=4)
    call.does(MessageRecorded("RE1", 12))

    assert ("answer", "why", "RE1") in call.told
    assert [each for each in call.events if isinstance(each, MessageLeft)][0].seconds == 12
    assert [each.transcribe for each in call.replies[-1].errands if isinstance(each, PassOn)] == [
        True
    ]
    assert call.heard[0] == "Merci beaucoup."


def test_a_value_of_two_keys_is_taken_whole_and_one_key_is_enough_elsewhere() -> None:
    call = ASurveyedCall()
    question = call.replies[-1].actions[-1]
    assert isinstance(question, Ask)
    assert (question.most_keys, question.finish_key) == (2, "#")

    question = call.presses("9").replies[-1].actions[-1]

    assert isinstance(question, Ask)
    assert (question.most_keys, question.finish_key) == (1, "")


@pytest.mark.parametrize(
    ("words", "answer"),
    [("dix", "10"), ("je dirais neuf sur dix", "9"), ("8", "8"), ("zéro", "0"), ("9 !", "9")],
)
def test_words_are_answers_too(words: str, answer: str) -> None:
    call = ASurveyedCall(node={"listen": "both"}).does(Spoke(words, 90))

    assert call.told[1] == ("answer", "nps", answer)


def test_a_choice_is_said_by_its_name() -> None:
    call = ASurveyedCall(node={"listen": "both"}).does(Spoke("10"), Spoke("il était en retard"))

    assert call.told[-1] == ("answer", "visit", "late")


@pytest.mark.parametrize("given", [KeysPressed("11"), Spoke("onze"), Spoke("euh"), NoInput()])
def test_what_is_no_answer_is_asked_once_more_and_then_passed_over(given: Any) -> None:
    call = ASurveyedCall(node={"listen": "both"}).does(given)
    assert call.heard[-1] == "De 0 à 10, nous recommanderiez-vous ?"
    assert len(call.heard) == 2

    call.does(given)

    assert call.heard[0] == "Le technicien est-il venu ?"
    assert call.told == [("begun", "", "")]
    # The next question has its own attempts, and nothing that hangs on the missing answer is asked.
    call.does(NoInput()).presses("3")
    assert call.told[1:] == [("answer", "visit", "never"), ("finished", "", "")]


def test_a_survey_ends_though_nobody_answers_anything() -> None:
    call = ASurveyedCall(node={"attempts": 1}).does(NoInput(), NoInput())

    assert call.replies[-1].position is None
    assert call.told == [("begun", "", ""), ("finished", "", "")]
    assert sum(isinstance(each, WentSilent) for each in call.events) == 2


def test_a_webhook_that_comes_twice_leaves_the_same_errands() -> None:
    call = ASurveyedCall()
    before, memory = call.replies[-1].position, dict(call.memory)
    assert before is not None
    first = call.presses("9").replies[-1]

    call.memory = memory
    call._on(before, KeysPressed("9"))

    assert call.replies[-1] == first
    assert len({each.id for each in first.errands}) == len(first.errands)


def test_a_call_stays_with_the_version_that_it_began_with() -> None:
    call = ASurveyedCall().presses("9")

    assert call.asked == [("srv_1", 0), ("srv_1", 3)]


def test_the_log_keeps_what_was_answered() -> None:
    call = ASurveyedCall().presses("9")

    (collected,) = [each for each in call.events if isinstance(each, Collected)]
    assert (collected.variable, collected.value, collected.valid) == ("survey:nps", "9", True)


def test_the_flow_goes_on_by_what_was_answered() -> None:
    rules = [{"when": {"order.nps": {"at_most": 6}}, "next": "team"}]
    call = ASurveyedCall(
        node={"answers": {"order.nps": "nps"}, "next": "which"},
        more={
            "which": {"kind": "branch", "rules": rules, "otherwise": "end"},
            "team": {"kind": "say", "text": "Un conseiller va vous répondre.", "next": "end"},
        },
    ).presses("2", "3")

    call.does(NoInput(), NoInput())

    assert "Un conseiller va vous répondre." in call.heard


def test_answers_of_an_earlier_time_are_forgotten() -> None:
    call = ASurveyedCall(memory={"survey:nps": 2, "survey:visit": "never"})

    assert call.memory["survey:nps"] == ""
    call.presses("8", "3")
    assert call.told[-1] == ("answer", "visit", "never")
    assert call.heard == ["De 1 à 7, était-ce facile ?"]


def test_who_hangs_up_has_answered_what_they_answered() -> None:
    call = ASurveyedCall().presses("2", "3")
    call.gone = True

    call.does(MessageRecorded("RE1", 4))

    assert call.told[-2:] == [("answer", "why", "RE1"), ("finished", "", "")]
    assert call.replies[-1].actions == ()


def test_people_are_asked_in_their_language_and_else_in_the_survey_s_first() -> None:
    english = ASurveyedCall(document={"language": "en-US"})
    assert english.heard[-1] == "From 0 to 10, would you recommend us?"
    assert english.presses("9").heard[1] == "In time: press one."

    assert ASurveyedCall(document={"language": "de-DE"}).heard[-1].startswith("De 0 à 10")


def test_what_is_known_of_who_answers_is_told_with_each_answer() -> None:
    known = {"campaign.id": "camp_1", "campaign.contact": "c1", "queue.agent": "agt_1"}
    call = ASurveyedCall(memory=known).presses("9")

    told = [each for reply in call.replies for each in reply.errands]

    about = {"campaign": "camp_1", "contact": "c1", "agent": "agt_1"}
    assert [each.about for each in told if isinstance(each, TellSurvey)] == [about, about]


@pytest.mark.parametrize(
    "given", [KeysPressed("*"), Spoke("ne m'appelez plus jamais"), Spoke("étoile")]
)
def test_whoever_wants_no_more_of_it_leaves_at_any_question(given: Any) -> None:
    way = {"key": "*", "next": "stop", "phrases": ["ne m'appelez plus"]}
    stop = {"kind": "tag", "tag": "opt-out", "next": "end"}
    call = ASurveyedCall(node={"leave": way, "listen": "both"}, more={"stop": stop}).presses("9")

    call.does(given)

    assert call.replies[-1].position is None
    assert [each.tag for each in call.events if isinstance(each, Tagged)] == ["opt-out"]
    assert call.told == [("begun", "", ""), ("answer", "nps", "9")]


def test_without_a_way_out_its_key_is_no_answer() -> None:
    assert "Ce choix n'est pas proposé." in ASurveyedCall().presses("*").heard


@pytest.mark.parametrize(("failed", "heard"), [("sorry", "Tant pis."), (None, "")])
def test_nobody_is_lost_because_a_survey_is(failed: str | None, heard: str) -> None:
    sorry = {"kind": "say", "text": "Tant pis.", "next": "end"}
    node = {} if failed is None else {"failed": failed}
    more = {} if failed is None else {"sorry": sorry}

    call = ASurveyedCall(node=node, more=more, known=False)

    assert call.replies[-1].position is None
    assert (heard in call.heard) is bool(heard)
    assert call.told == []


@pytest.mark.parametrize(
    ("node", "pointer"),
    [
        ({"survey": "flow_1"}, "/nodes/ask/survey"),
        ({"attempts": 9}, "/nodes/ask/attempts"),
        ({"leave": {"key": "1", "next": "end"}}, "/nodes/ask/leave/key"),
        ({"answers": {"caller.nps": "nps"}}, "/nodes/ask/answers/caller.nps"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(node: dict[str, Any], pointer: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(ask={**ASK, **node}, end=an_end()))

    assert [each.pointer for each in refused.value.faults] == [pointer]


def test_a_flow_says_which_surveys_it_asks() -> None:
    flow, faults = judge(a_document(ask=ASK, end=an_end()))

    assert faults == []
    assert [(each.pointer, each.survey_id) for each in flow.surveys] == [
        ("/nodes/ask/survey", "srv_1")
    ]
