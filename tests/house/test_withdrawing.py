"""A visitor who takes consent back: what calls, leads and reports said of the visit goes too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from chalicelib.runtime import tracking_wiring
from tests.house.carrier import CALL, Caller, a_forwarded_call
from tests.tracking.visits.builders import open_page, shown

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
