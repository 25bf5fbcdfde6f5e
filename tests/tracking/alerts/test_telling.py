"""Who is told of a missed call, and who is not: once, in time, and in words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.calls.call import Outcome
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.kernel.telling import Means, NotSendable
from chalicelib.kernel.timetable import read_hours
from chalicelib.tracking.alerts.alerts import MOST_ALERTS, Time
from chalicelib.tracking.alerts.usecases import create_alert, waits
from chalicelib.tracking.alerts.words import written
from tests.tracking.alerts.builders import ANYTHING, CALLER, DIALLED, NOON, Office, a_call, an_alert

OPEN, _ = read_hours({"weekly": {"tuesday": [["09:00", "12:00"]]}}, "")


def an_office(**facts: Any) -> Office:
    """Open an office with one alert."""
    office = Office()
    office.alerts.save(an_alert(**facts))
    return office


def test_somebody_is_told_by_mail_of_who_rang_where_and_when() -> None:
    office = an_office()

    office.sees(a_call())

    assert office.people.mails == [
        (
            "accueil@example.fr",
            "Appel manqué de 06 12 34 56 78 sur le 01 62 01 23 45",
            "Appel manqué de 06 12 34 56 78 sur le 01 62 01 23 45, 24/11/2026 12:00, après 20 s."
            " Source : Radio.\n\nPour rappeler : 06 12 34 56 78\n",
        )
    ]
    assert office.outcomes() == [("CA1", "sent", None)]


def test_a_text_is_short_and_comes_from_the_number_that_was_dialled() -> None:
    office = an_office(by=Means.SMS, to="+33698765432", language="en")

    office.sees(a_call(source_id=None))

    (order,) = office.people.texts
    assert (order.to, order.from_) == ("+33698765432", DIALLED)
    assert order.body == (
        "Missed call from 06 12 34 56 78 to 01 62 01 23 45, 24/11/2026 12:00, after 20 s."
    )
    assert order.status_url == "https://api/CA1/alert_1"


def test_a_server_is_told_in_json_under_an_id_of_the_call() -> None:
    office = an_office(by=Means.WEBHOOK, to="https://crm.example.fr/", secret=2)

    office.sees(a_call())

    ((to, body),) = office.people.hooks
    assert (to.id, to.to, to.secret) == ("CA1:alert_1", "https://crm.example.fr/", 2)
    assert json.loads(body) == {
        "type": "alert.missed_call",
        "timestamp": "2026-11-24T11:00:20+00:00",
        "data": {
            "alert": "alert_1",
            "id": "CA1",
            "number": DIALLED,
            "caller": CALLER,
            "source": "src_radio",
            "source_name": "Radio",
            "started_at": "2026-11-24T11:00:00+00:00",
            "seconds": 20,
        },
    }


def test_whoever_is_told_is_told_once_however_often_the_call_is_shown() -> None:
    office = an_office()

    for _ in range(3):
        office.sees(a_call())

    assert len(office.people.mails) == 1


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        pytest.param({"seconds": 15}, True, id="stayed fifteen seconds"),
        pytest.param({"seconds": 14}, False, id="stayed fourteen"),
        pytest.param({"outcome": Outcome.ABANDONED}, True, id="nobody was rung"),
        pytest.param({"outcome": Outcome.ANSWERED}, False, id="spoke with somebody"),
        pytest.param({"outcome": Outcome.VOICEMAIL}, False, id="left a message"),
        pytest.param({"outcome": Outcome.CALLBACK}, False, id="asked to be rung back"),
        pytest.param({"outcome": Outcome.UNKNOWN}, False, id="nobody knows yet"),
    ],
)
def test_a_call_is_missed_when_nobody_spoke_with_who_waited(
    facts: dict[str, Any], told: bool
) -> None:
    office = an_office()

    office.sees(a_call(**facts))

    assert bool(office.people.mails) is told


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        pytest.param({"numbers": (DIALLED,)}, True, id="its number"),
        pytest.param({"numbers": ("+33162019999",)}, False, id="another number"),
        pytest.param({"sources": ("src_radio",)}, True, id="its source"),
        pytest.param({"sources": ("src_tv",)}, False, id="another source"),
        pytest.param({"enabled": False}, False, id="switched off"),
        pytest.param({"created_at": NOON + timedelta(seconds=1)}, False, id="made after the call"),
    ],
)
def test_an_alert_is_about_some_calls_only(facts: dict[str, Any], told: bool) -> None:
    office = an_office(**facts)

    office.sees(a_call())

    assert bool(office.people.mails) is told


@pytest.mark.parametrize(
    ("told_of", "minutes", "told"),
    [
        pytest.param(Time.INSIDE, -1, True, id="a minute before closing"),
        pytest.param(Time.INSIDE, 0, False, id="at closing time"),
        pytest.param(Time.OUTSIDE, -1, False, id="open, told of the night only"),
        pytest.param(Time.OUTSIDE, 0, True, id="closed, told of the night only"),
    ],
)
def test_hours_say_which_calls(told_of: Time, minutes: int, told: bool) -> None:
    office = an_office(hours=OPEN, told=told_of)

    office.sees(a_call(at=NOON + timedelta(minutes=minutes)))

    assert bool(office.people.mails) is told


def test_nobody_is_told_of_spam_or_of_yesterday() -> None:
    office = an_office()
    office.spam = {"CA1"}
    office.sees(a_call())
    office.now = NOON + timedelta(days=1, seconds=21)
    office.sees(a_call("CA2"))

    assert office.people.mails == []


@pytest.mark.parametrize(
    ("answered", "outcome"),
    [
        pytest.param(True, ("CA1", "unneeded", "reached"), id="and was answered"),
        pytest.param(False, ("CA1", "sent", None), id="in vain"),
    ],
)
def test_a_caller_who_rings_again_meanwhile(
    answered: bool, outcome: tuple[str, str, str | None]
) -> None:
    office = an_office(wait_minutes=5)
    office.sees(a_call())
    assert office.outcomes() == []

    office.is_rung_again("CA2", NOON + timedelta(minutes=2), answered=answered)
    office.now = NOON + timedelta(minutes=5, seconds=20)
    office.sees(a_call())

    assert office.outcomes() == [outcome]


def test_a_caller_who_was_answered_before_is_told_of() -> None:
    office = an_office()
    office.is_rung_again("CA0", NOON - timedelta(minutes=1), answered=True)

    office.sees(a_call())

    assert len(office.people.mails) == 1


@pytest.mark.parametrize(
    ("minutes", "told"), [pytest.param(29, 1, id="29 min later"), pytest.param(31, 2, id="31 min")]
)
def test_the_same_caller_is_told_of_once_in_a_while(minutes: int, told: int) -> None:
    office = an_office(quiet_minutes=30)
    office.sees(a_call())

    office.now += timedelta(minutes=minutes)
    office.sees(a_call("CA2", at=NOON + timedelta(minutes=minutes)))
    office.sees(a_call("CA3", at=NOON + timedelta(minutes=minutes), caller_hash="h2"))

    assert len(office.people.mails) == told + 1


def test_callers_who_withhold_the_number_are_each_told_of() -> None:
    office = an_office()

    for call_id in ("CA1", "CA2"):
        office.sees(a_call(call_id, caller=None, caller_hash=None))

    assert len(office.people.mails) == 2
    assert "numéro masqué" in office.people.mails[0][1]
    assert "rappeler" not in office.people.mails[0][2]


def test_what_could_not_be_sent_is_tried_again_and_texts_are_looked_for_first() -> None:
    office = an_office(by=Means.SMS, to="+33698765432")
    office.people.fails = Unavailable("the carrier did not answer")

    with pytest.raises(Unavailable):
        office.sees(a_call())
    office.sees(a_call())

    assert office.people.retries == [True]
    assert office.outcomes() == [("CA1", "sent", None)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(NotSendable("refused-by-ses"), "refused-by-ses", id="by SES"),
        pytest.param(Rejected("no"), "rejected", id="for a reason of its own"),
    ],
)
def test_what_can_never_be_sent_is_noted_with_its_reason(error: Rejected, reason: str) -> None:
    office = an_office()
    office.people.fails = error

    office.sees(a_call())
    office.sees(a_call())

    assert office.people.mails == []
    assert office.outcomes() == [("CA1", "refused", reason)]


def test_each_alert_waits_as_long_as_it_says() -> None:
    alerts = [an_alert(id=f"alert_{wait}", wait_minutes=wait) for wait in (5, 0, 5)]
    other = an_alert(id="alert_x", wait_minutes=9, numbers=("+33162019999",))

    assert waits(a_call(), [*alerts, other], "src_radio") == (0, 5)


@pytest.mark.parametrize(
    ("by", "to"),
    [
        pytest.param(Means.EMAIL, "nobody", id="no address"),
        pytest.param(Means.SMS, "+33162012345", id="a landline"),
        pytest.param(Means.SMS, "+447911123456", id="a foreign mobile"),
        pytest.param(Means.SMS, "accueil@example.fr", id="an address for a text"),
        pytest.param(Means.WEBHOOK, "http://crm.example.fr/", id="not https"),
        pytest.param(Means.WEBHOOK, "https://10.0.0.1/", id="inside"),
    ],
)
def test_an_alert_that_would_reach_nobody_is_refused(by: Means, to: str) -> None:
    with pytest.raises(Rejected) as caught:
        create_alert(an_alert(by=by, to=to), Office().alerts, ANYTHING)

    assert [fault.pointer for fault in caught.value.faults] == ["/to"]


def test_an_account_has_so_many_alerts_and_no_more() -> None:
    office = Office()
    for at in range(MOST_ALERTS):
        create_alert(an_alert(id=f"alert_{at}"), office.alerts, ANYTHING)

    with pytest.raises(Rejected, match="as many alerts"):
        create_alert(an_alert(id="alert_99"), office.alerts, ANYTHING)


def test_a_name_of_a_source_breaks_no_line() -> None:
    words = written(a_call(), an_alert(), "Radio\r\nBcc: all@example.fr")

    assert "\n" not in words.text
    assert "\n" not in words.subject
