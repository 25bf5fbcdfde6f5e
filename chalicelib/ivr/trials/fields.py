"""Values that only scripts have: keys, moments, who calls. Written as people write them by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from chalicelib.ivr import facts
from chalicelib.ivr.grammar import (
    VARIABLE,
    VARIABLE_MEANING,
    Field,
    Named,
    OneOf,
    PhoneNumber,
    Scalar,
)
from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from chalicelib.ivr.grammar import Reading, Schema
    from chalicelib.ivr.nodes import Value
    from chalicelib.kernel.tiers import Tier

_PARIS: Final = ZoneInfo("Europe/Paris")
_KEYS: Final = re.compile(r"[0-9*#]{1,64}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}"
    r"(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_YEARS: Final = range(1970, 9000)
_MOST_NUMBERS: Final = 10


class Facts(Field["Mapping[str, Value]"]):
    """What the caller book and the source tell of a call, by the names that flows use."""

    _values: Final = Named(VARIABLE, VARIABLE_MEANING, Scalar(), 0, 50, "facts")

    def read(self, place: Place, about: Reading) -> Mapping[str, Value]:
        """Read them; other variables come from the flow itself."""
        told = self._values.read(place, about)
        for name, entry in place.entries().items() if isinstance(place.value, dict) else ():
            if not facts.looked_up([name]):
                entry.fault(f"{quoted(name)} is not looked up; caller.vip and call.campaign are")
        return told

    def schema(self) -> Schema:
        """Describe them."""
        return self._values.schema()


class Keys(Field[str]):
    """Keys of a telephone; digits may be written as a number."""

    def read(self, place: Place, about: Reading) -> str:
        """Read them."""
        value = place.value
        plain = isinstance(value, int) and not isinstance(value, bool)
        written = str(value) if plain or isinstance(value, str) else ""
        if _KEYS.fullmatch(written):
            return written
        place.fault(f"must be keys (0-9, * and #, at most 64), not {quoted(value)}")
        return "0"

    def schema(self) -> Schema:
        """Describe them."""
        text = {"type": "string", "pattern": f"^(?:{_KEYS.pattern})$"}
        return {"anyOf": [text, {"type": "integer", "minimum": 0}]}


class TierOfLine(Field["Tier | None"]):
    """What the service of the number dialled costs its callers: `D080`, `A150`."""

    def read(self, place: Place, about: Reading) -> Tier | None:
        """Read it."""
        try:
            return tiers.parse(place.value if isinstance(place.value, str) else "")
        except Rejected as error:
            place.fault(f"{quoted(place.value)} is {error.message}")
            return None

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "string", "pattern": f"^(?:{tiers.CODE.pattern})$"}


class Yes(Field[bool]):
    """What is there or not: `true`."""

    def read(self, place: Place, about: Reading) -> bool:
        """Read it."""
        if place.value is not True:
            place.fault(f"must be true, or left out, not {quoted(place.value)}")
        return True

    def schema(self) -> Schema:
        """Describe it."""
        return {"const": True}


class Moment(Field[datetime | None]):
    """When a call comes in: with its offset, or by the clock on the wall in Paris."""

    def read(self, place: Place, about: Reading) -> datetime | None:
        """Read it; a year has to be one that calendars know."""
        written = place.value if isinstance(place.value, str) else ""
        try:
            read = datetime.fromisoformat(written) if _MOMENT.fullmatch(written) else None
        except ValueError:
            read = None
        if read is None or read.year not in _YEARS:
            example = "2026-12-24 10:30 (in Paris) or 2026-12-24T10:30:00+01:00"
            place.fault(f"must be a moment such as {example}, not {quoted(place.value)}")
            return None
        return read if read.tzinfo else read.replace(tzinfo=_PARIS)

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "string", "pattern": f"^(?:{_MOMENT.pattern})$"}


class Caller(Field[str | None]):
    """Who calls: a number, or `withheld`."""

    def read(self, place: Place, about: Reading) -> str | None:
        """Read it; None is a caller who withholds their number."""
        return None if place.value == "withheld" else PhoneNumber().read(place, about)

    def schema(self) -> Schema:
        """Describe it."""
        return PhoneNumber().schema()


class Share(Field[int]):
    """A number from 0 to 1, as hundredths."""

    def read(self, place: Place, about: Reading) -> int:
        """Read it."""
        value = place.value
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return round(value * 100)
        place.fault(f"must be a number from 0 to 1, not {quoted(value)}")
        return 100

    def schema(self) -> Schema:
        """Describe it."""
        return {"type": "number", "minimum": 0, "maximum": 1}


class Numbers(Field[tuple[str, ...]]):
    """A telephone number, or several."""

    def read(self, place: Place, about: Reading) -> tuple[str, ...]:
        """Read them."""
        if not isinstance(place.value, list):
            return (PhoneNumber().read(place, about),)
        items = place.items()
        if not 1 <= len(items) <= _MOST_NUMBERS:
            place.fault(f"must have from 1 to {_MOST_NUMBERS} numbers, not {len(items)}")
        return tuple(PhoneNumber().read(each, about) for each in items)

    def schema(self) -> Schema:
        """Describe them."""
        one = PhoneNumber().schema()
        several = {"type": "array", "items": one, "minItems": 1, "maxItems": _MOST_NUMBERS}
        return {"anyOf": [one, several]}


@dataclass(frozen=True, slots=True)
class Either(Field[Any]):
    """An object, or one of a few words for when there is nothing more to tell."""

    word: type[StrEnum]
    default: StrEnum
    form: Field[Any]

    def read(self, place: Place, about: Reading) -> Any:
        """Read whichever is written."""
        if isinstance(place.value, dict):
            return self.form.read(place, about)
        return OneOf(self.word, self.default).read(place, about)

    def schema(self) -> Schema:
        """Describe both; a fault in the object is told of that one alone."""
        words = OneOf(self.word, self.default).schema()
        return {"if": {"type": "object"}, "then": self.form.schema(), "else": words}
