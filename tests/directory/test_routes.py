"""The directory's API from outside, on the tables of the stack, and attacked by other accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.directory import routes
from chalicelib.directory.issuing import found
from chalicelib.directory.scopes import SCOPES
from chalicelib.directory.store import Directory, DirectoryRow
from chalicelib.runtime import secrets, wiring
from tests.clouds import ENVIRONMENT, PEPPER, forget_clients, tables
from tests.directory import builders as a
from tests.fakes import CarrierOfUrls, FlowsInMemory
from tests.gateway import BASE_URL, Heard, ask

if TYPE_CHECKING:
    from collections.abc import Iterator

VOICE = f"{BASE_URL}/voice/incoming?fallback=%2B33612345678"


TELLS_THE_PRICE = {
    "name": "Voyance",
    "start": "price",
    "nodes": {
        "price": {"kind": "price_notice", "next": "box"},
        "box": {"kind": "voicemail"},
    },
}
SAYS_HELLO = {
    "name": "Accueil",
    "start": "hello",
    "nodes": {
        "hello": {"kind": "say", "text": "Bonjour.", "next": "box"},
        "box": {"kind": "voicemail"},
    },
}
SURCHARGED = "+33892123456"


def some_flows() -> FlowsInMemory:
    """The agency's flows: a draft, one that tells the price, and one that says hello."""
    flows = FlowsInMemory()
    flows.create("acct_agency", "flow_1", SAYS_HELLO, a.NOW)
    for flow_id, document in (("flow_price", TELLS_THE_PRICE), ("flow_hello", SAYS_HELLO)):
        flows.publish(flows.create("acct_agency", flow_id, document, a.NOW).header, document, a.NOW)
    return flows


