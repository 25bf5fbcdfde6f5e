"""Applications: React renders, takes over HTML of a server, and renders again; nothing breaks.

Complaint of others' customers: the text is swapped and the link is not, or the other way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from chalicelib.kernel.phone import E164, national
from tests.tracking.visits.builders import shown
from tests.web.script.react import react
from tests.web.script.site import ADVERT, AGREES, SHOWN, a_tab, stopped, taken_in, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from tests.web.script.site import Site

pytestmark = pytest.mark.slow

APP: Final = """
const e = React.createElement;
function Phone({spelt, count}) {
  return e('p', {id: 'n'}, 'Appelez (', count, ') ', e('a', {href: 'tel:+33472001122'}, spelt));
}
function App() {
  const [count, add] = React.useState(0);
  const [spelt, spell] = React.useState('04 72 00 11 22');
  const [there, show] = React.useState(true);
  Object.assign(window, {add, spell, show});
  window.renders = (window.renders || 0) + 1;
  return e('main', null, there ? e(Phone, {spelt, count}) : null, e('p', null, 'Fin'));
}
"""
RENDERED: Final = (
    '<main><p id="n">Appelez (<!-- -->0<!-- -->) <a href="tel:+33472001122">04 72 00 11 22</a></p>'
    "<p>Fin</p></main>"
)


def opened(site: Site, page: Page, root: str, start: str, *, head: str = "") -> list[str]:
    """Open the application; return what React complains of."""
    site.pages["/react.js"] = react()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    scripts = f'<script src="/react.js"></script><script>{APP}{start}</script>'
    page.goto(site.shows(root + scripts, head=head + AGREES) + ADVERT)
    return complaints


def agree(site: Site, page: Page) -> bool:
    """Say whether text and link both show the number that the visit was lent."""
    number = shown(site.answers[-1]) if site.answers else None
    if number is None:
        return False
    found: list[Any] = page.evaluate(
        "(a => a ? [a.innerText, a.getAttribute('href')] : [])(document.querySelector('#n a'))"
    )
    return found == [national(E164(number)), f"tel:{number}"]


def of_react(complaints: list[str]) -> list[str]:
    """Leave out what is not React's: the icon that the site has not got."""
    return [each for each in complaints if "404" not in each]


def test_an_application_that_renders_again_and_again_keeps_the_number(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        start = "ReactDOM.createRoot(document.querySelector('#root')).render(e(App));"
        complaints = opened(site, page, "<div id=root></div>", start)
        until(page, lambda: agree(site, page), "text and link to agree")

        for count in range(1, 30):
            page.evaluate(f"add({count})")
        expect(page.locator("#n")).to_contain_text("(29)")
        assert agree(site, page)
        page.evaluate("show(false)")
        expect(page.locator("#n")).to_have_count(0)
        page.evaluate("show(true)")
        until(page, lambda: agree(site, page), "text and link to agree again")
        page.evaluate("spell('04.72.00.11.22')")
        number = national(E164(shown(site.answers[-1]) or "")).replace(" ", ".")
        expect(page.locator("#n a")).to_have_text(number)
        renders = page.evaluate("renders")
        page.wait_for_timeout(300)  # for what must not happen
        assert page.evaluate("renders") == renders  # nobody goes round in circles
        assert of_react(complaints) == []


def ticks(page: Page, holds: Callable[[], bool]) -> bool:
    """Let a moment pass on a page whose clock is stopped, and say whether it is so then."""
    page.clock.run_for(10)
    return holds()


def takes_over(page: Page, late: int) -> None:
    """Let React take over, `late` milliseconds after its page was loaded: the script waits for it
    three seconds at most, and on a stopped clock React is as slow as it likes.
    """
    page.clock.run_for(late)
    page.wait_for_function(
        "Object.keys(document.querySelector('#n a')).some(key => key.startsWith('__react'))"
    )


@pytest.mark.parametrize("late", [0, 700])
def test_html_that_react_takes_over_is_left_alone_until_then(
    site: Site, browser: Browser, late: int
) -> None:
    start = f"""setTimeout(() => ReactDOM.hydrateRoot(document.querySelector('#__next'), e(App), {{
        onRecoverableError: error => console.error('recovered: ' + error),
    }}), {late});"""
    with a_tab(browser) as page:
        stopped(page)
        complaints = opened(site, page, f'<div id="__next">{RENDERED}</div>', start)
        takes_over(page, late)

        until(page, lambda: ticks(page, lambda: agree(site, page)), "text and link to agree")
        page.evaluate("add(5)")
        expect(page.locator("#n")).to_contain_text("(5)")
        assert agree(site, page)
        assert of_react(complaints) == []


def test_a_root_of_another_name_is_waited_for_if_the_tag_names_it(
    site: Site, browser: Browser
) -> None:
    start = "setTimeout(() => ReactDOM.hydrateRoot(document.querySelector('#app'), e(App)), 400);"
    site.pages["/react.js"] = react()
    tag = site.tag.replace("data-site", 'data-wait="#app" data-site')
    scripts = f'<script src="/react.js"></script><script>{APP}{start}</script>'
    with a_tab(browser) as page:
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        stopped(page)
        page.goto(site.shows(f'<div id="app">{RENDERED}</div>{scripts}', tag=tag) + ADVERT)
        takes_over(page, 400)

        until(page, lambda: ticks(page, lambda: agree(site, page)), "text and link to agree")
        assert [each for each in of_react(complaints) if "Warning" in each] == []


def test_text_and_link_agree_even_if_nobody_told_that_react_would_come(
    site: Site, browser: Browser
) -> None:
    start = """setTimeout(() => ReactDOM.hydrateRoot(document.querySelector('#app'), e(App), {
        onRecoverableError() {},
    }), 700);"""
    with a_tab(browser) as page:
        opened(site, page, f'<div id="app">{RENDERED}</div>', start)
        until(page, lambda: agree(site, page), "the number before React")
        page.wait_for_function("!!window.renders")
        page.wait_for_timeout(300)  # for what must not happen

        assert agree(site, page)


def test_a_framework_that_never_comes_is_not_waited_for_forever(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        stopped(page)
        page.goto(site.shows(f'<div id="__next">{RENDERED}</div>') + ADVERT)
        taken_in(page)
        page.clock.run_for(2_900)
        assert page.inner_text("#n a") == SHOWN

        page.clock.run_for(200)
        assert agree(site, page)
