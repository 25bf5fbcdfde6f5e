"""Networks are told of their own last click, though something else brought the visitor back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.house.carrier import CALL, Caller, a_forwarded_call
from tests.tracking.conversions.builders import AGREED
from tests.tracking.visits.builders import ORIGIN, shown
from tests.tracking.visits.conftest import page, shop

if TYPE_CHECKING:
    from tests.tracking.visits.builders import Page

__all__ = ["page", "shop"]

ADVERT = f"{ORIGIN}/?utm_campaign=Noel&gclid=Cj0K"
DESTINATION = {
    "name": "Appels qualifiés",
    "network": "google-data-manager",
    "ids": {"customer_id": "123-456-7890", "conversion_action_id": "987654321"},
    "secrets": {"client_id": "a", "client_secret": "b", "refresh_token": "c"},
    "calls": {"min_seconds": 0},
}


def a_visitor(page: Page) -> tuple[str, str]:
    """Have somebody come by an advert, and agree; their token, and the number they see."""
    answer = page.lent(url=ADVERT, referrer="https://www.google.fr/")
    token: str = answer["visit"]
    page.tells(token, {"kind": "custom", "name": "consent", "data": AGREED})
    number = shown(answer)
    assert number is not None
    path = f"/v1/numbers/{quote(number)}"
    tag = page.shop.ask("GET", path).headers["ETag"]
    page.shop.ask("PATCH", path, {"flow_id": page.shop.flow_id}, if_match=tag)
    return token, number


def rings(page: Page, number: str) -> None:
    page.shop.clock.passes(minutes=1)
    a_forwarded_call(Caller(to=number))
    page.shop.project()
    page.shop.track()


def shown_to_google(page: Page) -> Any:
    """Return what would be told of the call."""
    made = page.shop.makes("/v1/conversions/destinations", DESTINATION)
    asked = {"call_id": CALL, "destination_id": made["id"]}
    return page.shop.ask("POST", "/v1/conversions/preview", asked).json


@pytest.mark.parametrize(
    "referrer", ["https://www.google.fr/", "https://www.paypal.com/", f"{ORIGIN}/panier", ""]
)
def test_a_visitor_who_comes_back_otherwise_is_still_a_click_of_the_advert(
    page: Page, referrer: str
) -> None:
    token, number = a_visitor(page)
    page.shop.clock.passes(minutes=2)
    page.lent(token, url=f"{ORIGIN}/merci", referrer=referrer)

    rings(page, number)

    told = shown_to_google(page)
    assert told["reason"] is None
    (event,) = told["requests"][0]["body"]["events"]
    assert event["adIdentifiers"] == {"gclid": "Cj0K"}


def test_clicks_are_erased_with_their_visit(page: Page) -> None:
    token, number = a_visitor(page)
    rings(page, number)
    assert "Cj0K" in str(page.shop.cloud.rows("tracking"))

    page.tells(token, {"kind": "withdraw"})

    assert "Cj0K" not in str(page.shop.cloud.rows("tracking"))
    assert shown_to_google(page)["reason"] == "no-visit"


def test_nothing_is_kept_of_clicks_without_consent(page: Page) -> None:
    page.opened(url=ADVERT, consent=False)

    assert "Cj0K" not in str(page.shop.cloud.rows("tracking"))
