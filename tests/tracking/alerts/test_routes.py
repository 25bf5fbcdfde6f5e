"""Alerts from outside: made, changed, and a missed call that comes to its people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from app import app, project_again
from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Ended, Received
from chalicelib.runtime import watch_wiring, wiring
from tests.gateway import Context, ask
from tests.house.shops import NUMBER, Shop, open_shop
from tests.tracking.alerts.builders import an_alert
from tests.world import messages_of

if TYPE_CHECKING:
    from tests.clouds import Cloud

MAIL = {"name": "Accueil", "by": "email", "to": "accueil@example.fr", "wait_minutes": 0}
CALLER = "+33612345678"


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    boto3.client("sesv2").create_email_identity(EmailIdentity="cadran@agence.test")
    return open_shop(cloud, monkeypatch)


def a_missed_call(shop: Shop, call_id: str = "CA1") -> None:
    """Have a caller ring for twenty seconds."""
    ref = CallRef(call_id=call_id, account_id="acct_shop", caller_hash="h")
    at = shop.clock.now
    shop.clock.passes(seconds=20)
    wiring.calls().append(
        ref,
        Received(id="received", at=at, dialled=NUMBER, caller=CALLER, source_id=shop.source_id),
        Ended(id="ended", at=at + timedelta(seconds=20), status="completed", seconds=20),
    )


def works(shop: Shop) -> None:
    """Show calls to everybody, and bring what that leaves on the queue to its handler."""
    shop.project()
    for _ in range(3):
        project_again(messages_of(shop.taken("projections")), Context())


def sent(shop: Shop, alert: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    items = shop.gets(f"/v1/alerts/{alert['id']}/sent")["items"]
    return [(each["call"], each["status"], each["reason"]) for each in items]


def test_a_missed_call_comes_to_its_people_once(shop: Shop) -> None:
    alert = shop.makes("/v1/alerts", MAIL)
    a_missed_call(shop)

    works(shop)
    works(shop)

    assert sent(shop, alert) == [("CA1", "sent", None)]
    quota = boto3.client("ses").get_send_quota()
    assert quota["SentLast24Hours"] == 1


def test_an_alert_made_just_now_elsewhere_hears_of_the_next_call(shop: Shop) -> None:
    a_missed_call(shop)
    works(shop)  # the account's alerts have been looked for: there are none

    alert = an_alert(account_id="acct_shop", created_at=shop.clock.now)
    watch_wiring.alerts().save(alert)  # as another process does
    a_missed_call(shop, "CA2")
    works(shop)

    assert sent(shop, {"id": alert.id}) == [("CA2", "sent", None)]


def test_spam_comes_to_nobody_until_it_is_restored(shop: Shop) -> None:
    alert = shop.makes("/v1/alerts", MAIL)
    shop.makes("/v1/spam/blocked/0612345678", {}, method="PUT")
    a_missed_call(shop)

    works(shop)
    assert sent(shop, alert) == []

    shop.makes("/v1/calls/CA1/spam/restore")
    works(shop)
    assert sent(shop, alert) == [("CA1", "sent", None)]


def test_an_alert_is_changed_and_deleted(shop: Shop) -> None:
    hours = {"weekly": {"monday": [["09:00", "18:00"]]}}
    alert = shop.makes("/v1/alerts", {**MAIL, "hours": hours, "numbers": ["01 62 01 00 01"]})
    path = f"/v1/alerts/{alert['id']}"
    assert (alert["hours"], alert["numbers"]) == (hours, ["+33162010001"])

    text = {"by": "sms", "to": "06 98 76 54 32", "hours": None}
    changed = shop.ask("PATCH", path, text, if_match='"1"')
    assert (changed.json["to"], changed.json["hours"]) == ("+33698765432", None)
    assert shop.ask("PATCH", path, {"name": "X"}, if_match='"1"').status == 412
    assert shop.gets("/v1/alerts")["items"] == [changed.json]

    assert shop.ask("DELETE", path).status == 204
    assert shop.ask("GET", path).status == 404


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        pytest.param({"to": "nobody"}, "/to", id="no address"),
        pytest.param({"hours": {"weekly": {"lundi": []}}}, "/hours/weekly/lundi", id="no day"),
        pytest.param({"wait_minutes": 16}, "/wait_minutes", id="too long a wait"),
        pytest.param({"by": "fax"}, "/by", id="no means"),
    ],
)
def test_what_is_wrong_with_an_alert_is_named(
    shop: Shop, wrong: dict[str, Any], pointer: str
) -> None:
    heard = shop.ask("POST", "/v1/alerts", {**MAIL, **wrong})

    assert heard.status in {400, 422}, heard.text
    assert pointer in [each["pointer"] for each in heard.json["errors"]]


def test_an_alert_about_what_is_none_of_the_accounts_is_refused(shop: Shop) -> None:
    wrong = {"numbers": [NUMBER, "+33162019999"], "sources": ["src_nope", shop.source_id]}

    heard = shop.ask("POST", "/v1/alerts", {**MAIL, **wrong})

    assert heard.status == 422, heard.text
    assert [each["pointer"] for each in heard.json["errors"]] == ["/numbers/1", "/sources/0"]
    assert shop.gets("/v1/alerts")["items"] == []


def test_an_alert_keeps_a_source_that_was_retired_since_and_takes_no_other(shop: Shop) -> None:
    alert = shop.makes("/v1/alerts", {**MAIL, "sources": [shop.source_id]})
    path, source = f"/v1/alerts/{alert['id']}", f"/v1/sources/{shop.source_id}"
    assert shop.ask("DELETE", source).status == 204

    edited = shop.ask("PATCH", path, {"name": "Soir", "sources": [shop.source_id]}, if_match='"1"')
    other = shop.ask("PATCH", path, {"sources": ["src_nope"]}, if_match='"2"')

    assert (edited.status, edited.json["name"]) == (200, "Soir")
    assert [each["pointer"] for each in other.json["errors"]] == ["/sources/0"]


def test_a_key_that_cannot_read_calls_has_nobody_told_of_them(shop: Shop) -> None:
    key = shop.makes("/v1/keys", {"scopes": ["calls:write"]})["key"]

    assert ask(app, "POST", "/v1/alerts", body=MAIL, key=key).status == 403
