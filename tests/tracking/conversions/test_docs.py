"""What docs/conversions.md tells is so: its examples are taken, its tables are the providers'."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.tracking.conversions.conversion import BACK_OFF, MOST_TRIES, REMEMBERED, State
from chalicelib.tracking.conversions.destinations import Network
from chalicelib.tracking.conversions.networks import PROVIDERS
from tests.gateway import ask
from tests.house.shops import open_shop
from tests.tracking.conversions.builders import (
    IDS,
    House,
    a_destination,
    a_visit,
    ids,
    known_of,
    said,
    told_of,
)

if TYPE_CHECKING:
    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "conversions.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", PAGE, re.MULTILINE))


def examples() -> list[Any]:
    return [json.loads(each) for each in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_destination_of_the_page_is_taken_and_its_secrets_are_not_shown(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, question = examples()
    order["secrets"] = {name: f"secret-{name}" for name in order["secrets"]}
    shop = open_shop(cloud, monkeypatch)

    made = shop.ask("POST", "/v1/conversions/destinations", order)
    asked = {**question, "destination_id": made.json["id"]}
    heard = shop.ask("POST", "/v1/conversions/preview", asked)

    assert made.status == 201, made.text
    assert "secret-" not in made.text
    assert {name: made.json[name] for name in order.keys() - {"secrets"}} == {
        name: order[name] for name in order.keys() - {"secrets"}
    }
    assert heard.status == 404  # there is no such call


def test_a_preview_shows_a_call_only_to_a_key_that_may_read_calls(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(cloud, monkeypatch)
    key = shop.makes("/v1/keys", {"scopes": ["conversions:*"]})["key"]

    heard = ask(app, "POST", "/v1/conversions/preview", body=examples()[1], key=key)

    assert (heard.status, heard.json["title"]) == (403, "the key lacks a scope")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"network": "tiktok"}, "/network"),
        ({"ids": {"customer_id": "12", "conversion_action_id": "1"}}, "/ids/customer_id"),
        ({"ids": {"customer_id": "123-456-7890"}}, "/ids/conversion_action_id"),
        ({"secrets": {"client_id": "a", "client_secret": "b"}}, "/secrets/refresh_token"),
        ({"calls": {"qualified": False}}, "/calls"),
        ({"value_cents": -1}, "/value_cents"),
    ],
)
def test_what_is_wrong_with_a_destination_is_named(
    wrong: dict[str, Any], pointer: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = {**examples()[0], "secrets": dict.fromkeys(examples()[0]["secrets"], "x"), **wrong}

    heard = open_shop(cloud, monkeypatch).ask("POST", "/v1/conversions/destinations", order)

    assert heard.status in (400, 422)
    assert pointer in heard.text


@pytest.mark.parametrize("network", list(Network))
def test_the_table_has_each_networks_ids_and_patience(network: Network) -> None:
    provider = PROVIDERS[network]
    row = ROWS[network.value]

    hours = provider.latest.total_seconds() / 3600
    until = f"{hours:.0f} h" if hours == 72 else f"{hours / 24:.0f} days"
    destination = a_destination(network)
    conversion = told_of(known_of(network), destination)
    taken_back = provider.retraction(conversion, destination, conversion.ended_at) is not None
    assert until in row
    assert row.endswith(" no") is not taken_back
    if network is not Network.GOOGLE_ADS:  # its row says that it has the same as another
        for name, field in provider.ids.items():
            assert f"`{name}`" + ("" if field.required else "*") in row
        assert all(f"`{name}`" in row for name in provider.secrets)


def test_the_events_of_the_page_are_understood() -> None:
    consent, browser = re.findall(r'cadran\("event", "\w+", ({.*?})\)', PAGE)
    visit = a_visit(said(**_data(consent)), ids(**_data(browser)))
    house = House(a_destination(Network.GA4), known_of(Network.GA4, visit=visit))

    found = told_of(house.known, house.destination)

    assert found.client_id == "1234567890.1795737600"
    assert len(found.agreed) == 2
    assert IDS[Network.GA4]["measurement_id"].startswith("G-")


def test_every_state_is_explained() -> None:
    table = PAGE.partition("| state | |")[2]

    assert all(f"`{state.value}`" in table for state in State)


def test_the_patience_of_the_page_is_that_of_the_code() -> None:
    minutes = [each.total_seconds() / 60 for each in BACK_OFF]

    assert minutes == [1, 5, 15, 60, 180, 360, 720, 1440]
    assert (MOST_TRIES, REMEMBERED.days) == (12, 400)


def _data(written: str) -> dict[str, str]:
    return dict(re.findall(r'(\w+): "([^"]*)"', written))
