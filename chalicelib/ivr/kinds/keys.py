"""How one key of a telephone is written in a document. Not a kind itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.grammar import Matching

if TYPE_CHECKING:
    from chalicelib.ivr.grammar import Reading, Schema
    from chalicelib.kernel.reading import Place

_LAST_DIGIT: Final = 9


@dataclass(frozen=True, slots=True)
class Key(Matching):
    """One key, or a word that stands for none; a digit may be written as the number it is."""

    def read(self, place: Place, about: Reading) -> str:
        """Read it: YAML takes an unquoted 1 for a number."""
        if type(place.value) is int and 0 <= place.value <= _LAST_DIGIT:
            return str(place.value)
        return Matching.read(self, place, about)

    def schema(self) -> Schema:
        """Describe it."""
        digit = {"type": "integer", "minimum": 0, "maximum": _LAST_DIGIT}
        return {"anyOf": [Matching.schema(self), digit]}
