"""From page to page: no flicker, one visit in all tabs, what happens is told, time out of view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from chalicelib.kernel.phone import E164, national
from tests.tracking.visits.builders import shown
from tests.web.script.site import ADVERT, AGREES, SHOWN, Fault, a_tab, taken_in, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.web.script.site import Site

pytestmark = pytest.mark.slow

# Notes, at each frame, what the page shows and how much it shifted.
WATCHES = """<script>
window.frames_ = []; window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(each => { shift += each.value; }))
  .observe({type: 'layout-shift', buffered: true});
(function note() {
  const found = document.querySelector('#n');
  if (found) frames_.push(found.innerText + ' ' + found.querySelector('a').getAttribute('href'));
  requestAnimationFrame(note);
})();
</script>"""
BODY = (
    '<p id=n>Appelez le 04 72 00 11 22 ou <a href="tel:+33472001122">+33 4 72 00 11 22</a></p>'
    + "<p>Du texte qui suit.</p>" * 40
)


def head_of(site: Site) -> str:
    """Return what the API gives for the page's head."""
    head: str = site.script()["tags"]["head"]
    return head


def begins(site: Site, page: Page) -> str:
    """Have a visit begin, and return the number that it was lent, as it is printed here."""
    page.goto(site.shows(BODY, head=AGREES + WATCHES) + ADVERT)
    taken_in(page)
    number = shown(site.answers[-1])
    assert number is not None
    local = national(E164(number))
    expect(page.locator("#n")).to_contain_text(local)
    return local


