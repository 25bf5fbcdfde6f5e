"""Requests that make no sense, sent to every operation there is, those of tomorrow included.

Whatever is sent, the answer is an answer or a problem document with a pointer; never a 500.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import DOORS, app
from tests.clouds import a_cloud
from tests.gateway import ask, event, send
from tests.house.attacks import bodies_of, path_of, query_of
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.runtime.endpoints import Endpoint
    from tests.gateway import Heard
    from tests.world import Client

ENDPOINTS: Final = [endpoint for door in DOORS for endpoint in door.endpoints]
WITH_BODY: Final = [each for each in ENDPOINTS if each.body is not None]
WITH_QUERY: Final = [each for each in ENDPOINTS if each.query is not None]
WITH_PARTS: Final = [each for each in ENDPOINTS if "{" in each.path]
LISTS: Final = [e for e in WITH_QUERY if e.query and "cursor" in e.query.model_fields]
REPLAYED: Final = [each for each in WITH_BODY if each.replayable]
VERSIONED: Final = [each for each in ENDPOINTS if each.versioned]

NOT_JSON: Final = [
    "{",
    "}",
    '{"name": }',
    "{'name': 'x'}",
    '{"name": "x"',
    "nonsense",
    "\x00",
    "[" * 50_000,
    '{"a":' * 20_000,
    '{"name": NaN}x',
]
NO_OBJECT: Final = ["[]", '"text"', "1", "null", "true", "1e999", "[{}]"]
WRONG: Final[list[Any]] = [{"deep": [{}]}, [1, 2], -1, 1e308, "", "\x00", "x" * 5_000, True, None]
WRONG_PARTS: Final = ["..", "%00", "%2F", "x" * 200, "'", "%F0%9F%98%80", "-1", "%0A", "null", "#"]
WRONG_TAGS: Final = ["", "1", '"x"', "*", "W/1", '"99999999999999999999"', '"-1"', '"1", "2"']
WRONG_CURSORS: Final = ["x", "", "eyJhIjoxfQ", "%00", "A" * 3_000, "....", "é", "eyJ.eyJ.eyJ"]
# Longer than any of ours; DynamoDB would refuse such keys as malformed.
STRANGE: Final = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | STRANGE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRANGE, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Build the installation once; nothing here should change it."""
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as monkeypatch:
        yield World(cloud, monkeypatch)


@pytest.fixture(scope="module")
def martin(world: World) -> Client:
    """The client for whom nonsense is sent, by its agency: that may change the most."""
    return world.martin


def of_name(endpoint: Endpoint) -> str:
    return endpoint.name


def tell(endpoint: Endpoint, client: Client, world: World, **what: Any) -> Heard:
    """Call an operation on the client's own things, with the agency's rights over it."""
    headers = {"cadran-account": client.account_id, "if-match": '"1"'} | what.pop("headers", {})
    path = what.pop("path", path_of(endpoint, client.ids)) + what.pop("query", "")
    return ask(app, endpoint.method, path, key=world.agency_key, headers=headers, **what)


def assert_problem(heard: Heard) -> list[str]:
    """Hold an answer to RFC 9457 and our own rules; return the pointers in it."""
    assert 400 <= heard.status < 500, heard.text
    assert heard.headers["Content-Type"] == "application/problem+json"
    problem = heard.json
    assert {"type", "title", "status", "code"} <= set(problem)
    assert problem["status"] == heard.status
    assert problem["type"].endswith(problem["code"])
    errors = problem.get("errors", [])
    assert all(set(each) == {"pointer", "detail"} for each in errors)
    pointers = [each["pointer"] for each in errors]
    assert all(pointer == "" or pointer.startswith("/") for pointer in pointers)
    return pointers