class World:
    """An installation, asked over HTTP with the operator's key unless told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = a.NOW
        self.carrier = CarrierOfUrls(for_sale=[a.NUMBER, a.OTHER])
        monkeypatch.setattr(wiring, "gateway", lambda: self.carrier)
        monkeypatch.setattr(secrets, "pepper", lambda: PEPPER)
        flows = some_flows()
        monkeypatch.setattr(wiring, "flows", lambda: flows)
        monkeypatch.setattr(wiring, "clock", lambda: self.now)
        founded = found(
            "Agence",
            account_id="acct_agency",
            key_id=a.KEY_ID,
            secret=a.SECRET,
            now=a.NOW,
            store=Directory(ENVIRONMENT["CADRAN_DIRECTORY_TABLE"]),
        )
        self.key = founded.text or ""

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> Heard:
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(app, method, path, body=body, key=key or self.key, headers=spelt)

    def client(self, name: str) -> tuple[str, str]:
        """Make a client account; return its id and a key of its own."""
        account_id: str = self.ask("POST", "/v1/accounts", {"name": name}).json["id"]
        issued = self.ask("POST", "/v1/keys", {"scopes": ["*"]}, cadran_account=account_id)
        return account_id, issued.json["key"]

    def number(self, key: str | None = None, **order: Any) -> Heard:
        return self.ask("POST", "/v1/numbers", {"number": a.NUMBER, **order}, key=key)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with tables(DirectoryRow):
        forget_clients()
        yield World(monkeypatch)
    forget_clients()


NUMBER_PATH = f"/v1/numbers/%2B{a.NUMBER[1:]}"


def test_an_agency_makes_a_client_and_changes_what_is_said_of_it(world: World) -> None:
    legal = {
        "legal_name": "Boulangerie Martin",
        "address": {"lines": ["1 rue du Four"], "postcode": "75006", "city": "Paris"},
        "email": "compta@martin.fr",
        "siren": "732829320",
        "vat_id": "FR44732829320",
    }

    made = world.ask("POST", "/v1/accounts", {"name": "Martin", "legal": legal})
    path = made.headers["Location"]
    changed = world.ask("PATCH", path, {"language": "en"}, if_match=made.headers["ETag"])
    again = world.ask("PATCH", path, {"language": "fr"}, if_match=made.headers["ETag"])

    assert (made.status, made.json["kind"], made.json["state"]) == (201, "business", "active")
    assert (changed.json["name"], changed.json["language"]) == ("Martin", "en")
    assert changed.json["legal"]["territory"] == "metropole"
    assert changed.json["legal"]["address"]["lines"] == ["1 rue du Four"]
    assert (again.status, again.json["code"]) == (412, "stale")
    assert world.ask("GET", path).headers["ETag"] == changed.headers["ETag"] == '"2"'


def test_a_wrong_siren_is_pointed_at(world: World) -> None:
    legal = {
        "legal_name": "x",
        "address": {"lines": ["x"], "postcode": "x", "city": "x"},
        "email": "a@b.fr",
        "siren": "732829321",
    }

    refused = world.ask("POST", "/v1/accounts", {"name": "x", "legal": legal})

    assert refused.status == 422
    assert [each["pointer"] for each in refused.json["errors"]] == ["/legal/siren"]


def test_a_suspended_client_is_locked_out_and_its_number_is_out_of_service(world: World) -> None:
    account_id, key = world.client("Martin")
    world.number(key)

    suspended = world.ask("POST", f"/v1/accounts/{account_id}/suspend")
    locked_out = world.ask("GET", "/v1/numbers", key=key)
    line = wiring.lines().line(a.NUMBER)
    resumed = world.ask("POST", f"/v1/accounts/{account_id}/resume")
    back = world.ask("GET", NUMBER_PATH, key=key)

    assert (suspended.status, suspended.json["state"]) == (200, "suspended")
    assert (locked_out.status, line.in_service) == (403, False)
    assert (resumed.json["state"], back.json["in_service"]) == ("active", True)


def test_lists_go_on_where_they_stopped_and_only_for_the_account_that_began(world: World) -> None:
    for name in "abc":
        world.client(name)

    first = world.ask("GET", "/v1/accounts?limit=2").json
    second = world.ask("GET", f"/v1/accounts?limit=2&cursor={first['next']}").json
    foreign = world.ask(
        "GET", f"/v1/accounts?cursor={first['next']}", cadran_account=first["items"][0]["id"]
    )
    elsewhere = world.ask("GET", f"/v1/numbers?cursor={first['next']}")

    names = [each["name"] for each in first["items"] + second["items"]]
    assert (sorted(names), second["next"]) == (["a", "b", "c"], None)
    assert {foreign.status, elsewhere.status} == {422}
    assert foreign.json["code"] == "wrong-cursor"


def test_a_key_is_shown_once(world: World) -> None:
    issued = world.ask("POST", "/v1/keys", {"scopes": ["numbers:read"], "label": "crm"})
    listed = world.ask("GET", "/v1/keys")

    assert issued.json["key"].startswith(f"cdn_{issued.json['id']}_")
    assert issued.json["key"] not in listed.text
    assert "digest" not in listed.text
    assert {each["label"] for each in listed.json["items"]} == {"operator", "crm"}


def test_a_replayed_request_for_a_key_gives_another_key(
    world: World,
) -> None:
    first, second = (
        world.ask("POST", "/v1/keys", {"scopes": ["numbers:read"]}, idempotency_key="once")
        for _ in range(2)
    )

    assert first.json["key"] != second.json["key"]


def test_a_revoked_key_opens_nothing(world: World) -> None:
    issued = world.ask("POST", "/v1/keys", {"scopes": ["numbers:read"]}).json
    before = world.ask("GET", "/v1/numbers", key=issued["key"])

    revoked = world.ask("DELETE", f"/v1/keys/{issued['id']}")

    after = world.ask("GET", "/v1/numbers", key=issued["key"])
    assert (before.status, revoked.status, after.status) == (200, 204, 401)
    assert after.json["code"] == "unauthenticated"


def test_a_key_grants_no_more_than_it_holds(world: World) -> None:
    weak = world.ask("POST", "/v1/keys", {"scopes": ["keys:write", "numbers:read"]}).json["key"]

    same = world.ask("POST", "/v1/keys", {"scopes": ["numbers:read"]}, key=weak)
    more = world.ask("POST", "/v1/keys", {"scopes": ["numbers:write"]}, key=weak)
    unknown = world.ask("POST", "/v1/keys", {"scopes": ["numbers:read", "moon:read"]}, key=weak)

    assert (same.status, more.status, unknown.status) == (201, 403, 422)
    assert [each["pointer"] for each in unknown.json["errors"]] == ["/scopes/1"]


def test_a_number_is_bought_and_its_webhooks_lead_here(world: World) -> None:
    made = world.number(fallback="06 12 34 56 78", flow_id="flow_1", label="desk")

    assert (made.status, made.headers["Location"]) == (201, f"/v1/numbers/{a.NUMBER}")
    assert made.json["fallback"] == a.FALLBACK
    assert (made.json["state"], made.json["family"]) == ("active", "npv")
    assert [urls.voice for urls in world.carrier.heard] == [VOICE]
    assert world.ask("GET", "/v1/numbers").json["items"] == [made.json]


def test_a_number_takes_only_a_flow_of_its_account(world: World) -> None:
    client, key = world.client("Martin")

    theirs = world.number(key, flow_id="flow_1")
    made = world.number()
    unknown = world.ask("PATCH", NUMBER_PATH, {"flow_id": "flow_2"}, if_match=made.headers["ETag"])

    assert (theirs.status, unknown.status) == (422, 422)
    assert theirs.json["errors"] == [{"pointer": "/flow_id", "detail": "no such flow"}]


def test_a_call_sees_a_change_made_here_at_once(world: World) -> None:
    made = world.number(flow_id="flow_1")
    before = wiring.lines().line(a.NUMBER)

    world.ask(
        "PATCH",
        NUMBER_PATH,
        {"flow_id": None, "fallback": "0612345678"},
        if_match=made.headers["ETag"],
    )

    after = wiring.lines().line(a.NUMBER)
    assert (before.flow_id, before.fallback) == ("flow_1", None)
    assert (after.flow_id, after.fallback) == (None, a.FALLBACK)
    assert world.carrier.heard[-1].voice == VOICE


def test_a_change_needs_the_version_it_is_based_on(world: World) -> None:
    world.number()

    missing = world.ask("PATCH", NUMBER_PATH, {"label": "x"})
    nonsense = world.ask("PATCH", NUMBER_PATH, {"label": "x"}, if_match="latest")
    old = world.ask("PATCH", NUMBER_PATH, {"label": "x"}, if_match='"1"')

    assert (missing.status, nonsense.status, old.status) == (428, 400, 412)


def test_a_number_is_retired_then_released(world: World) -> None:
    world.number()

    early = world.ask("POST", f"{NUMBER_PATH}/release")
    retired = world.ask("DELETE", NUMBER_PATH)
    resting = wiring.lines().line(a.NUMBER)
    released = world.ask("POST", f"{NUMBER_PATH}/release")

    assert (early.status, early.json["code"]) == (422, "wrong-state")
    assert (retired.status, retired.text, resting.state) == (204, "", "cooling")
    assert (released.status, released.json["state"]) == (200, "released")


def test_numbers_for_sale_are_found_and_any_number_is_explained(world: World) -> None:
    for_sale = world.ask("GET", "/v1/numbers/available?contains=2346&kind=national").json
    surcharged = world.ask("GET", "/v1/numbers/classify?number=0892%20123%20456").json
    nonsense = world.ask("GET", "/v1/numbers/classify?number=hello")

    assert [each["number"] for each in for_sale["items"]] == [a.OTHER]
    assert (surcharged["family"], surcharged["e164"]) == ("sva_majore", "+33892123456")
    assert surcharged["cap_per_minute"] == {"amount": "0.80", "currency": "EUR"}
    assert nonsense.status == 422


SURCHARGED_PATH = f"/v1/numbers/%2B{SURCHARGED[1:]}"
D080 = {"tier": "D080"}


def a_surcharged_number(world: World, **order: Any) -> Heard:
    known = {"number": SURCHARGED, "service_price": D080, "flow_id": "flow_price", **order}
    return world.ask("POST", "/v1/numbers", known)


def faults_of(heard: Heard) -> list[str]:
    assert heard.status == 422, heard.text
    return [each["pointer"] for each in heard.json["errors"]]


def test_a_surcharged_number_has_its_price_from_the_day_it_is_added(world: World) -> None:
    made = a_surcharged_number(world)

    assert made.status == 201
    assert made.json["service_price"] == {
        "tier": "D080",
        "from": "2026-11-22",
        "amount": "0.80",
        "per": "minute",
        "currency": "EUR",
    }
    assert (made.json["next_service_price"], made.json["price_notice"]) == (None, "flow")


def test_a_price_changes_on_the_first_of_a_month(world: World) -> None:
    made = a_surcharged_number(world)

    changed = world.ask(
        "PATCH",
        SURCHARGED_PATH,
        {"service_price": {"tier": "A150", "from": "2027-01-01"}},
        if_match=made.headers["ETag"],
    )
    early = world.ask(
        "PATCH",
        SURCHARGED_PATH,
        {"service_price": {"tier": "A150", "from": "2026-12-24"}},
        if_match=changed.headers["ETag"],
    )
    world.now = datetime(2027, 1, 1, tzinfo=UTC)
    shown = world.ask("GET", SURCHARGED_PATH).json

    assert changed.json["service_price"]["tier"] == "D080"
    assert changed.json["next_service_price"]["from"] == "2027-01-01"
    assert faults_of(early) == ["/service_price/from"]
    assert (shown["service_price"]["tier"], shown["service_price"]["per"]) == ("A150", "call")
    assert shown["next_service_price"] is None


def test_a_change_to_come_is_withdrawn(world: World) -> None:
    tag = a_surcharged_number(world).headers["ETag"]
    change = {"service_price": {"tier": "D050", "from": None}}
    tag = world.ask("PATCH", SURCHARGED_PATH, change, if_match=tag).headers["ETag"]

    withdrawn = world.ask("PATCH", SURCHARGED_PATH, {"service_price": None}, if_match=tag)
    again = world.ask(
        "PATCH", SURCHARGED_PATH, {"service_price": None}, if_match=withdrawn.headers["ETag"]
    )

    assert withdrawn.json["next_service_price"] is None
    assert faults_of(again) == ["/service_price"]


@pytest.mark.parametrize(
    ("order", "pointers"),
    [
        pytest.param({"service_price": {"tier": "D081"}}, ["/service_price/tier"], id="cap"),
        pytest.param({"service_price": {"tier": "0.80"}}, ["/service_price/tier"], id="no tier"),
        pytest.param({"service_price": None}, ["/service_price"], id="none"),
        pytest.param({"flow_id": "flow_hello"}, ["/flow_id"], id="a flow without a notice"),
    ],
)
def test_a_surcharged_number_that_could_not_answer_is_refused(
    world: World, order: dict[str, Any], pointers: list[str]
) -> None:
    assert faults_of(a_surcharged_number(world, **order)) == pointers
    assert world.carrier.heard == []


def test_a_number_whose_carrier_tells_the_price_answers_with_any_flow(world: World) -> None:
    made = a_surcharged_number(world, flow_id="flow_hello", price_notice="carrier")
    back = world.ask(
        "PATCH", SURCHARGED_PATH, {"price_notice": "flow"}, if_match=made.headers["ETag"]
    )

    assert (made.status, made.json["price_notice"]) == (201, "carrier")
    assert faults_of(back) == ["/flow_id"]
    assert "/nodes/hello" in back.json["errors"][0]["detail"]


def test_free_and_plain_numbers_have_no_price_and_tell_none(world: World) -> None:
    plain = world.number()
    tag = plain.headers["ETag"]

    def patched(**changes: Any) -> Heard:
        return world.ask("PATCH", NUMBER_PATH, changes, if_match=tag)

    assert (plain.json["service_price"], plain.json["price_notice"]) == (None, None)
    assert faults_of(patched(service_price=D080)) == ["/service_price/tier"]
    assert faults_of(patched(price_notice="carrier")) == ["/price_notice"]
    assert faults_of(patched(flow_id="flow_price")) == ["/flow_id"]
    assert patched(flow_id="flow_hello").status == 200


def test_a_number_tells_what_its_service_often_costs(world: World) -> None:
    told = world.ask("GET", "/v1/numbers/classify?number=0820%20123%20456").json
    free = world.ask("GET", "/v1/numbers/classify?number=0800%20123%20456").json

    assert {"A050", "D020"} <= set(told["usual_tiers"])
    assert free["usual_tiers"] == []


def test_a_carrier_that_is_down_is_no_fault_of_the_client_s(world: World) -> None:
    world.carrier.down = True

    answers = [world.number(), world.ask("GET", "/v1/numbers/available")]

    assert [each.status for each in answers] == [503, 503]
    world.carrier.down = False
    assert world.number().status == 201


def test_a_rival_finds_nothing_and_changes_nothing(world: World) -> None:
    victim, victims_key = world.client("Martin")
    _, rivals_key = world.client("Rival")
    world.number(victims_key, fallback=a.FALLBACK)
    victims_key_id = next(
        each["id"] for each in world.ask("GET", "/v1/keys", key=victims_key).json["items"]
    )
    before = world.ask("GET", NUMBER_PATH, key=victims_key).json

    attacks = [
        world.ask(method, path, body, key=rivals_key, if_match='"2"', **acting)
        for method, path, body in [
            ("GET", f"/v1/accounts/{victim}", None),
            ("PATCH", f"/v1/accounts/{victim}", {"name": "mine"}),
            ("POST", f"/v1/accounts/{victim}/suspend", None),
            ("POST", f"/v1/accounts/{victim}/resume", None),
            ("POST", "/v1/accounts", {"name": "x"}),
            ("DELETE", f"/v1/keys/{victims_key_id}", None),
            ("GET", NUMBER_PATH, None),
            ("PATCH", NUMBER_PATH, {"fallback": "+33700000000"}),
            ("DELETE", NUMBER_PATH, None),
            ("POST", f"{NUMBER_PATH}/release", None),
            ("POST", "/v1/numbers", {"number": a.NUMBER}),
            ("POST", "/v1/numbers", {"number": a.NUMBER, "buy": False}),
        ]
        for acting in ({}, {"cadran_account": victim}, {"cadran_account": "acct_agency"})
    ]
    lists = [
        world.ask("GET", path, key=rivals_key).json["items"]
        for path in ("/v1/numbers", "/v1/accounts")
    ]

    assert {each.status for each in attacks} <= {403, 404, 409}
    assert lists == [[], []]
    assert world.ask("GET", NUMBER_PATH, key=victims_key).json == before
    assert world.ask("GET", f"/v1/accounts/{victim}").json["name"] == "Martin"


def test_an_account_is_not_suspended_by_its_own_key(world: World) -> None:
    account_id, key = world.client("Martin")

    assert world.ask("POST", f"/v1/accounts/{account_id}/suspend", key=key).status == 404


@pytest.mark.parametrize(
    "path",
    ["/v1/numbers/%00", "/v1/numbers/%F0%9F%93%9E", "/v1/keys/" + "x" * 3000, "/v1/accounts/%20"],
    ids=["a control character", "a telephone", "a very long id", "a space"],
)
def test_an_address_of_nothing_is_not_found(world: World, path: str) -> None:
    method = "DELETE" if "keys" in path else "GET"

    assert world.ask(method, path).status == 404


def test_every_route_asks_for_a_scope_that_exists() -> None:
    assert {endpoint.scope for endpoint in routes.api.endpoints} <= SCOPES
