"""Pools that buy numbers by themselves: only if asked to, never past their ceiling, none twice.

The API of the house and its schedule, with the real gateway, on the real phone network.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.runtime import wiring
from chalicelib.runtime.gateway import TwilioGateway
from chalicelib.runtime.secrets import TwilioCredentials
from local.phone.exchange import ACCOUNT_SID, AUTH_TOKEN
from local.phone.threads import running
from tests.gateway import ask
from tests.house.faults import Trouble, from_, trouble, watched
from tests.house.permissions import asked_of_aws, refused
from tests.house.shops import NUMBER, open_shop
from tests.tracking.pools.test_routes import tick, visited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.phone.threads import RunningNetwork
    from tests.clouds import Cloud
    from tests.gateway import Heard
    from tests.house.shops import Shop

PARIS = "+33162017701"
PATIENT_SECONDS = 30.0  # however busy this machine is
IMPATIENT_SECONDS = 0.5
PRICED = "+33899123456"


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with a number in Paris that its menu answers, for its pool."""
    opened = open_shop(cloud, monkeypatch)
    order = {"number": PARIS, "flow_id": opened.flow_id, "label": "Site"}
    opened.makes("/v1/numbers", order)
    return opened


@pytest.fixture
def network(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningNetwork]:
    """The phone network, and the house buying there."""
    with running(seed=1) as each:
        use(each, monkeypatch, PATIENT_SECONDS)
        yield each


