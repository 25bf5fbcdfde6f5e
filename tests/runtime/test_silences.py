"""Callers who say nothing to a bot: nothing calls a function then but a message of our own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.texts import Line, say
from chalicelib.ivr.voicebot.handlers import VoicebotRoom
from chalicelib.ivr.voicebot.store import ConnectionStore
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import sockets
from chalicelib.runtime.settings import settings
from tests.runtime.talking import (
    DOMAIN,
    Flows,
    Posted,
    Talk,
    Wakeups,
    an_event,
    opened,
    outcome,
    says,
    setup,
    the_sockets,
)

if TYPE_CHECKING:
    from chalicelib.runtime.sockets import Connection
    from tests.clouds import Cloud

STILL_THERE = say(Line.STILL_THERE, "fr-FR").text


def test_a_caller_who_says_nothing_is_asked_once_and_then_let_go(cloud: Cloud) -> None:
    talk = Talk()

    talk.goes_by(9)
    assert talk.post.sent == []
    talk.goes_by(1)
    assert talk.told == [STILL_THERE]
    talk.goes_by(13)
    assert len(talk.post.sent) == 1
    talk.goes_by(1)
    assert outcome(talk.post) == "silent"


def test_a_caller_who_has_spoken_has_their_time_again(cloud: Cloud) -> None:
    talk = Talk()

    talk.goes_by(8)
    talk.says("vos horaires")
    talk.goes_by(10)
    assert talk.told == ["De neuf à dix-huit heures."]
    talk.goes_by(4)
    assert talk.told[1:] == [STILL_THERE]
    talk.says("vos horaires")
    talk.goes_by(13)
    assert talk.told[2:] == ["De neuf à dix-huit heures.", STILL_THERE]


def test_a_caller_who_was_asked_something_is_asked_it_again(cloud: Cloud) -> None:
    talk = Talk()

    talk.says("où est ma commande")
    talk.goes_by(15)

    assert talk.told[-1] == f"{STILL_THERE} Quel numéro ?"


def test_a_conversation_has_one_message_on_the_queue_however_much_is_said(cloud: Cloud) -> None:
    talk = Talk()

    for _ in range(5):
        talk.says("vos horaires")

    assert [message for _, message in talk.wakeups.waiting] == [
        {"connection_id": "c1", "endpoint": f"https://{DOMAIN}/prod"}
    ]


def test_nobody_is_asked_after_the_end(cloud: Cloud) -> None:
    talk = Talk()

    talk.says("annuler ma commande")
    talk.goes_by(60)
    assert [each["type"] for each in talk.post.sent] == ["end"]
    assert talk.wakeups.waiting == []


def test_a_connection_that_was_closed_is_left_alone(cloud: Cloud) -> None:
    talk = Talk()

    sockets.left(an_event(), talk.sockets)
    talk.goes_by(60)

    assert (talk.post.sent, talk.post.closed, cloud.rows("ivr")) == ([], [], [])


def test_a_message_that_comes_twice_asks_once(cloud: Cloud) -> None:
    talk = Talk()
    ((_, message),) = talk.wakeups.waiting
    talk.goes_by(10)

    sockets.wake([json.dumps(message)], talk.sockets)

    assert talk.told == [STILL_THERE]


def test_a_queue_that_takes_nothing_costs_the_caller_nothing(cloud: Cloud) -> None:
    post = Posted()

    opened(post, setup(), says("vos horaires"), wakeups=Wakeups(Unavailable("no queue")))

    assert [each["type"] for each in post.sent] == ["text"]
    assert post.closed == []


def test_a_table_that_does_not_answer_has_the_message_come_again(cloud: Cloud) -> None:
    class Lost(ConnectionStore):
        def load(self, connection_id: str) -> Connection:
            raise Unavailable("no table")

    post = Posted()
    ready = the_sockets(post, connections=Lost(settings().ivr_table))

    with pytest.raises(ExceptionGroup):
        sockets.wake(['{"connection_id": "c1", "endpoint": "https://h/prod"}'], ready)
    assert post.closed == []


def test_a_room_that_breaks_on_being_woken_gives_the_call_back(cloud: Cloud) -> None:
    class Vanished(Flows):
        def version(self, flow_id: str, version: int) -> Any:
            raise Unavailable("no flow")

    talk = Talk()
    room = VoicebotRoom(Vanished(), talk.sockets.rooms["voicebot"].bot, talk.clock)  # type: ignore[attr-defined]
    talk.sockets = replace(talk.sockets, rooms={"voicebot": room})

    talk.goes_by(10)

    assert outcome(talk.post) == "failed"


def test_a_caller_who_cannot_be_told_any_more_is_given_back_to_the_flow(cloud: Cloud) -> None:
    talk = Talk()
    talk.post.error = Unavailable("no way out")

    talk.goes_by(10)

    assert talk.post.closed == ["c1"]
