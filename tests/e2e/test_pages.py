"""A page that shows numbers of several pools, served by the deployed package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import requests

from local import seed
from local.client import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from tests.machines import Machine

ORIGIN: Final = "https://www.garage.example"
PRINTED: Final = [f"+331990058{at:02}" for at in range(3)]
POOLED: Final = [[f"+331990059{pool}{at}" for at in range(2)] for pool in range(3)]
ADVERT: Final = f"{ORIGIN}/?utm_source=google&utm_medium=cpc&utm_campaign=Pneus"
BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"


def test_each_visit_has_a_number_of_each_pool_and_a_call_to_any_of_them_is_its_own(
    machine: Machine,
) -> None:
    site = open_site(machine)
    first, second = (shown(told(machine, site)) for _ in range(2))
    token = told(machine, site)["visit"]
    third = told(machine, site, visit=token, url=f"{ORIGIN}/pneus", referrer=f"{ORIGIN}/")

    call = machine.call(machine.ring(to=second[PRINTED[2]], from_="+33639980777"))

    assert set(first) == set(second) == set(PRINTED)
    for at, printed in enumerate(PRINTED):
        assert sorted((first[printed], second[printed])) == POOLED[at]
    assert shown(third) == {}
    shop = machine.world.shop
    journey = shop.get(f"/v1/calls/{call['id']}/journey")
    assert journey["landing"]["campaign"] == "Pneus"


def open_site(machine: Machine) -> str:
    """Make three pools of two numbers each, and a site that prints a number for each."""
    shop = machine.world.shop
    flow, swaps = seed.flow(shop, seed.WELCOME), []
    for printed, numbers in zip(PRINTED, POOLED, strict=True):
        pool = shop.post("/v1/pools", {"name": f"Pneus {printed[-1]}"})["id"]
        for number in numbers:
            seed.add_number(shop, number, flow)
            shop.put(f"/v1/pools/{pool}/numbers/{number}", {})
        swaps.append({"find": printed, "pool_id": pool})
    site = shop.post("/v1/sites", {"name": "Garage", "origins": [ORIGIN], "swaps": swaps})
    return str(site["id"])


def told(machine: Machine, site: str, **facts: Any) -> Any:
    """Open the page as a browser does; what it is answered."""
    page = {"site": site, "visit": None, "consent": True, "url": ADVERT, "numbers": PRINTED}
    answer = requests.post(
        f"{machine.cloud.base_url}/t/visits",
        data=json.dumps({**page, **facts}).encode(),
        headers={"Content-Type": "text/plain", "Origin": ORIGIN, "User-Agent": BROWSER},
        timeout=TIMEOUT_SECONDS,
    )
    answer.raise_for_status()
    return answer.json()


def shown(answer: Any) -> dict[str, str]:
    return {each["find"]: each["show"] for each in answer["numbers"]}
