"""One account attacks another through every operation there is, those of tomorrow included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app import DOORS, app
from tests.clouds import a_cloud
from tests.gateway import ask
from tests.house.attacks import bodies_of, names_a_thing, path_of, query_of
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.runtime.endpoints import Endpoint
    from tests.gateway import Heard
    from tests.world import Client

ENDPOINTS = [endpoint for door in DOORS for endpoint in door.endpoints]
PRIVATE = [endpoint for endpoint in ENDPOINTS if endpoint.scope is not None]
LISTS = [
    each
    for each in PRIVATE
    if each.query is not None
    and "cursor" in each.query.model_fields
    and each.name != "list_accounts"  # a business has no clients
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Build the installation once: an attack that succeeds would show in a later one."""
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as monkeypatch:
        yield World(cloud, monkeypatch)


def of_name(endpoint: Endpoint) -> str:
    return endpoint.name


def attempts(
    endpoint: Endpoint, key: str | None, ids: dict[str, str], **headers: str
) -> list[Heard]:
    """Call an operation on the things of these ids, in each way there is."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if endpoint.versioned:
        sent.setdefault("if-match", '"1"')
    path = path_of(endpoint, ids) + query_of(endpoint.name, ids)
    return [
        ask(app, endpoint.method, path, body=body, key=key, headers=sent)
        for body in bodies_of(endpoint.name, ids)
    ]


def seen_by(client: Client, operation: str) -> Any:
    """Return what a client reads by an operation of its own."""
    (endpoint,) = [each for each in PRIVATE if each.name == operation]
    (heard,) = attempts(endpoint, client.key, client.ids)
    assert heard.status == endpoint.status, heard.text
    if "json" not in endpoint.media:
        return {"items": [heard.text] if heard.text else []}
    return heard.json if heard.text else {}


def is_leaked(mark: str, endpoint: Endpoint, ids: dict[str, str], heard: Heard) -> bool:
    """Tell whether an answer says more of somebody than the request said already."""
    sent = [path_of(endpoint, ids), query_of(endpoint.name, ids), *bodies_of(endpoint.name, ids)]
    return mark in heard.text and mark not in f"{sent}".replace("%2B", "+")


@pytest.mark.parametrize("endpoint", [e for e in PRIVATE if e.method == "GET"], ids=of_name)
def test_a_client_reads_all_of_its_own_things(world: World, endpoint: Endpoint) -> None:
    seen = seen_by(world.martin, endpoint.name)

    if endpoint.name not in {"list_accounts", "search_numbers"}:  # a business has no clients
        assert seen.get("items", ["one"]), seen


@pytest.mark.parametrize("endpoint", PRIVATE, ids=of_name)
def test_nobody_reads_or_changes_another_accounts_things(world: World, endpoint: Endpoint) -> None:
    before = world.kept_of(world.martin)

    for heard in attempts(endpoint, world.durand.key, world.martin.ids):
        assert heard.status < 500
        assert not names_a_thing(endpoint) or heard.status >= 400, heard.text
        for mark in world.martin.marks:
            assert not is_leaked(mark, endpoint, world.martin.ids, heard), mark

    assert world.kept_of(world.martin) == before


@pytest.mark.parametrize("endpoint", PRIVATE, ids=of_name)
def test_no_client_acts_for_another(world: World, endpoint: Endpoint) -> None:
    for account_id in (world.martin.account_id, "acct_agency", "acct_nobody"):
        for heard in attempts(
            endpoint, world.durand.key, world.martin.ids, cadran_account=account_id
        ):
            assert heard.status == 403, heard.text
            assert not any(mark in heard.text for mark in world.martin.marks)


@pytest.mark.parametrize("endpoint", PRIVATE, ids=of_name)
def test_nothing_is_done_without_a_working_key(world: World, endpoint: Endpoint) -> None:
    half, _, secret = world.martin.key.rpartition("_")
    for key in (None, "", "nonsense", f"{half}_{secret[:-2]}AA", f"{half}_", secret):
        for heard in attempts(endpoint, key, world.martin.ids):
            assert (heard.status, heard.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("endpoint", PRIVATE, ids=of_name)
def test_nothing_is_done_with_a_key_of_other_scopes(world: World, endpoint: Endpoint) -> None:
    assert endpoint.scope is not None
    area = endpoint.scope.partition(":")[0]
    others = ["visits:*" if area != "visits" else "leads:*"]
    if endpoint.scope.endswith(":write"):
        others.append(f"{area}:read")
    key = world.martin.made("/v1/keys", {"scopes": others})["key"]

    for heard in attempts(endpoint, key, world.martin.ids):
        assert (heard.status, heard.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize("endpoint", LISTS, ids=of_name)
def test_a_cursor_opens_nobody_elses_list(world: World, endpoint: Endpoint) -> None:
    query = query_of(endpoint.name, world.martin.ids)
    query += "&limit=1" if query else "?limit=1"
    path = path_of(endpoint, world.martin.ids)
    mine = ask(app, "GET", f"{path}{query}", key=world.martin.key).json["next"]

    theirs = path_of(endpoint, world.durand.ids)
    own = ask(app, "GET", f"{path}{query}&cursor={mine}", key=world.martin.key)
    stolen = ask(app, "GET", f"{theirs}{query}&cursor={mine}", key=world.durand.key)

    assert own.status == 200
    assert (stolen.status, stolen.json["code"]) == (422, "wrong-cursor")


def test_a_key_that_is_revoked_opens_nothing_any_more(world: World) -> None:
    issued = world.martin.made("/v1/keys", {"scopes": ["flows:read"]})
    assert ask(app, "GET", "/v1/flows", key=issued["key"]).status == 200

    assert world.martin.ask("DELETE", f"/v1/keys/{issued['id']}").status == 204

    assert ask(app, "GET", "/v1/flows", key=issued["key"]).status == 401


def test_the_agency_acts_for_its_clients_and_for_nobody_elses(world: World) -> None:
    def acting_for(account_id: str) -> Heard:
        headers = {"cadran-account": account_id}
        return ask(app, "GET", "/v1/accounts/me", key=world.agency_key, headers=headers)

    assert acting_for(world.martin.account_id).json["id"] == world.martin.account_id
    assert acting_for("acct_nobody").status == 403


def test_every_operation_with_a_body_says_how_a_stranger_would_try_it(world: World) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.body is not None:
            for body in bodies_of(endpoint.name, world.martin.ids):
                endpoint.body.model_validate_json(json.dumps(body))
