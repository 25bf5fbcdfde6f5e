"""Spam from outside: rules, the block list, and what people say of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Received
from chalicelib.runtime import watch_wiring, wiring
from chalicelib.tracking.spam.usecases import judge
from tests.house.shops import Shop, open_shop
from tests.tracking.spam.builders import a_call

if TYPE_CHECKING:
    from tests.clouds import Cloud

RULES = "/v1/spam/rules"


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return open_shop(cloud, monkeypatch)


def a_stored_call(shop: Shop, call_id: str = "CA1") -> None:
    """Have a call in the log."""
    event = Received(
        id="received", at=shop.clock.now, dialled="+33162010001", caller="+33612345678"
    )
    wiring.calls().append(CallRef(call_id=call_id, account_id="acct_shop"), event)


def test_an_account_begins_with_the_usual_rules_and_changes_them(shop: Shop) -> None:
    usual = shop.ask("GET", RULES)
    assert usual.json["repeated_calls"] == 5
    assert usual.json["blocked"] == []

    first = shop.ask("PATCH", RULES, {"repeated_calls": 3}, if_match=usual.headers["ETag"])
    late = shop.ask("PATCH", RULES, {"repeated_calls": 9}, if_match=usual.headers["ETag"])

    assert (first.status, late.status) == (200, 412)
    assert shop.gets(RULES)["repeated_calls"] == 3
    assert shop.gets(RULES)["neighbours"] == 5
    wrong = shop.ask("PATCH", RULES, {"window_minutes": 61}, if_match=first.headers["ETag"])
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/window_minutes"]


def test_a_number_is_blocked_and_freed_in_any_spelling(shop: Shop) -> None:
    blocked = shop.makes("/v1/spam/blocked/0612345678", {"note": "Robot"}, method="PUT")
    shop.makes(f"/v1/spam/blocked/{quote('+8823*')}", {}, method="PUT")
    assert [(each["pattern"], each["note"]) for each in blocked["blocked"]] == [
        ("+33612345678", "Robot")
    ]
    call: dict[str, Any] = {"account_id": "acct_shop", "seconds": 90}
    assert judge(a_call(1, **call), watch_wiring.bench())
    assert not judge(a_call(2, caller="+33612345679", **call), watch_wiring.bench())

    assert shop.ask("DELETE", f"/v1/spam/blocked/{quote('+33 6 12 34 56 78')}").status == 204
    assert [each["pattern"] for each in shop.gets(RULES)["blocked"]] == ["+8823*"]
    wrong = shop.ask("PUT", f"/v1/spam/blocked/{quote('+33*')}", {})
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/pattern"]


def test_a_person_marks_and_restores_and_tracking_sees_the_call_again(shop: Shop) -> None:
    a_stored_call(shop)
    assert shop.gets("/v1/calls/CA1/spam")["spam"] is False

    marked = shop.makes("/v1/calls/CA1/spam")
    assert (marked["spam"], marked["by"]) == (True, "key_0123456789abcdef0123")
    assert marked["reasons"][0]["words"]["fr"] == "Marqué comme indésirable par une personne."
    assert [each["call"] for each in shop.gets("/v1/spam")["items"]] == ["CA1"]

    restored = shop.makes("/v1/calls/CA1/spam/restore")
    assert (restored["spam"], restored["restored"]) == (False, True)
    assert shop.gets("/v1/spam")["items"] == []
    message = {"account_id": "acct_shop", "call_id": "CA1", "projection": "tracking"}
    assert shop.taken("projections") == [message, message]


def test_a_call_that_is_not_there_is_not_found(shop: Shop) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/restore")):
        assert shop.ask(method, f"/v1/calls/CA9/spam{path}").status == 404
