"""A form of a shop's site, from the visit's consent to the log of conversions: by the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app import send_conversions
from chalicelib.runtime import conversions_wiring
from chalicelib.tracking.conversions.destinations import Network
from local.providers.server import Networks
from tests.fakes.conversions import VaultInMemory, WebInMemory
from tests.gateway import Context
from tests.house.shops import a_shop
from tests.tracking.conversions.builders import IDS, SECRETS
from tests.tracking.visits.builders import ADVERT, open_page
from tests.world import messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

CLICKED = f"{ADVERT}&fbclid=IwAR0abc"
AGREES = {"ad_user_data": "granted"}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop() as shop:
        networks = Networks(0, shop.clock)
        monkeypatch.setattr(conversions_wiring, "vault", VaultInMemory)
        web = WebInMemory(networks, shop.clock)
        monkeypatch.setattr(conversions_wiring, "web", lambda: web)
        yield shop


def visited(shop: Shop) -> str:
    """Have somebody come from an advert, and agree; the token of their visit."""
    page = open_page(shop)
    visit: str = page.lent(url=CLICKED)["visit"]
    page.tells(visit, {"kind": "custom", "name": "consent", "at": 1, "data": AGREES})
    shop.clock.passes(minutes=5)
    return visit


def wants(shop: Shop, monkeypatch: pytest.MonkeyPatch, **facts: Any) -> str:
    """Make a destination at Meta; its id."""
    secrets = SECRETS[Network.META]
    made = shop.makes(
        "/v1/conversions/destinations",
        {"name": "Meta", "network": "meta", "ids": IDS[Network.META], "secrets": secrets, **facts},
    )
    vault = VaultInMemory(**{made["id"]: secrets})
    monkeypatch.setattr(conversions_wiring, "vault", lambda: vault)
    return str(made["id"])


def log(shop: Shop) -> list[dict[str, Any]]:
    """See to what is due, and return the log."""
    send_conversions(messages_of(shop.taken("conversions")), Context())
    found: list[dict[str, Any]] = shop.gets("/v1/conversions")["items"]
    return found


def test_a_form_that_is_qualified_is_told_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    wants(shop, monkeypatch, kinds=["call", "form"])
    form = {"kind": "form", "id": "1", "email": "j@m.fr", "visit": visited(shop), "qualified": True}

    for _ in range(2):
        shop.makes("/v1/leads", form)
        (line,) = log(shop)

    assert (line["state"], line["kind"]) == ("sent", "form")
    assert (line["call_id"], line["interaction_id"]) == (None, "form:1")
    assert len(line["attempts"]) == 1


def test_a_form_is_told_when_somebody_says_that_it_is_worth_something(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = wants(shop, monkeypatch, kinds=["form"])
    lead = shop.makes("/v1/leads", {"kind": "form", "id": "1", "visit": visited(shop)})
    assert log(shop) == []

    change = {"qualified": True, "value": "250.00"}
    shop.ask("PATCH", f"/v1/leads/{lead['id']}", change, if_match='"1"')
    question = {"call_id": "form:1", "destination_id": destination}
    shown = shop.makes("/v1/conversions/preview", question)

    assert [line["state"] for line in log(shop)] == ["sent"]
    (event,) = shown["requests"][0]["body"]["data"]
    assert (event["event_name"], event["custom_data"]["value"]) == ("Lead", 250.0)


def test_a_form_whose_visit_was_erased_is_told_to_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(shop, monkeypatch, kinds=["form"])
    page = open_page(shop)
    visit = page.lent(url=CLICKED)["visit"]
    page.tells(visit, {"kind": "custom", "name": "consent", "at": 1, "data": AGREES})
    shop.makes("/v1/leads", {"kind": "form", "id": "1", "visit": visit, "qualified": True})

    page.tells(visit, {"kind": "withdraw", "at": 2})

    (line,) = log(shop)
    assert (line["state"], line["reason"]) == ("skipped", "no-visit")


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"kinds": []}, "/kinds"),
        ({"kinds": ["fax"]}, "/kinds/0"),
        (
            {"kinds": ["form"], "calls": {"qualified": False, "min_seconds": 9}},
            "/calls/qualified",
        ),
    ],
)
def test_a_destination_that_nothing_could_reach_is_refused(
    shop: Shop, facts: dict[str, Any], pointer: str
) -> None:
    known = {"name": "Meta", "network": "meta", "ids": IDS[Network.META]}
    order = {**known, "secrets": SECRETS[Network.META], **facts}

    heard = shop.ask("POST", "/v1/conversions/destinations", order)

    assert heard.status in (400, 422)
    assert [each["pointer"] for each in heard.json["errors"]] == [pointer]
