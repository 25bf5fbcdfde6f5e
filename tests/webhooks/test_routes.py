"""Webhooks from outside: made, told, listed, resent; and what a key may have told to a server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app import app, run_hooks
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.internet import Trouble
from chalicelib.runtime import webhooks_wiring
from chalicelib.runtime.outgoing import RequestFailed
from chalicelib.webhooks import gateway
from tests.gateway import Context, ask
from tests.house.shops import Shop, open_shop
from tests.world import messages_of

if TYPE_CHECKING:
    from chalicelib.runtime.outgoing import Outgoing
    from tests.clouds import Cloud

CRM = "https://crm.example.fr/calls"
MISSED = {"id": "CA1", "caller": "+33600000001"}


class Crm:
    """The customer's server: what it got, and the status that it answers."""

    def __init__(self) -> None:
        self.got: list[Outgoing] = []
        self.status = 200

    def __call__(self, request: Outgoing, *_: Any) -> int:
        """Take a request."""
        self.got.append(request)
        if self.status >= 300:
            raise RequestFailed(Trouble.STATUS, self.status)
        return self.status


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Crm:
    """Stand where requests leave the house: `test_gateway` tests the way from there."""
    crm = Crm()
    monkeypatch.setattr(gateway, "deliver", crm)
    return crm


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, crm: Crm) -> Shop:
    return open_shop(cloud, monkeypatch)


def a_webhook(shop: Shop, **facts: Any) -> dict[str, Any]:
    made: dict[str, Any] = shop.makes(
        "/v1/webhooks", {"url": CRM, "events": ["call.missed"], **facts}
    )
    return made


def works(shop: Shop) -> None:
    """Bring what is on the queue to its handler, twice over: first events, then attempts."""
    for _ in range(2):
        run_hooks(messages_of(shop.taken("hooks")), Context())


