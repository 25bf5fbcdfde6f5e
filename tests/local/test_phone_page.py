"""The page in a real browser: a person rings, is put through, answers, talks and hangs up."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from local.phone.handsets import BY_HAND
from tests.local.phone_customers import AGENT, Scene, play

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Playwright

ANSWERS = {
    "/voice": "<Gather numDigits='1' action='/menu' timeout='600'><Say>Tapez 1.</Say></Gather>",
    "/menu": f"<Dial action='/apres?fallback={'9' * 200}' timeout='600'>{AGENT}</Dial>",
    "/apres": "<Say>Au revoir.</Say>",
}


# As root there is no sandbox; the rest keeps Chromium from calling home.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# Milliseconds: nobody waits so long unless something is wrong, or the machine is starved.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


async def a_browser(playwright: Playwright) -> Browser:
    """Start the system's browser."""
    chromium = shutil.which("chromium")
    assert chromium, "no browser: `make test-tools` installs Debian's chromium"
    return await playwright.chromium.launch(
        executable_path=chromium, args=list(QUIET), timeout=2 * PATIENCE
    )


async def hold_a_call(page: Page) -> None:
    """Ring from the page, press 1, answer the destination and say something from each side."""
    await page.get_by_role("button", name="Appeler").click()
    caller = page.get_by_role("article", name="+33600001234")
    await expect(caller.get_by_text("Tapez 1.")).to_be_visible()
    await caller.get_by_role("button", name="1", exact=True).click()

    callee = page.get_by_role("article", name=AGENT)
    await callee.get_by_role("button", name="Décrocher").click()
    await caller.get_by_label("Ce que vous dites").fill("Allô ?")
    await caller.get_by_role("button", name="Dire").click()
    await expect(callee.get_by_text("Allô ?")).to_be_visible()

    await page.reload()
    await expect(callee.get_by_text("Allô ?")).to_be_visible()
    await callee.get_by_role("button", name="Raccrocher").click()
    await expect(callee.get_by_text("terminé", exact=True)).to_be_visible()


@pytest.mark.slow
def test_a_person_rings_and_another_answers_on_the_same_page() -> None:
    async def act(scene: Scene) -> None:
        async with async_playwright() as playwright:
            browser = await a_browser(playwright)
            page = await browser.new_page()
            mishaps: list[str] = []
            page.on("pageerror", lambda error: mishaps.append(str(error)))

            await page.goto(scene.network.base_url)
            await hold_a_call(page)
            await expect(page.get_by_text("POST /apres")).to_be_visible()
            for width in (1280, 390):  # an address as long as they are must not widen the page
                await page.set_viewport_size({"width": width, "height": 800})
                assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await page.get_by_role("button", name="English").click()
            await expect(page.get_by_role("tab", name="Requests")).to_be_visible()

            assert await page.locator("html").get_attribute("lang") == "en"
            assert mishaps == []
            await browser.close()

    play(ANSWERS, act, autojump=False, rate=3, unscripted=BY_HAND, start=None)
