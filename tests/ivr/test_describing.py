"""Editors that know the schema of flow documents accept what publishing accepts."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from app import app
from chalicelib.ivr.describing import flow_schema
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.kinds import KINDS
from tests.gateway import ask
from tests.ivr.strategies import broken, documents
from tests.ivr.test_docs import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = flow_schema()
EDITOR = Draft202012Validator(SCHEMA)
SAY = {"kind": "say", "text": "Bonjour", "next": "end"}
ANNUAIRE = {
    "name": "Annuaire",
    "language": None,
    "languages": ["fr-FR", "en-GB"],
    "voices": {"fr-FR": "Polly.Lea-Neural", "en-GB": None},
    "variables": {"order.count": 3, "order.late": False},
    "calendars": {"office": {"weekly": {"monday": [["09:00", "18:00"]], "sunday": None}}},
    "destinations": {"desk": {"number": "01 62 01 00 01", "calendar": "office"}},
    "prompts": {"welcome": {"by_language": {"fr-FR": "Bonjour", "en-GB": {"text": "Hello"}}}},
    "start": "open",
    "nodes": {
        "open": {"kind": "hours", "calendar": "office", "open": "hello", "closed": None},
        "hello": {"kind": "say", "prompt": "welcome", "next": "ring"},
        "ring": {"kind": "dial", "destinations": ["desk"], "then": "end", "whisper": None},
        "end": {"kind": "hangup", "text": None, "language": None},
    },
    "tests": [
        {
            "name": "Tout ce qu'un test peut dire",
            "caller": "withheld",
            "dialled": "01 62 01 77 88",
            "at": "2026-12-24 10:30",
            "source": None,
            "steps": [
                {"hears": "Bonjour"},
                {"press": 1},
                {"say": "un", "confidence": 0.5},
                {"dial": "answered", "seconds": 60},
                {"lookup": {"order.count": 4}},
                {"lookup": "timeout"},
                {"bot": {"intent": "order", "learnt": {"order.count": 4}}},
                {"bot": "failed"},
                {"rings": ["01 62 01 00 01"]},
                {"knows": {"order.count": 4}},
                {"goes": "ring"},
                {"wait": True, "seconds": None},
                {"record": 4},
                {"records": True},
                {"ends": True},
            ],
        }
    ],
}


def published(document: Any) -> bool:
    try:
        parse(document)
    except FlowRefused:
        return False
    return True


def a_flow(**changes: Any) -> dict[str, Any]:
    nodes = {"hello": SAY, "end": {"kind": "hangup"}}
    return {"name": "Accueil", "start": "hello", "nodes": nodes} | changes


def with_node(**node: Any) -> dict[str, Any]:
    return a_flow(nodes={"hello": node, "end": {"kind": "hangup"}})


def strings(value: Any, name: str) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and isinstance(value.get(name), str):
        yield value[name]
    for each in inner:
        yield from strings(each, name)


def without_blanks(value: Any) -> Any:
    """Take the blanks off every text, as publishing does before it judges."""
    if isinstance(value, dict):
        return {name: without_blanks(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_blanks(each) for each in value]
    return value.strip() if isinstance(value, str) else value


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_reference_leads_somewhere_and_every_definition_is_used() -> None:
    used = {each.removeprefix("#/$defs/") for each in strings(SCHEMA, "$ref")}

    assert used == set(SCHEMA["$defs"])


def test_patterns_mean_the_same_to_every_editor() -> None:
    python_only = re.compile(r"\(\?[P(#aiLmsux-]|\\[AZ]|[*+?}]\+")

    assert [each for each in strings(SCHEMA, "pattern") if python_only.search(each)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_node_is_explained(kind: str) -> None:
    for name, field in SCHEMA["$defs"][f"node_{kind}"]["properties"].items():
        refs = list(strings(field, "$ref"))
        explained = "description" in field or "const" in field
        assert explained or "description" in SCHEMA["$defs"][refs[0].rpartition("/")[2]], name


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: str(json.loads(text)["name"]))
def test_an_example_of_the_documentation_is_accepted(example: str) -> None:
    assert [each.message for each in EDITOR.iter_errors(json.loads(example))] == []


def test_shared_parts_and_nulls_are_accepted() -> None:
    assert published(ANNUAIRE)
    assert [each.message for each in EDITOR.iter_errors(ANNUAIRE)] == []


@given(documents())
def test_a_right_document_is_accepted(document: dict[str, Any]) -> None:
    assert EDITOR.is_valid(document)


@given(broken().map(without_blanks))
def test_what_an_editor_refuses_cannot_be_published(document: Any) -> None:
    assert EDITOR.is_valid(document) or not published(document)


def test_only_blanks_around_a_text_are_judged_more_strictly() -> None:
    padded = a_flow(name=f"{'a' * 80} {' ' * 500}", language=" en-GB ")

    assert published(padded)
    assert not EDITOR.is_valid(padded)
    assert EDITOR.is_valid(without_blanks(padded))


@pytest.mark.parametrize(
    "value", [None, 0, "", [], {}, True, "fr-FR", ["a"], {"text": "a"}], ids=json.dumps
)
@pytest.mark.parametrize("example", [ANNUAIRE, *map(json.loads, EXAMPLES)], ids=lambda e: e["name"])
def test_no_field_of_an_example_is_judged_more_strictly(
    example: dict[str, Any], value: Any
) -> None:
    stricter = [
        path
        for path in paths(example)
        if published(bent := replaced(example, path, value)) and not EDITOR.is_valid(bent)
    ]

    assert stricter == []


def paths(value: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in pairs:
        yield (*above, name)
        if isinstance(each, dict | list):
            yield from paths(each, *above, name)


def replaced(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    place: Any = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (with_node(kind="sing", next="end"), "'sing' is not one of"),
        (with_node(**SAY, volume=3), "'volume' was unexpected"),
        (with_node(kind="say", text=3, next="end"), "3 is not of type 'string'"),
        (with_node(kind="say", text="Bonjour"), "'next' is a required property"),
        (with_node(kind="say", text="Bonjour", prompt="a", next="end"), "is valid under each of"),
        (
            with_node(kind="menu", prompt="Un ?", choices={"1": "end"}, attempts=0),
            "0 is less than the minimum of 1",
        ),
        (
            with_node(kind="dial", destinations=[{"ring_seconds": 9}], then="end"),
            "is not valid under any",
        ),
        (a_flow(start=None), "None is not of type 'string'"),
        (a_flow(colour="red"), "'colour' was unexpected"),
        (a_flow(nodes={}), "should be non-empty"),
        (a_flow(variables={"Order": 1}), "does not match"),
    ],
)
def test_a_slip_is_told_as_it_is_typed(document: dict[str, Any], told: str) -> None:
    assert not published(document)
    fault = best_match(EDITOR.iter_errors(document))
    assert fault is not None
    messages = [fault.message, *(each.message for each in EDITOR.iter_errors(document))]
    assert any(told in message for message in messages), messages


def test_anybody_may_fetch_the_schema() -> None:
    heard = ask(app, "GET", "/v1/schemas/flow.json")

    assert heard.status == 200
    assert heard.headers["Content-Type"] == "application/schema+json"
    assert heard.headers["Cache-Control"] == "public, max-age=3600"
    address = heard.json["$id"]
    assert address.endswith("/v1/schemas/flow.json")
    assert heard.json == {"$id": address, **SCHEMA}


def test_the_api_s_description_names_the_schema_s_media_type() -> None:
    described = ask(app, "GET", "/v1/openapi.json").json
    answers = described["paths"]["/v1/schemas/flow.json"]["get"]["responses"]

    assert list(answers["200"]["content"]) == ["application/schema+json"]
