"""People are reminded of appointments by text, and their answers are told once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from app import app, place_callbacks, project_again
from chalicelib.campaigns.reminders import reminding
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import reminders_wiring
from tests.campaigns.asked.stage import PERSON, a_stage
from tests.gateway import Context, ring
from tests.house.faults import Trouble, from_, trouble, watched
from tests.house.shops import NUMBER
from tests.world import CONSENT, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.campaigns.asked.stage import Stage

# The shop's clock begins on Monday, 23 November 2026, at noon in Paris.
AT = "2026-11-25T15:00:00+01:00"
OTHERS = ["2026-11-26T09:00:00+01:00", "2026-11-27T10:30:00+01:00"]
APPOINTMENT: dict[str, Any] = {
    "ref": "rdv-42",
    "number": "06 12 34 56 78",
    "at": AT,
    "professional": CONSENT["professional"],
    "sender": NUMBER,
    "place": "12 place du Marché",
    "before_minutes": [24 * 60, 120],
    "others": OTHERS,
}


@pytest.fixture
def stage() -> Iterator[Stage]:
    with a_stage() as opened:
        yield opened


def plans(stage: Stage, **facts: Any) -> dict[str, Any]:
    body = {"appointments": [{**APPOINTMENT, **facts}]}
    made: dict[str, Any] = stage.shop.makes("/v1/appointments", body)["items"][0]
    return made


def shown(stage: Stage) -> dict[str, Any]:
    (found,) = stage.shop.gets("/v1/appointments")["items"]
    return dict(found)


def replies(stage: Stage, words: str, text_id: str = "SM1", times: int = 1) -> None:
    """Have the person write back, and the queue bring it so many times."""
    fields: dict[str, str | list[str]] = {
        "MessageSid": text_id,
        "From": PERSON,
        "To": NUMBER,
        "Body": words,
    }
    assert ring(app, "/messages/incoming", fields).status == 200
    told = stage.shop.taken("projections")
    for _ in range(times):
        project_again(messages_of(told), Context())
    stage.drains()


def reminded(stage: Stage) -> Stage:
    """Have somebody been reminded a day before."""
    plans(stage)
    stage.looks(minutes=27 * 60)
    return stage


def texts(stage: Stage) -> list[str]:
    return [each.body for each in stage.phone.orders]


def test_people_are_reminded_a_day_and_two_hours_before(stage: Stage) -> None:
    plans(stage)
    stage.looks(minutes=27 * 60 - 1)
    assert texts(stage) == []

    stage.looks(minutes=1)
    stage.looks(minutes=1)
    stage.looks(minutes=22 * 60)

    first, second = stage.phone.orders
    assert (first.to, first.from_) == (PERSON, NUMBER)
    assert first.body == (
        "Boulangerie SARL : rendez-vous demain à 15 h, 12 place du Marché. Répondez 1 pour"
        " confirmer, 2 pour annuler, 3 pour déplacer. STOP pour ne plus être contacté."
    )
    assert "aujourd'hui à 15 h" in second.body
    assert (shown(stage)["reminded"], shown(stage)["next_at"]) == ([1440, 120], None)
    assert all(each["allowed"] or each["reasons"] for each in shown(stage)["decisions"])


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("1", "confirmed"),
        ("Oui, merci", "confirmed"),
        ("2 annuler", "cancelled"),
        ("ANNULÉ", "cancelled"),
    ],
)
def test_an_answer_is_kept_told_once_and_confirmed(stage: Stage, words: str, state: str) -> None:
    reminded(stage)

    replies(stage, words, times=2)
    stage.looks(minutes=1)

    assert shown(stage)["state"] == state
    assert [event for event, _ in stage.told] == [f"appointment.{state}"]
    assert stage.told[0][1]["ref"] == "rdv-42"
    assert len(texts(stage)) == 2
    stage.looks(minutes=22 * 60)
    assert len(texts(stage)) == (3 if state == "confirmed" else 2)


def test_whoever_wants_another_instant_is_offered_some_and_chooses(stage: Stage) -> None:
    reminded(stage)

    replies(stage, "3")
    assert (shown(stage)["state"], stage.told) == ("moving", [])
    assert "A : jeudi 26 novembre à 9 h" in texts(stage)[-1]
    assert "B : vendredi 27 novembre à 10 h 30" in texts(stage)[-1]
    replies(stage, "B svp", "SM2")

    assert (shown(stage)["state"], shown(stage)["moved_to"]) == ("moved", OTHERS[1])
    ((event, data),) = stage.told
    assert (event, data["to"]) == ("appointment.moved", OTHERS[1])
    stage.looks(minutes=44 * 60)
    assert "demain à 10 h 30" in texts(stage)[-1]


def test_without_other_instants_the_account_is_asked_for_one(stage: Stage) -> None:
    plans(stage, others=[])
    stage.looks(minutes=27 * 60)

    replies(stage, "déplacer")

    assert [(event, data["to"]) for event, data in stage.told] == [("appointment.moved", None)]
    assert "nous vous contactons" in texts(stage)[-1]


def test_stop_wins_and_nobody_is_reminded_any_more(stage: Stage) -> None:
    reminded(stage)

    replies(stage, "STOP")
    sent = len(texts(stage))
    stage.looks(minutes=23 * 60)

    assert (shown(stage)["state"], stage.told) == ("planned", [])
    assert len(texts(stage)) == sent
    assert shown(stage)["refused"] == ["withdrawn"]


@pytest.mark.parametrize("words", ["Bonjour, je serai en retard de dix minutes", "oui et non"])
def test_words_that_are_no_answer_change_nothing(stage: Stage, words: str) -> None:
    reminded(stage)

    replies(stage, words)

    assert shown(stage)["state"] == "planned"
    assert [event for event, _ in stage.told] == ["lead.created"]  # somebody got in touch


def test_nobody_is_reminded_at_night(stage: Stage) -> None:
    plans(stage, at="2026-11-25T05:00:00+01:00", before_minutes=[24 * 60])

    stage.looks(minutes=17 * 60)  # five in the morning
    assert texts(stage) == []
    for _ in range(6):
        stage.looks(minutes=60)

    assert len(texts(stage)) == 1
    at = shown(stage)["reminded_at"]
    assert datetime.fromisoformat(at).hour >= 7


def test_an_appointment_told_again_is_one_and_at_another_time_a_new_one(stage: Stage) -> None:
    first = plans(stage)
    assert plans(stage) == first
    stage.looks(minutes=27 * 60)
    replies(stage, "1")

    moved = plans(stage, at="2026-11-28T15:00:00+01:00")

    assert (moved["id"], moved["state"], moved["reminded"]) == (first["id"], "planned", [])


def test_a_withdrawn_appointment_reminds_nobody(stage: Stage) -> None:
    made = plans(stage)
    for _ in range(2):
        assert stage.shop.ask("DELETE", f"/v1/appointments/{made['id']}").status == 204

    stage.looks(minutes=47 * 60)

    assert (texts(stage), shown(stage)["state"]) == ([], "withdrawn")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"number": "0472001122"}, "number"),
        ({"at": "2026-11-20T15:00:00+01:00"}, "at"),
        ({"zone": "Europe/Lyon"}, "zone"),
        ({"sender": "+33162019999"}, "sender"),
        ({"professional": {"siren": "1", "name": "B"}}, "professional/siren"),
    ],
)
def test_what_cannot_be_reminded_of_is_refused(
    stage: Stage, facts: dict[str, Any], field: str
) -> None:
    body = {"appointments": [APPOINTMENT, {**APPOINTMENT, "ref": "rdv-43", **facts}]}

    heard = stage.shop.ask("POST", "/v1/appointments", body)

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == [f"/appointments/1/{field}"]
    assert stage.shop.gets("/v1/appointments")["items"] == []


def test_whoever_dies_on_the_way_reminds_and_tells_once(stage: Stage) -> None:
    plans(stage)
    stage.shop.clock.passes(hours=27)
    message = {"kind": "reminder", "account_id": "acct_shop", "appointment_id": shown(stage)["id"]}
    with watched() as network:
        reminders_wiring.store().appointment("acct_shop", shown(stage)["id"])
    assert network.sent

    for nth in range(1, 6):
        broken = trouble(Trouble.LOST, from_(nth, float("inf"), "dynamodb"))
        with suppress(ExceptionGroup, Unavailable), broken:
            place_callbacks(messages_of([message]), Context())
    stage.looks()
    assert len(texts(stage)) == 1

    desk = reminders_wiring.desk()
    reply = {"id": "SM1", "from": PERSON, "to": NUMBER, "words": "1"}
    assert [reminding.take_text(reply, desk) for _ in range(2)] == [True, True]
    for nth in range(1, 6):
        broken = trouble(Trouble.LOST, from_(nth, float("inf"), "dynamodb"))
        with suppress(ExceptionGroup, Unavailable), broken:
            place_callbacks(messages_of([message]), Context())
    stage.looks(minutes=2)

    assert len(texts(stage)) == 2
    assert [event for event, _ in stage.told] == ["appointment.confirmed"]
