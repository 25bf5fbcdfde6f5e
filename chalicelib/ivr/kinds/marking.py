"""Kinds `set` and `tag`: give variables values, put a label on the call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import Tagged, VariablesSet
from chalicelib.ivr import templates
from chalicelib.ivr.grammar import (
    VARIABLE,
    VARIABLE_MEANING,
    Field,
    Matching,
    Named,
    Reading,
    Scalar,
    Target,
    Variable,
    may,
    must,
)
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import read_language
from chalicelib.ivr.turns import LANGUAGE, Move
from chalicelib.kernel.reading import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.grammar import Schema
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.templates import Template
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.reading import Place

LONGEST_VALUE: Final = 500
_TAG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Variables and their values; the language that the caller hears from here on."""

    next: str
    variables: Mapping[str, Template | Value]
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A label for the call."""

    tag: str
    next: str


@dataclass(frozen=True, slots=True)
class Assigned(Field["Template | Value"]):
    """A value, or a text with other variables in it."""

    def read(self, place: Place, about: Reading) -> Template | Value:
        """Read it."""
        value: Value = Scalar().read(place, about)
        if not isinstance(value, str):
            return value
        compiled = templates.compile(value)
        for fault in compiled.faults:
            place.fault(fault)
        about.use(compiled.variables, place)
        return compiled if compiled.variables else value

    def schema(self) -> Schema:
        """Describe it."""
        return Scalar().schema()


@dataclass(frozen=True, slots=True)
class AssignedText(Field["Template"]):
    """A text with variables in it."""

    longest: int = LONGEST_VALUE

    def read(self, place: Place, about: Reading) -> Template:
        """Read it."""
        compiled = templates.compile(text(place, self.longest))
        for fault in compiled.faults:
            place.fault(fault)
        about.use(compiled.variables, place)
        return compiled

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class _Assignments(Field["Mapping[str, Any]"]):
    """Variables by name."""

    inner: Named = Named(VARIABLE, VARIABLE_MEANING, Assigned(), 1, 30, "variables")

    def read(self, place: Place, about: Reading) -> Mapping[str, Any]:
        """Read them."""
        read = self.inner.read(place, about)
        for name, entry in place.entries().items() if isinstance(place.value, dict) else ():
            Variable(given=True).read(type(place)(name, entry.pointer, place.faults), about)
        return read

    def schema(self) -> Schema:
        """Describe them."""
        return self.inner.schema()


@dataclass(frozen=True, slots=True)
class LanguageField(Field[str]):
    """A language that the carrier can speak."""

    def read(self, place: Place, about: Reading) -> str:
        """Read its tag."""
        tag = read_language(place, about.language)
        if about.judging and about.languages and tag not in about.languages:
            place.fault(f"this flow does not speak {tag}: it is not one of its `languages`")
        return tag

    def schema(self) -> Schema:
        """Describe it."""
        return {"$ref": "#/$defs/language"}


def _set(node: Set, turn: Turn) -> Move:
    learnt = {name: _value(value, turn) for name, value in node.variables.items()}
    if node.language is not None:
        learnt[LANGUAGE] = node.language
    noted = VariablesSet(**turn.fact, node=turn.node, names=", ".join(sorted(learnt)))
    return Move(events=(noted,), learnt=learnt, exit="next", go=node.next)


def _value(value: Template | Value, turn: Turn) -> Value:
    if isinstance(value, str | int | bool):
        return value
    only = value.parts[0] if len(value.parts) == 1 else None
    if isinstance(only, templates.Slot) and only == templates.Slot(only.name):
        copied = turn.value(only.name)
        return "" if copied is None else copied  # as it is: in a text, 2 becomes "deux"
    return value.render(turn.values, turn.language)[:LONGEST_VALUE]


def _tag(node: Tag, turn: Turn) -> Move:
    tagged = Tagged(**turn.fact, node=turn.node, tag=node.tag)
    return Move(events=(tagged,), exit="next", go=node.next)


def _review(place: Place, node: Set) -> None:
    if not node.variables and node.language is None:
        place.fault("sets nothing: give `variables` or a `language`")


_NEXT: Final = must(Target(), "Where the call goes on.", "")

SET: Final = Kind(
    name="set",
    about="Give variables values, or choose the language that the caller hears from here on.",
    node=Set,
    entries={
        "variables": may(_Assignments(), "Values by name.", MappingProxyType({})),
        "language": may(LanguageField(), "The language from here on."),
        "next": _NEXT,
    },
    enter=_set,
    review=_review,
)
TAG: Final = Kind(
    name="tag",
    about="Put a label on the call, to find it again and to count it.",
    node=Tag,
    entries={
        "tag": must(Matching(_TAG, "a label: small letters, digits, - and _"), "The label.", ""),
        "next": _NEXT,
    },
    enter=_tag,
)
