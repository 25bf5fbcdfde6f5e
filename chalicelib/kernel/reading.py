"""Reading JSON that anybody may have written: every fault is noted with its place, none is raised.

A reader that finds a fault returns a harmless value and goes on, so that one pass finds them all.
It knows nothing about phones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EnumT = TypeVar("EnumT", bound=StrEnum)

# XML 1.0, section 2.2: what a document may not carry even when escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_QUOTED_LENGTH = 60
_FIRST_YEAR = 1970
_LAST_YEAR = 9000


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON value, where it stands in the document, and the list that faults go to."""

    value: object
    pointer: str
    faults: list[Fault]

    def fault(self, reason: str) -> None:
        """Note that something is wrong here."""
        self.faults.append(Fault(self.pointer, reason))

    def entries(self) -> dict[str, Place]:
        """Read an object of any fields."""
        if not isinstance(self.value, dict):
            self.fault(f"must be an object, not {kind_of(self.value)}")
            return {}
        return {str(name): self._inside(str(name), value) for name, value in self.value.items()}

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Place]:
        """Read an object of known fields; null counts as absent where a field is optional."""
        required, optional = tuple(required), tuple(optional)
        places = self.entries()
        if isinstance(self.value, dict):
            for name in required:
                if name not in places:
                    self.fault(f"`{name}` is missing")
        for name in [name for name in places if name not in (*required, *optional)]:
            known = ", ".join((*required, *optional))
            places.pop(name).fault(f"unknown field; known here: {known}")
        return {n: p for n, p in places.items() if n in required or p.value is not None}

    def items(self) -> tuple[Place, ...]:
        """Read a list."""
        if not isinstance(self.value, list):
            self.fault(f"must be a list, not {kind_of(self.value)}")
            return ()
        return tuple(self._inside(str(at), value) for at, value in enumerate(self.value))

    def _inside(self, name: str, value: object) -> Place:
        return Place(value, f"{self.pointer}/{escape(name)}", self.faults)


def text(place: Place | None, longest: int, default: str = "") -> str:
    """Read a text that is not blank and that an XML document can carry."""
    if place is None:
        return default
    if not isinstance(place.value, str):
        place.fault(f"must be a text, not {kind_of(place.value)}{_in_quotes(place.value)}")
        return default
    value = place.value.strip()
    if not value:
        place.fault("must not be empty")
    elif len(value) > longest:
        place.fault(f"is too long: {len(value)} characters, at most {longest}")
    elif _NOT_XML.search(value):
        place.fault("holds a control character that cannot be sent")
    else:
        return value
    return default


def matching(place: Place | None, pattern: re.Pattern[str], meaning: str, default: str = "") -> str:
    """Read a text of a given shape; `meaning` ends the sentence "must be"."""
    if place is None:
        return default
    if isinstance(place.value, str) and pattern.fullmatch(place.value):
        return place.value
    hint = _in_quotes(place.value) if pattern.fullmatch(quoted(place.value)) else ""
    place.fault(f"must be {meaning}, not {'a number' if hint else quoted(place.value)}{hint}")
    return default


def _in_quotes(value: object) -> str:
    """Say how a number is written that is meant as a text: YAML takes digits for numbers."""
    number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30
    return f'; put it in quotes: "{value}"' if number else ""


def whole(place: Place | None, least: int, most: int, default: int) -> int:
    """Read a whole number between two bounds, both allowed."""
    if place is None:
        return default
    value = place.value
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    place.fault(f"must be a whole number from {least} to {most}, not {quoted(value)}")
    return default


def one_of(place: Place | None, kind: type[EnumT], default: EnumT) -> EnumT:
    """Read one of the values of an enumeration."""
    if place is None:
        return default
    if isinstance(place.value, str) and place.value in {each.value for each in kind}:
        return kind(place.value)
    known = ", ".join(each.value for each in kind)
    place.fault(f"must be one of {known}, not {quoted(place.value)}")
    return default


def flag(place: Place | None, default: bool) -> bool:
    """Read true or false."""
    if place is None:
        return default
    if isinstance(place.value, bool):
        return place.value
    place.fault(f"must be true or false, not {quoted(place.value)}")
    return default


def price(place: Place | None, most: Money, default: Money = Money.zero) -> Money:
    """Read an amount written as a text such as "0.0142", from nothing up to `most`."""
    if place is None:
        return default
    try:
        amount = Money.euros(place.value) if isinstance(place.value, str) else None
    except Rejected:
        amount = None
    if amount is not None and Money.zero <= amount <= most:
        return amount
    wanted = f'an amount as a text such as "0.05", from 0 to {most}, six decimals at most'
    place.fault(f"must be {wanted}, not {quoted(place.value)}")
    return default


def instant(place: Place | None, default: datetime) -> datetime:
    """Read a time with its offset (RFC 3339); the result is in UTC."""
    if place is None:
        return default
    try:
        read = datetime.fromisoformat(place.value) if isinstance(place.value, str) else None
    except ValueError:
        read = None
    if read is not None and read.tzinfo is not None and _FIRST_YEAR <= read.year <= _LAST_YEAR:
        return read.astimezone(UTC)
    example = "2027-01-01T00:00:00+01:00"
    place.fault(f"must be a time with its offset such as {example}, not {quoted(place.value)}")
    return default


_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def kind_of(value: object) -> str:
    """Name the JSON type of a value.

    >>> kind_of(True), kind_of(None)
    ('true or false', 'null')
    """
    return _KINDS.get(type(value), "something else")


def quoted(value: object) -> str:
    """Repeat a value inside a reason, cut short.

    >>> quoted("été"), quoted([1, 2])
    ("'été'", 'a list')
    """
    if isinstance(value, dict | list):
        return kind_of(value)
    shown = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a huge number"
    return shown if len(shown) <= _QUOTED_LENGTH else shown[: _QUOTED_LENGTH - 3] + "..."


def escape(name: str) -> str:
    """Write a name as one step of a JSON pointer (RFC 6901).

    >>> escape("a/b~c")
    'a~1b~0c'
    """
    return name.replace("~", "~0").replace("/", "~1")