def assert_no_bug(heard: Heard) -> None:
    if heard.status >= 400:
        assert_problem(heard)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_what_is_not_json_is_said_to_be_not_json(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    for body in NOT_JSON:
        heard = tell(endpoint, martin, world, body=body)

        assert heard.status == 400, heard.text
        assert assert_problem(heard) == [""], body


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_a_body_that_is_no_object_is_refused(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    for body in NO_OBJECT:
        heard = tell(endpoint, martin, world, body=body)

        assert assert_problem(heard) == [""], body


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_an_unknown_field_is_pointed_at(endpoint: Endpoint, world: World, martin: Client) -> None:
    for name, pointer in (("colour", "/colour"), ("a/b~c", "/a~1b~0c"), ("", "/")):
        for body in bodies_of(endpoint.name, martin.ids):
            heard = tell(endpoint, martin, world, body={**body, name: "blue"})

            assert heard.status == 400, heard.text
            assert assert_problem(heard) == [pointer]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_a_field_of_the_wrong_type_is_pointed_at(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    assert endpoint.body is not None
    (body, *_) = bodies_of(endpoint.name, martin.ids)
    fields = {
        field.alias or name: field.annotation for name, field in endpoint.body.model_fields.items()
    }
    for name in fields:
        for value in WRONG:
            heard = tell(endpoint, martin, world, body={**body, name: value})

            assert_no_bug(heard)
            if heard.status == 400:
                assert all(pointer.startswith(f"/{name}") for pointer in assert_problem(heard))

        heard = tell(endpoint, martin, world, body={**body, name: object_of(fields)})
        assert heard.status >= 400 or name == "document", heard.text


def object_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an object that no field of ours takes."""
    return {"neither": sorted(fields), "nor": None}


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_nothing_that_json_can_say_is_a_bug(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    assert endpoint.body is not None
    names = [field.alias or name for name, field in endpoint.body.model_fields.items()]
    bodies = st.dictionaries(st.sampled_from(names) | STRANGE, VALUES, max_size=4)

    @settings(max_examples=100 if "SEARCH" in os.environ else 10)
    @given(body=bodies | VALUES)
    def check(body: Any) -> None:
        assert_no_bug(tell(endpoint, martin, world, body=json.dumps(body)))

    check()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=of_name)
def test_an_oversized_body_is_too_large(endpoint: Endpoint, world: World, martin: Client) -> None:
    body = json.dumps({"name": "x" * endpoint.largest})

    heard = tell(endpoint, martin, world, body=body, query=query_of(endpoint.name, martin.ids))

    assert_problem(heard)
    assert (heard.status, heard.json["code"]) == (413, "too-large")


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_a_body_of_another_type_is_refused(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        heard = tell(endpoint, martin, world, body="{}", headers={"content-type": kind})

        assert_problem(heard)
        assert heard.status == 415


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=of_name)
def test_a_body_that_is_not_utf8_is_refused(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    headers = {"authorization": f"Bearer {world.agency_key}", "content-type": "application/json"}
    parts = {name: value for name, value in martin.ids.items() if f"{{{name}}}" in endpoint.path}
    request = event(endpoint.method, endpoint.path, parts=parts, headers=headers, body="/w==")
    request["isBase64Encoded"] = True

    heard = send(app, request)

    assert heard.status == 400, heard.text
    assert assert_problem(heard) == [""]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=of_name)
def test_an_unknown_parameter_is_pointed_at(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    known = query_of(endpoint.name, martin.ids)
    for body in bodies_of(endpoint.name, martin.ids):
        query = f"{known}{'&' if known else '?'}colour=blue"
        heard = tell(endpoint, martin, world, query=query, body=body)

        assert heard.status == 400, heard.text
        assert assert_problem(heard) == ["/colour"]


@pytest.mark.parametrize("endpoint", WITH_QUERY, ids=of_name)
def test_a_parameter_of_the_wrong_kind_is_pointed_at(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    assert endpoint.query is not None
    for name, field in endpoint.query.model_fields.items():
        for value in ("", "%00", "x", "-1", "1e9", "é", "A" * 3_000, "2026-13-45", f"1&{name}=2"):
            spelt = field.alias or name
            heard = tell(endpoint, martin, world, query=f"?{spelt}={value}")

            assert_no_bug(heard)


@pytest.mark.parametrize("endpoint", WITH_PARTS, ids=of_name)
def test_an_address_that_means_nothing_is_not_found(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    query = query_of(endpoint.name, martin.ids)
    (body, *_) = bodies_of(endpoint.name, martin.ids)
    for part in WRONG_PARTS:
        strange = dict.fromkeys(martin.ids, part)
        parts = {name: strange[name] for name in martin.ids if f"{{{name}}}" in endpoint.path}
        headers = {
            "authorization": f"Bearer {world.agency_key}",
            "cadran-account": martin.account_id,
            "content-type": "application/json",
            "if-match": '"1"',
        }
        pairs = [tuple(each.split("=", 1)) for each in query.removeprefix("?").split("&") if each]
        request = event(
            endpoint.method,
            endpoint.path,
            parts=parts,
            query=[(pair[0], pair[1]) for pair in pairs],
            headers=headers,
            body=None if body is None else json.dumps(body),
        )

        assert_problem(send(app, request))


@pytest.mark.parametrize("endpoint", VERSIONED, ids=of_name)
def test_an_if_match_that_is_no_tag_of_ours_changes_nothing(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    before = world.kept_of(martin)
    for tag in WRONG_TAGS:
        for body in bodies_of(endpoint.name, martin.ids):
            assert_problem(tell(endpoint, martin, world, body=body, headers={"if-match": tag}))

    assert world.kept_of(martin) == before


@pytest.mark.parametrize("endpoint", LISTS, ids=of_name)
def test_a_cursor_that_we_never_gave_is_pointed_at(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    known = query_of(endpoint.name, martin.ids)
    for text in WRONG_CURSORS:
        query = f"{known}{'&' if known else '?'}cursor={text}"

        pointers = assert_problem(tell(endpoint, martin, world, query=query))
        assert pointers == ["/cursor"], text


# A client has no clients of its own, so that list has no second page.
LONGER = [each for each in LISTS if each.name != "list_accounts"]


@pytest.mark.parametrize("endpoint", LONGER, ids=of_name)
def test_a_cursor_serves_only_the_list_and_the_account_that_it_was_given_for(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    cursor = cursor_of(endpoint, martin, world)
    assert cursor is not None

    for other in LISTS:
        known = query_of(other.name, martin.ids)
        query = f"{known}{'&' if known else '?'}limit=1&cursor={cursor}"
        heard = tell(other, martin, world, query=query)
        if other is endpoint:
            assert heard.status == 200, heard.text
        else:
            assert assert_problem(heard) == ["/cursor"]
    known = query_of(endpoint.name, martin.ids)
    query = f"{known}{'&' if known else '?'}limit=1&cursor={cursor}"
    assert_problem(tell(endpoint, world.durand, world, query=query.replace("src_", "src_x")))
    for place in range(0, len(cursor), 7):
        changed = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + changed + cursor[place + 1 :]
        query = f"{known}{'&' if known else '?'}limit=1&cursor={forged}"
        assert assert_problem(tell(endpoint, martin, world, query=query)) == ["/cursor"]


def cursor_of(endpoint: Endpoint, client: Client, world: World) -> str | None:
    """Return the cursor of a list's second page."""
    known = query_of(endpoint.name, client.ids)
    heard = tell(endpoint, client, world, query=f"{known}{'&' if known else '?'}limit=1")
    assert heard.status == 200, heard.text
    cursor: str | None = heard.json["next"]
    return cursor


@pytest.mark.parametrize("header", ["authorization", "cadran-account", "idempotency-key"])
def test_no_header_is_a_bug(header: str, world: World, martin: Client) -> None:
    values = ["", "Bearer ", "Bearer " + "x" * 5_000, "\x00", "é"]
    for endpoint in [*WITH_BODY, *LISTS]:
        (body, *_) = bodies_of(endpoint.name, martin.ids)
        for value in values:
            query = query_of(endpoint.name, martin.ids)
            heard = tell(endpoint, martin, world, query=query, body=body, headers={header: value})
            assert_no_bug(heard)


def uncounted(kept: list[str]) -> list[str]:
    """Leave out how often somebody has asked."""
    return [each for each in kept if "'pk': {'S': 'count#" not in each]


@pytest.mark.parametrize("endpoint", REPLAYED, ids=of_name)
def test_a_write_sent_twice_with_one_key_is_done_once_and_answered_twice(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    (body, *_) = bodies_of(endpoint.name, martin.ids)
    headers = {"idempotency-key": f"once {endpoint.name}"}

    first = tell(endpoint, martin, world, body=body, headers=headers)
    kept = world.kept_of(martin)
    again = tell(endpoint, martin, world, body=body, headers=headers)

    assert_no_bug(first)
    if first.status >= 300:  # what is refused is asked anew, and counts for whoever asks too often
        assert uncounted(world.kept_of(martin)) == uncounted(kept)
        return
    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers.get("Location") == first.headers.get("Location")
    assert world.kept_of(martin) == kept


@pytest.mark.parametrize("endpoint", REPLAYED, ids=of_name)
def test_a_key_of_one_request_is_no_key_for_another(
    endpoint: Endpoint, world: World, martin: Client
) -> None:
    (body, *_) = bodies_of(endpoint.name, martin.ids)
    headers = {"idempotency-key": f"for one only {endpoint.name}"}
    first = tell(endpoint, martin, world, body=body, headers=headers)

    other = tell(endpoint, martin, world, body=json.dumps(body) + " ", headers=headers)

    # What was refused leaves its key free.
    expected = "idempotency-key-reused" if first.status < 300 else first.json["code"]
    assert_problem(other)
    assert other.json["code"] == expected
