"""Whatever goes wrong, the page keeps its own number and nothing is thrown into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.script.site import ADVERT, AGREES, SHOWN, Fault, a_tab, stopped, taken_in, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.script.site import Site

pytestmark = pytest.mark.slow

THROWN = """<script>
window.thrown = [];
addEventListener('error', each => thrown.push(String(each.message)));
addEventListener('unhandledrejection', each => thrown.push(String(each.reason)));
</script>"""
FAULTS = {
    "dropped": Fault(drops=True),
    "throttled": Fault(status=429),
    "down": Fault(status=503),
    "refused": Fault(status=403),
    "slow": Fault(seconds=30),
    "nothing": Fault(status=200),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_page_keeps_its_number(site: Site, browser: Browser, name: str) -> None:
    site.fault = FAULTS[name]
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=AGREES + THROWN) + ADVERT)
        page.wait_for_function("window.cadran && cadran.is")
        page.evaluate("cadran('cart', {total: '1.00'}); history.pushState({}, '', '/x')")
        page.wait_for_timeout(600)  # for what must not happen

        expect(page.locator("p")).to_have_text(SHOWN)
        assert page.evaluate("thrown") == []
        assert page.evaluate("localStorage.length") == 0
        site.fault = Fault()


@pytest.mark.parametrize(
    "breaks",
    [
        "window.fetch = () => { throw new Error('no') }",
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})",
        "window.__tcfapi = () => { throw new Error('no') }",
        "window.dataLayer = {length: 3}; window._axcb = 7; window.tarteaucitron = {state: 0}",
        "JSON.stringify = () => { throw new Error('no') }",
        "document.querySelector = () => { throw new Error('no') }",
    ],
)
def test_a_strange_page_is_not_broken_any_further(
    site: Site, browser: Browser, breaks: str
) -> None:
    with a_tab(browser) as page:
        head = AGREES + THROWN + f"<script>{breaks}</script>"
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        page.wait_for_timeout(600)  # for what must not happen

        assert page.evaluate("thrown") == []


def test_a_site_that_does_not_list_the_page_is_refused_in_silence(
    site: Site, browser: Browser
) -> None:
    tag = site.tag.replace(site.site, "site_of_somebody_else")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=AGREES + THROWN, tag=tag) + ADVERT)
        until(page, lambda: bool(site.answers), "the refusal")
        page.wait_for_timeout(100)  # for what must not happen

        expect(page.locator("p")).to_have_text(SHOWN)
        assert page.evaluate("thrown") == []


def test_a_strict_policy_and_a_pinned_hash_let_the_script_work(
    site: Site, browser: Browser
) -> None:
    script = site.script()
    from tests.gateway import BASE_URL

    policy = script["policy"]
    hashed = [each for each in policy["script-src"] if each.startswith("'sha256-")]
    assert len(hashed) == 1
    # Without 'unsafe-inline', 'unsafe-eval', or inline styles; consent comes from a file.
    site.headers = {
        "Content-Security-Policy": f"default-src 'none'; script-src 'self' {site.doors} "
        f"{hashed[0]}; connect-src {site.doors}; report-uri /reports"
    }
    site.pages["/consent.js"] = AGREES.replace("<script>", "").replace("</script>", "")
    head = script["tags"]["head"] + '<script src="/consent.js"></script>'
    pinned = script["tags"]["pinned"].replace(BASE_URL, site.doors)
    with a_tab(browser) as page:
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        url = site.shows(f"<p>{SHOWN}</p>", head=head, tag=pinned)
        page.goto(url + ADVERT + "&cadran=debug")

        expect(page.locator("p").first).not_to_have_text(SHOWN)
        expect(page.locator("#cadran-debug")).to_contain_text("Cadran : diagnostic")
        page.goto(url)
        expect(page.locator("p").first).not_to_have_text(SHOWN)
        assert [each for each in complaints if "favicon" not in each and "404" not in each] == []


def test_a_script_that_was_tampered_with_does_not_run(site: Site, browser: Browser) -> None:
    script = site.script()
    from tests.gateway import BASE_URL

    tag = script["tags"]["pinned"].replace(BASE_URL, site.doors).replace("sha384-", "sha384-AAAA")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", tag=tag) + ADVERT)
        page.wait_for_timeout(400)  # for what must not happen

        expect(page.locator("p")).to_have_text(SHOWN)
        assert site.sent == []


def test_a_preview_shows_numbers_of_nobody_and_no_visit_is_counted(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        url = site.shows(f'<p>{SHOWN}</p><a href="tel:+33472001133">04 72 00 11 33</a>')
        page.goto(url + ADVERT + "&cadran=preview&number=%2B33899123456")

        expect(page.locator("p").first).to_have_text("01 99 00 10 00")
        expect(page.locator("a")).to_have_attribute("href", "tel:+33199001001")
        expect(page.locator("#cadran-debug")).to_contain_text("aucune visite comptée")
        page.evaluate("cadran('cart', {total: '1.00'})")
        page.wait_for_timeout(500)  # for what must not happen
        assert {each["consent"] for each in site.said("visits")} == {False}
        assert site.said("events") == []
        assert site.rows("visit#") == []


def test_the_diagnosis_says_what_was_found_what_is_shown_and_why(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p><p>01 40 00 00 00</p>") + ADVERT + "&cadran=debug")

        panel = page.locator("#cadran-debug")
        expect(panel).to_contain_text("Consentement : oui (appel du site : oui)")
        expect(panel).to_contain_text("+33472001122 → +331620")
        expect(panel).to_contain_text("+33472001133 (inchangé), absent de la page")
        expect(panel).to_contain_text("01 40 00 00 00")
        expect(panel).to_contain_text("/t/visits : ")
        panel.get_by_role("button", name="Fermer").click()
        expect(panel).to_have_count(0)


def test_a_page_without_the_question_does_not_load_the_diagnosis(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        loaded: list[str] = []
        page.on("request", lambda sent: loaded.append(sent.url))
        page.goto(site.shows(f"<p>{SHOWN}</p>") + ADVERT)
        taken_in(page)

        assert [each for each in loaded if "debug" in each] == []


@pytest.mark.parametrize("fault", ["nothing", "down"])
def test_a_page_that_was_answered_nothing_asks_again_twice(
    site: Site, browser: Browser, fault: str
) -> None:
    with a_tab(browser) as page:
        stopped(page)
        site.fault = FAULTS[fault]
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.url) if "/t/visits" in sent.url else None)
        page.goto(site.shows(f"<p>{SHOWN}</p>") + ADVERT)

        def asks(times: int) -> bool:
            page.clock.run_for(200)
            return len(asked) >= times

        until(page, lambda: asks(3), "the page to ask twice again")
        page.wait_for_timeout(200)  # for what must not happen
        page.clock.run_for(60_000)
        page.wait_for_timeout(200)

        assert len(asked) == 3
        expect(page.locator("p")).to_have_text(SHOWN)


def test_what_a_page_tells_while_we_are_down_is_told_later(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=AGREES) + ADVERT + "&cadran=debug")
        taken_in(page)
        site.fault = Fault(status=503)
        page.evaluate("cadran('cart', {total: '12.00'})")
        page.wait_for_function("cadran.state().answers.some((each) => each[1] == '503')")

        site.fault = Fault()
        page.evaluate("cadran('event', 'video', {seconds: 3})")

        until(page, lambda: bool(site.said("events", "custom")), "the event")
        assert [each["data"] for each in site.said("events", "cart")] == [{"total": "12.00"}]
