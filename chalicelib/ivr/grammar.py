"""How a field of a flow document is written: read with every fault noted, and shown as JSON Schema.

One declaration serves both: editors accept what publishing accepts. Fields know nothing of calls.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from chalicelib.ivr.nodes import Exit
from chalicelib.kernel import destinations
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place, flag, matching, one_of, quoted, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import StrEnum

    from chalicelib.ivr.nodes import NamedQueue, NamedSurvey, Upload, Value
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.kernel.hours import Schedule

    Schema = dict[str, Any]

T = TypeVar("T")

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
NAME_MEANING: Final = "a node's name: letters, digits, - and _, at most 64"
VARIABLE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){0,3}")
VARIABLE_MEANING: Final = "a variable's name such as order.status"
LONGEST_VALUE: Final = 500
_LONGEST_NUMBER: Final = 40
_GREATEST: Final = 10**15


@dataclass(slots=True)
class Reading:
    """What a document says outside the node being read, and what reading the node found out."""

    language: str
    judging: bool = True  # False where a published document is read back, by the rules of its day
    languages: tuple[str, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, Schedule] = field(default_factory=dict)
    destinations: Mapping[str, Any] = field(default_factory=dict)
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    read_as: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    exits: list[Exit] = field(default_factory=list)
    uses: dict[str, list[str]] = field(default_factory=dict)  # variables, and where they are read
    sets: set[str] = field(default_factory=set)
    referred: set[str] = field(default_factory=set)
    uploads: list[Upload] = field(default_factory=list)
    heard: dict[str, tuple[str, ...]] = field(default_factory=dict)  # prompts: in which languages
    queues: list[NamedQueue] = field(default_factory=list)
    surveys: list[NamedSurvey] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # texts in nodes of which nothing could be read

    def use(self, names: Iterable[str], place: Place) -> None:
        """Note the variables that are read at a place."""
        for name in names:
            self.uses.setdefault(name, []).append(place.pointer)


class Field(ABC, Generic[T]):
    """One value of a document."""

    @abstractmethod
    def read(self, place: Place, about: Reading) -> T:
        """Read the value; a fault is noted and something harmless returned."""

    @abstractmethod
    def schema(self) -> Schema:
        """Describe the value as JSON Schema (2020-12)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field in its place: what it means, and what is taken where it is left out."""

    field: Field[Any]
    about: str
    required: bool = False
    default: Any = None


def must(field: Field[Any], about: str, default: Any = None) -> Entry:
    """Declare a field that has to be there; `default` keeps a faulty document readable."""
    return Entry(field, about, required=True, default=default)


def may(field: Field[Any], about: str, default: Any = None) -> Entry:
    """Declare a field that can be left out."""
    return Entry(field, about, default=default)


Entries = dict[str, Entry]


def read_entries(place: Place, entries: Entries, about: Reading) -> dict[str, Any]:
    """Read an object of known fields, each by its entry; `from` becomes `from_`."""
    required = [name for name, entry in entries.items() if entry.required]
    optional = [name for name, entry in entries.items() if not entry.required]
    places = place.fields(required, optional)
    return {
        f"{name}_" if name == "from" else name: (
            entry.field.read(places[name], about) if name in places else entry.default
        )
        for name, entry in entries.items()
    }


def schema_of(entries: Entries, **constants: str) -> Schema:
    """Describe an object of known fields."""
    properties: Schema = {name: {"const": value} for name, value in constants.items()}
    for name, entry in entries.items():
        described = {**entry.field.schema(), "description": entry.about}
        if not entry.required and entry.default != "" and isinstance(entry.default, str | int):
            described["default"] = entry.default
        properties[name] = described if entry.required else or_null(described)
    required = [*constants, *(name for name, entry in entries.items() if entry.required)]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def or_null(schema: Schema) -> Schema:
    """Let a value be null too, which counts as leaving it out."""
    if "type" in schema and "enum" not in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return {**schema, "type": [*kinds, "null"]}
    notes: Schema = {name: schema[name] for name in ("description", "default") if name in schema}
    bare = {name: value for name, value in schema.items() if name not in notes}
    return {"anyOf": [bare, {"type": "null"}], **notes}


@dataclass(frozen=True, slots=True)
class Text(Field[str]):
    """A text that is not blank."""

    longest: int = LONGEST_VALUE
    default: str = ""

    def read(self, place: Place, about: Reading) -> str:
        """Read it, without the blanks around it."""
        return text(place, self.longest, self.default)

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class Whole(Field[int]):
    """A whole number between two bounds, both allowed."""

    least: int
    most: int
    default: int = 0

    def read(self, place: Place, about: Reading) -> int:
        """Read it."""
        return whole(place, self.least, self.most, max(self.least, self.default))

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Flag(Field[bool]):
    """True or false."""

    default: bool = False

    def read(self, place: Place, about: Reading) -> bool:
        """Read it."""
        return flag(place, self.default)

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf(Field[Any]):
    """One of the values of an enumeration."""

    kind: type[StrEnum]
    default: StrEnum

    def read(self, place: Place, about: Reading) -> Any:
        """Read it."""
        return one_of(place, self.kind, self.default)

    def schema(self) -> Schema:
        """Describe it."""
        return {"enum": [each.value for each in self.kind]}


@dataclass(frozen=True, slots=True)
class Matching(Field[str]):
    """A text of a given shape; `meaning` ends the sentence "must be"."""

    pattern: re.Pattern[str]
    meaning: str
    default: str = ""

    def read(self, place: Place, about: Reading) -> str:
        """Read it."""
        return matching(place, self.pattern, self.meaning, self.default)

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "string", "pattern": f"^(?:{self.pattern.pattern})$"}


@dataclass(frozen=True, slots=True)
class Target(Field[str]):
    """The name of another node: an exit of this one."""

    def read(self, place: Place, about: Reading) -> str:
        """Read it, and note the way out."""
        name = matching(place, NAME, NAME_MEANING)
        if name:
            about.exits.append(Exit(place.pointer[len(about.base) :], name))
        return name

    def schema(self) -> Schema:
        """Describe it."""
        return {"$ref": "#/$defs/node_name"}


@dataclass(frozen=True, slots=True)
class Variable(Field[str]):
    """The name of a variable: one that the node reads, or one that it gives a value."""

    given: bool = False
    from_outside: bool = False

    def read(self, place: Place, about: Reading) -> str:
        """Read it, and note what becomes of it. A customer's system may know callers better."""
        name = matching(place, VARIABLE, VARIABLE_MEANING)
        theirs = self.from_outside and name.startswith("caller.")
        if name and self.given and not theirs and name.partition(".")[0] in RESERVED:
            place.fault(f"{quoted(name)} is the platform's own; choose another first word")
        elif name:
            about.sets.add(name) if self.given else about.use((name,), place)
        return name

    def schema(self) -> Schema:
        """Describe it."""
        return {"$ref": "#/$defs/variable"}


