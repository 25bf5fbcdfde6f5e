"""The JSON Schema (2020-12) of flow documents, for editors: made of what reads them.

What a schema cannot say is left to publishing: names that must exist, dead ends, hours that
overlap. It refuses nothing that publishing accepts, but for blanks around a text: `flow.py` takes
them off before it measures and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr import flow, texts
from chalicelib.ivr.grammar import NAME, VARIABLE, Listed, Matching, Named, Scalar, Text, or_null
from chalicelib.ivr.kinds import KINDS, node_schema
from chalicelib.ivr.kinds.dial import DestinationField, destination_schema
from chalicelib.ivr.kinds.hours import FIELDS, CalendarField
from chalicelib.ivr.kinds.marking import LanguageField
from chalicelib.ivr.kinds.prompts import PROMPT_NAME, prompt_schemas
from chalicelib.ivr.published import LONGEST_NAME
from chalicelib.ivr.trials import writing
from chalicelib.kernel import timetable

if TYPE_CHECKING:
    import re

    from chalicelib.ivr.grammar import Field, Schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REQUIRED: Final = ("name", "start", "nodes")


def flow_schema() -> Schema:
    """Describe a flow document."""
    described = {name: {**each, "description": _ABOUT[name]} for name, each in _fields().items()}
    return {
        "$schema": DIALECT,
        "title": "Flow",
        "description": "How a number answers.",
        "type": "object",
        "properties": {
            name: each if name in _REQUIRED else or_null(each) for name, each in described.items()
        },
        "required": list(_REQUIRED),
        "additionalProperties": False,
        "$defs": _definitions(),
    }


_ABOUT: Final = {
    "name": "What you call the flow.",
    "language": "The language of every text that does not say otherwise.",
    "languages": "The languages that the flow speaks.",
    "voices": "The voice for each language.",
    "variables": "The values that variables begin with.",
    "calendars": "Opening hours that nodes refer to, by name.",
    "destinations": "Whom nodes ring, by name.",
    "prompts": "What callers hear in several places, by name.",
    "start": "The first node.",
    "nodes": "The nodes by name.",
    "tests": "Calls that must go as they are written here, tried before publishing.",
}


def _fields() -> dict[str, Schema]:
    return {
        "name": Text(LONGEST_NAME).schema(),
        "language": {**_ref("language"), "default": texts.DEFAULT_LANGUAGE},
        "languages": Listed(LanguageField(), 0, flow.MOST_LANGUAGES, "languages").schema(),
        "voices": _by_name(or_null(_ref("voice"))),
        "variables": _named(VARIABLE, Scalar()),
        "calendars": _named(NAME, CalendarField(named=False)),
        "destinations": _named(NAME, DestinationField()),
        "prompts": {
            "type": "object",
            "propertyNames": Matching(PROMPT_NAME, "").schema(),
            "additionalProperties": _ref("shared_prompt"),
        },
        "start": _ref("node_name"),
        "nodes": {
            "type": "object",
            "propertyNames": _ref("node_name"),
            "additionalProperties": _ref("node"),
            "minProperties": 1,
            "maxProperties": flow.MOST_NODES,
        },
        "tests": {**writing.TESTS.schema(), "items": _ref("test")},
    }


def _named(key: re.Pattern[str], item: Field[Any]) -> Schema:
    return Named(key, "", item, 0, flow.MOST_NAMED, "").schema()


def _by_name(item: Schema) -> Schema:
    return {**_named(NAME, Scalar()), "additionalProperties": item}


def _definitions() -> dict[str, Schema]:
    return {
        "node_name": {"description": "The name of a node.", **Matching(NAME, "").schema()},
        "variable": {
            "description": "A variable's name such as order.status.",
            **Matching(VARIABLE, "").schema(),
        },
        **prompt_schemas(),
        **timetable.schedule_schemas(),
        "calendar_name": {
            "description": "The name of one of the document's `calendars`.",
            **Matching(NAME, "").schema(),
        },
        "hours": {
            "description": "Opening hours.",
            "type": "object",
            "properties": {
                name: _ref(name) if name == "weekly" else or_null(_ref(name)) for name in FIELDS
            },
            "required": ["weekly"],
            "additionalProperties": False,
        },
        "destination": {
            "description": "A number, the name of one of the `destinations`, or more about one.",
            **destination_schema(),
        },
        "test": {
            "description": "A test: a call and what must come of it.",
            **writing.TEST.schema(),
        },
        "node": _node(),
        **{f"node_{name}": node_schema(kind) for name, kind in KINDS.items()},
    }


def _node() -> Schema:
    """Choose by `kind`, so that a fault is told of the kind that was written and of no other."""
    return {
        "description": "A node: what happens at one point of the call.",
        "type": "object",
        "properties": {"kind": {"enum": list(KINDS)}},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": _ref(f"node_{name}"),
            }
            for name in KINDS
        ],
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
