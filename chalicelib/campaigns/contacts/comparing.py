"""How a segment compares a field: as what it is compared with is written. Pure.

With a number, as a number (`1 234,5` is one); with a day, as a day (`27/11/2026` is 27 November);
with a text, as a text, where capitals and accents make no difference. What is empty or cannot be
read so is different from everything, and nothing else.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Facts = Mapping[str, str]
    Test = Callable[[Facts], bool]
    Value = str | float | date

_NUMBER: Final = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_PLAIN: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")
_SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def nobody(_facts: Facts) -> bool:
    """Mean nobody: what stands for a term that made no sense."""
    return False


def any_of(tests: Sequence[Test]) -> Test:
    """Mean whom one of them means."""
    return lambda facts: any(test(facts) for test in tests)


def all_of(tests: Sequence[Test]) -> Test:
    """Mean whom all of them mean."""
    return lambda facts: all(test(facts) for test in tests)


def negated(test: Test) -> Test:
    """Mean whom it does not."""
    return lambda facts: not test(facts)


def emptiness(field: str, *, empty: bool) -> Test:
    """Mean those of whom a field says nothing, or something."""
    return lambda facts: (not facts.get(field)) is empty


def containing(field: str, text: str) -> Test:
    """Mean those whose field has a text in it."""
    wanted = folded(text)
    return lambda facts: wanted in folded(facts.get(field, ""))


def starting(field: str, text: str) -> Test:
    """Mean those whose field begins with a text."""
    wanted = folded(text)
    return lambda facts: folded(facts.get(field, "")).startswith(wanted)


def among(field: str, values: Iterable[Value]) -> Test:
    """Mean those whose field is one of some values."""
    return any_of([compared(field, "=", value) for value in values])


def compared(field: str, sign: str, value: Value) -> Test:
    """Mean those whose field compares so."""
    holds = _SIGNS[sign]
    read, wanted = _reading(value)

    def test(facts: Facts) -> bool:
        found = read(facts.get(field, ""))
        return holds(found, wanted) if found is not None else sign == "!="

    return test


def folded(text: str) -> str:
    """Return a text without capitals and accents.

    >>> folded("Saint-Étienne")
    'saint-etienne'
    """
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in bare if not unicodedata.combining(each))


def _reading(value: Value) -> tuple[Callable[[str], object | None], object]:
    if isinstance(value, str):
        return lambda text: folded(text) if text else None, folded(value)
    return (_day, value) if isinstance(value, date) else (_number, value)


def _number(text: str) -> float | None:
    bare = _SPACES.sub("", text)
    return float(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None


def _day(text: str) -> date | None:
    french = _DAY_FIRST.fullmatch(text)
    try:
        if french is not None:
            return date(int(french[3]), int(french[2]), int(french[1]))
        return date.fromisoformat(text[:10]) if _PLAIN.match(text) else None
    except ValueError:
        return None
