"""The HTTP API's plumbing: whatever comes in, a well-formed answer goes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configured
from hypothesis import strategies as st

from chalicelib.kernel.errors import Unauthenticated
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import wiring
from chalicelib.runtime.api import MAX_BYTES
from chalicelib.runtime.cursors import seal
from tests.gateway import BASE_URL, Heard, ask, event, send
from tests.runtime.room import routes
from tests.runtime.room.app import app

if TYPE_CHECKING:
    from tests.clouds import Cloud

KEYS = {
    "all": Principal("acct_a", "acct_a", "k1", frozenset({"*"})),
    "things": Principal("acct_a", "acct_a", "k2", frozenset({"things:*"})),
    "reader": Principal("acct_a", "acct_a", "k3", frozenset({"things:read"})),
    "other": Principal("acct_b", "acct_b", "k4", frozenset({"*"})),
}


@pytest.fixture(autouse=True)
def _known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    def authenticate(header: str, acting_for: str | None) -> Principal:
        name = header.removeprefix("Bearer ")
        if name not in KEYS:
            raise Unauthenticated("no working key")
        return KEYS[name]

    monkeypatch.setattr(wiring, "authenticate", authenticate, raising=False)
    routes.made.clear()


def problem(heard: Heard, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem document, and return it."""
    assert (heard.status, heard.headers["Content-Type"]) == (status, "application/problem+json")
    body: dict[str, Any] = heard.json
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:cadran:problem:{code}"
    assert body["title"]
    return body


def pointers(body: dict[str, Any]) -> list[str]:
    return sorted(each["pointer"] for each in body["errors"])


def test_a_thing_is_made_and_its_answer_says_where_it_is() -> None:
    heard = ask(app, "POST", "/v1/things", body={"name": "one", "size": 3}, key="all")

    assert heard.status == 201
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["ETag"] == '"1"'
    assert heard.headers["Location"] == f"{BASE_URL}/v1/things/{heard.json['id']}"
    assert heard.json | {"id": ""} == {"id": "", "name": "one", "size": 3}


@pytest.mark.parametrize("scopes", ["all", "things", "reader"])
def test_a_key_may_do_what_its_scopes_say(scopes: str) -> None:
    assert ask(app, "GET", "/v1/things/thing_1", key=scopes).status == 200


@pytest.mark.parametrize("key", [None, "wrong", "", "all "])
def test_without_a_working_key_nothing_is_done(key: str | None) -> None:
    heard = ask(app, "POST", "/v1/things", body={"name": "one"}, key=key)

    problem(heard, 401, "unauthenticated")
    assert heard.headers["WWW-Authenticate"] == "Bearer"
    assert routes.made == []


def test_without_the_scope_nothing_is_done() -> None:
    problem(ask(app, "POST", "/v1/things", body={"name": "one"}, key="reader"), 403, "forbidden")

    assert routes.made == []


def test_a_stranger_learns_nothing_about_the_shape_of_requests() -> None:
    problem(ask(app, "POST", "/v1/things", body="{", key="wrong"), 401, "unauthenticated")


def test_a_public_route_needs_no_key() -> None:
    assert ask(app, "GET", "/v1/nothing").status == 200


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{", [""]),
        ("", ["/name"]),
        ("[]", [""]),
        ("null", [""]),
        ('"text"', [""]),
        ("{}", ["/name"]),
        ('{"name": "one", "colour": "red"}', ["/colour"]),
        ('{"name": 1}', ["/name"]),
        ('{"name": "one", "size": "3"}', ["/size"]),
        ('{"name": "one", "size": 1.5}', ["/size"]),
        ('{"name": "one", "size": NaN}', ["/size"]),
        ('{"name": "one", "size": 1e400}', ["/size"]),
        ('{"name": "one", "size": true}', ["/size"]),
        ('{"name": "", "size": 101}', ["/name", "/size"]),
        ('{"name": "one", "tags": ["a", 2]}', ["/tags/1"]),
        ('{"name": "one", "a/b~c": 1}', ["/a~1b~0c"]),
        ('{"name": "\\ud800"}', [""]),
        ("[" * 10_000, [""]),
    ],
)
def test_a_body_of_another_shape_is_refused_field_by_field(body: str, wrong: list[str]) -> None:
    heard = ask(app, "POST", "/v1/things", body=body, key="all")

    assert pointers(problem(heard, 400, "invalid")) == wrong
    assert routes.made == []


def test_a_problem_does_not_echo_what_was_sent() -> None:
    heard = ask(app, "POST", "/v1/things", body={"name": ["+33612345678"]}, key="all")

    assert "6123456" not in heard.text


def test_a_body_over_the_limit_is_refused() -> None:
    heard = ask(app, "POST", "/v1/things", body="x" * (MAX_BYTES + 1), key="all")

    problem(heard, 413, "too-large")


