"""Pools by the API: made, filled, watched, forecast and retired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from app import tend_pools
from chalicelib.runtime import tracking_wiring
from chalicelib.tracking.pools.leases import Visit
from chalicelib.tracking.pools.lending import Order, lend
from tests.gateway import Context, Heard
from tests.house.shops import NUMBER, open_shop
from tests.world import schedule_at

if TYPE_CHECKING:
    from chalicelib.tracking.pools.leases import Lent
    from tests.clouds import Cloud
    from tests.house.shops import Shop

ONE = "+33162017701"
TWO = "+33162017702"


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with two numbers more, for its pool."""
    opened = open_shop(cloud, monkeypatch)
    for number in (ONE, TWO):
        opened.makes("/v1/numbers", {"number": number})
    return opened


def a_pool(shop: Shop, *numbers: str, **facts: Any) -> dict[str, Any]:
    """Make a pool with these numbers."""
    made: dict[str, Any] = shop.makes("/v1/pools", {"name": "Boutique", **facts})
    for number in numbers:
        made = shop.makes(f"/v1/pools/{made['id']}/numbers/{quote(number)}", method="PUT")
    return made


def put(shop: Shop, pool: dict[str, Any], number: str) -> Heard:
    return shop.ask("PUT", f"/v1/pools/{pool['id']}/numbers/{quote(number)}")


def visited(shop: Shop, pool: dict[str, Any], name: str) -> Lent:
    """Have somebody visit the site."""
    account_id = tracking_wiring.roster().pool(pool["id"]).account_id
    visit = Visit(id=f"vis_{name}", account_id=account_id, site_id="site_1")
    order = Order(pool_id=pool["id"], visit=visit, lease_id=f"lea_{name}")
    return lend(order, now=shop.clock.now, store=tracking_wiring.decks())


def tick(shop: Shop) -> None:
    tend_pools(schedule_at(shop.clock.now.isoformat()), Context())


def refused(heard: Heard, status: int, code: str, pointer: str) -> None:
    assert (heard.status, heard.json["code"]) == (status, code), heard.text
    assert [each["pointer"] for each in heard.json["errors"]] == [pointer]


