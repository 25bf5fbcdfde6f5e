"""The demo's fourth part: a web shop whose visitors each see a number of their own.

A visitor comes by an advert in Chromium, fills a basket and rings the number shown; the ringing
call says what brought them. Then twenty are there at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from local import seed
from local.checks import table, wait_for
from local.cloud.cloud import ACCOUNT_SID, AUTH_TOKEN
from local.demo import pages
from local.phone.handsets import Handset, agent
from local.phone.threads import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from local.checks import Checks
    from local.client import Client
    from local.phone.threads import RunningNetwork
    from local.stage import Machine

PRINTED: Final = "+33199004100"
WORKSHOP: Final = "+33199004101"  # the telephone in the workshop
POOL: Final = tuple(f"+331990042{at:02}" for at in range(22))
CALLER: Final = "+33600004001"
CROWD: Final = 20
ADVERT: Final = "/?utm_source=google&utm_medium=cpc&utm_campaign=Lampes&gclid=Cj0KCQdemo"
LEGAL: Final = {
    "legal_name": "Atelier Lumière SARL",
    "address": {"lines": ["8 montée de la Grande-Côte"], "postcode": "69001", "city": "Lyon"},
    "email": "compta@atelier-lumiere.test",
    "siren": "999000300",
    "vat_id": "FR60999000300",
}
FLOW: Final[dict[str, Any]] = {
    "name": "Atelier",
    "language": "fr-FR",
    "start": "workshop",
    "nodes": {
        "workshop": {"kind": "dial", "destinations": [WORKSHOP], "no_answer": "message"},
        "message": {"kind": "voicemail", "greeting": "Laissez un message.", "max_seconds": 60},
    },
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """The shop's client, its pool and its site, for the parts that follow."""

    client: Client
    pool_id: str
    site_id: str


def play(machine: Machine, checks: Checks) -> Tracked:
    """Open the shop, have visitors come and one of them ring."""
    with pages.serving() as shop, pages.browsing() as browser:
        tracked = _open(machine, shop)
        number = _visitor(machine, tracked, shop, browser, checks)
        _crowd(tracked, shop, browser, number, checks)
    return tracked


def _open(machine: Machine, shop: pages.Shop) -> Tracked:
    client = seed.client(machine.agency, "Atelier Lumière", LEGAL, once="demo-atelier")
    flow = seed.flow(client, FLOW)
    for number in (PRINTED, *POOL):
        client.post("/v1/numbers", {"number": number, "flow_id": flow, "fallback": seed.SPARE})
    pool = client.post("/v1/pools", {"name": "Boutique en ligne", "overflow": PRINTED})["id"]
    for number in POOL:
        client.put(f"/v1/pools/{pool}/numbers/{number}", {})
    order = {
        "name": "Atelier Lumière",
        "origins": [shop.origin],
        "swaps": [{"find": PRINTED, "pool_id": pool}],
    }
    site = client.post("/v1/sites", order)["id"]
    tags = client.get(f"/v1/sites/{site}/script")["tags"]
    shop.tags = f"{tags['head']}\n  {tags['pinned']}"
    return Tracked(client, pool, site)


def _visitor(
    machine: Machine, tracked: Tracked, shop: pages.Shop, browser: Browser, checks: Checks
) -> str:
    print("\n11. A visitor comes to the web shop by an advert, and agrees to be measured")
    with _tab(browser, checks) as page:
        page.goto(shop.origin + ADVERT)
        printed = _shown(page)
        checks.that("the printed number, before they agreed", printed, "01 99 00 41 00")
        page.get_by_role("button", name="Accepter").click()
        wait_for(lambda: _shown(page) != printed, "the visitor's own number")
        number = str(page.get_attribute(".call", "href")).removeprefix("tel:")
        checks.that("the number is one of the pool's", number in POOL, True)
        spelt = _shown(page)
        whole = page.inner_text("main p:last-child").replace("\u00a0", " ")
        checks.that("the text says the same as the link", spelt in whole, True)
        page.get_by_role("button", name="Ajouter au panier").click()
        page.wait_for_timeout(400)
        page.get_by_role("link", name="Panier").click()
        checks.that("the next page shows it too", _shown(page), spelt)
        page.wait_for_timeout(400)
        print("12. They ring the number that they see; the workshop is told while it rings")
        with _in_real_time(machine, number) as network:
            _rings(tracked, network, number, checks)
    return number


def _rings(tracked: Tracked, network: RunningNetwork, number: str, checks: Checks) -> None:
    call_id = network.dial(to=number, from_=CALLER, script=Handset(hangs_up_after_talking=1))
    found: dict[str, Any] = {}

    def told() -> bool:
        for call in tracked.client.get("/v1/live/calls")["items"]:
            if call["id"] == call_id and call["journey"] is not None:
                found.update(call)
        return bool(found)

    wait_for(told, "the ringing call to tell its visit")
    checks.that("the call is going on", found["state"], "ringing")
    journey = found["journey"]
    landing = journey["landing"]
    checks.that("what brought them", (landing["channel"], landing["campaign"]), _BROUGHT)
    steps = [each["path"] for each in journey["visit"]["steps"] if each["kind"] == "page"]
    checks.that("the pages", steps, ["/", "/panier.html"])
    checks.that("the basket", journey["visit"]["cart"]["total"], "120.00")
    network.finished(call_id)


_BROUGHT: Final = ("paid_search", "Lampes")


def _crowd(
    tracked: Tracked, shop: pages.Shop, browser: Browser, taken: str, checks: Checks
) -> None:
    print(f"13. {CROWD} visitors are on the site at once, each in a browser of their own")
    contexts = [browser.new_context(user_agent=pages.NAME, locale="fr-FR") for _ in range(CROWD)]
    numbers = [_comes(context.new_page(), shop) for context in contexts]
    for context in contexts:
        context.close()
    checks.that("each sees a number of their own", len({*numbers, taken}), CROWD + 1)
    checks.that("all of them the pool's", {*numbers} <= {*POOL}, True)
    rows = [(at + 1, number) for at, number in enumerate(numbers[:5])]
    print(table("The first of them", ["visitor", "number shown"], rows))


def _comes(page: Page, shop: pages.Shop) -> str:
    """Open the shop as somebody who agreed, and return the number that they see."""
    page.add_init_script("localStorage.setItem('agreed', 'yes')")
    page.goto(shop.origin + ADVERT)
    wait_for(lambda: _shown(page) != "01 99 00 41 00", "a visitor's own number")
    return str(page.get_attribute(".call", "href")).removeprefix("tel:")


def _shown(page: Page) -> str:
    return page.inner_text(".call")


@contextmanager
def _tab(browser: Browser, checks: Checks) -> Iterator[Page]:
    """Open a visitor's own window; what the page throws is a check that fails."""
    context = browser.new_context(user_agent=pages.NAME, locale="fr-FR")
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    checks.that("errors in the page", thrown, [])
    context.close()


@contextmanager
def _in_real_time(machine: Machine, number: str) -> Iterator[RunningNetwork]:
    """Open a second phone network, whose time is everybody's: the call rings while we look."""
    base = machine.cloud.base_url
    with running(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, seed=2028) as network:
        network.buy(
            number,
            voice_url=f"{base}/voice/incoming",
            voice_fallback_url=f"{base}/voice/fallback",
            status_callback=f"{base}/voice/status",
        )
        network.handset(WORKSHOP, agent(after=9, talks=60))
        yield network
