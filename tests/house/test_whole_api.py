"""The API as a whole: its description, its versions, and anything at all sent to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configured
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app import app
from tests.clouds import a_cloud
from tests.gateway import ask, event, send
from tests.house.attacks import bodies_of, names_a_thing, path_of, query_of
from tests.house.test_isolation import ENDPOINTS, PRIVATE, attempts
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.runtime.endpoints import Endpoint

VERSIONED = [each for each in PRIVATE if each.versioned and each.method != "POST"]
READS = [each for each in PRIVATE if each.method == "GET" and each.status == 200]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as monkeypatch:
        yield World(cloud, monkeypatch)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    document: dict[str, Any] = ask(app, "GET", "/v1/openapi.json").json
    return document


def of_name(endpoint: Endpoint) -> str:
    return endpoint.name


def test_the_description_is_valid_and_complete(description: dict[str, Any]) -> None:
    validate(description)
    operations = [
        operation["operationId"]
        for methods in description["paths"].values()
        for operation in methods.values()
    ]
    assert sorted(operations) == sorted(each.name for each in ENDPOINTS)


@pytest.mark.parametrize("endpoint", READS, ids=of_name)
def test_an_answer_is_what_the_description_says(
    world: World, description: dict[str, Any], endpoint: Endpoint
) -> None:
    responses = description["paths"][endpoint.path]["get"]["responses"]
    schema = responses["200"]["content"][endpoint.media]["schema"]

    (heard,) = attempts(endpoint, world.martin.key, world.martin.ids)

    told = heard.json if endpoint.media.endswith("json") else heard.text
    whole = {**schema, "components": description["components"]}
    assert heard.headers["Content-Type"] == endpoint.media
    assert [each.message for each in Draft202012Validator(whole).iter_errors(told)] == []


@pytest.mark.parametrize("endpoint", VERSIONED, ids=of_name)
def test_a_change_without_if_match_is_refused(world: World, endpoint: Endpoint) -> None:
    body = bodies_of(endpoint.name, world.martin.ids)[0]
    path = path_of(endpoint, world.martin.ids)
    headers = {"cadran-account": world.martin.account_id}

    for sent, status in (({}, 428), ({"if-match": '"99"'}, 412), ({"if-match": "*"}, 400)):
        heard = ask(
            app,
            endpoint.method,
            path,
            body=body,
            key=world.agency_key,
            headers={**headers, **sent},
        )
        assert heard.status == status, heard.text


@pytest.mark.parametrize("endpoint", [each for each in PRIVATE if names_a_thing(each)], ids=of_name)
def test_a_thing_that_is_not_there_is_not_found(world: World, endpoint: Endpoint) -> None:
    nobody = dict.fromkeys(world.martin.ids, "nobody") | {"number": "+33162999999"}

    for heard in attempts(endpoint, world.durand.key, nobody):
        assert 400 <= heard.status < 500, heard.text


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def bent(body: Any, data: st.DataObject) -> Any:
    """Replace one part of a right body by anything at all."""
    if isinstance(body, dict) and body and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(body)))
        return {**body, name: bent(body[name], data)}
    if isinstance(body, list) and body and data.draw(st.booleans()):
        return [bent(body[0], data), *body[1:]]
    return data.draw(anything)


@given(endpoint=st.sampled_from(PRIVATE), data=st.data())
@configured(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_sent_to_the_product_is_never_answered_by_a_500(
    world: World, endpoint: Endpoint, data: st.DataObject
) -> None:
    ids = world.durand.ids
    parts = {
        name: data.draw(st.just(quote(ids[name])) | st.text(min_size=1, max_size=140))
        for name in ids
        if "{" + name + "}" in endpoint.path
    }
    known = endpoint.query.model_fields if endpoint.query else {}
    names = [field.alias or name for name, field in known.items()] or ["x"]
    right = [pair.partition("=") for pair in query_of(endpoint.name, ids)[1:].split("&") if pair]
    odd = data.draw(st.lists(st.tuples(st.sampled_from(names), st.text(max_size=40)), max_size=2))
    query = [(name, value) for name, _, value in right] + odd
    headers = {"authorization": f"Bearer {world.durand.key}", "content-type": "application/json"}
    if endpoint.versioned:
        headers["if-match"] = data.draw(st.just('"1"') | st.text(max_size=8))
    body = None
    if endpoint.body is not None:
        body = json.dumps(bent(bodies_of(endpoint.name, ids)[0], data))
    if endpoint.name == "revoke_key":  # not the key in use
        parts = {"key_id": data.draw(st.text(min_size=1))}

    heard = send(
        app,
        event(
            endpoint.method,
            endpoint.path,
            parts=parts or None,
            query=query,
            headers=headers,
            body=body,
        ),
    )

    assert heard.status < 500, (endpoint.name, parts, query, body, heard.text)
    if heard.status >= 400:
        assert heard.json["status"] == heard.status
        assert heard.headers["Content-Type"] == "application/problem+json"