def test_a_pool_is_made_filled_shown_and_changed(shop: Shop) -> None:
    pool = a_pool(shop, ONE, TWO, overflow=NUMBER)
    path = f"/v1/pools/{pool['id']}"

    shown = shop.ask("GET", path)
    assert shown.json == pool
    assert [each["number"] for each in pool["numbers"]] == [ONE, TWO]
    assert (pool["hold_minutes"], pool["level"], pool["overflow"]) == (20, "session", NUMBER)
    assert shop.gets("/v1/pools")["items"] == [pool]

    tag = shown.headers["ETag"]
    changed = shop.ask("PATCH", path, {"hold_minutes": 5, "overflow": None}, if_match=tag)
    assert (changed.json["hold_minutes"], changed.json["overflow"]) == (5, None)
    assert shop.ask("PATCH", path, {"hold_minutes": 6}, if_match=tag).status == 412
    lease = visited(shop, pool, "a").lease
    assert lease is not None
    assert lease.hold == 5 * 60_000
    assert put(shop, pool, ONE).json == changed.json | {"version": changed.json["version"]}


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"hold_minutes": 0}, "/hold_minutes"),
        ({"hold_minutes": 721}, "/hold_minutes"),
        ({"level": "visitor"}, "/level"),
        ({"overflow": "+33162010777"}, "/overflow"),
        ({"overflow": "x"}, "/overflow"),
        ({"numbers": []}, "/numbers"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(shop: Shop, facts: dict[str, Any], pointer: str) -> None:
    heard = shop.ask("POST", "/v1/pools", {"name": "Boutique", **facts})

    assert heard.status in (400, 422), heard.text
    assert [each["pointer"] for each in heard.json["errors"]] == [pointer]


def test_a_number_is_in_one_pool_or_stands_for_one_source(shop: Shop) -> None:
    pool, other = a_pool(shop, ONE), a_pool(shop)
    source = f"/v1/sources/{shop.source_id}/numbers/{quote(ONE)}"

    refused(put(shop, other, ONE), 409, "number-in-pool", "/number")
    refused(shop.ask("PUT", source, {}), 409, "number-in-pool", "/number")
    stands = put(shop, pool, NUMBER)
    assert (stands.status, stands.json["code"]) == (409, "number-stands-for-another")
    refused(put(shop, pool, "+33162010777"), 422, "rejected", "/number")
    past = {"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    assert shop.ask("PUT", source, past).status == 200

    assert shop.ask("DELETE", f"/v1/pools/{pool['id']}/numbers/{quote(ONE)}").status == 204
    assert put(shop, other, ONE).status == 200


def test_the_overflow_number_is_not_in_the_pool(shop: Shop) -> None:
    pool = a_pool(shop, ONE, overflow=TWO)
    path = f"/v1/pools/{pool['id']}"

    refused(put(shop, pool, TWO), 422, "rejected", "/number")
    heard = shop.ask("PATCH", path, {"overflow": ONE}, if_match=f'"{pool["version"]}"')
    refused(heard, 422, "rejected", "/overflow")


def test_a_number_that_somebody_has_in_view_leaves_after_its_hold(shop: Shop) -> None:
    pool = a_pool(shop, ONE, TWO)
    path = f"/v1/pools/{pool['id']}"
    visited(shop, pool, "a")

    for number in (ONE, TWO, ONE):
        assert shop.ask("DELETE", f"{path}/numbers/{quote(number)}").status == 204

    assert [(each["number"], each["leaving"]) for each in shop.gets(path)["numbers"]] == [
        (ONE, True)
    ]
    assert visited(shop, pool, "b").lease is None
    refused(put(shop, pool, ONE), 409, "number-in-pool", "/number")
    shop.clock.passes(minutes=20)
    tick(shop)
    assert shop.gets(path)["numbers"] == []
    assert shop.ask("DELETE", f"{path}/numbers/{quote(ONE)}").status == 404
    assert put(shop, pool, ONE).status == 200


def test_a_pool_is_retired_and_its_numbers_are_free_for_others(shop: Shop) -> None:
    pool, other = a_pool(shop, ONE), a_pool(shop)

    assert shop.ask("DELETE", f"/v1/pools/{pool['id']}").status == 204

    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/forecast")):
        assert shop.ask(method, f"/v1/pools/{pool['id']}{path}").status == 404
    assert [each["id"] for each in shop.gets("/v1/pools")["items"]] == [other["id"]]
    assert put(shop, other, ONE).status == 200
    tick(shop)


def test_a_number_that_its_owner_retires_leaves_the_pool_within_the_hour(shop: Shop) -> None:
    pool = a_pool(shop, ONE, TWO)
    assert shop.ask("DELETE", f"/v1/numbers/{quote(ONE)}").status == 204

    for _ in range(2):
        shop.clock.passes(minutes=62)
        tick(shop)

    numbers = shop.gets(f"/v1/pools/{pool['id']}")["numbers"]
    assert [each["number"] for each in numbers] == [TWO]


def test_health_is_shown_now_and_by_hour(shop: Shop) -> None:
    pool = a_pool(shop, ONE, TWO)
    for name in "abc":
        visited(shop, pool, name)
    path = f"/v1/pools/{pool['id']}/health?from=2026-11-23&to=2026-11-23"

    assert shop.gets(path)["now"] == {"numbers": 2, "free": 0, "taken": 2, "leaving": 0}
    assert shop.gets(path)["items"] == []
    shop.clock.passes(minutes=62)
    tick(shop)

    (hour,) = shop.gets(path)["items"]
    assert hour == {
        "hour": "2026-11-23T11:00:00Z",
        "numbers": 2,
        "visits": 3,
        "overflow": 1,
        "utilisation": 0.3333,
        "utilisation_peak": 1.0,
        "reused_after_seconds": None,
        "reused_after_seconds_least": None,
        "collisions_avoided": 0,
    }
    for span in ("from=2026-11-23&to=2026-11-22", "from=2026-10-23&to=2026-11-23"):
        heard = shop.ask("GET", f"/v1/pools/{pool['id']}/health?{span}")
        refused(heard, 422, "rejected", "/to")


def test_a_forecast_tells_how_many_numbers_and_what_they_cost(shop: Shop) -> None:
    path = f"/v1/pools/{a_pool(shop, ONE)['id']}/forecast"

    nothing = shop.gets(path)
    planned = shop.gets(f"{path}?visits_per_hour=200&visit_minutes=3&target=0.05&price=1.15")

    assert (nothing["traffic"], nothing["curve"], nothing["needed"]) == (None, [], None)
    assert nothing["minimum_hours"] == 72
    assert planned["traffic"]["load"] == 76.67
    assert planned["needed"]["numbers"] == 82
    assert planned["needed"]["monthly_price"] == {"amount": "94.30", "currency": "EUR"}
    assert planned["now"]["numbers"] == 1
    assert {82, 93, 102} <= {each["numbers"] for each in planned["curve"]}
    for query in ("price=-1", "target=0", "target=nan", "visits_per_hour=inf", "hold_minutes=0"):
        heard = shop.ask("GET", f"{path}?{query}")
        assert heard.status in (400, 422), query
        assert [each["pointer"] for each in heard.json["errors"]] == [f"/{query.split('=')[0]}"]


def test_a_pool_that_runs_short_is_told_to_whoever_watches(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    crm = {"url": "https://crm.example.fr/", "events": ["pool.short"]}
    shop.makes("/v1/webhooks", crm)
    pool = a_pool(shop, ONE)
    for name in "abc":
        visited(shop, pool, name)
    shop.clock.passes(minutes=62)

    tick(shop)

    (event,) = shop.taken("hooks")
    assert (event["event"], event["data"]) == ("pool.short", {"pool": pool["id"], "when": "now"})
    told = capsys.readouterr().out
    assert '"PoolRunsShort"' in told
    assert pool["id"] in told
    assert shop.gets(f"/v1/pools/{pool['id']}/forecast")["shortage"] == "now"


def test_a_number_that_is_lent_to_one_visit_is_shown_to_nobody_else(shop: Shop) -> None:
    pool = a_pool(shop, ONE)
    inside = {"find": "+33472001122", "standins": [{"number": ONE}]}
    printed = {"find": ONE, "pool_id": pool["id"]}

    refused(
        shop.ask("POST", "/v1/pools", {"name": "B", "overflow": ONE}),
        409,
        "number-in-pool",
        "/overflow",
    )
    for swap, pointer in ((inside, "/swaps/0/standins/0/number"), (printed, "/swaps/0/find")):
        site = {"name": "B", "origins": ["https://www.b.example"], "swaps": [swap]}
        refused(shop.ask("POST", "/v1/sites", site), 422, "rejected", pointer)


def test_a_number_that_everybody_may_see_is_lent_to_nobody(shop: Shop) -> None:
    pool = a_pool(shop, overflow=NUMBER)
    shop.makes("/v1/numbers", {"number": "+33162017703"})
    swap = {"find": ONE, "standins": [{"number": TWO}]}
    order = {"name": "B", "origins": ["https://www.b.example"], "swaps": [swap]}
    site = shop.makes("/v1/sites", order)

    for number in (ONE, TWO):
        refused(put(shop, pool, number), 409, "number-shown-to-all", "/number")
    other = a_pool(shop, overflow="+33162017703")
    refused(put(shop, pool, "+33162017703"), 409, "number-shown-to-all", "/number")

    assert shop.ask("DELETE", f"/v1/sites/{site['id']}").status == 204
    assert shop.ask("DELETE", f"/v1/pools/{other['id']}").status == 204
    for number in (ONE, TWO, "+33162017703"):
        assert put(shop, pool, number).status == 200