def use(network: RunningNetwork, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the house buy on the network, and wait so long for its answers."""
    credentials = TwilioCredentials(ACCOUNT_SID, (AUTH_TOKEN,))
    carrier = TwilioGateway(credentials, network.base_url, timeout_seconds=seconds)
    monkeypatch.setattr(wiring, "gateway", lambda: carrier)


def bought(network: RunningNetwork) -> list[str]:
    """Return the numbers that the carrier charges for: one bought twice is there twice."""
    numbers = network.call(lambda: list(network.network.exchange.book.numbers.values()))
    return sorted(each.phone_number for each in numbers)


def a_busy_pool(shop: Shop, at_most: int | None = 4, like: str = PARIS) -> str:
    """Make a pool of one number, which has had thirty visitors at once, an hour ago."""
    growth = None if at_most is None else {"like": like, "at_most": at_most}
    pool = shop.makes("/v1/pools", {"name": "Boutique", "growth": growth})
    shop.makes(f"/v1/pools/{pool['id']}/numbers/{PARIS}", method="PUT")
    for name in range(30):
        visited(shop, pool, str(name))
    shop.clock.passes(minutes=62)
    pool_id: str = pool["id"]
    return pool_id


def numbers_of(shop: Shop, pool_id: str) -> list[str]:
    return sorted(each["number"] for each in shop.gets(f"/v1/pools/{pool_id}")["numbers"])


def asks_for(shop: Shop, growth: dict[str, Any]) -> Heard:
    return shop.ask("POST", "/v1/pools", {"name": "Boutique", "growth": growth})


def test_a_pool_that_runs_short_buys_up_to_its_ceiling_and_no_further(
    shop: Shop, network: RunningNetwork
) -> None:
    shop.makes("/v1/webhooks", {"url": "https://crm.example.fr/", "events": ["pool.grown"]})
    pool_id = a_busy_pool(shop, at_most=4)

    tick(shop)

    new = bought(network)
    assert len(new) == 3
    assert numbers_of(shop, pool_id) == sorted([PARIS, *new])
    assert shop.gets(f"/v1/pools/{pool_id}")["ordered"] == []
    for number in new:
        shown = shop.gets(f"/v1/numbers/{number}")
        assert number.startswith("+331")
        assert (shown["state"], shown["flow_id"], shown["label"]) == (
            "active",
            shop.flow_id,
            "Site",
        )
    (event,) = shop.taken("hooks")
    assert event["data"] == {"pool": pool_id, "bought": event["data"]["bought"], "refusal": None}
    assert sorted(event["data"]["bought"]) == new
    shop.clock.passes(hours=1)
    tick(shop)
    assert bought(network) == new


def test_a_pool_buys_nothing_unless_it_was_asked_to(shop: Shop, network: RunningNetwork) -> None:
    pool_id = a_busy_pool(shop, at_most=None)

    tick(shop)

    assert shop.gets(f"/v1/pools/{pool_id}/forecast")["shortage"] == "now"
    assert bought(network) == []
    assert numbers_of(shop, pool_id) == [PARIS]


def test_a_pool_with_enough_numbers_buys_none(shop: Shop, network: RunningNetwork) -> None:
    pool = shop.makes("/v1/pools", {"name": "Boutique", "growth": {"like": PARIS, "at_most": 100}})
    shop.makes(f"/v1/pools/{pool['id']}/numbers/{PARIS}", method="PUT")
    shop.clock.passes(minutes=62)

    tick(shop)

    assert bought(network) == []


def test_ten_numbers_an_hour_are_bought_until_there_are_enough(
    shop: Shop, network: RunningNetwork
) -> None:
    pool = shop.makes("/v1/pools", {"name": "Boutique", "growth": {"like": PARIS, "at_most": 100}})
    for name in range(30):
        visited(shop, pool, str(name))

    for there_are in (10, 18, 18):  # Erlang-B: 10 erlangs take 18 for 1 % to go without
        shop.clock.passes(minutes=62)
        tick(shop)
        assert len(bought(network)) == there_are


@pytest.mark.parametrize("kind", ["rest-error", "rest-slow", "rest-lost", "rest-busy"])
def test_no_number_is_bought_twice_whatever_becomes_of_the_carriers_answers(
    shop: Shop, network: RunningNetwork, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool_id = a_busy_pool(shop, at_most=3)
    network.fault(kind, times=2, seconds=2 * IMPATIENT_SECONDS)
    if kind == "rest-slow":
        use(network, monkeypatch, IMPATIENT_SECONDS)

    for turn in range(4):
        if turn == 2:
            use(network, monkeypatch, PATIENT_SECONDS)
        tick(shop)
        shop.clock.passes(hours=1)

    assert len(bought(network)) == 2
    assert numbers_of(shop, pool_id) == sorted([PARIS, *bought(network)])


@pytest.mark.parametrize("kind", [Trouble.THROTTLED, Trouble.LOST])
def test_no_number_is_lost_whichever_request_to_the_database_fails(
    shop: Shop, network: RunningNetwork, kind: Trouble
) -> None:
    pool_id = a_busy_pool(shop, at_most=2)
    with watched() as undisturbed:
        tick(shop)
    (first,) = bought(network)
    at_most = 2

    for place in range(1, len(undisturbed.sent) + 1, 5):
        at_most += 1
        tag = shop.ask("GET", f"/v1/pools/{pool_id}").headers["ETag"]
        more = {"growth": {"like": PARIS, "at_most": at_most}}
        assert shop.ask("PATCH", f"/v1/pools/{pool_id}", more, if_match=tag).status == 200
        shop.clock.passes(hours=1)
        with trouble(kind, from_(place, place)), suppress(ExceptionGroup, Unavailable):
            tick(shop)  # it says so, and is asked again
        shop.clock.passes(hours=1)
        tick(shop)
        assert first in bought(network)
        assert len(bought(network)) == at_most - 1, place
        assert numbers_of(shop, pool_id) == sorted([PARIS, *bought(network)]), place


def test_what_the_carrier_will_not_sell_is_told_and_not_asked_for_for_ever(
    shop: Shop, network: RunningNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.makes("/v1/webhooks", {"url": "https://crm.example.fr/", "events": ["pool.grown"]})
    pool_id = a_busy_pool(shop)

    def refuses(number: str, urls: object) -> None:
        # Twilio's error 21649: the number needs a regulatory bundle, and the account has none.
        raise Rejected("the carrier asks for a bundle", carrier_code=21649)

    monkeypatch.setattr(wiring.gateway(), "buy", refuses)

    tick(shop)

    assert bought(network) == []
    pool = shop.gets(f"/v1/pools/{pool_id}")
    assert (pool["ordered"], len(pool["numbers"])) == ([], 1)
    (event,) = shop.taken("hooks")
    assert event["data"]["bought"] == []
    assert event["data"]["refusal"] == "the carrier asks for a bundle"
    numbers = {each["number"] for each in shop.gets("/v1/numbers")["items"]}
    assert PARIS in numbers
    assert not any(each.startswith("+33199") for each in numbers)


def test_growth_that_is_forbidden_again_buys_nothing_more(
    shop: Shop, network: RunningNetwork
) -> None:
    pool_id = a_busy_pool(shop)
    tag = shop.ask("GET", f"/v1/pools/{pool_id}").headers["ETag"]
    assert shop.ask("PATCH", f"/v1/pools/{pool_id}", {"growth": None}, if_match=tag).status == 200

    tick(shop)

    assert bought(network) == []


@pytest.mark.parametrize(
    ("growth", "pointer"),
    [
        ({"like": "+33162010777", "at_most": 4}, "/growth/like"),
        ({"like": PRICED, "at_most": 4}, "/growth/like"),
        ({"like": PARIS, "at_most": 0}, "/growth/at_most"),
        ({"like": PARIS, "at_most": 201}, "/growth/at_most"),
        ({"like": PARIS}, "/growth/at_most"),
    ],
)
def test_growth_that_cannot_be_is_refused(shop: Shop, growth: dict[str, Any], pointer: str) -> None:
    heard = asks_for(shop, growth)

    assert heard.status in (400, 422), heard.text
    assert [each["pointer"] for each in heard.json["errors"]] == [pointer]


def test_who_may_not_buy_numbers_has_no_pool_buy_them(shop: Shop) -> None:
    key = shop.makes("/v1/keys", {"label": "marketing", "scopes": ["pools:write"]})["key"]
    growth = {"like": NUMBER, "at_most": 4}

    for body, status in (({"growth": growth}, 403), ({}, 201)):
        heard = ask(app, "POST", "/v1/pools", body={"name": "B", **body}, key=key)
        assert heard.status == status, heard.text


def test_the_schedule_may_do_all_that_growing_takes(
    shop: Shop, network: RunningNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.makes("/v1/webhooks", {"url": "https://crm.example.fr/", "events": ["pool.grown"]})
    a_busy_pool(shop)

    with asked_of_aws(monkeypatch) as asked:
        tick(shop)

    assert len(bought(network)) == 3
    for stage in ("local", "dev", "staging", "prod"):
        assert refused(asked, stage=stage, policy="pools") == []
