"""Forms on a customer's site: what visitors send becomes consents, if the number is theirs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.campaigns.consents.capture import capturing
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.runtime import consents_wiring, telling
from tests.gateway import ask
from tests.house.shops import NUMBER, a_shop
from tests.world import CONSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.kernel.telling import TextOrder
    from tests.gateway import Heard
    from tests.house.shops import Shop

ORIGIN = "https://www.boutique.example"
PERSON = "+33612345678"
SHOWN = {name: CONSENT[name] for name in ("professional", "object", "text")}


@dataclass
class Phone:
    """What the carrier delivers to the person's telephone."""

    orders: list[TextOrder] = field(default_factory=list)
    refused: Rejected | None = None

    def send(self, order: TextOrder, *, retry: bool) -> str:
        if self.refused is not None:
            raise self.refused
        self.orders.append(order)
        return "SM9"

    @property
    def code(self) -> str:
        """The code in the last text."""
        found = re.match(r"\d{6}", self.orders[-1].body)
        assert found is not None
        return found[0]


@dataclass
class Page:
    """A page of the shop's site."""

    shop: Shop
    site: str
    form: str = ""

    def sends(self, path: str, body: Any, origin: str = ORIGIN) -> Heard:
        headers = {"content-type": "text/plain", "origin": origin, "user-agent": "Firefox/145.0"}
        return ask(app, "POST", path, body=json.dumps(body), headers=headers)

    def fills_in(self, **facts: Any) -> Heard:
        known = {"site": self.site, "form": self.form, "number": PERSON}
        return self.sends("/t/consents", {**known, **facts})

    def types(self, code: str, **facts: Any) -> Heard:
        known = {"site": self.site, "form": self.form, "number": PERSON, "code": code}
        return self.sends("/t/consents/codes", {**known, **facts})

    def consents(self, number: str = PERSON) -> list[dict[str, Any]]:
        found = self.shop.makes("/v1/consents/search", {"number": number})["consents"]
        return list(found)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    phone = Phone()
    monkeypatch.setattr(telling, "CarrierTexts", lambda _: phone)
    return phone


@pytest.fixture
def page(shop: Shop, phone: Phone) -> Page:
    site = {"name": "Boutique", "origins": [ORIGIN], "swaps": []}
    return Page(shop, shop.makes("/v1/sites", site)["id"])


def a_form(page: Page, **facts: Any) -> Page:
    """Have a form on the page."""
    body = {**SHOWN, "site": page.site, **facts}
    page.form = page.shop.makes("/v1/consent-forms", body)["id"]
    return page


def doubled(page: Page) -> Page:
    return a_form(page, doubled=True, sender=NUMBER)


def test_a_form_that_is_filled_in_is_a_consent_to_the_text_that_it_shows(page: Page) -> None:
    a_form(page, covers=["phone", "sms"])

    heard = page.fills_in(covers=["phone"])

    assert (heard.status, heard.json) == (200, {"status": "recorded"})
    assert heard.headers["Access-Control-Allow-Origin"] == ORIGIN
    (consent,) = page.consents()
    assert (consent["text"], consent["covers"]) == (CONSENT["text"], ["phone"])
    assert (consent["means"], consent["confirmed"]) == ("web", False)
    assert consent["evidence"]["reference"] == f"{page.site}/{page.form}"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"covers": ["sms"]}, "/covers"),
        ({"covers": []}, "/covers"),
        ({"outside_hours": True}, "/outside_hours"),
        ({"form": "form_9"}, "/form"),
    ],
)
def test_boxes_and_forms_that_are_none_are_refused(page: Page, facts: Any, field: str) -> None:
    a_form(page)

    heard = page.fills_in(**facts)

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == [field]
    assert page.consents() == []


@pytest.mark.parametrize("facts", [{"number": "12"}, {"covers": ["fax"]}, {"text": "Autre"}])
def test_what_has_not_the_documented_shape_is_refused(page: Page, facts: Any) -> None:
    assert a_form(page).fills_in(**facts).status == 400


