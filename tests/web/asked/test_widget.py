"""The form on a page, in a real browser: keyboard, labels, a strict policy, nothing that moves."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from chalicelib.campaigns.asked import widget
from chalicelib.runtime import telling
from tests.campaigns.asked.stage import FORM, Phone
from tests.web.script.site import Fault, a_tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.web.script.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    phone = Phone()
    monkeypatch.setattr(telling, "CarrierTexts", lambda _: phone)
    return phone


def page_of(site: Site, language: str = "fr", **facts: Any) -> str:
    """Put a button on a page of a site that has a strict policy; return its address."""
    shop = site.pooled.shop
    shop.ask("POST", "/v1/queues", {"name": "ventes"})
    form = shop.makes("/v1/callback-forms", {**FORM, "site": site.site, "hours": None, **facts})[
        "id"
    ]
    site.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {site.doors}; connect-src {site.doors}"
    )
    button = (
        f'<p>Pain</p><button type="button" data-cadran-callback="{form}" data-site="{site.site}"'
        f' data-lang="{language}">Appelez-moi</button><p>Vin</p>'
    )
    tag = f'<script async src="{site.doors}/t/callback.js"></script>'
    return site.shows(button, head="", tag=tag)


def opened(page: Page, address: str) -> list[str]:
    """Open the page and the dialog, by keyboard; return what the policy was broken by."""
    broken: list[str] = []
    page.on("console", lambda each: broken.append(each.text) if "Policy" in each.text else None)
    page.goto(address, wait_until="networkidle")
    page.locator("[data-cadran-callback]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    return broken


def test_somebody_asks_by_keyboard_and_nothing_moves(
    site: Site, browser: Browser, phone: Phone
) -> None:
    address = page_of(site)
    with a_tab(browser) as page:
        page.goto(address, wait_until="networkidle")
        before = page.locator("p").last.bounding_box()
        broken = opened(page, address)

        expect(page.get_by_label("Votre numéro de téléphone")).to_be_focused()
        page.keyboard.type("06 12 34 56 78")
        when = page.get_by_label("Quand vous rappeler ?")
        expect(when.locator("option").first).to_have_text("Maintenant")
        slot = when.locator("option").nth(2).inner_text()
        when.select_option(label=slot)
        page.get_by_label("Votre demande").fill("Baguettes")
        page.keyboard.press("Enter")

        expect(page.get_by_role("status")).to_have_text(f"C’est noté : nous vous rappelons {slot}.")
        expect(page.get_by_role("button", name="Fermer")).to_be_focused()
        expect(page.get_by_text(FORM["text"])).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator("[data-cadran-callback]")).to_be_focused()
        assert page.locator("p").nth(1).bounding_box() == before
        assert broken == []
    with site.lock:
        (asking,) = site.pooled.shop.gets("/v1/web-callbacks")["items"]
    assert (asking["number"], asking["label"]) == ("+33612345678", "Baguettes")
    assert asking["proof"]["page"].startswith(site.origin)


def test_a_code_is_typed_in_the_same_place(site: Site, browser: Browser, phone: Phone) -> None:
    address = page_of(site, "en", by_code=True)
    with a_tab(browser) as page:
        opened(page, address)
        page.get_by_label("Your telephone number").fill("0612345678")
        expect(page.get_by_label("When may we ring you?").locator("option").first).to_have_text(
            "Now"
        )
        page.get_by_role("button", name="Ring me back").click()

        code = page.get_by_label("The code you were sent")
        expect(code).to_be_focused()
        code.fill(f"{(int(phone.code) + 1) % 10**6:06}")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("This is not the code, or it is over.")
        expect(code).to_have_attribute("aria-invalid", "true")
        code.fill(phone.code)
        page.keyboard.press("Enter")

        expect(page.get_by_role("status")).to_have_text(
            "Noted: we will ring you as soon as possible."
        )


def test_what_is_refused_or_fails_is_said_where_it_is(
    site: Site, browser: Browser, phone: Phone
) -> None:
    address = page_of(site)
    with a_tab(browser) as page:
        opened(page, address)
        number = page.get_by_label("Votre numéro de téléphone")
        expect(page.get_by_label("Quand vous rappeler ?").locator("option").first).to_be_attached()
        number.fill("0899123456")
        page.keyboard.press("Enter")

        expect(page.get_by_role("status")).to_have_text("Ce numéro ne peut pas être rappelé.")
        expect(number).to_be_focused()
        expect(number).to_have_attribute("aria-invalid", "true")
        site.fault = Fault(status=503)
        number.fill("0612345678")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Cela n’a pas marché.")
        site.fault = Fault()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("C’est noté")


def test_the_script_is_small() -> None:
    assert len(gzip.compress(widget.text().encode(), 9)) < 6 * 1024
