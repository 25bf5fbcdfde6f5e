"""Pages that ask which number to show, through the app, on DynamoDB."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.runtime import patience
from chalicelib.tracking.landing.campaigns import NETWORKS
from chalicelib.tracking.pools.leases import millis, moment
from chalicelib.tracking.pools.steps import MOST_STEPS, NEWEST
from chalicelib.tracking.visits.visits import journey
from tests.clouds import requests_counted
from tests.tracking.pools.test_crowds import one_request_at_a_time
from tests.tracking.visits.builders import (
    ADVERT,
    BROWSER,
    NOTHING,
    ORIGIN,
    OVERFLOW,
    PRINTED,
    open_page,
    requests_of,
    shown,
    steps,
)

if TYPE_CHECKING:
    from tests.house.shops import Shop
    from tests.tracking.visits.builders import Page

ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def test_a_visit_is_lent_a_number_and_what_brought_it_is_remembered(page: Page) -> None:
    answer = page.lent(title="Promotion", numbers=["04 72 00 11 22"], at=1_795_737_600_000)

    assert shown(answer) in page.numbers
    assert (answer["beat"], answer["until"]) == (60, "2026-11-23T12:20:00Z")
    found = page.remembered(answer["visit"])
    landing = json.loads(found.landing)
    assert (landing["channel"], landing["campaign"]) == ("paid_search", "Noel")
    (step,) = steps(found)
    assert (step["kind"], step["path"], step["title"]) == ("page", "/promo", "Promotion")
    assert (step["campaign"], step["said"]) == ("Noel", 1_795_737_600_000)
    assert found.lease is not None
    assert found.lease.number == shown(answer)


def test_a_title_keeps_nobodys_address(page: Page) -> None:
    answer = page.lent(title="Merci jean.dupont@mail.example, à bientôt")

    (step,) = steps(page.remembered(answer["visit"]))
    assert step["title"] == "Merci … à bientôt"


def test_a_visit_that_goes_on_keeps_its_number(page: Page) -> None:
    first = page.lent()
    page.shop.clock.passes(minutes=15)

    second = page.lent(first["visit"], url=f"{ORIGIN}/prix", referrer=ADVERT, title="Prix")

    assert (second["visit"], shown(second)) == (first["visit"], shown(first))
    assert second["until"] == "2026-11-23T12:35:00Z"
    pages = steps(page.remembered(first["visit"]))
    assert [each["path"] for each in pages] == ["/promo", "/prix"]
    assert "campaign" not in pages[1]


@pytest.mark.parametrize("place", ["https://www.paypal.com/", "https://accounts.google.com/"])
def test_who_comes_back_from_paying_or_logging_in_was_brought_by_the_advert(
    page: Page, place: str
) -> None:
    first = page.lent(url=f"{ADVERT}&gclid=march")
    before = page.remembered(first["visit"]).latest
    page.shop.clock.passes(minutes=2)

    page.lent(first["visit"], url=f"{ORIGIN}/merci", referrer=place)

    found = page.remembered(first["visit"])
    assert found.latest == before
    assert "channel" not in steps(found)[1]


def test_what_brings_a_visitor_back_is_remembered_beside_what_brought_them_first(
    page: Page,
) -> None:
    first = page.lent(url=f"{ORIGIN}/", referrer="https://www.qwant.com/")
    page.shop.clock.passes(minutes=15)
    page.lent(first["visit"], url=f"{ORIGIN}/promo?gclid=march")
    page.shop.clock.passes(minutes=1)

    page.lent(first["visit"], url=f"{ORIGIN}/prix", referrer=f"{ORIGIN}/promo")

    found = page.remembered(first["visit"])
    assert found.latest is not None
    landing, latest = json.loads(found.landing), json.loads(found.latest)
    assert (landing["source"], landing.get("click")) == ("qwant", None)
    assert (latest["click"], moment(latest["at"])) == (
        ["gclid", "march"],
        found.first_seen + timedelta(minutes=15),
    )
    assert len(page.rows("lent#")) == 1


def test_the_last_click_of_each_network_is_remembered_with_no_request_more(page: Page) -> None:
    first = page.lent(url=f"{ORIGIN}/?gclid=noel&gbraid=ios&fbclid=Iw")
    token, came = first["visit"], page.remembered(first["visit"]).first_seen
    page.shop.clock.passes(minutes=15)

    again = requests_of(page, token, url=f"{ORIGIN}/?gclid=march&utm_campaign=Mars")
    page.shop.clock.passes(minutes=1)
    back = requests_of(page, token, url=f"{ORIGIN}/", referrer="https://www.qwant.com/")

    assert (again, back) == (["TransactWriteItems"], ["TransactWriteItems"])
    assert page.remembered(token).clicks == {
        "gclid": ("march", millis(came + timedelta(minutes=15))),
        "gbraid": ("ios", millis(came)),
        "fbclid": ("Iw", millis(came)),
    }


def test_clicks_are_remembered_of_visits_that_no_number_is_lent_to(page: Page) -> None:
    token = page.lent(url=f"{ORIGIN}/?msclkid=bing", numbers=["+33900000000"])["visit"]
    page.lent(token, url=f"{ORIGIN}/?ttclid=tok", numbers=["+33900000000"])

    found = page.remembered(token).clicks

    assert {name: click for name, (click, _) in found.items()} == {
        "msclkid": "bing",
        "ttclid": "tok",
    }


@pytest.mark.parametrize("parameter", NETWORKS)
def test_every_click_id_that_we_know_has_a_place(page: Page, parameter: str) -> None:
    token = page.lent(url=f"{ORIGIN}/?{parameter}=c1")["visit"]

    assert page.remembered(token).clicks[parameter][0] == "c1"


def test_a_new_visit_takes_two_requests_and_one_that_goes_on_takes_one(page: Page) -> None:
    first = page.lent()

    assert requests_of(page) == ["UpdateItem", "TransactWriteItems"]
    assert requests_of(page, first["visit"]) == ["TransactWriteItems"]
    event = {"kind": "beat"}
    from chalicelib.tracking.store import TrackingRow

    with requests_counted(TrackingRow) as sent:
        page.tells(first["visit"], event)
    assert sent == ["TransactWriteItems"]


def test_without_consent_nothing_is_stored_and_a_number_of_the_source_is_shown(page: Page) -> None:
    token = page.lent()["visit"]
    before = page.shop.cloud.rows("tracking")

    advert, other = page.lent(token, consent=False), page.lent(consent=False, url=f"{ORIGIN}/")

    assert (shown(advert), shown(other)) == (OVERFLOW, None)
    for answer in (advert, other):
        assert (answer["visit"], answer["beat"], answer["until"]) == (None, None, None)
    assert page.shop.cloud.rows("tracking") == before


@pytest.mark.parametrize("agent", [ROBOT, "curl/8.5.0", "", "python-requests/2.32"])
def test_robots_are_lent_nothing(page: Page, agent: str) -> None:
    answer = _as(page, agent)

    assert (shown(answer), answer["visit"]) == (OVERFLOW, None)
    assert page.rows("visit#") == []


def _as(page: Page, agent: str) -> dict[str, Any]:
    body = {"site": page.site, "visit": None, "consent": True, "url": ADVERT}
    found: dict[str, Any] = page.sends("/t/visits", body, user_agent=agent).json
    return found


def test_a_browser_with_an_endless_name_is_answered_at_once(page: Page) -> None:
    assert _as(page, BROWSER + " " + "A" * 8_000)["visit"] is not None


def test_a_hidden_tab_has_a_number_and_does_not_beat(page: Page) -> None:
    answer = page.lent(hidden=True)

    assert shown(answer) in page.numbers
    assert answer["beat"] is None


def test_a_page_that_prints_none_of_the_sites_numbers_is_told_none(page: Page) -> None:
    answer = page.lent(numbers=["01 23 45 67 89", "12", "abc", "2026-11-27"])

    assert answer["numbers"] == []
    assert answer["visit"] is not None
    assert [row["sk"]["S"] for row in page.rows("visit#")] == ["visit"]


def test_two_tabs_of_a_visit_show_one_number(page: Page) -> None:
    first = page.lent()

    with one_request_at_a_time(), ThreadPoolExecutor(2) as tabs:
        both = list(tabs.map(lambda _: page.lent(first["visit"]), range(2)))

    assert {shown(each) for each in both} == {shown(first)}
    assert len(page.remembered(first["visit"]).steps) == 3


def test_no_two_visits_share_a_number_and_who_gets_none_sees_the_overflow(shop: Shop) -> None:
    page = open_page(shop, overflow=OVERFLOW)

    found = [page.lent(url=f"{ORIGIN}/") for _ in range(5)]

    numbers = [shown(each) for each in found]
    assert sorted(numbers[:3]) == page.numbers  # type: ignore[type-var]
    assert numbers[3:] == [OVERFLOW, OVERFLOW]
    assert found[3]["until"] is None


def test_who_got_no_number_is_counted_once_and_offered_one_later(page: Page) -> None:
    for _ in range(3):
        page.lent()
    token = page.lent()["visit"]

    assert requests_of(page, token) == ["UpdateItem"]
    assert shown(page.lent(token)) == OVERFLOW  # what stands in for its source
    assert len(page.rows(f"lent#acct_shop#{page.pool}")) == 1
    page.shop.clock.passes(minutes=31)
    assert shown(page.lent(token)) in page.numbers


def test_a_visitor_who_comes_back_late_is_lent_another_if_the_first_is_taken(page: Page) -> None:
    first = page.lent()
    page.shop.clock.passes(minutes=25)
    others = [page.lent() for _ in range(2)]
    assert shown(page.lent(first["visit"])) == shown(first)
    page.shop.clock.passes(minutes=25)
    taken = [shown(page.lent()) for _ in range(2)]

    again = page.lent(first["visit"], url=f"{ORIGIN}/?utm_source=lettre&utm_medium=email")

    assert shown(again) not in {*taken, None}
    assert page.known(again["visit"]).visit_id == page.known(first["visit"]).visit_id
    assert json.loads(page.remembered(first["visit"]).landing)["source"] == "google"
    assert len(others) == 2


def test_visits_of_one_source_share_a_number_where_the_pool_says_so(shop: Shop) -> None:
    page = open_page(shop, level="source")
    mail = f"{ORIGIN}/?utm_source=lettre&utm_medium=email"

    first, second, other = page.lent(), page.lent(), page.lent(url=mail)
    shop.clock.passes(seconds=9)
    inside = page.lent(first["visit"], url=f"{ORIGIN}/prix", referrer=ADVERT)

    assert shown(first) == shown(second) == shown(inside)
    assert shown(other) not in {shown(first), None}
    assert first["visit"] != second["visit"]
    assert [each["path"] for each in steps(page.remembered(first["visit"]))] == ["/promo", "/prix"]


def test_a_new_page_whose_number_a_source_shares_takes_three_requests_at_most(shop: Shop) -> None:
    page = open_page(shop, level="source", numbers=2)
    first = page.lent()  # what the process keeps is there
    post = f"{ORIGIN}/?utm_source=lettre&utm_medium=email"
    inside = {"url": f"{ORIGIN}/prix", "referrer": ADVERT}

    of_a_new_source = requests_of(page, url=post)
    of_a_known_one = requests_of(page)
    going_on = requests_of(page, first["visit"], **inside)
    shop.clock.passes(minutes=2)
    keeping = requests_of(page)

    assert of_a_new_source == ["GetItem", "Query", "TransactWriteItems"]
    assert of_a_known_one == ["GetItem", "UpdateItem"]
    assert going_on == ["TransactWriteItems"]
    assert keeping == ["GetItem", "TransactWriteItems", "UpdateItem"]


def test_an_advert_that_brings_a_visitor_back_takes_three_requests_at_most(shop: Shop) -> None:
    page = open_page(shop, level="source", numbers=3)
    token = page.lent()["visit"]
    post, mail = (f"{ORIGIN}/?utm_source=lettre&utm_medium={each}" for each in ("post", "email"))

    to_a_new_source = requests_of(page, token, url=post)
    to_a_known_one = requests_of(page, token, url=post)
    shop.clock.passes(minutes=2)
    keeping = requests_of(page, token, url=post)
    going_on = requests_of(page, token, url=f"{ORIGIN}/prix", referrer=ADVERT)
    page.tells(token, {"kind": "withdraw", "at": 1})
    forgotten = requests_of(page, token, url=post)
    forgotten_of_a_new_source = requests_of(page, token, url=mail)

    assert to_a_new_source == ["GetItem", "Query", "TransactWriteItems"]
    assert to_a_known_one == ["GetItem", "UpdateItem"]
    assert keeping == ["GetItem", "TransactWriteItems"]
    assert going_on == ["TransactWriteItems"]
    assert forgotten == ["GetItem", "UpdateItem", "UpdateItem"]
    assert forgotten_of_a_new_source == ["GetItem", "Query", "TransactWriteItems"]


def test_sixty_four_visitors_at_once_have_sixty_four_numbers(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They wait for one another here as they would not for DynamoDB: no page loses its patience.
    monkeypatch.setattr(patience, "clock", lambda: 0.0)
    page = open_page(shop, numbers=64)
    page.lent(consent=False)  # what the process keeps is there

    with one_request_at_a_time(), ThreadPoolExecutor(64) as crowd:
        found = list(crowd.map(lambda _: page.lent(), range(64)))

    assert sorted(str(shown(each)) for each in found) == page.numbers
    assert len({each["visit"] for each in found}) == 64


def test_a_message_that_comes_again_is_told_once(page: Page) -> None:
    token = page.lent(at=1)["visit"]
    event = {"kind": "page", "at": 5, "url": f"{ORIGIN}/prix", "title": "Prix"}

    page.tells(token, event, event)
    page.tells(token, event)

    found = journey(page.remembered(token).steps)
    assert [each["path"] for each in found] == ["/promo", "/prix"]


def test_what_happens_on_a_page_is_kept_in_the_order_of_its_clock(page: Page) -> None:
    token = page.lent()["visit"]
    page.shop.clock.passes(minutes=5)

    answer = page.tells(
        token,
        {"kind": "custom", "at": -(2**52), "name": "video", "data": {"seconds": 12}},
        {"kind": "page", "at": 9_000_000_000_000_000, "url": f"{ORIGIN}/panier"},
        {"kind": "cart", "at": 3.75, "data": {"total": "120.00", "items": ["Vélo"]}},
        {"kind": "cart", "at": 2, "data": {"total": "80.00"}},
        {"kind": "form", "at": 4, "data": {"message": "Bonjour"}},
        {"kind": "page", "at": 3, "url": f"{ORIGIN}/prix"},
    )

    assert answer["until"] == "2026-11-23T12:25:00Z"
    found = page.remembered(token)
    assert found.last_seen == page.shop.clock.now
    assert [each.get("path") for each in steps(found)[1:]] == [None, "/prix", "/panier"]
    assert json.loads(found.cart or "")["items"] == ["Vélo"]
    assert json.loads(found.form or "") == {"message": "Bonjour"}


def test_a_number_that_was_lost_is_replaced_while_the_page_is_open(page: Page) -> None:
    first = page.lent()
    page.shop.clock.passes(minutes=25)
    others = {shown(page.lent()) for _ in range(3)}
    assert shown(first) in others
    page.shop.clock.passes(minutes=25)

    answer = page.tells(first["visit"], {"kind": "beat"})

    assert shown(answer) in page.numbers
    found = page.remembered(answer["visit"])
    assert found.lease is not None
    assert found.lease.number == shown(answer)


def test_consent_that_is_withdrawn_erases_the_visit_and_its_number_rests(page: Page) -> None:
    first = page.lent()

    answer = page.tells(first["visit"], {"kind": "page"}, {"kind": "withdraw"})

    assert answer == NOTHING
    assert page.rows("visit#") == []
    assert all("visit" not in row for row in page.rows("lent#"))
    assert shown(first) not in [shown(page.lent()) for _ in range(2)]
    assert page.tells(first["visit"], {"kind": "page"}) == NOTHING
    again = page.lent(first["visit"])
    assert page.known(again["visit"]).visit_id != page.known(first["visit"]).visit_id


def test_pages_of_a_site_whose_pool_is_gone_see_what_stands_in(page: Page) -> None:
    token = page.lent()["visit"]
    assert page.shop.ask("DELETE", f"/v1/pools/{page.pool}").status == 204

    new, known = page.lent(), page.lent(token)

    assert shown(new) == OVERFLOW
    assert known["visit"] is not None
    assert len(page.remembered(new["visit"]).steps) == 1
    assert PRINTED not in {shown(known)}


def test_a_visit_without_a_number_keeps_its_newest_steps_too(page: Page) -> None:
    token = page.lent(numbers=["+33900000000"])["visit"]

    for at in range(MOST_STEPS + 20):
        page.shop.clock.passes(seconds=1)
        page.tells(token, {"kind": "custom", "name": f"step {at}"})

    kept = steps(page.remembered(token))
    assert kept[0]["campaign"] == "Noel"
    assert kept[-1]["name"] == f"step {MOST_STEPS + 19}"
    assert NEWEST < len(kept) <= MOST_STEPS