def test_pages_of_other_origins_speak_for_nobody(page: Page) -> None:
    a_form(page)
    body = {"site": page.site, "form": page.form, "number": PERSON}

    heard = page.sends("/t/consents", body, origin="https://www.rival.example")

    assert heard.status == 403
    assert page.consents() == []


def test_a_form_of_another_site_is_none_here(page: Page) -> None:
    form = a_form(page).form
    site = {"name": "Blog", "origins": [ORIGIN], "swaps": []}
    other = Page(page.shop, page.shop.makes("/v1/sites", site)["id"], form)

    assert other.fills_in().status == 422


def test_an_archived_form_is_none_any_more_and_its_consents_stay(page: Page) -> None:
    a_form(page).fills_in()

    for _ in range(2):
        assert page.shop.ask("DELETE", f"/v1/consent-forms/{page.form}").status == 204

    assert page.fills_in().status == 422
    assert len(page.consents()) == 1
    assert page.shop.gets("/v1/consent-forms")["items"] == []


def test_a_code_confirms_that_the_number_is_theirs(page: Page, phone: Phone) -> None:
    doubled(page)

    heard = page.fills_in()

    assert heard.json == {"status": "code_sent"}
    assert page.consents() == []
    (order,) = phone.orders
    assert (order.to, order.from_) == (PERSON, NUMBER)
    assert len(order.body) <= 160
    page.shop.clock.passes(minutes=10)
    assert page.types(f" {phone.code[:3]} {phone.code[3:]}").json == {"status": "recorded"}
    (consent,) = page.consents()
    assert consent["confirmed"]
    assert consent["captured_at"] < page.shop.clock.now.isoformat()


