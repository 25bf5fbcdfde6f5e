"""Surveys by text message: one question a message, answers by reply, STOP before everything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.consents.consents import Means, Standing, Withdrawal
from chalicelib.campaigns.consents.suppressions import Suppression
from chalicelib.campaigns.consents.usecases import Facts
from chalicelib.campaigns.rules import Professional
from chalicelib.campaigns.surveys import usecases
from chalicelib.campaigns.surveys.answers import Channel
from chalicelib.campaigns.surveys.messages.asking import NotAsked, Order, Reply, ask, take
from chalicelib.campaigns.surveys.messages.ports import Desk
from chalicelib.campaigns.surveys.messages.session import LIFE, Busy, Session
from chalicelib.campaigns.surveys.messages.words import word
from chalicelib.campaigns.surveys.survey import LANGUAGES
from chalicelib.ivr.questionnaire import understood
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.kernel.telling import NotSendable
from tests.campaigns.surveys.builders import NOON, a_version
from tests.directory.builders import a_line
from tests.fakes.surveys import SessionsInMemory, SurveysInMemory

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.kernel.telling import TextOrder

OURS, THEIRS = "+33644600001", "+33639981234"
SIREN = "732829320"
NOBODY = Facts(standing=Standing(), suppressions=(), intact=True)


@dataclass
class Phone:
    """Somebody's telephone, the house that writes to it, and what it keeps."""

    known: Facts = NOBODY
    refuses: bool = False
    down: bool = False
    now: datetime = NOON
    sessions: SessionsInMemory = field(default_factory=SessionsInMemory)
    store: SurveysInMemory = field(default_factory=SurveysInMemory)
    sent: list[TextOrder] = field(default_factory=list)
    number: int = 0

    def line(self, number: str) -> Any:
        if number != OURS:
            raise NotFound("no such number")
        return a_line(number=OURS, account_id="acct_1")

    def send(self, order: TextOrder, again: bool) -> None:
        if self.down:
            raise Unavailable("the carrier is down")
        if self.refuses:
            raise NotSendable("opted-out")
        same = [(each.body, each.ordered_at) for each in self.sent]
        if not again or (order.body, order.ordered_at) not in same:
            self.sent.append(order)

    @property
    def desk(self) -> Desk:
        return Desk(
            sessions=self.sessions,
            line=self.line,
            contact=lambda *_: None,  # type: ignore[arg-type]
            survey=lambda account, survey, version: a_version(version=version or 1),
            known=lambda account, number: self.known,
            hashed=lambda account, number: f"hash-of-{number[-4:]}",
            take=lambda told: self._take(told),
            understand=understood,
            send=self.send,
        )

    def _take(self, told: Any) -> None:
        usecases.take(told, lambda _: a_version().survey, self.store)

    def is_asked(self, **fields: Any) -> Session:
        values: dict[str, Any] = {
            "account_id": "acct_1",
            "survey_id": "srv_1",
            "respondent": "resp_1",
            "number": THEIRS,
            "ours": OURS,
            "professional": Professional(id=SIREN, name="Boulangerie"),
            "channel": Channel.SMS,
            "language": "fr",
            "about": {"segment": "Lyon"},
            **fields,
        }
        return ask(Order(**values), self.now, self.desk)

    def replies(self, words: str, *, times: int = 1, **fields: Any) -> bool:
        self.number += 1
        self.now += timedelta(minutes=1)
        values: dict[str, Any] = {
            "id": f"SM{self.number}",
            "at": self.now,
            "ours": OURS,
            "sender": THEIRS,
            "words": words,
            **fields,
        }
        return [take(Reply(**values), self.desk) for _ in range(times)][0]

    @property
    def read(self) -> str:
        return self.sent[-1].body

    @property
    def given(self) -> dict[str, Any]:
        kept = self.store.response("acct_1", "srv_1", "resp_1")
        return {} if kept is None else kept.given


def test_a_survey_is_answered_message_by_message() -> None:
    phone = Phone()
    phone.is_asked()
    assert phone.read == (
        "Trois questions pour vous.\nDe 0 à 10, nous recommanderiez-vous ?\n"
        "STOP pour ne plus être contacté."
    )

    phone.replies("3/10")
    assert phone.read == "Le technicien est-il venu ?\n1 = À l'heure\n2 = En retard\n3 = Jamais"
    phone.replies("Jamais !!")
    assert phone.read == "Qu'est-ce qui vous a déçu ?"
    phone.replies("Personne n'est venu, et personne n'a prévenu.")

    assert phone.read == "Merci beaucoup."
    assert phone.given == {
        "nps": 3,
        "visit": "never",
        "why": "Personne n'est venu, et personne n'a prévenu.",
    }
    kept = phone.store.response("acct_1", "srv_1", "resp_1")
    assert kept is not None
    assert (kept.channel, kept.about, kept.finished_at) == (
        Channel.SMS,
        {"segment": "Lyon", "contact": "hash-of-1234"},
        phone.now,
    )
    assert not phone.replies("Merci à vous")  # it is over: that is a message like any other


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("9", 9),
        ("dix", 10),
        ("10/10", 10),
        ("9 !", 9),
        ("Je mets 8.", 8),
        ("neuf sur dix", 9),
        ("0", 0),
        ("11", None),
        ("9 ou 10", None),
        ("ok", None),
        ("", None),
    ],
)
def test_answers_are_read_as_people_write_them(words: str, answer: int | None) -> None:
    phone = Phone()
    phone.is_asked()

    phone.replies(words)

    assert phone.given.get("nps") == answer


