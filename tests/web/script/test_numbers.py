"""Numbers in every spelling, on pages of every kind: the visit's own, as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from chalicelib.kernel.phone import E164, national
from tests.tracking.visits.builders import shown
from tests.web.script.site import ADVERT, SHOWN, Fault, a_tab, taken_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.web.script.site import Site

pytestmark = pytest.mark.slow

# As it is printed, with the last nine digits of what is shown in its place.
SPELT: Final = {
    "04 72 00 11 22": "0{0} {1}{2} {3}{4} {5}{6} {7}{8}",
    "04.72.00.11.22": "0{0}.{1}{2}.{3}{4}.{5}{6}.{7}{8}",
    "04-72-00-11-22": "0{0}-{1}{2}-{3}{4}-{5}{6}-{7}{8}",
    "0472001122": "0{0}{1}{2}{3}{4}{5}{6}{7}{8}",
    "04\u00a072\u00a000\u00a011\u00a022": "0{0}\u00a0{1}{2}\u00a0{3}{4}\u00a0{5}{6}\u00a0{7}{8}",
    "04\u202f72\u202f00\u202f11\u202f22": "0{0}\u202f{1}{2}\u202f{3}{4}\u202f{5}{6}\u202f{7}{8}",
    "0472 001 122": "0{0}{1}{2} {3}{4}{5} {6}{7}{8}",
    "+33 4 72 00 11 22": "+33 {0} {1}{2} {3}{4} {5}{6} {7}{8}",
    "+33472001122": "+33{0}{1}{2}{3}{4}{5}{6}{7}{8}",
    "+33 (0)4 72 00 11 22": "+33 (0){0} {1}{2} {3}{4} {5}{6} {7}{8}",
    "(+33) 4 72 00 11 22": "(+33) {0} {1}{2} {3}{4} {5}{6} {7}{8}",
    "0033 4 72 00 11 22": "0033 {0} {1}{2} {3}{4} {5}{6} {7}{8}",
    "00334.72.00.11.22": "0033{0}.{1}{2}.{3}{4}.{5}{6}.{7}{8}",
    "Tél. : 04 72 00 11 22, du lundi au vendredi": (
        "Tél. : 0{0} {1}{2} {3}{4} {5}{6} {7}{8}, du lundi au vendredi"
    ),
}
# What looks like it and is something else.
ALONE: Final = (
    "104 72 00 11 22",
    "04 72 00 11 223",
    "+32 472 00 11 22",
    "+49 (0)472001122",
    "04 72 00 11 23",
    "SIRET 047 200 112 21234",
    "4 72 00 11 22 €",
)


def lent(site: Site) -> str:
    """Return the last number that a page was told to show."""
    (number,) = [found for each in site.answers[-1:] if (found := shown(each))]
    return number


def opened(site: Site, page: Page, body: str) -> None:
    """Open a page, and wait until it shows a number of the visit's own."""
    page.goto(site.shows(f"{body}<p id=probe>{SHOWN}</p>") + ADVERT)
    expect(page.locator("#probe")).not_to_have_text(SHOWN)


def test_a_number_is_shown_in_the_spelling_in_which_it_was_printed(
    site: Site, browser: Browser
) -> None:
    rows = [*SPELT, *ALONE]
    with a_tab(browser) as page:
        opened(site, page, "".join(f"<p class=row>{each}</p>" for each in rows))

        own = lent(site).removeprefix("+33")
        after = page.locator(".row").all_text_contents()
        assert after == [*(each.format(*own) for each in SPELT.values()), *ALONE]