def test_a_code_is_good_once(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()
    page.types(phone.code)

    again = page.types(phone.code)

    assert (again.status, again.json["code"]) == (422, "wrong-code")
    assert len(page.consents()) == 1


def test_a_code_is_over_after_a_quarter_of_an_hour(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()

    page.shop.clock.passes(minutes=15, seconds=1)

    assert page.types(phone.code).json["code"] == "wrong-code"
    assert page.consents() == []


def test_five_tries_are_all_there_are(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()
    wrong = f"{(int(phone.code) + 1) % 10**6:06}"

    refused = [page.types(wrong).json for _ in range(5)]

    assert {each["code"] for each in refused} == {"wrong-code"}
    assert page.types(phone.code).json == {**refused[0]}
    assert page.consents() == []


def test_a_code_is_of_its_number_and_its_form(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()
    code = phone.code
    other = a_form(Page(page.shop, page.site), doubled=True, sender=NUMBER)

    assert page.types(code, number="+33612345679").json["code"] == "wrong-code"
    assert other.types(code).json["code"] == "wrong-code"
    assert page.types(code).json == {"status": "recorded"}


def test_a_new_code_takes_the_place_of_the_one_before(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()
    first = phone.code
    page.fills_in()

    assert first == phone.code or page.types(first).json["code"] == "wrong-code"
    assert page.types(phone.code).json == {"status": "recorded"}


def test_nobody_is_sent_more_than_three_codes_a_day(page: Page, phone: Phone) -> None:
    doubled(page)

    heard = [page.fills_in() for _ in range(5)]

    assert [each.status for each in heard] == [200, 200, 200, 422, 422]
    assert heard[-1].json["code"] == "too-many"
    assert len(phone.orders) == 3
    page.shop.clock.passes(days=1)
    assert page.fills_in().status == 200


def test_nobody_is_written_down_more_than_five_times_a_day(page: Page) -> None:
    a_form(page)
    heard = []
    for _ in range(7):
        heard.append(page.fills_in().status)
        page.shop.clock.passes(seconds=1)

    assert heard == [200] * 5 + [422] * 2
    assert len(page.consents()) == 5


def test_what_anybody_can_type_does_not_revoke_a_withdrawal(page: Page, phone: Phone) -> None:
    page.shop.makes("/v1/consents/withdrawals", {"number": PERSON, "means": "sms"})
    page.shop.clock.passes(hours=2)

    a_form(page).fills_in()
    assert [each["status"] for each in page.consents()] == ["withdrawn"]

    page.shop.clock.passes(minutes=1)
    doubled(page).fills_in()
    page.types(phone.code)
    assert sorted(each["status"] for each in page.consents()) == ["valid", "withdrawn"]


def test_machines_consent_to_nothing(page: Page) -> None:
    a_form(page)
    body = {"site": page.site, "form": page.form, "number": PERSON}
    headers = {"content-type": "text/plain", "origin": ORIGIN, "user-agent": "Googlebot/2.1"}

    heard = ask(app, "POST", "/t/consents", body=json.dumps(body), headers=headers)

    assert heard.status == 403
    assert page.consents() == []


def test_a_site_sends_so_many_forms_a_day(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capturing, "MOST_OF_SITE", 3)
    a_form(page)

    heard = [page.fills_in(number=f"+336123456{at:02}") for at in range(4)]

    assert [each.status for each in heard] == [200, 200, 200, 422]
    assert [each["pointer"] for each in heard[-1].json["errors"]] == ["/site"]
    page.shop.clock.passes(days=1)
    assert page.fills_in().status == 200


def test_a_code_is_good_though_the_form_is_archived_meanwhile(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()
    page.shop.ask("DELETE", f"/v1/consent-forms/{page.form}")

    assert page.types(phone.code).json == {"status": "recorded"}


def test_a_code_sent_meanwhile_is_not_lost(page: Page, phone: Phone) -> None:
    doubled(page).fills_in()
    store = consents_wiring.forms()
    person = consents_wiring.desk().hashing.caller_hash("acct_shop", PERSON)
    first = store.tried("acct_shop", person, page.form)
    page.fills_in()

    store.drop("acct_shop", person, replace(first, seal="another"))

    assert page.types(phone.code).json == {"status": "recorded"}


def test_a_form_may_promise_less_than_a_year(page: Page) -> None:
    text = SHOWN["text"].replace("un an", "un mois")
    refused = page.shop.ask("POST", "/v1/consent-forms", {**SHOWN, "text": text, "site": page.site})
    assert "for how long" in refused.json["errors"][0]["detail"]

    a_form(page, text=text, lasts_days=30).fills_in()
    page.shop.clock.passes(days=31)

    assert [each["status"] for each in page.consents()] == ["expired"]


@pytest.mark.parametrize("number", ["+33162012345", "+447911123456"])
def test_a_number_that_no_text_reaches_is_told_to_the_page(page: Page, number: str) -> None:
    heard = doubled(page).fills_in(number=number)

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == ["/number"]
    assert page.consents(number) == []


def test_what_fails_inside_is_not_told_as_a_consent(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable("the table did not answer")

    a_form(page)
    with monkeypatch.context() as patch:
        patch.setattr(consents_wiring.store(), "append", fail)
        heard = page.fills_in()

    assert (heard.status, heard.json) == (200, {"status": "failed"})
    assert page.consents() == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"object": "nos offres"}, "/object"),
        ({"text": "Oui"}, "/text"),
        ({"text": "Oui, on peut m'appeler 12 mois, avec preuve et retrait."}, "/text"),
        ({"text": SHOWN["text"].replace("la preuve", "cela")}, "/text"),
        ({"text": SHOWN["text"].replace("retirer", "garder")}, "/text"),
        ({"covers": []}, "/covers"),
        (
            {"professional": {"siren": "732829321", "name": "Boulangerie SARL"}},
            "/professional/siren",
        ),
        ({"site": "site_9"}, "/site"),
        ({"sender": "+33162019999"}, "/sender"),
    ],
)
def test_a_form_by_which_nobody_can_consent_is_refused(
    page: Page, facts: dict[str, Any], field: str
) -> None:
    heard = page.shop.ask("POST", "/v1/consent-forms", {**SHOWN, "site": page.site, **facts})

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == [field]
