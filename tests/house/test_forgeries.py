"""Webhooks that the carrier never sent: refused, and nothing is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from app import WEBHOOKS, app
from tests.gateway import BASE_URL, event, ring, route, send, sign
from tests.house.carrier import CALL, Caller, a_message
from tests.house.shops import a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway import Fields, Heard
    from tests.house.shops import Shop

PATHS: Final = [path for door in WEBHOOKS for path in door.paths]
FIELDS: Final[Fields] = {
    "CallSid": CALL,
    "From": "+33639981234",
    "To": "+33162010001",
    "CallStatus": "completed",
    "CallDuration": "95",
    "RecordingSid": "RE" + "3" * 32,
    "RecordingStatus": "completed",
    "MessageSid": "SM" + "3" * 32,
    "MessageStatus": "delivered",
}
ELSEWHERE: Final = "https://elsewhere.example.com/api"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop is enough for forgers: whatever one of them got in, the next would find."""
    with a_shop() as opened:
        yield opened


def at(path: str, shop: Shop) -> str:
    """Fill in a webhook's path as our own URLs have it."""
    callback = {"account_id": "acct_shop", "callback_id": "cb_1", "offer": "1"}
    attempt = {"campaign_id": "camp_1", "attempt_id": "hash-1"}
    asking = {"asking_id": "ask_1", "n": "1", "agent_id": "agt_1"}
    parts = {"version": "1", "node": "welcome", **callback, **attempt, **asking}
    filled = path.format(flow_id=shop.flow_id, **parts)
    return f"{filled}?account=acct_shop&shards=1"


def assert_refused(shop: Shop, heard: Heard, before: dict[str, list[Any]]) -> None:
    assert (heard.status, heard.text) == (403, "")
    assert shop.everything() == before
    assert shop.cloud.messages("call-events") == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("signature", ["", "nonsense", "YWJj"])
def test_an_unsigned_webhook_is_refused(shop: Shop, path: str, signature: str) -> None:
    before = shop.everything()

    heard = ring(app, at(path, shop), FIELDS, signature=signature)

    assert_refused(shop, heard, before)


@pytest.mark.parametrize("path", PATHS)
def test_a_webhook_signed_with_another_token_is_refused(shop: Shop, path: str) -> None:
    before = shop.everything()

    heard = ring(app, at(path, shop), FIELDS, token="54321")

    assert_refused(shop, heard, before)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "changed",
    [
        {**FIELDS, "CallDuration": "9500"},
        {**FIELDS, "CallSid": "CA" + "8" * 32},
        {**FIELDS, "Digits": "1"},
        {name: value for name, value in FIELDS.items() if name != "From"},
        {**FIELDS, "To": ["+33162010001", "+33162010002"]},
    ],
    ids=["a longer call", "another call", "one more", "one fewer", "one twice"],
)
def test_a_signature_replayed_with_other_parameters_is_refused(
    shop: Shop, path: str, changed: Fields
) -> None:
    before = shop.everything()
    genuine = sign(f"{BASE_URL}{at(path, shop)}", FIELDS)

    heard = ring(app, at(path, shop), changed, signature=genuine)

    assert_refused(shop, heard, before)


@pytest.mark.parametrize("path", PATHS)
def test_a_signature_of_another_address_is_refused(shop: Shop, path: str) -> None:
    before = shop.everything()
    here = at(path, shop)
    others = [f"{ELSEWHERE}{here}", f"{BASE_URL}{here}&x=1", f"{BASE_URL}{here.partition('?')[0]}"]
    others += [f"{BASE_URL}{at(other, shop)}" for other in PATHS if other != path]

    for other in others:
        heard = ring(app, here, FIELDS, signature=sign(other, FIELDS))
        assert_refused(shop, heard, before)


def test_nobody_sends_another_accounts_callers_elsewhere(shop: Shop) -> None:
    call = Caller()
    call.rings()
    call.presses("1")
    pressed, before = call.sent[-1], shop.everything()
    genuine = sign(f"{BASE_URL}{pressed.path}", pressed.fields)

    for ours, theirs in (("acct_shop", "acct_other"), ("33162010008", "33899000000")):
        forged = pressed.path.replace(ours, theirs)
        heard = ring(app, forged, pressed.fields, signature=genuine)
        assert forged != pressed.path
        assert heard.status == 403

    assert shop.everything() == before


def test_a_genuine_webhook_of_a_whole_call_is_stored(shop: Shop) -> None:
    """Show that what is refused above would have been taken."""
    assert {heard.status for heard in a_message().heard} == {200}
    assert shop.call(CALL)["outcome"] == "voicemail"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", ["{", '{"CallSid":"CA1"}', "=%ff"])
def test_no_body_of_another_type_gets_in(shop: Shop, path: str, body: str) -> None:
    before = shop.everything()
    here = at(path, shop).partition("?")[0]
    resource, parts = route(app, "POST", here)
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        headers = {"content-type": kind, "x-twilio-signature": sign(f"{BASE_URL}{here}", {})}

        heard = send(app, event("POST", resource, parts=parts, headers=headers, body=body))

        assert_refused(shop, heard, before)


def test_no_webhook_is_read_by_get(shop: Shop) -> None:
    for path in PATHS:
        with pytest.raises(LookupError):
            route(app, "GET", at(path, shop).partition("?")[0])