def test_a_body_that_is_no_text_is_refused() -> None:
    request = event("POST", "/v1/things", headers={"authorization": "Bearer all"})
    request["body"], request["isBase64Encoded"] = "//79", True

    assert pointers(problem(send(app, request), 400, "invalid")) == [""]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "json", ""])
def test_a_body_of_another_type_is_refused(kind: str) -> None:
    headers = {"content-type": kind}

    heard = ask(app, "POST", "/v1/things", body='{"name": "one"}', key="all", headers=headers)

    problem(heard, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"]
)
def test_json_by_its_other_names_is_taken(kind: str) -> None:
    headers = {"content-type": kind}

    heard = ask(app, "POST", "/v1/things", body='{"name": "one"}', key="all", headers=headers)

    assert heard.status == 201


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", ["/limit"]),
        ("limit=201", ["/limit"]),
        ("limit=ten", ["/limit"]),
        ("limit=1&limit=2", ["/limit"]),
        ("colour=red", ["/colour"]),
        ("limit=&x=", ["/limit", "/x"]),
    ],
)
def test_a_query_of_another_shape_is_refused(query: str, wrong: list[str]) -> None:
    heard = ask(app, "GET", f"/v1/things?{query}", key="all")

    assert pointers(problem(heard, 400, "invalid")) == wrong


def test_a_parameter_is_refused_where_none_is_taken() -> None:
    heard = ask(app, "GET", "/v1/things/thing_1?limit=1", key="all")

    assert pointers(problem(heard, 400, "invalid")) == ["/limit"]


def test_a_body_is_refused_where_none_is_taken() -> None:
    heard = ask(app, "DELETE", "/v1/things/thing_1", body={"really": True}, key="all")

    assert pointers(problem(heard, 400, "invalid")) == [""]
    assert ask(app, "DELETE", "/v1/things/thing_1", body="{}", key="all").status == 204
    assert ask(app, "DELETE", "/v1/things/thing_1", key="all").text == ""


@pytest.mark.parametrize(
    "part", ["x" * 129, "%00", "a%0Ab", "%F0%9F%93%9E" * 129, "nobody", "%2e%2e", "%25%32%66"]
)
def test_an_address_of_nothing_is_not_found(part: str) -> None:
    problem(ask(app, "GET", f"/v1/things/{part}", key="all"), 404, "not-found")


def test_a_cursor_opens_only_the_list_it_came_from() -> None:
    cursor = ask(app, "GET", "/v1/things?limit=10", key="all").json["next"]

    assert ask(app, "GET", f"/v1/things?cursor={cursor}", key="all").status == 200
    for path, key in (
        (f"/v1/things?cursor={cursor}", "other"),
        (f"/v1/things?cursor={cursor}&name=two", "all"),
        (f"/v1/things?cursor={cursor[:-4]}AAAA", "all"),
        (f"/v1/things?cursor={seal({'start': 0}, key=b'', context='')}", "all"),
        ("/v1/things?cursor=", "all"),
        ("/v1/things?cursor=%C3%A9", "all"),
    ):
        assert pointers(problem(ask(app, "GET", path, key=key), 422, "wrong-cursor")) == ["/cursor"]


@pytest.mark.parametrize("match", ['"7"', 'W/"7"', ' "7" '])
def test_a_change_is_based_on_the_version_the_client_saw(match: str) -> None:
    headers = {"if-match": match}

    heard = ask(app, "PATCH", "/v1/things/a", body={"name": "one"}, key="all", headers=headers)

    assert heard.json["size"] == 7


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 428, "precondition-required"),
        ({"if-match": "*"}, 400, "invalid"),
        ({"if-match": "7"}, 400, "invalid"),
        ({"if-match": '"7", "8"'}, 400, "invalid"),
        ({"if-match": '"' + "9" * 40 + '"'}, 400, "invalid"),
    ],
)
def test_a_change_without_a_version_is_refused(
    headers: dict[str, str], status: int, code: str
) -> None:
    heard = ask(app, "PATCH", "/v1/things/a", body={"name": "one"}, key="all", headers=headers)

    problem(heard, status, code)


def test_the_fates_of_an_error_have_their_status() -> None:
    unavailable = ask(app, "POST", "/v1/things", body={"name": "unavailable"}, key="all")

    problem(unavailable, 503, "unavailable")
    assert unavailable.headers["Retry-After"] == "1"
    problem(ask(app, "POST", "/v1/things", body={"name": "conflict"}, key="all"), 409, "conflict")