def test_no_frame_of_a_later_page_shows_the_printed_number(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        local = begins(site, page)
        assert page.evaluate("shift") == 0

        head = head_of(site) + AGREES + WATCHES
        page.goto(site.shows(BODY, "/contact", head=head))
        page.wait_for_function("frames_.length > 20")
        taken_in(page)
        page.wait_for_timeout(200)  # for what must not happen

        abroad = "+33 " + local.removeprefix("0")
        link = "tel:+33" + local.removeprefix("0").replace(" ", "")
        assert set(page.evaluate("frames_")) == {f"Appelez le {local} ou {abroad} {link}"}
        assert page.evaluate("shift") == 0


def test_a_later_page_keeps_the_number_when_nobody_answers(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        local = begins(site, page)
        site.fault = Fault(drops=True)

        page.goto(site.shows(BODY, "/contact", head=head_of(site) + AGREES))
        page.wait_for_timeout(500)  # for what must not happen

        expect(page.locator("#n")).to_contain_text(local)


def test_a_number_that_is_kept_no_longer_is_not_shown(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        begins(site, page)
        page.evaluate(
            """() => {
                const kept = JSON.parse(localStorage[Object.keys(localStorage)[0]]);
                kept.numbers.forEach(each => { each.until = Date.now() - 1; });
                kept.swaps.forEach(each => { each[2] = Date.now() - 1; });
                localStorage[Object.keys(localStorage)[0]] = JSON.stringify(kept);
            }"""
        )
        site.fault = Fault(drops=True)

        page.goto(site.shows(BODY, "/contact", head=head_of(site) + AGREES))
        page.wait_for_timeout(300)  # for what must not happen

        expect(page.locator("#n")).to_contain_text(SHOWN)


def test_two_tabs_are_one_visit_with_one_number(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        other = page.context.new_page()
        site.shows(BODY, "/contact")
        url = site.shows(BODY) + ADVERT
        page.goto(url, wait_until="commit")
        other.goto(site.origin + "/contact", wait_until="commit")

        until(page, lambda: len(site.answers) >= 2, "both tabs to be answered")
        tokens = {each["visit"].partition(".")[0] for each in site.answers}
        numbers = {shown(each) for each in site.answers}

        assert (len(tokens), len(numbers)) == (1, 1)


def test_carts_forms_and_events_are_told_also_before_the_script_is_there(
    site: Site, browser: Browser
) -> None:
    early = AGREES.replace("</script>", "cadran('cart', {total: '80.00'});</script>")
    with a_tab(browser) as page:
        page.goto(site.shows(BODY, head=early) + ADVERT)
        until(page, lambda: bool(site.said("events", "cart")), "the cart")
        page.evaluate("cadran('form', {name: 'Jeanne'})")
        page.evaluate("cadran('event', 'video', {seconds: 12})")
        page.evaluate("cadran('event', 'large', {text: 'x'.repeat(600)})")
        page.evaluate("cadran('nonsense', 1); cadran(); cadran('cart', window)")

        until(page, lambda: bool(site.said("events", "custom")), "the event")
        (cart,) = site.said("events", "cart")
        (form,) = site.said("events", "form")
        (event,) = site.said("events", "custom")
        assert cart["data"] == {"total": "80.00"}
        assert form["data"] == {"name": "Jeanne"}
        assert (event["name"], event["data"]) == ("video", {"seconds": 12})


def test_the_last_things_are_told_when_the_page_is_left(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        begins(site, page)
        # No timer of the page's tells of it any more: only leaving does.
        page.evaluate("window.setTimeout = () => 0; cadran('cart', {total: '12.00'})")
        page.goto("about:blank")

        until(page, lambda: bool(site.said("events", "cart")), "the cart")


def test_routes_of_an_application_are_pages_of_the_visit(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        begins(site, page)
        page.evaluate("history.pushState({}, '', '/panier'); document.title = 'Panier'")
        until(page, lambda: bool(site.said("events", "page")), "the route")
        page.evaluate("history.replaceState({}, '', '/panier')")
        page.go_back()
        until(page, lambda: len(site.said("events", "page")) == 2, "the way back")

        steps = site.said("events", "page")
        assert [each["title"] for each in steps] == ["Panier", "Panier"]
        assert [each["url"].partition("?")[0] for each in steps] == [
            site.origin + "/panier",
            site.origin + "/",
        ]


def test_a_page_in_view_says_so_and_one_that_is_hidden_does_not(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        page.clock.install()
        begins(site, page)
        page.clock.run_for(61_000)
        until(page, lambda: len(site.said("events", "beat")) == 1, "a beat")
        taken_in(page, answers=2)

        hide = "Object.defineProperty(document, 'hidden', {get: () => window.away, "
        hide += "configurable: true}); window.away = true; "
        page.evaluate(hide + "document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.run_for(300_000)
        page.wait_for_timeout(200)  # for what must not happen
        assert len(site.said("events", "beat")) == 1

        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.run_for(1_000)
        until(page, lambda: len(site.said("events", "beat")) == 2, "a beat on coming back")


def test_a_number_that_may_be_somebody_elses_is_taken_off_the_page(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        page.clock.install()
        begins(site, page)
        site.fault = Fault(status=503)
        hide = "Object.defineProperty(document, 'hidden', {get: () => window.away, "
        hide += "configurable: true}); window.away = true; "
        page.evaluate(hide + "document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.fast_forward(3_600_000)
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")

        expect(page.locator("#n")).to_contain_text(SHOWN)


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(drops=True)])
def test_a_number_is_taken_off_a_page_in_view_that_reaches_nobody(
    site: Site, browser: Browser, fault: Fault
) -> None:
    with a_tab(browser) as page:
        page.clock.install()
        begins(site, page)
        taken_in(page)
        site.fault = fault
        page.clock.run_for(15 * 60_000)
        expect(page.locator("#n")).not_to_contain_text(SHOWN)

        page.clock.run_for(5 * 60_000)

        expect(page.locator("#n")).to_contain_text(SHOWN)


def test_a_visitors_clock_that_is_wrong_changes_nothing(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        page.clock.install(time="2031-01-01T00:00:00Z")
        local = begins(site, page)

        page.goto(site.shows(BODY, "/contact", head=head_of(site) + AGREES))
        expect(page.locator("#n")).to_contain_text(local)
        taken_in(page)
        assert site.said("visits")[1]["visit"] is not None
