"""A person with the page of the phone network rings the shop, of which the package is deployed."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from local import seed
from local.phone.handsets import BY_HAND
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from tests.machines import Machine

pytestmark = pytest.mark.slow


@contextmanager
def a_page(machine: Machine, browser: Browser, **context: Any) -> Iterator[Page]:
    """Open the page; whatever the browser complains about fails the test."""
    # Slowly: the menu would not wait for a busy machine.
    with machine.by_hand(unscripted=BY_HAND, rate=0.3) as network:
        opened = browser.new_context(**context)
        page = opened.new_page()
        mishaps: list[str] = []
        page.on("pageerror", lambda error: mishaps.append(str(error)))
        page.on("console", lambda said: mishaps.append(said.text) if said.type == "error" else None)
        page.on("requestfailed", lambda sent: mishaps.append(sent.url))
        page.goto(network.base_url)
        yield page
        # The stream of events is cut by leaving: that is no mishap.
        assert [each for each in mishaps if "/control/events" not in each] == []
        opened.close()


def rings(page: Page, caller: str) -> Locator:
    """Dial the shop as somebody, and return their telephone."""
    page.locator("#to").fill(seed.SHOP)
    page.locator("#from").fill(caller)
    page.get_by_role("button", name="Appeler").click()
    return page.get_by_role("article", name=caller)


def log(machine: Machine, caller: str) -> list[Any]:
    calls = machine.world.shop.every("/v1/calls", caller=caller)
    return [(each["state"], each["outcome"]) for each in calls]


def test_a_person_is_put_through_from_the_page_and_the_call_is_in_the_log(
    machine: Machine, browser: Browser, tmp_path: Path
) -> None:
    caller = a_caller()
    with a_page(machine, browser, viewport={"width": 1280, "height": 900}) as page:
        telephone = rings(page, caller)
        expect(telephone.get_by_text("Bienvenue à la boulangerie Martin")).to_be_visible()

        telephone.get_by_role("button", name="1", exact=True).click()
        oven = page.get_by_role("article", name=seed.OVEN)
        oven.get_by_role("button", name="Décrocher").click()
        telephone.get_by_label("Ce que vous dites").fill("Deux baguettes, s'il vous plaît.")
        telephone.get_by_role("button", name="Dire").click()
        expect(oven.get_by_text("Deux baguettes")).to_be_visible()
        page.screenshot(path=tmp_path / "call.png", full_page=True)
        telephone.get_by_role("button", name="Raccrocher").click()

        expect(telephone.get_by_text("terminé", exact=True)).to_be_visible()
        expect(page.get_by_text(re.compile(r"POST .*/voice/status"))).to_be_visible()
        wait_for(lambda: log(machine, caller) == [("ended", "answered")], "the call in the log")


def test_the_page_is_french_until_somebody_wants_english(
    machine: Machine, browser: Browser
) -> None:
    with a_page(machine, browser) as page:
        assert page.locator("html").get_attribute("lang") == "fr"
        expect(page.get_by_role("button", name="Appeler")).to_be_visible()

        page.get_by_role("button", name="English").click()

        assert page.locator("html").get_attribute("lang") == "en"
        expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()
        page.reload()
        assert page.locator("html").get_attribute("lang") == "en"


def test_the_page_fits_a_telephones_screen(
    machine: Machine, browser: Browser, tmp_path: Path
) -> None:
    with a_page(machine, browser, viewport={"width": 390, "height": 844}) as page:
        telephone = rings(page, a_caller())
        expect(telephone.get_by_text("Bienvenue à la boulangerie Martin")).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        page.screenshot(path=tmp_path / "small.png", full_page=True)
        telephone.get_by_role("button", name="Raccrocher").click()

        assert width <= 390
