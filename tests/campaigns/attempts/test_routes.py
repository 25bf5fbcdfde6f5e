"""Progress and attempts through the product's own doors."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from chalicelib.campaigns.attempts import changing
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import (
    attempts_wiring,
    campaigns_wiring,
    contacts_wiring,
    live_wiring,
    sockets,
    telling,
)
from chalicelib.tracking.live.live import Watcher
from tests.campaigns.attempts.builders import rung
from tests.campaigns.test_routes import a_body, a_list
from tests.house.shops import NUMBER, a_shop
from tests.tracking.live.builders import Posts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

ANA, LUC, ZOE, REX = (f"+3361234560{last}" for last in "1234")


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Open one shop: each test has a campaign of its own."""
    with a_shop() as shop:
        yield shop


def a_campaign_that_rang(shop: Shop, name: str, whom: str = ANA) -> dict[str, Any]:
    """Have a campaign ring Ana twice, and be kept from ringing Luc."""
    people = [{"numbers": [each]} for each in (whom, LUC)]
    list_id = a_list(shop, *people)
    made: dict[str, Any] = shop.makes("/v1/campaigns", a_body(shop, name=name, list_id=list_id))
    campaign = campaigns_wiring.store().campaign("acct_shop", made["id"])
    store, hashed = attempts_wiring.store(), contacts_wiring.hashing(campaign.account_id)
    known = contacts_wiring.store().known(campaign.account_id, list_id, [hashed(whom), hashed(LUC)])
    rung(store, campaign, known[hashed(whom)], Outcome.NO_ANSWER, Outcome.ANSWERED)
    rung(store, campaign, known[hashed(LUC)])
    luc = store.members(campaign.id, [hashed(LUC)])[hashed(LUC)]
    now = campaign.created_at
    store.put(changing.blocked(luc, "hours.closed@fr.d223-9", now, now))
    return made


def test_progress_says_how_far_a_campaign_has_come_and_what_keeps_whom(shop: Shop) -> None:
    """C. conso. D223-9: hours."""
    made = a_campaign_that_rang(shop, "Progrès")

    told = shop.gets(f"/v1/campaigns/{made['id']}/progress")

    assert (told["members"], told["done"], told["remaining"], told["whole"]) == (2, 1, 1, True)
    assert (told["calls"], told["open"], told["never_placed"]) == (2, 0, 0)
    assert (told["answered"], told["seconds"]) == (1, 100)
    assert told["done_by"] == {"reached": 1}
    assert told["outcomes"] == {"no_answer": 1, "answered": 1}
    assert told["blocked"] == [
        {
            "code": "hours.closed",
            "article": "fr.d223-9",
            "words": {
                "fr": "On n'appelle pas à cette heure-là, à l'heure de la personne."
                " (C. conso. D223-9, décret 2022-1313)",
                "en": "Nobody is rung at this time of the person's day."
                " (C. conso. D223-9, décret 2022-1313)",
            },
            "members": 1,
        }
    ]
    assert sum(each["begun"] for each in told["hours"]) == 2


def test_progress_is_drawn_for_whoever_asks_for_a_picture(shop: Shop) -> None:
    made = a_campaign_that_rang(shop, "Tirage <1>")

    drawn = shop.ask("GET", f"/v1/campaigns/{made['id']}/progress?format=svg")

    assert drawn.headers["Content-Type"] == "image/svg+xml"
    text = "".join(ElementTree.fromstring(drawn.text).itertext())
    assert "Tirage <1> : 1 sur 2" in text
    assert "sans réponse : 1" in text


def test_attempts_say_why_each_person_was_rung(shop: Shop) -> None:
    made = a_campaign_that_rang(shop, "Pourquoi")
    where = f"/v1/campaigns/{made['id']}/attempts"

    first = shop.gets(f"{where}?limit=1")
    rest = shop.gets(f"{where}?limit=1&cursor={first['next']}")

    one, other = first["items"][0], rest["items"][0]
    assert (one["outcome"], other["outcome"]) == ("no_answer", "answered")
    assert (one["number"], one["shown"], one["siren"]) == (ANA, NUMBER, "732829320")
    assert one["why"]["ground"] == "consent"
    assert one["why"]["ground_id"] == "cons_1"
    assert one["why"]["words"]["fr"] == (
        "La personne a consenti à ces appels (cons_1) (C. conso. L223-1, loi 2025-594)"
    )


def test_attempts_are_exported_for_spreadsheets(shop: Shop) -> None:
    made = a_campaign_that_rang(shop, "Export")

    heard = shop.ask("GET", f"/v1/campaigns/{made['id']}/attempts?format=csv&limit=1")

    assert heard.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert heard.headers["Link"].startswith("<?cursor=")
    rows = list(csv.DictReader(io.StringIO(heard.text.removeprefix("\ufeff")), delimiter=";"))
    assert [(row["number"], row["outcome"], row["ground"]) for row in rows] == [
        (ANA, "no_answer", "consent")
    ]
    assert rows[0]["article"] == "fr.l223-1.2026"


def test_a_persons_attempts_are_found_by_number_until_they_are_erased(shop: Shop) -> None:
    made = a_campaign_that_rang(shop, "Effacement", ZOE)
    contact_id = shop.makes("/v1/consents/search", {"number": ZOE})["contact_id"]

    by_contact = shop.gets(f"/v1/attempts?contact_id={contact_id}")["items"]
    mine = [each for each in by_contact if each["campaign_id"] == made["id"]]
    shop.ask("POST", "/v1/contacts/erasures", {"number": ZOE})
    after = shop.gets(f"/v1/attempts?contact_id={contact_id}")["items"]

    assert [each["outcome"] for each in mine] == ["answered", "no_answer"]
    assert mine[0]["contact_id"] == contact_id
    assert {each["number"] for each in after} == {None}
    assert [each["why"] for each in after] == [each["why"] for each in by_contact]


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "/contact_id"), ("?number=%2B33612345601&contact_id=x", "/number")],
)
def test_whose_attempts_are_asked_for_has_to_be_said_and_by_no_number(
    shop: Shop, query: str, field: str
) -> None:
    heard = shop.ask("GET", f"/v1/attempts{query}")

    assert heard.status == 400
    assert [each["pointer"] for each in heard.json["errors"]] == [field]


def test_who_watches_is_told_of_progress_and_who_asked_for_it_of_the_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = a_campaign_that_rang(shop, "Suivi", REX)
    campaign = campaigns_wiring.store().campaign("acct_shop", made["id"])
    told = replace(campaign, plan=replace(campaign.plan, report_to="chef@boulangerie.example"))
    posts, mails = Posts(), Mails()
    monkeypatch.setattr(sockets, "Management", posts.at)
    monkeypatch.setattr(telling, "SesMail", lambda client, sender: mails)
    now = campaign.created_at

    attempts_wiring.show_progress(campaign, now)
    live_wiring.watchers().join("acct_shop", Watcher("c1", "https://live.example"), now)
    attempts_wiring.show_progress(campaign, now)
    for each in (campaign, told):
        attempts_wiring.report_end(each, now)
    mails.down = True
    attempts_wiring.report_end(told, now)

    (message,) = posts.sent["c1"]
    assert (message["type"], message["data"]["done"]) == ("campaign.progress", 1)
    ((to, subject),) = mails.sent
    assert (to, subject) == ("chef@boulangerie.example", "Campagne terminée : Suivi")


class Mails:
    """The port `Mail`."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.down = False

    def send(self, to: str, subject: str, body: str) -> str:
        if self.down:
            raise Unavailable("SES did not take an e-mail")
        self.sent.append((to, subject))
        return "m1"
