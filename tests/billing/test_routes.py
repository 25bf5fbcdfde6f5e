"""Billing's API from outside: who may set prices, what is shown, how faults are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import app
from chalicelib.billing.closing import close_account
from chalicelib.billing.servicing import charge_service
from chalicelib.billing.usecases import charge_call
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import secrets, wiring
from tests.billing.builders import (
    NOVEMBER_22,
    a_document,
    a_logged_call,
    a_rate,
    a_version,
    an_account,
)
from tests.billing.ledgers import AccountsInMemory, BillingInMemory, books_of
from tests.clouds import PEPPER
from tests.gateway import Heard, ask

NOW = NOVEMBER_22 + timedelta(minutes=5)
DECEMBER_1 = datetime(2026, 12, 1, 5, tzinfo=UTC)


class World:
    """An agency and its client. Keys are called after their account; `for_` acts for another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = BillingInMemory()
        client = an_account("client", agency_id="agency")
        self.accounts = AccountsInMemory({"agency": an_account("agency"), "client": client})
        self.books = books_of(self.store, self.accounts)
        monkeypatch.setattr(wiring, "books", lambda: self.books)
        monkeypatch.setattr(wiring, "authenticate", self._authenticate)
        monkeypatch.setattr(wiring, "clock", lambda: NOW)
        monkeypatch.setattr(secrets, "pepper", lambda: PEPPER)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "agency",
        for_: str | None = "client",
        if_match: str | None = None,
    ) -> Heard:
        headers = {"cadran-account": for_} if for_ else {}
        if if_match is not None:
            headers["if-match"] = if_match
        return ask(app, method, path, body=body, key=key, headers=headers)

    def publish(self, *versions: dict[str, Any], **more: Any) -> Heard:
        return self.ask("POST", "/v1/tariffs", a_document(*versions), **more)

    def call(self, call_id: str = "CA1", **call: Any) -> None:
        logged = a_logged_call(call_id, account_id="client", **call)
        charge_call(logged, now=NOW, charges=self.store, tariffs=self.store)

    def close(self) -> None:
        close_account("client", now=DECEMBER_1, books=self.books, pause=lambda attempt: None)

    def _authenticate(self, header: str, acting_for: str | None) -> Principal:
        key = header.removeprefix("Bearer ")
        scopes = frozenset({"billing:read"} if key.endswith("-reader") else {"billing:*"})
        account = key.removesuffix("-reader")
        return Principal(
            account_id=acting_for or account, key_account_id=account, key_id=key, scopes=scopes
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_a_published_tariff_is_shown_with_every_default(world: World) -> None:
    made = world.publish()

    shown = world.ask("GET", "/v1/tariffs", key="client", for_=None)

    assert (made.status, made.headers["Location"]) == (201, "/v1/tariffs/1")
    assert shown.json == made.json
    assert shown.headers["ETag"] == '"1"'
    assert shown.json["versions"][0]["rates"][0] == {
        "name": "Standard",
        "per_minute": "0.06",
        "per_call": "0.00",
        "first_seconds": 1,
        "next_seconds": 1,
        "minimum": "0.00",
        "vat_rate": "20",
        "includes_vat": False,
        "longest_seconds": None,
        "families": None,
        "origins": None,
    }


def test_what_was_published_can_be_published_again(world: World) -> None:
    first = world.publish(a_version(a_rate(families=["npv"], origins=["unknown"]), a_rate("all")))
    document = {name: first.json[name] for name in ("name", "versions")}

    again = world.ask("POST", "/v1/tariffs", document, if_match='"1"')

    assert (again.status, again.json["revision"]) == (201, 2)
    assert again.json["versions"] == first.json["versions"]
    assert world.ask("GET", "/v1/tariffs/1").json == first.json


@pytest.mark.parametrize("revision", ["0", "9", "x", "99999999999999999999", "-1"])
def test_a_revision_that_never_was_is_not_found(world: World, revision: str) -> None:
    world.publish()

    assert world.ask("GET", f"/v1/tariffs/{revision}").status == 404


def test_a_client_cannot_set_the_prices_it_is_charged(world: World) -> None:
    tariff = world.publish(key="client", for_=None)
    terms = world.ask(
        "PUT", "/v1/billing/terms", {"days_to_pay": 45}, key="client", for_=None, if_match='"0"'
    )

    assert (tariff.status, terms.status) == (403, 403)
    assert world.publish(key="agency", for_=None).status == 201
    assert world.store.tariffs.keys() == {"agency"}


def test_a_key_that_reads_cannot_write(world: World) -> None:
    assert world.publish(key="agency-reader").status == 403
    assert world.ask("GET", "/v1/usage?month=2026-11", key="agency-reader").status == 200


@pytest.mark.parametrize(
    ("rate", "status", "pointer"),
    [
        ({"per_minute": "free"}, 422, "/versions/0/rates/0/per_minute"),
        ({"vat_rate": "21"}, 422, "/versions/0/rates/0/vat_rate"),
        ({"first_seconds": 4000}, 422, "/versions/0/rates/0/first_seconds"),
        ({"per_minute": 0.06}, 400, "/versions/0/rates/0/per_minute"),
        ({"families": ["landline"]}, 400, "/versions/0/rates/0/families/0"),
        ({"colour": "green"}, 400, "/versions/0/rates/0/colour"),
    ],
)
def test_a_wrong_rate_is_a_problem_with_its_place(
    world: World, rate: dict[str, Any], status: int, pointer: str
) -> None:
    refused = world.publish(a_version(a_rate(**rate)))

    assert refused.status == status
    assert pointer in [error["pointer"] for error in refused.json["errors"]]


def test_a_change_of_prices_in_force_is_refused(world: World) -> None:
    world.publish()

    refused = world.publish(a_version(a_rate(per_minute="0.07")))
    stale = world.publish(if_match='"0"')

    assert (refused.status, refused.json["code"]) == (422, "tariff-in-force")
    assert (stale.status, stale.json["code"]) == (412, "stale")


def test_an_account_without_a_tariff_has_none_to_show(world: World) -> None:
    assert world.ask("GET", "/v1/tariffs").status == 404


def test_a_simulated_call_is_priced_and_explained_but_not_charged(world: World) -> None:
    world.publish()
    order = {"number": "01 62 01 23 45", "seconds": 95, "caller": "+33612345678"}

    priced = world.ask("POST", "/v1/tariffs/simulate", order)
    nonsense = world.ask("POST", "/v1/tariffs/simulate", {"number": "bonjour", "seconds": 1})

    assert priced.status == 200
    assert priced.json["amount"] == {"amount": "0.095", "currency": "EUR"}
    assert priced.json["origin"] == "mobile_metro"
    assert "95 s" in priced.json["explanation"]["fr"]
    assert nonsense.json["errors"][0]["pointer"] == "/number"
    assert world.store.ledger == {}


def test_a_charge_is_shown_with_its_explanation(world: World) -> None:
    world.publish()
    world.call()
    world.call(seconds=120)

    shown = world.ask("GET", "/v1/charges/CA1", key="client", for_=None).json

    assert shown["amount"] == {"amount": "0.12", "currency": "EUR"}
    assert shown["superseded"] == {"amount": "0.095", "currency": "EUR"}
    assert (shown["serial"], shown["billed_seconds"], shown["month"]) == (1, 120, "2026-11")
    assert "EUR 0.12 before VAT" in shown["explanation"]["en"]
    assert world.ask("GET", "/v1/charges/CA1", key="other", for_=None).status == 404


def test_a_charge_without_a_price_says_why(world: World) -> None:
    world.call()

    shown = world.ask("GET", "/v1/charges/CA1").json

    assert (shown["amount"], shown["reason"]) == (None, "the account has no tariff")


def a_service(world: World, call_id: str = "CA1", **call: Any) -> None:
    facts = {"service_from": NOVEMBER_22 + timedelta(seconds=30), "service_tier": "D080", **call}
    logged = a_logged_call(call_id, account_id="client", dialled="+33892123456", **facts)
    charge_service(logged, now=NOW, services=world.store)


def test_what_a_caller_owes_is_shown_apart_from_what_the_account_owes(world: World) -> None:
    world.publish()
    world.call()
    a_service(world)

    shown = world.ask("GET", "/v1/charges/CA1/service", key="client", for_=None).json

    assert (shown["kind"], shown["due_from"]) == ("service", "callers_operator")
    assert (shown["tier"], shown["seconds"], shown["billed_seconds"]) == ("D080", 65, 65)
    assert (shown["amount"]["amount"], shown["includes_vat"]) == ("0.866667", True)
    assert "que l'appelant doit à son opérateur" in shown["explanation"]["fr"]
    charges = world.ask("GET", "/v1/charges?month=2026-11").json["items"]
    assert [each["amount"]["amount"] for each in charges] == ["0.095"]
    assert world.ask("GET", "/v1/usage?month=2026-11").json["net"]["amount"] == "0.10"
    assert world.ask("GET", "/v1/charges/CA1/service", key="other", for_=None).status == 404


def test_services_are_listed_by_pages_of_their_own(world: World) -> None:
    for at in range(3):
        a_service(world, f"CA{at}")
    path = "/v1/charges/services?month=2026-11&limit=2"

    first = world.ask("GET", path).json
    second = world.ask("GET", f"{path}&cursor={first['next']}").json

    assert [each["call"] for each in (*first["items"], *second["items"])] == ["CA0", "CA1", "CA2"]
    assert second["next"] is None
    strange = f"/v1/charges?month=2026-11&limit=2&cursor={first['next']}"
    assert world.ask("GET", strange).status == 422
    assert world.ask("GET", "/v1/charges/services?month=2026-13").status == 400


def test_charges_are_listed_by_sealed_pages(world: World) -> None:
    world.publish()
    for at in range(5):
        world.call(f"CA{at}")
    seen: list[str] = []
    path = "/v1/charges?month=2026-11&limit=2"

    page = world.ask("GET", path).json
    seen += [each["call"] for each in page["items"]]
    while page["next"]:
        stranger = world.ask("GET", f"{path}&cursor={page['next']}", key="other", for_=None)
        assert stranger.status in (400, 422)
        page = world.ask("GET", f"{path}&cursor={page['next']}").json
        seen += [each["call"] for each in page["items"]]

    assert seen == [f"CA{at}" for at in range(5)]


@pytest.mark.parametrize("month", ["", "2026-13", "november", "2026-1", "0000-01", "9999-12"])
@pytest.mark.parametrize("path", ["/v1/charges", "/v1/usage"])
def test_what_is_no_month_is_refused(world: World, path: str, month: str) -> None:
    assert world.ask("GET", f"{path}?month={month}").status in (400, 422)


def test_usage_is_what_the_invoice_will_say(world: World) -> None:
    world.publish()
    world.call("CA1", seconds=60)
    world.call("CA2", seconds=30)

    usage = world.ask("GET", "/v1/usage?month=2026-11").json
    world.close()
    invoice = world.ask("GET", "/v1/invoices/2026-11").json["invoice"]

    assert usage["net"] == {"amount": invoice["totals"]["net"], "currency": "EUR"}
    assert usage["lines"][0]["quantity"] == 90
    assert usage["calls_without_price"] == 0


def test_an_invoice_is_found_by_its_number_and_by_its_month(world: World) -> None:
    world.publish()
    world.call()
    world.close()

    by_number = world.ask("GET", "/v1/invoices/F2026-000001")
    by_month = world.ask("GET", "/v1/invoices/2026-11")

    assert by_number.json == by_month.json
    assert by_number.json["status"] == "issued"
    assert by_number.json["invoice"]["totals"]["payable"] == "0.12"
    assert world.ask("GET", "/v1/invoices").json["items"] == [by_number.json]
    for path in ("/v1/invoices/F2026-000002", "/v1/invoices/2026-12"):
        assert world.ask("GET", path).status == 404
    assert world.ask("GET", "/v1/invoices/F2026-000001", key="other", for_=None).status == 404


def test_what_stands_in_the_way_of_an_invoice_can_be_read(world: World) -> None:
    world.publish()
    world.call()
    world.accounts.change("client", buyer=None)
    world.close()

    (month,) = world.ask("GET", "/v1/invoices").json["items"]

    assert (month["status"], month["code"], month["invoice"]) == ("refused", "unbillable", None)
    assert month["reasons"] == [
        {"pointer": "/legal", "detail": "the account has no legal identity"}
    ]


def test_terms_are_set_over_what_was_seen(world: World) -> None:
    seller = {
        "legal_name": "Agence SAS",
        "address": {"lines": ["1 rue du Cadran"], "postcode": "75010", "city": "Paris"},
        "email": "factures@agence.example",
        "siren": "732829320",
        "vat_id": "FR44732829320",
    }
    before = world.ask("GET", "/v1/billing/terms")
    wanted = {"seller": seller, "days_to_pay": 15, "series": "AG"}

    unseen = world.ask("PUT", "/v1/billing/terms", wanted)
    made = world.ask("PUT", "/v1/billing/terms", wanted, if_match=before.headers["ETag"])
    stale = world.ask("PUT", "/v1/billing/terms", wanted, if_match=before.headers["ETag"])

    assert before.json["days_to_pay"] == 30
    assert (unseen.status, made.status, stale.status) == (428, 200, 412)
    assert made.json["seller"]["legal_name"] == "Agence SAS"
    assert world.ask("GET", "/v1/billing/terms").json == made.json


def test_wrong_terms_are_a_problem_with_their_place(world: World) -> None:
    refused = world.ask(
        "PUT", "/v1/billing/terms", {"series": "F 1", "iban": "FR00"}, if_match='"0"'
    )

    assert refused.status == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/series", "/iban"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "versions", "rates", "seller", "number", "seconds", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(json_values, st.sampled_from(["/v1/tariffs", "/v1/tariffs/simulate", "/v1/billing/terms"]))
def test_no_body_is_ever_our_fault(world: World, body: Any, path: str) -> None:
    method = "PUT" if path.endswith("terms") else "POST"

    heard = world.ask(method, path, body, if_match='"0"')

    assert heard.status < 500
