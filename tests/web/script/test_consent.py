"""Consent first: each tool is heard, without it nothing is kept, and it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.script.cmps import TCF, TOOLS
from tests.web.script.site import ADVERT, AGREES, SHOWN, a_tab, taken_in, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.web.script.site import Site

pytestmark = pytest.mark.slow

STANDIN = "01 62 01 00 01"
KEPT = "Object.keys(localStorage).length + Object.keys(sessionStorage).length"
LOADS = "<script>addEventListener('load', () => setTimeout(() => load({stored}), 100))</script>"


def visits(site: Site) -> list[str]:
    """Return the keys of all that is stored of visits."""
    return [row["pk"]["S"] for row in (*site.rows("visit#"), *site.rows("lent#"))]


def nothing_is_kept(page: Page) -> bool:
    """Say whether the browser keeps nothing of the visitor."""
    return page.evaluate(KEPT) == 0 and page.context.cookies() == []


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_heard_when_visitors_agree_and_when_they_take_it_back(
    site: Site, browser: Browser, tool: str
) -> None:
    head = f"<script>{TOOLS[tool]}</script>" + LOADS.format(stored="null")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        number = page.locator("p")

        expect(number).to_have_text(STANDIN)
        page.wait_for_function("!!window.cmp")
        assert [each["consent"] for each in site.said("visits")] == [False]
        assert nothing_is_kept(page)
        assert visits(site) == []

        page.evaluate("cmp(true)")
        taken_in(page, answers=2)
        assert number.inner_text() not in (STANDIN, SHOWN)
        assert site.said("visits")[-1]["consent"] is True
        assert page.evaluate("localStorage.length") == 1

        page.evaluate("cmp(false)")
        expect(number).to_have_text(STANDIN)
        until(page, lambda: bool(site.said("events", "withdraw")), "the withdrawal")
        assert nothing_is_kept(page)
        until(page, lambda: site.rows("visit#") == [], "the visit to be erased")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_visitor_who_agreed_before_is_lent_a_number_once_the_tool_says_so(
    site: Site, browser: Browser, tool: str
) -> None:
    head = f"<script>{TOOLS[tool]}</script>" + LOADS.format(stored="true")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        taken_in(page, answers=2)  # to a visitor of whom nothing is known, and to one who agreed
        first = site.answers[-1]["visit"].partition(".")[0]

        page.goto(site.shows(f"<p>{SHOWN}</p>", "/contact", head=head))
        taken_in(page)

        page.wait_for_function("!!window.cmp")
        page.wait_for_timeout(700)  # for what must not happen: consent taken back, another visit
        assert site.answers[-1]["visit"].partition(".")[0] == first
        assert site.said("events", "withdraw") == []


@pytest.mark.parametrize("tool", TOOLS)
def test_a_visitor_who_refused_is_never_followed(site: Site, browser: Browser, tool: str) -> None:
    head = f"<script>{TOOLS[tool]}</script>" + LOADS.format(stored="false")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        expect(page.locator("p")).to_have_text(STANDIN)
        page.wait_for_function("!!window.cmp")
        page.evaluate("window.cadran && cadran('cart', {total: '12.00'})")
        page.wait_for_timeout(700)  # for what must not happen: the tools are asked twice a second

        assert {each["consent"] for each in site.said("visits")} == {False}
        assert site.said("events") == []
        assert nothing_is_kept(page)
        assert visits(site) == []


def test_who_has_no_tool_at_all_is_not_followed(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head="") + ADVERT)
        expect(page.locator("p")).to_have_text(STANDIN)

        assert nothing_is_kept(page)
        assert visits(site) == []


def test_purposes_of_storing_and_measuring_are_both_asked_of_tcf(
    site: Site, browser: Browser
) -> None:
    partial = TCF.replace("7: !!yes", "7: false")
    head = f"<script>{partial}</script>" + LOADS.format(stored="true")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        expect(page.locator("p")).to_have_text(STANDIN)
        page.wait_for_function("!!window.cmp")
        page.wait_for_timeout(700)  # for what must not happen: the tools are asked twice a second

        assert {each["consent"] for each in site.said("visits")} == {False}


def visit_of(token: str) -> str:
    """Return which visit a token is of."""
    return token.partition(".")[0]


def has_visited(site: Site, page: Page, head: str) -> str:
    """Let a visitor agree on a first page; return their visit."""
    page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
    until(page, lambda: bool(site.answers and site.answers[-1]["visit"]), "the visit")
    taken_in(page)
    return visit_of(site.answers[-1]["visit"])


@pytest.mark.parametrize("tool", ["tcf", "tarteaucitron"])
@pytest.mark.parametrize("agrees", [True, False])
def test_who_is_asked_again_is_not_followed_until_they_answer(
    site: Site, browser: Browser, tool: str, *, agrees: bool
) -> None:
    head = f"<script>{TOOLS[tool]}</script>{LOADS}"
    with a_tab(browser) as page:
        visit = has_visited(site, page, head.replace("{stored}", "true"))

        page.goto(
            site.shows(f"<p>{SHOWN}</p>", "/promo", head=head.replace("{stored}", "null")) + ADVERT
        )
        until(page, lambda: site.said("visits")[-1]["consent"] is False, "the question")
        expect(page.locator("p")).to_have_text(STANDIN)
        assert site.said("events", "withdraw") == []

        page.evaluate(f"cmp({str(agrees).lower()})")
        if agrees:
            expect(page.locator("p")).not_to_have_text(STANDIN)
            assert visit_of(site.answers[-1]["visit"]) == visit
        else:
            until(page, lambda: site.pooled.rows("visit#") == [], "the visit to be erased")
            assert nothing_is_kept(page)


def test_what_is_kept_of_consent_counts_for_six_months(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        visit = has_visited(site, page, AGREES)
        ages = "const [key] = Object.keys(localStorage), kept = JSON.parse(localStorage[key]);"
        ages += "kept.agreed -= DAYS * 86400000; localStorage[key] = JSON.stringify(kept);"

        page.evaluate(ages.replace("DAYS", "180"))
        page.goto(site.shows(f"<p>{SHOWN}</p>", "/now", head="") + ADVERT)
        until(page, lambda: len(site.answers) > 1, "the second page")
        assert visit_of(site.answers[-1]["visit"]) == visit
        taken_in(page)

        page.evaluate(ages.replace("DAYS", "4"))
        page.goto(site.shows(f"<p>{SHOWN}</p>", "/later", head="") + ADVERT)
        expect(page.locator("p")).to_have_text(STANDIN)
        assert site.said("visits")[-1]["consent"] is False
        assert site.said("events", "withdraw") == []

        page.evaluate("cadran('consent', true)")
        expect(page.locator("p")).not_to_have_text(STANDIN)
        assert visit_of(site.answers[-1]["visit"]) == visit


GRANTED = "{ad_storage: 'granted', analytics_storage: 'granted'REGION}"
DENIED = GRANTED.replace("granted", "denied")
GRANT, DENIAL = (f"gtag('consent', 'default', {each});" for each in (GRANTED, DENIED))
EVERYWHERE, IN_FRANCE, IN_AMERICA = "", ", region: ['FR', 'BE']", ", region: ['US']"
GTAG = "window.dataLayer = []; function gtag() { dataLayer.push(arguments); }"
ANYWHERE = GRANT.replace("REGION", EVERYWHERE)
OF_REGIONS = [
    DENIAL.replace("REGION", IN_FRANCE) + ANYWHERE,
    ANYWHERE + DENIAL.replace("REGION", IN_FRANCE),
    DENIAL.replace("REGION", EVERYWHERE) + GRANT.replace("REGION", IN_AMERICA),
    GRANT.replace("REGION", IN_AMERICA),
]


@pytest.mark.parametrize("defaults", OF_REGIONS)
def test_what_google_is_granted_in_a_region_is_granted_by_no_visitor(
    site: Site, browser: Browser, defaults: str
) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=f"<script>{GTAG}{defaults}</script>") + ADVERT)
        number = page.locator("p")
        expect(number).to_have_text(STANDIN)
        page.evaluate("gtag('consent', 'update', {ad_storage: 'granted'})")  # one of two
        page.wait_for_timeout(900)

        assert {each["consent"] for each in site.said("visits")} == {False}
        assert nothing_is_kept(page)
        assert visits(site) == []

        page.evaluate("gtag('consent', 'update', {analytics_storage: 'granted'})")
        expect(number).not_to_have_text(STANDIN)
        assert site.said("visits")[-1]["consent"] is True


GRANTS = (
    "gtag('consent', 'update', {ad_storage: 'granted', analytics_storage: 'granted',"
    " ad_user_data: 'granted', ad_personalization: 'denied'});"
)
USES = {
    "ad_user_data": "granted",
    "ad_personalization": "denied",
    "analytics_storage": "granted",
}


def told_uses(site: Site) -> list[dict[str, str]]:
    """Return what pages told of the uses that were agreed to; what was sent again counts once."""
    events = site.said("events", "custom")
    found = {each["at"]: each["data"] for each in events if each["name"] == "consent"}
    return list(found.values())


def test_what_conversions_need_of_googles_consent_is_told_once_and_when_it_changes(
    site: Site, browser: Browser
) -> None:
    head = f"<script>{TOOLS['google']}</script>" + f"<script>{GRANTS}</script>"
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        until(page, lambda: told_uses(site) == [USES], "what was agreed to")

        answers = len(site.answers)
        page.goto(site.shows(f"<p>{SHOWN}</p>", "/contact", head=head))
        until(page, lambda: len(site.answers) > answers, "the second page")
        page.evaluate("cadran('event', 'after', {})")
        until(page, lambda: site.said("events", "custom")[-1]["name"] == "after", "what came after")
        assert told_uses(site) == [USES]

        page.evaluate("gtag('consent', 'update', {ad_user_data: 'denied'})")
        until(page, lambda: len(told_uses(site)) == 2, "the change")
        assert told_uses(site)[-1] == {**USES, "ad_user_data": "denied"}


def test_a_page_that_tells_what_was_agreed_to_is_not_talked_over(
    site: Site, browser: Browser
) -> None:
    own = "cadran('event', 'consent', {ad_user_data: 'denied'});"
    with a_tab(browser) as page:
        head = f"{AGREES}<script>{GTAG};{own}</script>"
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        until(page, lambda: bool(told_uses(site)), "the page's word")

        page.evaluate(GRANTS)
        page.wait_for_timeout(900)  # for what must not happen
        assert told_uses(site) == [{"ad_user_data": "denied"}]


@pytest.mark.parametrize("later", ["", DENIAL.replace("REGION", EVERYWHERE)])
def test_what_google_is_granted_by_default_is_granted_until_it_is_updated(
    site: Site, browser: Browser, later: str
) -> None:
    denies = "gtag('consent', 'update', {ad_storage: 'denied'});" + later
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=f"<script>{GTAG}{ANYWHERE}</script>") + ADVERT)
        taken_in(page)
        assert site.said("visits")[-1]["consent"] is True

        page.evaluate(denies)
        expect(page.locator("p")).to_have_text(STANDIN)
        until(page, lambda: site.pooled.rows("visit#") == [], "the visit to be erased")


def test_the_sites_own_word_counts_more_than_a_tools(site: Site, browser: Browser) -> None:
    refuses = AGREES.replace("true", "false")
    head = f"{refuses}<script>{TCF}</script>" + LOADS.format(stored="true")
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>", head=head) + ADVERT)
        expect(page.locator("p")).to_have_text(STANDIN)
        page.wait_for_function("!!window.cmp")
        page.wait_for_timeout(700)  # for what must not happen: the tools are asked twice a second

        assert {each["consent"] for each in site.said("visits")} == {False}


def test_consent_that_is_taken_back_on_a_later_page_erases_the_visit(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>") + ADVERT)
        taken_in(page)

        refuses = AGREES.replace("true", "false")
        page.goto(site.shows(f"<p>{SHOWN}</p>", "/contact", head=refuses))

        until(page, lambda: bool(site.said("events", "withdraw")), "the withdrawal")
        until(page, lambda: site.rows("visit#") == [], "the visit to be erased")
        expect(page.locator("p")).to_have_text(SHOWN)  # no advert brought them to this page
        assert nothing_is_kept(page)


def test_a_tab_whose_visit_was_withdrawn_in_another_puts_the_number_back(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows(f"<p>{SHOWN}</p>") + ADVERT)
        taken_in(page)
        expect(page.locator("p")).not_to_have_text(SHOWN)
        assert site.rows("visit#") != []
        other = page.context.new_page()
        other.goto(site.origin + "/")
        taken_in(other)

        other.evaluate("cadran('consent', false)")

        expect(page.locator("p")).to_have_text(SHOWN)
        assert nothing_is_kept(page)
