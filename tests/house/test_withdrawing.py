"""A visitor who takes consent back: what calls, leads and reports said of the visit goes too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from app import run_hooks
from chalicelib.runtime import tracking_wiring
from chalicelib.webhooks import gateway
from tests.gateway import Context
from tests.house.carrier import CALL, Caller, a_forwarded_call
from tests.tracking.live.builders import Office, Posts
from tests.tracking.visits.builders import open_page, shown
from tests.world import messages_of

if TYPE_CHECKING:
    import pytest

    from tests.house.shops import Shop


def a_call_from_the_page(shop: Shop) -> tuple[str, object]:
    """Open the page by an advert, ring the number shown, and speak. Return the visit's token."""
    page = open_page(shop)
    answer = page.lent()
    number = shown(answer) or ""
    path = f"/v1/numbers/{quote(number)}"
    seen = shop.ask("GET", path).headers["ETag"]
    shop.ask("PATCH", path, {"flow_id": shop.flow_id}, if_match=seen)
    a_forwarded_call(Caller(to=number))
    shop.project()
    shop.track()
    return answer["visit"], page


def test_reports_and_leads_forget_a_visit_that_is_erased(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_wiring, "SOON_SECONDS", 0)
    token, page = a_call_from_the_page(shop)
    report = "/v1/reports/calls?by=campaign&from=2026-11-01&to=2026-11-30"
    assert [each["key"] for each in shop.gets(report)["items"]] == ["Noel"]

    page.tells(token, {"kind": "withdraw"})  # type: ignore[attr-defined]
    shop.track()

    assert [(each["key"], each["calls"]) for each in shop.gets(report)["items"]] == [(None, 1)]
    (lead,) = shop.gets("/v1/leads")["items"]
    assert lead["touches"] == []
    journey = shop.gets(f"/v1/calls/{CALL}/journey")
    assert (journey["erased"], journey["visit"], journey["confidence"]) == (True, None, 0)
    assert journey["reason"]["en"].startswith("A visitor whose visit was erased at their wish")
    assert token.partition(".")[0] not in str(shop.everything())


def test_what_servers_were_told_forgets_a_visit_that_is_erased(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_wiring, "SOON_SECONDS", 0)
    monkeypatch.setattr(gateway, "deliver", lambda *_: 204)
    wanted = ["call.ringing", "call.completed"]
    hooks = [
        shop.makes("/v1/webhooks", {"url": f"https://{name}.example.fr/", "events": wanted})["id"]
        for name in ("crm", "old")
    ]
    page = open_page(shop)
    lent = page.lent()
    office, number = Office(page, Posts()), shown(lent) or ""
    office.answers_on(number)
    office.rings(to=number)
    shop.clock.passes(minutes=1)
    office.hangs_up(to=number)
    visit_id = lent["visit"].partition(".")[0]
    for _ in range(3):
        run_hooks(messages_of(shop.taken("hooks")), Context())
    shop.ask("DELETE", f"/v1/webhooks/{hooks[1]}")
    rows = shop.cloud.rows("webhooks")
    assert len([row for row in rows if visit_id in str(row)]) == 4

    page.tells(lent["visit"], {"kind": "withdraw"})
    shop.track()

    assert visit_id not in str(shop.cloud.rows("webhooks"))
    assert "Noel" not in str(shop.cloud.rows("webhooks"))
    deliveries = shop.gets(f"/v1/webhooks/{hooks[0]}/deliveries")["items"]
    assert {each["event"] for each in deliveries} == {"call.ringing", "call.completed"}


def test_a_call_that_proves_to_be_spam_is_no_lead(shop: Shop) -> None:
    a_forwarded_call()
    shop.project()
    shop.track()
    assert len(shop.gets("/v1/leads")["items"]) == 1

    heard = shop.ask("POST", f"/v1/calls/{CALL}/spam")
    assert heard.status == 200, heard.text
    shop.track()
    assert shop.gets("/v1/leads")["items"] == []

    assert shop.ask("POST", f"/v1/calls/{CALL}/spam/restore").status == 200
    shop.track()
    assert len(shop.gets("/v1/leads")["items"]) == 1
