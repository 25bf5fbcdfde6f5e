"""The API's description: valid, complete, and as strict as the API itself."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.gateway import BASE_URL, ask
from tests.runtime.room.app import app


def the_document() -> dict[str, Any]:
    heard = ask(app, "GET", "/v1/openapi.json")
    assert heard.status == 200
    document: dict[str, Any] = heard.json
    return document


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = the_document()["paths"][path][method]
    return found


def names(parameters: list[dict[str, Any]]) -> set[str]:
    return {each.get("name") or each["$ref"].rpartition("/")[2] for each in parameters}


def test_the_description_is_valid_openapi() -> None:
    document = the_document()

    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": BASE_URL}]


def test_every_route_is_described_and_nothing_else() -> None:
    described_routes = {
        (method.upper(), path)
        for path, methods in the_document()["paths"].items()
        for method in methods
    }

    routes = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert described_routes == routes


def test_a_body_is_described_by_the_model_that_checks_it() -> None:
    document = the_document()

    body = operation("post", "/v1/things")["requestBody"]["content"]["application/json"]
    name = body["schema"]["$ref"].rpartition("/")[2]
    schema = document["components"]["schemas"][name]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name"]
    assert schema["properties"]["size"]["maximum"] == 100


def test_a_query_is_described_parameter_by_parameter() -> None:
    parameters = {
        each["name"]: each
        for each in operation("get", "/v1/things")["parameters"]
        if "name" in each
    }

    assert parameters.keys() == {"limit", "cursor", "name"}
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert not parameters["limit"]["required"]
    assert "ThingQuery" not in the_document()["components"]["schemas"]


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("post", "/v1/things", {"Cadran-Account", "Idempotency-Key"}),
        ("patch", "/v1/things/{thing_id}", {"Cadran-Account", "If-Match", "thing_id"}),
        ("delete", "/v1/things/{thing_id}", {"Cadran-Account", "thing_id"}),
        ("post", "/v1/things/{thing_id}/break", {"Cadran-Account", "thing_id"}),
        ("get", "/v1/nothing", set()),
    ],
)
def test_headers_and_parts_of_the_path_are_described(
    method: str, path: str, wanted: set[str]
) -> None:
    assert names(operation(method, path)["parameters"]) == wanted


def test_what_needs_a_key_says_which_scope() -> None:
    assert operation("post", "/v1/things")["security"] == [{"key": ["things:write"]}]
    assert operation("get", "/v1/nothing")["security"] == []


def test_an_answer_is_described_with_its_status_and_its_problems() -> None:
    responses = operation("post", "/v1/things")["responses"]

    assert responses["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/ThingOut")
    assert responses["4XX"] == responses["5XX"] == {"$ref": "#/components/responses/Problem"}
    assert "content" not in operation("delete", "/v1/things/{thing_id}")["responses"]["204"]


def test_an_operation_without_a_scope_in_the_document_answers_anybody() -> None:
    assert ask(app, "GET", "/v1/health").json == {"status": "ok", "stage": "test"}