def deliveries(shop: Shop, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.gets(f"/v1/webhooks/{webhook['id']}/deliveries")["items"]
    return found


def test_an_event_reaches_the_server_that_wants_it(shop: Shop, crm: Crm) -> None:
    webhook = a_webhook(shop, description="CRM")

    webhooks_wiring.publish("acct_shop", "call.missed", "CA1", MISSED)
    webhooks_wiring.publish("acct_shop", "call.ringing", "CA1", MISSED)
    works(shop)

    assert [json.loads(each.body)["type"] for each in crm.got] == ["call.missed"]
    (delivery,) = deliveries(shop, webhook)
    assert (delivery["event"], delivery["status"]) == ("call.missed", "delivered")
    assert delivery["body"] is None
    assert [each["status"] for each in delivery["attempts"]] == [200]


def test_an_account_without_webhooks_costs_nothing(shop: Shop) -> None:
    webhooks_wiring.publish("acct_shop", "call.missed", "CA1", MISSED)

    assert shop.taken("hooks") == []


def test_a_failure_says_when_the_next_attempt_is_and_can_be_resent(shop: Shop, crm: Crm) -> None:
    webhook = a_webhook(shop)
    crm.status = 503
    webhooks_wiring.publish("acct_shop", "call.missed", "CA1", MISSED)
    works(shop)
    (waiting,) = deliveries(shop, webhook)
    assert waiting["status"] == "pending"
    assert waiting["next_attempt_at"] > waiting["created_at"]
    assert [(e["status"], e["reason"]) for e in waiting["attempts"]] == [(503, "status")]
    assert shop.gets(f"/v1/webhooks/{webhook['id']}")["failing_since"] is not None

    crm.status = 200
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{waiting['id']}"
    heard = shop.ask("POST", f"{path}/resend")
    works(shop)

    assert heard.status == 202
    assert len({each.headers["webhook-id"] for each in crm.got}) == 1
    shown = shop.gets(path)
    assert shown["status"] == "delivered"
    assert json.loads(shown["body"])["data"] == MISSED
    assert shop.gets(f"/v1/webhooks/{webhook['id']}")["failing_since"] is None


def test_a_webhook_is_tried_out_at_once(shop: Shop, crm: Crm) -> None:
    webhook = a_webhook(shop)
    crm.status = 404

    tried = shop.makes(f"/v1/webhooks/{webhook['id']}/test")

    assert (tried["event"], tried["status"]) == ("webhook.test", "failed")
    assert [each["status"] for each in tried["attempts"]] == [404]
    assert json.loads(tried["body"])["data"] == {"webhook": webhook["id"]}
    assert shop.taken("hooks") == []


def test_a_webhook_is_changed_switched_off_and_deleted(shop: Shop, crm: Crm) -> None:
    webhook = a_webhook(shop)
    path = f"/v1/webhooks/{webhook['id']}"

    off = shop.ask("PATCH", path, {"enabled": False, "events": ["lead.created"]}, if_match='"1"')
    assert off.json["enabled"] is False
    assert off.json["disabled_at"] is not None
    assert off.json["disabled_reason"] is None
    assert shop.ask("PATCH", path, {"secret": 2}, if_match='"1"').status == 412
    assert shop.ask("PATCH", path, {"secret": 2}).status == 428

    assert shop.ask("DELETE", path).status == 204
    assert shop.ask("GET", path).status == 404
    assert shop.gets("/v1/webhooks")["items"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        pytest.param({"url": "http://crm.example.fr/"}, "/url", id="not https"),
        pytest.param({"url": "https://127.0.0.1/"}, "/url", id="an address"),
        pytest.param({"events": []}, "/events", id="no event"),
        pytest.param({"events": ["call.lost"]}, "/events/0", id="no such event"),
        pytest.param({"secret": 100}, "/secret", id="no such generation"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_named(
    shop: Shop, wrong: dict[str, Any], pointer: str
) -> None:
    heard = shop.ask("POST", "/v1/webhooks", {"url": CRM, "events": ["call.missed"], **wrong})

    assert heard.status in {400, 422}, heard.text
    assert [each["pointer"] for each in heard.json["errors"]] == [pointer]


def test_a_key_has_nothing_told_that_it_cannot_read(shop: Shop) -> None:
    webhook = a_webhook(shop)
    key = shop.makes("/v1/keys", {"scopes": ["webhooks:*", "pools:read"]})["key"]

    def asked(method: str, path: str, body: Any = None, **headers: str) -> int:
        return ask(app, method, path, body=body, key=key, headers=headers).status

    assert asked("POST", "/v1/webhooks", {"url": CRM, "events": ["pool.short"]}) == 201
    assert asked("POST", "/v1/webhooks", {"url": CRM, "events": ["call.missed"]}) == 403
    path, seen = f"/v1/webhooks/{webhook['id']}", {"if-match": '"1"'}
    assert asked("PATCH", path, {"url": "https://thief.example/"}, **seen) == 403
    assert asked("PATCH", path, {"enabled": False}, **seen) == 200

    tried = shop.makes(f"{path}/test")
    assert asked("GET", f"{path}/deliveries/{tried['id']}") == 200
    store = webhooks_wiring.store()
    sent = store.delivery("acct_shop", webhook["id"], tried["id"])
    store.add(replace(sent, id="msg_call", event="call.missed"))
    assert asked("GET", f"{path}/deliveries/msg_call") == 403


def test_a_worker_whose_table_is_down_has_the_event_brought_again(
    shop: Shop, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_webhook(shop)
    webhooks_wiring.publish("acct_shop", "call.missed", "CA1", MISSED)

    def down(account_id: str) -> Any:
        raise Unavailable("the table is down")

    monkeypatch.setattr(webhooks_wiring.store(), "endpoints", down)
    with pytest.raises(ExceptionGroup):
        run_hooks(messages_of(shop.taken("hooks")), Context())

    assert crm.got == []