def test_a_bug_of_ours_is_a_500_that_says_where_to_look_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    heard = ask(app, "POST", "/v1/things/secret/break", key="all")

    body = problem(heard, 500, "internal")
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (trace,) = [line for line in logged if line.get("level") == "ERROR"]
    assert body["request"] == trace["correlation_id"]
    assert "ValidationError" in trace["exception"]
    assert "secret" not in heard.text


def test_a_write_sent_twice_is_done_once(cloud: Cloud) -> None:
    first = keyed("k1", {"name": "one"})
    second = keyed("k1", {"name": "one"})

    assert first.status == 201
    assert (second.status, second.text, second.headers) == (201, first.text, first.headers)
    assert len(routes.made) == 1


def test_an_idempotency_key_with_another_body_is_refused(cloud: Cloud) -> None:
    keyed("k1", {"name": "one"})

    heard = keyed("k1", {"name": "two"})

    problem(heard, 422, "idempotency-key-reused")
    assert len(routes.made) == 1


def test_an_idempotency_key_is_one_accounts_own(cloud: Cloud) -> None:
    mine = keyed("k1", {"name": "one"})

    theirs = keyed("k1", {"name": "one"}, key="other")

    assert theirs.status == 201
    assert theirs.json["id"] != mine.json["id"]
    assert [account for account, _ in routes.made] == ["acct_a", "acct_b"]


def test_a_replay_needs_the_scope_too(cloud: Cloud) -> None:
    keyed("k1", {"name": "one"})

    problem(keyed("k1", {"name": "one"}, key="reader"), 403, "forbidden")


def test_a_second_request_while_the_first_is_at_work_is_a_conflict(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Heard] = []
    new_id = wiring.new_id

    def asked_meanwhile() -> str:
        if not seen:
            seen.append(keyed("k1", {"name": "one"}))
        return new_id()

    monkeypatch.setattr(wiring, "new_id", asked_meanwhile)

    assert keyed("k1", {"name": "one"}).status == 201
    problem(seen[0], 409, "conflict")
    assert len(routes.made) == 1


@pytest.mark.parametrize("name", ["unavailable", "conflict"])
def test_a_write_that_failed_may_be_tried_again_under_its_key(cloud: Cloud, name: str) -> None:
    assert keyed("k1", {"name": name}).status in (409, 503)
    assert keyed("k1", {"name": name}).status in (409, 503)

    assert len(routes.made) == 2


def test_a_body_that_was_refused_does_not_use_up_its_key(cloud: Cloud) -> None:
    problem(keyed("k1", {"nom": "one"}), 400, "invalid")

    assert keyed("k1", {"name": "one"}).status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\nb"])
def test_an_unusable_idempotency_key_is_refused(key: str) -> None:
    heard = keyed(key, {"name": "one"})

    assert pointers(problem(heard, 422, "rejected")) == ["/Idempotency-Key"]
    assert routes.made == []


def test_when_keys_cannot_be_remembered_nothing_is_done(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.runtime import idempotency

    monkeypatch.setattr(idempotency._layer(), "table_name", "not-there")

    problem(keyed("k1", {"name": "one"}), 503, "unavailable")
    assert routes.made == []


def test_an_answer_with_a_secret_is_never_kept(cloud: Cloud) -> None:
    ask(
        app, "POST", "/v1/things/x/break", key="all", headers={"idempotency-key": "k1"}
    )  # it fails, but as a route that may not be replayed

    assert cloud.rows("idempotency") == []


def keyed(idempotency_key: str, body: dict[str, Any], key: str = "all") -> Heard:
    headers = {"idempotency-key": idempotency_key}
    return ask(app, "POST", "/v1/things", body=body, key=key, headers=headers)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
bodies = anything.map(json.dumps) | st.text(max_size=40) | st.just(None)
paths = st.sampled_from([f"{endpoint.method} {endpoint.path}" for endpoint in routes.api.endpoints])


@given(place=paths, body=bodies, part=st.text(min_size=1, max_size=200), data=st.data())
@configured(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_is_sent_is_never_answered_by_a_500(
    place: str, body: str | None, part: str, data: st.DataObject
) -> None:
    method, resource = place.split()
    names = st.sampled_from(["limit", "cursor", "name"]) | st.text(min_size=1, max_size=5)
    query = data.draw(st.lists(st.tuples(names, st.text(max_size=12)), max_size=3))
    headers = data.draw(
        st.dictionaries(
            st.sampled_from(["content-type", "if-match", "cadran-account"]), st.text(max_size=20)
        )
    )
    request = event(
        method,
        resource,
        parts={"thing_id": quote(part, safe="")} if "{" in resource else None,
        query=query,
        headers={"authorization": "Bearer all", **headers},
        body=body,
    )

    heard = send(app, request)

    assert heard.status < 500 or resource.endswith("/break") or "unavailable" in (body or "")
    if heard.status >= 400:
        assert heard.json["status"] == heard.status
