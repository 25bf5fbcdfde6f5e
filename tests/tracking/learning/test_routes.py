"""What an owner says of attribution, and that calls and leads follow it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.runtime import leads_wiring, tracking_wiring
from chalicelib.tracking.attribution.touchpoints import Touchpoint
from chalicelib.tracking.leads.calls import interaction_of
from chalicelib.tracking.leads.leads import Lead
from chalicelib.tracking.leads.qualifying import Quality
from chalicelib.tracking.learning import assumptions
from chalicelib.tracking.learning.models import AttributionIn
from tests.house.shops import NOON
from tests.tracking import builders as a
from tests.tracking.journeys.builders import an_unknown
from tests.tracking.live.conftest import office, page, shop
from tests.tracking.live.test_live import a_visitor_in_doubt

if TYPE_CHECKING:
    from tests.house.shops import Shop
    from tests.tracking.live.builders import Office

__all__ = ["office", "page", "shop"]

PATH = "/v1/attribution"
TEXT = (Path(__file__).parents[3] / "docs" / "attribution.md").read_text(encoding="utf-8")
(SAID,) = (json.loads(each) for each in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))


def says(shop: Shop, body: dict[str, Any], seen: str = '"0"') -> dict[str, Any]:
    heard = shop.ask("PUT", PATH, body, if_match=seen)
    assert heard.status == 200, heard.text
    found: dict[str, Any] = heard.json
    return found


def test_without_a_word_all_is_as_usual(shop: Shop) -> None:
    heard = shop.ask("GET", PATH)

    assert heard.headers["ETag"] == '"0"'
    rows = re.findall(r"^\| `(\w+_\w+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", TEXT, re.MULTILINE)
    told = {name: float(usual) for name, usual, _, _ in rows}
    assert {name: heard.json[name] for name in told} == told
    ranges = {name: (float(least), float(most)) for name, _, least, most in rows}
    assert ranges == {
        "lease_days": (1, assumptions.MOST_LEASE_DAYS),
        "caller_days": (1, assumptions.MOST_CALLER_DAYS),
        "least_confidence": (assumptions.LEAST_CONFIDENCE, assumptions.MOST_CONFIDENCE),
        "touch_days": (1, assumptions.MOST_TOUCH_DAYS),
        "half_life_days": (1, assumptions.MOST_TOUCH_DAYS),
    }
    assert set(AttributionIn.model_fields) == {*told, "learns"}
    behaviour = {"in_use": "assumed", "calls": 0, "enough_calls": 200, "learnt_at": None}
    assert heard.json["learns"] is True
    assert heard.json["behaviour"] == {
        **behaviour,
        "calls_per_thousand_visits": 30.0,
        "strays_per_day": 0.02,
    }


def test_what_is_said_is_kept_and_nobody_undoes_it_unseen(shop: Shop) -> None:
    said = says(shop, SAID)

    assert shop.gets(PATH) == said == {**said, **SAID, "version": 1}
    assert shop.ask("PUT", PATH, {}, if_match='"0"').status == 412
    assert shop.ask("PUT", PATH, {}).status == 428
    assert says(shop, {}, '"1"')["lease_days"] == 30


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lease_days", 0),
        ("lease_days", 31),
        ("lease_days", 1.5),
        ("lease_days", "7"),
        ("caller_days", 396),
        ("least_confidence", 0.09),
        ("least_confidence", 1),
        ("touch_days", 366),
        ("half_life_days", 0),
        ("half_life_days", True),
        ("hold", 20),
    ],
)
def test_what_cannot_be_is_told_by_its_field(shop: Shop, field: str, value: Any) -> None:
    heard = shop.ask("PUT", PATH, {field: value}, if_match='"0"')

    assert heard.status in (400, 422), heard.text
    assert [each["pointer"] for each in heard.json["errors"]] == [f"/{field}"]
    assert shop.gets(PATH)["version"] == 0


def test_a_call_is_credited_from_the_confidence_that_was_set(office: Office) -> None:
    shop = office.page.shop
    office.rings(to=a_visitor_in_doubt(office))
    number = a_visitor_in_doubt(office)
    shop.clock.passes(minutes=25)
    office.comes_in("CA2", to=number, from_="+33639981299")
    assert shop.gets("/v1/calls/CA2/journey")["confidence"] > 0.5

    says(shop, {"least_confidence": 0.99})

    journey = shop.gets("/v1/calls/CA2/journey")
    assert (journey["visit"], journey["confidence"]) == (None, 0)
    assert journey["candidates"][0]["weight"] > 0.5
    # Of the call that rang before, the answer stays.
    assert shop.gets("/v1/calls/CA1/journey")["visit"] is not None


def test_a_visit_of_before_the_window_is_no_candidate(office: Office) -> None:
    shop = office.page.shop
    number = a_visitor_in_doubt(office)
    shop.clock.passes(days=2)

    says(shop, {"lease_days": 1})
    office.comes_in(to=number)

    (nobody,) = shop.gets("/v1/calls/CA1/journey")["candidates"]
    assert nobody["nobody"]


def a_lead(*days: int) -> None:
    """Keep a lead that was brought so many days before it rang, each time by something else."""
    touches = tuple(
        Touchpoint(at=NOON - timedelta(days=each), channel=f"channel-{each}") for each in days
    )
    call = a.a_call(call_id="CA1", account_id="acct_shop", started_at=NOON)
    quality = Quality(qualified=True, cents=10_000)
    rang = interaction_of(call, an_unknown(account_id="acct_shop"), None, None, quality)
    rang = replace(rang, touches=touches)
    leads_wiring.leads().save(Lead(id="led_1", account_id="acct_shop", interactions=(rang,)))


def test_leads_are_credited_on_the_terms_that_were_set(shop: Shop) -> None:
    a_lead(60, 3, 0)
    assert [each["channel"] for each in shop.gets("/v1/leads/led_1")["touches"]] == [
        "channel-60",
        "channel-3",
        "channel-0",
    ]

    says(shop, SAID)

    touches = shop.gets("/v1/leads/led_1")["touches"]
    assert [each["channel"] for each in touches] == ["channel-3", "channel-0"]
    assert [each["credit"]["time-decay"] for each in touches] == [0.3333, 0.6667]
    assert shop.gets("/v1/leads")["items"][0]["touches"] == touches


def test_models_are_compared_on_the_terms_that_were_set(shop: Shop) -> None:
    a_lead(60, 3, 0)
    says(shop, SAID)
    path = "/v1/reports/attribution?from=2026-11-01&to=2026-11-30&one=time-decay&other=first"

    mine = {each["name"]: each for each in shop.gets(path)["items"]}
    others = {each["name"] for each in shop.gets(f"{path}&lookback_days=90")["items"]}

    assert {name: each["one"]["leads"] for name, each in mine.items()} == {
        "channel-0": 0.6667,
        "channel-3": 0.3333,
    }
    assert mine["channel-3"]["other"]["leads"] == 1.0
    assert others == {"channel-60", "channel-3", "channel-0"}


def test_what_one_account_says_is_not_another_s(shop: Shop) -> None:
    says(shop, SAID)

    assert tracking_wiring.behaviour("acct_shop").window == timedelta(days=14)
    assert tracking_wiring.behaviour("acct_rival").window == timedelta(days=30)