@pytest.mark.parametrize("words", ["2", "En retard", "en retard malheureusement", "2."])
def test_choices_are_written_by_number_or_by_name(words: str) -> None:
    phone = Phone()
    phone.is_asked()
    phone.replies("9")

    phone.replies(words)

    assert phone.given["visit"] == "late"


def test_what_is_not_understood_is_asked_once_more_and_then_passed_over() -> None:
    phone = Phone()
    phone.is_asked()

    phone.replies("bof")
    assert phone.read == (
        "Nous n'avons pas compris votre réponse.\nDe 0 à 10, nous recommanderiez-vous ?"
    )
    phone.replies("re-bof")

    assert phone.read.startswith("Le technicien est-il venu ?")
    assert phone.given == {}


def test_a_message_that_is_brought_twice_is_one_answer_and_has_one_reply() -> None:
    phone = Phone()
    phone.is_asked()

    phone.replies("9", times=3)
    phone.replies("3", times=2)

    assert phone.given == {"nps": 9, "visit": "never"}
    assert [each.body.splitlines()[0] for each in phone.sent[1:]] == [
        "Le technicien est-il venu ?",
        "De 1 à 7, était-ce facile ?",
    ]


def test_a_message_whose_reply_could_not_be_sent_has_it_when_it_comes_again() -> None:
    phone = Phone()
    phone.is_asked()
    phone.down = True
    with pytest.raises(Unavailable):
        phone.replies("9")
    assert phone.given == {"nps": 9}

    phone.down = False
    phone.number -= 1
    phone.replies("9")

    assert phone.read.startswith("Le technicien est-il venu ?")
    assert phone.given == {"nps": 9}


def test_whoever_says_stop_is_asked_no_more_and_what_they_answered_is_kept() -> None:
    phone = Phone()
    phone.is_asked()
    phone.replies("9")

    assert not phone.replies("STOP", stops=True)

    assert len(phone.sent) == 2
    assert not phone.replies("2")
    assert phone.given == {"nps": 9}


def test_after_a_day_a_nine_is_no_answer() -> None:
    phone = Phone()
    phone.is_asked()
    phone.now += LIFE

    assert not phone.replies("9")
    assert phone.given == {}


def test_one_survey_at_a_time_and_none_twice() -> None:
    phone = Phone()
    first = phone.is_asked()
    assert phone.is_asked(respondent="resp_2") == first  # nobody answered yet: it is the same
    assert len(phone.sent) == 1

    phone.replies("9")
    with pytest.raises(Busy):
        phone.is_asked(respondent="resp_2")
    with pytest.raises(Busy):
        phone.is_asked(survey_id="srv_2")

    phone.now += LIFE
    assert phone.is_asked(respondent="resp_3").respondent == "resp_3"


def test_messages_of_others_are_none_of_ours() -> None:
    phone = Phone()
    phone.is_asked()

    assert not phone.replies("9", sender="+33639980000")
    assert not phone.replies("9", sender="Boulangerie")
    assert not phone.replies("9", ours="+33644600002")
    assert phone.given == {}


def withdrawn(siren: str | None) -> Facts:
    said = Withdrawal(at=NOON - timedelta(days=400), means=Means.SMS, siren=siren)
    return replace(NOBODY, standing=Standing(withdrawals=(said,)))


def listed(scope: str) -> Facts:
    there = Suppression(person="hash", scope=scope, since=NOON, number=THEIRS)
    return replace(NOBODY, suppressions=(there,))


@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        (NOBODY, True),
        (withdrawn(None), False),
        (withdrawn(SIREN), False),
        (withdrawn("552100554"), True),
        (listed("account"), False),
        (listed(f"siren:{SIREN}"), False),
        (listed("siren:552100554"), True),
    ],
)
def test_nobody_is_asked_who_wanted_no_more(known: Facts, allowed: bool) -> None:
    phone = Phone(known=known)

    if allowed:
        phone.is_asked()
    else:
        with pytest.raises(NotAsked) as refused:
            phone.is_asked()
        assert [each.pointer for each in refused.value.faults] == ["/number"]
    assert len(phone.sent) == (1 if allowed else 0)


def test_all_that_keeps_it_from_being_sent_is_told_at_once() -> None:
    phone = Phone(known=withdrawn(None))

    with pytest.raises(NotAsked) as refused:
        phone.is_asked(number="+33162010001", ours="+33644600002")

    assert [each.pointer for each in refused.value.faults] == ["/number", "/from", "/number"]


def test_whom_the_carrier_does_not_reach_was_not_asked() -> None:
    phone = Phone(refuses=True)

    with pytest.raises(NotAsked):
        phone.is_asked()

    assert phone.store.response("acct_1", "srv_1", "resp_1") is None
    phone.refuses = False
    phone.is_asked()
    assert len(phone.sent) == 1


def test_a_survey_whose_sending_failed_is_sent_when_it_is_asked_for_again() -> None:
    phone = Phone(down=True)
    with pytest.raises(Unavailable):
        phone.is_asked()

    phone.down = False
    phone.is_asked(respondent="resp_2")

    assert len(phone.sent) == 1
    phone.replies("9")
    assert phone.given == {"nps": 9}


def test_every_language_has_the_platform_s_own_words() -> None:
    for name in ("again", "thanks", "stop"):
        assert len({word(name, each) for each in LANGUAGES}) == len(LANGUAGES)
    assert "STOP" in word("stop", "it")