RESERVED: Final = frozenset({"caller", "call", "queue", "line"})


@dataclass(frozen=True, slots=True)
class Scalar(Field[Any]):
    """A text, a whole number, true or false."""

    longest: int = LONGEST_VALUE

    def read(self, place: Place, about: Reading) -> Value:
        """Read it."""
        if isinstance(place.value, bool):
            return place.value
        if isinstance(place.value, int):
            return whole(place, -_GREATEST, _GREATEST, 0)
        return text(place, self.longest)

    def schema(self) -> Schema:
        """Describe it."""
        texts = {"type": "string", "minLength": 1, "maxLength": self.longest}
        numbers = {"type": "integer", "minimum": -_GREATEST, "maximum": _GREATEST}
        return {"anyOf": [texts, numbers, {"type": "boolean"}]}


@dataclass(frozen=True, slots=True)
class Listed(Field[tuple[Any, ...]]):
    """A list of from `least` to `most` items."""

    item: Field[Any]
    least: int
    most: int
    noun: str

    def read(self, place: Place, about: Reading) -> tuple[Any, ...]:
        """Read every item."""
        items = place.items()
        if isinstance(place.value, list) and not self.least <= len(items) <= self.most:
            wanted = f"from {self.least} to {self.most} {self.noun}"
            place.fault(f"must have {wanted}, not {len(items)}")
        return tuple(self.item.read(item, about) for item in items)

    def schema(self) -> Schema:
        """Describe it."""
        items = self.item.schema()
        return {"type": "array", "items": items, "minItems": self.least, "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class Named(Field["Mapping[str, Any]"]):
    """An object of any names of a given shape."""

    key: re.Pattern[str]
    meaning: str
    item: Field[Any]
    least: int
    most: int
    noun: str

    def read(self, place: Place, about: Reading) -> Mapping[str, Any]:
        """Read every entry."""
        entries = place.entries()
        if isinstance(place.value, dict) and not self.least <= len(entries) <= self.most:
            wanted = f"from {self.least} to {self.most} {self.noun}"
            place.fault(f"must have {wanted}, not {len(entries)}")
        for name, entry in entries.items():
            if not self.key.fullmatch(name):
                entry.fault(f"{quoted(name)} is not {self.meaning}")
        read = {name: self.item.read(entry, about) for name, entry in entries.items()}
        return MappingProxyType(read)

    def schema(self) -> Schema:
        """Describe it."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{self.key.pattern})$"},
            "additionalProperties": self.item.schema(),
            "minProperties": self.least,
            "maxProperties": self.most,
        }


@dataclass(frozen=True, slots=True)
class Record(Field[Any]):
    """An object of known fields, made into a value."""

    entries: Entries
    make: Callable[..., Any]
    review: Callable[[Place, Any], None] | None = None

    def read(self, place: Place, about: Reading) -> Any:
        """Read its fields, make the value, and judge it as a whole."""
        made = self.make(**read_entries(place, self.entries, about))
        if self.review is not None and about.judging:
            self.review(place, made)
        return made

    def schema(self) -> Schema:
        """Describe it."""
        return schema_of(self.entries)


@dataclass(frozen=True, slots=True)
class Short(Field[Any]):
    """A long form, or a short one for when nothing else is to be said."""

    short: Field[Any]
    expand: Callable[[Any], Any]
    long: Field[Any]

    def read(self, place: Place, about: Reading) -> Any:
        """Read whichever is written."""
        if isinstance(place.value, dict):
            return self.long.read(place, about)
        return self.expand(self.short.read(place, about))

    def schema(self) -> Schema:
        """Describe both; a fault in the long form is told of that one alone."""
        forms = {"then": self.long.schema(), "else": self.short.schema()}
        return {"if": {"type": "object"}, **forms}


@dataclass(frozen=True, slots=True)
class PhoneNumber(Field[str]):
    """A number that may be rung, in any usual spelling; read as E.164."""

    def read(self, place: Place, about: Reading) -> str:
        """Read it."""
        written = text(place, _LONGEST_NUMBER)
        try:
            return destinations.read(written) if written else ""
        except Rejected as error:
            place.fault(f"{quoted(written)} is {error.message}")
            return ""

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "string", "minLength": 1, "maxLength": _LONGEST_NUMBER}
