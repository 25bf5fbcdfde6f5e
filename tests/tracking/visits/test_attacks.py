"""What is not as it should be: forged, foreign, too long, not UTF-8; and tables that fail."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.runtime import wiring
from chalicelib.tracking.pools.steps import MOST_STEPS, NEWEST
from tests.gateway import Heard, ask, event, send
from tests.house.faults import Trouble, of, trouble
from tests.tracking.visits.builders import (
    ADVERT,
    NOTHING,
    ORIGIN,
    PRINTED,
    Page,
    open_page,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.house.shops import Shop

RIVAL = "https://www.rival.example"
SECRET = "jeanne.martin@example.fr"


def sent_raw(page: Page, body: bytes, path: str = "/t/visits") -> Heard:
    """Send bytes, as API Gateway hands them on where they are no text."""
    asked = event("POST", path, headers=page.headers, body=base64.b64encode(body).decode())
    return send(app, {**asked, "isBase64Encoded": True})


def a_visit(page: Page, **facts: Any) -> dict[str, Any]:
    return {"site": page.site, "visit": None, "consent": True, "url": ADVERT, **facts}


def another_site(page: Page, **facts: Any) -> Page:
    """Make a second site of the same account, on the same pool."""
    swap = {"find": PRINTED, "pool_id": page.pool}
    body = {"name": "Salon", "origins": [ORIGIN], "swaps": [swap], **facts}
    return Page(page.shop, page.shop.makes("/v1/sites", body)["id"], page.pool, page.numbers)


def of_a_rival(page: Page) -> Page:
    """Make a site of another account, whose pages have the same origin."""
    account = page.shop.makes("/v1/accounts", {"name": "Rival"})["id"]
    body = {"name": "Rival", "origins": [ORIGIN, RIVAL]}
    heard = page.shop.ask("POST", "/v1/sites", body, cadran_account=account)
    return Page(page.shop, heard.json["id"], "", [])


@pytest.mark.parametrize("origin", [RIVAL, f"{ORIGIN}.rival.example", "null", "", "https://é", "*"])
def test_pages_of_other_origins_are_refused_and_told_so(page: Page, origin: str) -> None:
    heard = page.sends("/t/visits", a_visit(page), origin=origin)

    assert (heard.status, heard.json["errors"][0]["pointer"]) == (403, "/site")
    assert heard.headers["Content-Type"] == "application/problem+json"
    assert heard.headers["Vary"] == "Origin"
    assert page.rows("visit#") == []


@pytest.mark.parametrize("site", ["site_0", "pool_1", "x" * 100])
def test_sites_that_are_none_are_refused_as_those_of_others_are(page: Page, site: str) -> None:
    mine, forged = (
        page.sends("/t/visits", a_visit(page), origin=RIVAL),
        page.sends("/t/visits", a_visit(page, site=site)),
    )

    assert (forged.status, forged.json) == (403, mine.json)


def test_a_site_that_is_retired_is_refused(page: Page) -> None:
    assert page.shop.ask("DELETE", f"/v1/sites/{page.site}").status == 204

    assert page.opened().status == 403


def test_the_page_may_read_every_answer_and_nothing_keeps_it(page: Page) -> None:
    asked = ask(app, "OPTIONS", "/t/visits", headers=page.headers)
    answers = [page.opened(), page.sends("/t/visits", "{"), page.sends("/t/visits", "x" * 99_999)]

    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Methods"] == "POST"
    assert [each.status for each in answers] == [200, 400, 413]
    for each in (asked, *answers):
        assert each.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert (each.headers["Vary"], each.headers["Cache-Control"]) == ("Origin", "no-store")
        assert "Access-Control-Allow-Credentials" not in each.headers
        assert "Set-Cookie" not in each.headers


FORGERIES: dict[str, Callable[[str], str]] = {
    "nothing": lambda token: "",
    "no token": lambda token: "vis_1",
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "another visit": lambda token: "vis_z" + token[5:],
    "another number": lambda token: token.replace("+33", "+34"),
    "a longer hold": lambda token: token.replace("~1200000", "~999999999"),
    "more after it": lambda token: f"{token}.x",
    "an endless one": lambda token: token * 50,
    "other letters": lambda token: f"{token}é",
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_forged_tokens_are_none(page: Page, forged: Callable[[str], str]) -> None:
    token = page.lent()["visit"]
    before = page.remembered(token)

    answer = page.lent(forged(token))

    assert page.known(answer["visit"]).visit_id != page.known(token).visit_id
    for kind in ("page", "withdraw"):
        assert page.tells(forged(token), {"kind": kind, "url": ADVERT}) == NOTHING
    assert page.remembered(token) == before


def test_tokens_of_another_site_and_of_another_account_are_none(page: Page) -> None:
    token = page.lent()["visit"]
    before = page.remembered(token)

    for other in (another_site(page), of_a_rival(page)):
        answer = other.lent(token)
        assert other.known(answer["visit"]).visit_id != page.known(token).visit_id
        assert other.tells(token, {"kind": "withdraw"}) == NOTHING
    assert page.remembered(token) == before


def test_a_rivals_site_is_lent_no_number_of_the_account(page: Page) -> None:
    rival = of_a_rival(page)
    before = page.rows(f"pool#{page.pool}")

    assert rival.lent(numbers=[PRINTED])["numbers"] == []
    assert page.rows(f"pool#{page.pool}") == before
    stored = page.rows("visit#")
    assert [row["account_id"]["S"] for row in stored] != ["acct_shop"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"", 400, ""),
        (b"[]", 400, ""),
        (b"\xff\xfe", 400, ""),
        (b'{"site": "site_1", "url": "\xc3"}', 400, ""),
        (b'{"site": "site_1", "url": "\\ud800"}', 400, ""),
        (b'{"site": "a#b", "url": ""}', 400, "/site"),
        (b'{"site": "site_1"}', 400, "/url"),
        (b'{"site": "site_1", "url": "", "consent": "yes"}', 400, "/consent"),
        (b'{"site": "site_1", "url": "", "at": 1e300}', 400, "/at"),
        (b'{"site": "site_1", "url": "", "numbers": [1]}', 400, "/numbers/0"),
        (b"[" * 10_000, 400, ""),
        (b'{"site": "site_1", "url": "' + b"a" * 100_000 + b'"}', 413, None),
    ],
)
def test_what_is_no_message_is_refused_where_it_is_wrong(
    page: Page, body: bytes, status: int, pointer: str | None
) -> None:
    heard = sent_raw(page, body)

    assert heard.status == status, heard.text
    if pointer is not None:
        assert heard.json["errors"][0]["pointer"].startswith(pointer)


@pytest.mark.parametrize(
    ("events", "pointer"),
    [
        ([], "/events"),
        ([{"kind": "page"}] * 21, "/events"),
        ([{"kind": "dance"}], "/events/0/kind"),
        ([{"kind": "page"}, {"kind": "cart", "data": "x" * 4_001}], "/events/1"),
        ([{"kind": "custom", "data": "é" * 250}], "/events/0"),
        ([{"kind": "custom", "name": "x" * 61}], "/events/0/name"),
        ([{"kind": "page", "mood": "good"}], "/events/0/mood"),
    ],
)
def test_events_that_are_none_are_refused_where_they_are_wrong(
    page: Page, events: list[Any], pointer: str
) -> None:
    body = {"site": page.site, "visit": "x", "events": events}

    heard = page.sends("/t/events", body)

    assert (heard.status, heard.json["errors"][0]["pointer"]) == (400, pointer)


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "https://[", f"{ORIGIN}/?{'a=1&' * 3000}", "é" * 4000]
)
def test_whatever_address_a_page_has_it_is_shown_a_number(page: Page, url: str) -> None:
    assert shown(page.lent(url=url, referrer=url[:2000])) in page.numbers


def test_a_visit_that_never_ends_goes_on(page: Page) -> None:
    token = page.lent(title="é" * 5_000)["visit"]
    event = {"kind": "custom", "name": "é" * 60, "url": f"{ORIGIN}/{'é' * 500}", "data": "é" * 248}
    fullest = 0
    for at in range(30):
        page.shop.clock.passes(seconds=20)
        many = [{**event, "at": at * 7 + each} for each in range(7)]
        assert shown(page.tells(token, *many)) in page.numbers
        (row,) = page.rows("visit#")
        fullest = max(fullest, len(json.dumps(row, ensure_ascii=False).encode()))

    first, *kept = (json.loads(each) for each in page.remembered(token).steps)
    assert first["path"] == "/promo"
    assert [each["said"] for each in kept] == list(range(210 - len(kept), 210))
    assert NEWEST <= len(kept) < MOST_STEPS
    assert fullest < 400 * 1024


@pytest.mark.parametrize("kind", Trouble)
@pytest.mark.parametrize("service", ["dynamodb", "ssm"])
def test_a_page_never_breaks_for_us(page: Page, kind: Trouble, service: str) -> None:
    token = page.lent()["visit"]
    page.shop.cools_down()

    with trouble(kind, of(service)) as network:
        answers = [page.lent(), page.lent(token), page.tells(token, {"kind": "beat"})]

    assert answers == [NOTHING] * 3
    assert network.waited < 30
    assert shown(page.lent(token)) in page.numbers


def test_a_bug_of_ours_is_counted_and_breaks_no_page(
    page: Page, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wiring, "new_id", lambda: 1 // 0)

    assert page.lent() == NOTHING
    said = capsys.readouterr().out
    assert "BeaconFailed" in said
    assert "ZeroDivisionError" in said


def test_logs_say_nothing_of_who_visits(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    token = page.lent(url=f"{ORIGIN}/{SECRET}", title=SECRET)["visit"]
    event = {"kind": "form", "data": {"mail": SECRET}}
    page.tells(token, event)
    page.sends("/t/events", {"site": page.site, "visit": token, "events": [{**event, "x": SECRET}]})
    page.sends("/t/visits", a_visit(page, title=SECRET), origin=RIVAL)
    page.shop.cools_down()
    with trouble(Trouble.THROTTLED, of("dynamodb")):
        page.lent(token, title=SECRET)
        page.tells(token, event)

    said = capsys.readouterr().out
    assert "beacon failed" in said
    assert "beacon refused" in said
    for secret in (SECRET, token, *page.numbers):
        assert secret not in said


def test_an_address_of_a_person_in_a_path_is_not_kept(shop: Shop) -> None:
    page = open_page(shop, numbers=1)

    page.lent(url=f"{ORIGIN}/compte/{SECRET}?nom=Martin")

    assert SECRET not in json.dumps(page.shop.cloud.rows("tracking"))
    assert "Martin" not in json.dumps(page.shop.cloud.rows("tracking"))
