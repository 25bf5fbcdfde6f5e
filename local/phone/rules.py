"""What TwiML may contain, read from data/twiml.json, and how severe each of Twilio's codes is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "data" / "twiml.json"


@dataclass(frozen=True, slots=True)
class Attribute:
    """What one attribute takes, and the codes that a wrong value is reported with."""

    name: str
    kind: str = "string"
    values: frozenset[str] = frozenset()
    pattern: str = ""
    least: int | None = None
    most: int | None = None
    longest: int | None = None
    codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """What one element may hold."""

    name: str
    text: bool
    children: frozenset[str]
    attributes: dict[str, Attribute]


def element(name: str, parent: str = "") -> Element | None:
    """Find an element; one name can stand for two, told apart by the parent (`Refer.Sip`)."""
    return elements().get(f"{parent}.{name}") or elements().get(name)


@cache
def elements() -> dict[str, Element]:
    """Give every element of voice TwiML by its name."""
    data = _data()
    return {name: _element(name, facts, data) for name, facts in data["elements"].items()}


@cache
def _levels() -> dict[int, str]:
    data = _data()
    return {
        int(code): level
        for level, codes in (("ERROR", data["errors"]), ("WARNING", data["warnings"]))
        for code in codes.split()
    }


def level(code: int) -> str:
    """Say whether Twilio counts a code as ERROR or WARNING."""
    return _levels().get(code, "ERROR")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return data


def _element(name: str, facts: dict[str, Any], data: dict[str, Any]) -> Element:
    # "Refer.Sip" is a child under the name "Sip".
    children = {child.rpartition(".")[2] for child in facts.get("children", "").split()}
    attributes = {
        key: _attribute(key, value, data) for key, value in facts.get("attributes", {}).items()
    }
    return Element(name, facts.get("text", False), frozenset(children), attributes)


def _attribute(name: str, facts: dict[str, Any], data: dict[str, Any]) -> Attribute:
    return Attribute(
        name,
        facts.get("is", "string"),
        _values(facts, data),
        facts.get("pattern", ""),
        facts.get("from"),
        facts.get("to"),
        facts.get("longest"),
        tuple(facts.get("codes", ())),
    )


def _values(facts: dict[str, Any], data: dict[str, Any]) -> frozenset[str]:
    named = facts.get("in", "")
    if named == "voices":
        return frozenset(
            prefix + name for prefix, names in data["voices"].items() for name in names.split()
        )
    return frozenset((data["sets"][named] if named else facts.get("values", "")).split())