def test_a_number_that_is_broken_by_elements_keeps_them(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        opened(
            site,
            page,
            "<p id=b><b>04</b> 72 <i>00</i> 11 22</p>"
            "<p id=s><span>04</span><span>72</span><span>00</span>"
            "<span>11</span><span>22</span></p>"
            "<p id=n><span>1</span><span>04 72 00 11 22</span></p>"
            "<table><tr><td id=c>04</td><td>72 00 11 22</td></tr></table>",
        )

        number = national(E164(lent(site))).split()
        assert page.inner_html("#b") == "<b>{}</b> {} <i>{}</i> {} {}".format(*number)
        assert page.inner_html("#s") == "".join(f"<span>{each}</span>" for each in number)
        assert page.inner_text("#n") == "1" + " ".join(number)
        assert page.inner_text("#c") == "04"  # cells are no line


def test_links_attributes_and_marked_up_data_say_the_same_as_the_text(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        opened(
            site,
            page,
            '<a href="tel:+33472001122" title="Appeler le 04 72 00 11 22">04 72 00 11 22</a>'
            '<a href="TEL:0472001122" class=x>appeler</a><a href="sms:0033472001122">écrire</a>'
            '<a href="callto:04.72.00.11.22" aria-label="Appeler le 04 72 00 11 22">☎</a>'
            '<a href="/produit/0472001122">un produit</a>'
            '<meta itemprop="telephone" content="+33 4 72 00 11 22">'
            '<button data-phone="0472001122">Appeler</button>'
            '<img alt="04 72 00 11 22" src="data:,">'
            '<script type="application/ld+json">'
            '{"@type":"Store","telephone":"+33472001122"}</script>'
            "<script>window.own = '04 72 00 11 22'</script>",
        )

        number = lent(site)
        local = national(E164(number))
        plain = local.replace(" ", "")
        read = page.evaluate(
            "Array.from(document.querySelectorAll('a'), a => a.getAttribute('href'))"
        )
        dotted = local.replace(" ", ".")
        assert read[0] == f"tel:{number}"
        assert read[1] == f"TEL:{plain}"
        assert read[2] == f"sms:{number.replace('+', '00')}"
        assert read[3] == f"callto:{dotted}"
        assert read[4] == "/produit/0472001122"
        assert page.get_attribute("a", "title") == f"Appeler le {local}"
        assert page.get_attribute("[aria-label]", "aria-label") == f"Appeler le {local}"
        assert page.get_attribute("button", "data-phone") == plain
        assert page.get_attribute("img", "alt") == SHOWN  # of a picture, which still says that
        data = page.inner_text('script[type="application/ld+json"]')
        assert data == f'{{"@type":"Store","telephone":"{number}"}}'
        assert page.evaluate("own") == SHOWN
        meta = page.get_attribute("meta[itemprop]", "content")
        assert meta == f"+33 {local.removeprefix('0')}"


def test_what_visitors_write_in_and_what_is_left_out_stays(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        opened(
            site,
            page,
            f'<input value="{SHOWN}" title="{SHOWN}"><textarea>{SHOWN}</textarea>'
            f"<div contenteditable id=e>{SHOWN}</div><p data-cadran=off id=o>{SHOWN}</p>"
            f"<select><option>{SHOWN}</option></select>",
        )
        page.evaluate("document.querySelector('#e').append(' ou 04 72 00 11 22')")
        page.evaluate("document.querySelector('textarea').append(' ou 04 72 00 11 22')")

        assert page.input_value("input") == SHOWN
        assert page.get_attribute("input", "title") == SHOWN
        assert page.input_value("textarea") == f"{SHOWN} ou {SHOWN}"
        assert page.inner_text("#e") == f"{SHOWN} ou {SHOWN}"
        assert page.inner_text("#o") == SHOWN
        assert page.inner_text("option") == SHOWN


def test_what_comes_late_is_swapped_before_it_is_painted(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        opened(site, page, "<main></main>")
        local = national(E164(lent(site)))

        painted = page.evaluate(
            """() => new Promise(done => {
                const main = document.querySelector('main');
                main.innerHTML = '<p>Appelez le <b>04</b> 72 00 11 22</p>' +
                    '<a href="tel:0472001122">ou</a>';
                requestAnimationFrame(() => done([main.innerText, main.querySelector('a').href]));
            })"""
        )
        assert painted == [f"Appelez le {local}\n\nou", f"tel:{local}".replace(" ", "")]
        page.evaluate("document.querySelector('main p').textContent = 'Le 04.72.00.11.22'")
        assert page.inner_text("main p") == "Le " + local.replace(" ", ".")
        page.evaluate("document.querySelector('main a').href = 'tel:+33472001122'")
        assert page.get_attribute("main a", "href") == f"tel:{lent(site)}"


def test_a_number_that_comes_late_is_asked_for(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        page.goto(site.shows("<p>Bienvenue</p>") + ADVERT)
        taken_in(page)
        assert site.said("visits")[0]["numbers"] == ["none"]
        assert site.rows("lent#") == []  # nothing is lent to who sees no number

        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=t>04 72 00 11 22</p>')")

        expect(page.locator("#t")).not_to_have_text(SHOWN)
        assert site.said("visits")[1]["numbers"] == ["+33472001122"]
        (step,) = site.journey()
        assert step["kind"] == "page"  # one page, though it asked twice


def test_a_number_that_comes_while_the_page_asks_is_asked_for(site: Site, browser: Browser) -> None:
    site.fault = Fault(seconds=1)
    with a_tab(browser) as page:
        page.goto(site.shows("<p>Bienvenue</p>"))
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=t>04 72 00 11 22</p>')")

        expect(page.locator("#t")).not_to_have_text(SHOWN)


def test_numbers_in_the_shadow_of_custom_elements_are_swapped(site: Site, browser: Browser) -> None:
    with a_tab(browser) as page:
        opened(site, page, "<shop-phone></shop-phone>")
        page.evaluate(
            """() => {
                customElements.define('shop-phone', class extends HTMLElement {
                    connectedCallback() {
                        this.attachShadow({mode: 'open'}).innerHTML = '<p>04 72 00 11 22</p>';
                    }
                });
                document.body.append(document.createElement('shop-phone'));
            }"""
        )

        local = national(E164(lent(site)))
        expect(page.locator("shop-phone").last.locator("p")).to_have_text(local)


def test_a_page_that_puts_its_number_back_for_ever_is_left_to_it(
    site: Site, browser: Browser
) -> None:
    with a_tab(browser) as page:
        opened(
            site,
            page,
            """<p id=f>04 72 00 11 22</p><script>
            window.fights = 0;
            const f = document.querySelector('#f').firstChild;
            new MutationObserver(() => {
                if (f.data != '04 72 00 11 22') { window.fights++; f.data = '04 72 00 11 22'; }
            }).observe(document.querySelector('#f'), {characterData: true, subtree: true});
            </script>""",
        )

        page.wait_for_timeout(300)  # for what must not happen
        assert 1 <= page.evaluate("fights") <= 30
        assert page.inner_text("#probe") == national(E164(lent(site)))
