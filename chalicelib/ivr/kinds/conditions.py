"""What a `branch` compares variables with: how a test is written, and whether a value passes it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.grammar import (
    VARIABLE,
    VARIABLE_MEANING,
    Entries,
    Field,
    Flag,
    Listed,
    Named,
    Reading,
    Record,
    Scalar,
    Short,
    may,
)
from chalicelib.kernel.reading import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.ivr.nodes import Value
    from chalicelib.kernel.reading import Place

_GREATEST: Final = 10**9
TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Limit = int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What a variable is compared with; where several are given, all have to hold.

    Limits are numbers, times ("18:30") or dates ("2026-12-24").
    """

    is_: Value | None = None
    is_not: Value | None = None
    one_of: tuple[Value, ...] = ()
    starts_with: Value | None = None
    at_least: Limit | None = None
    at_most: Limit | None = None
    given: bool | None = None

    def holds(self, value: Value | None) -> bool:
        """Say whether a value passes; numbers in texts count as numbers."""
        return all(check(self, value) for check in _CHECKS)


def written(value: Value | None) -> str:
    """Return a value as tests compare it."""
    return "true" if value is True else "false" if value is False else str(value)


def _measured(value: Value | None, limit: Limit) -> Any:
    """Return a value as what a limit is: a number, or a time or date; None if it is none."""
    if isinstance(limit, str):
        shape = TIME if TIME.fullmatch(limit) else DATE
        return value if isinstance(value, str) and shape.fullmatch(value) else None
    try:
        return float(str(value))
    except ValueError:
        return None


def _least(test: Test, value: Value | None) -> bool:
    if test.at_least is None:
        return True
    measured = _measured(value, test.at_least)
    return measured is not None and bool(measured >= test.at_least)


def _most(test: Test, value: Value | None) -> bool:
    if test.at_most is None:
        return True
    measured = _measured(value, test.at_most)
    return measured is not None and bool(measured <= test.at_most)


_CHECKS: Final[tuple[Callable[[Test, Any], bool], ...]] = (
    lambda test, value: test.is_ is None or written(value) == written(test.is_),
    lambda test, value: test.is_not is None or written(value) != written(test.is_not),
    lambda test, value: not test.one_of or written(value) in map(written, test.one_of),
    lambda test, value: (
        test.starts_with is None
        or (value is not None and written(value).startswith(written(test.starts_with)))
    ),
    _least,
    _most,
    lambda test, value: test.given is None or (value not in (None, "")) is test.given,
)


@dataclass(frozen=True, slots=True)
class _LimitField(Field[Limit]):
    """A number, a time or a date."""

    def read(self, place: Place, about: Reading) -> Limit:
        """Read it."""
        if _is_limit(place.value):
            return place.value  # type: ignore[return-value]
        wanted = f'a number up to {_GREATEST}, a time such as "18:30" or a date ("2026-12-24")'
        place.fault(f"must be {wanted}, not {quoted(place.value)}")
        return 0

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        number = {"type": "number", "minimum": -_GREATEST, "maximum": _GREATEST}
        clock = {"type": "string", "pattern": f"^(?:{TIME.pattern}|{DATE.pattern})$"}
        return {"anyOf": [number, clock]}


def _is_limit(value: object) -> bool:
    if isinstance(value, str):
        return bool(TIME.fullmatch(value)) or _is_date(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) <= _GREATEST  # type: ignore[arg-type]


def _is_date(value: str) -> bool:
    try:
        return bool(DATE.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def _review_test(place: Place, test: Test) -> None:
    if not place.value:
        place.fault("must compare with something: `is`, `one_of`, `starts_with`, `at_least` ...")


def _test(**fields: Any) -> Test:
    return Test(is_=fields.pop("is"), **fields)


_TEST: Final[Entries] = {
    "is": may(Scalar(), "The very value."),
    "is_not": may(Scalar(), "Any other value, or none."),
    "one_of": may(Listed(Scalar(), 1, 1000, "values"), "One of these values.", ()),
    "starts_with": may(Scalar(), "How the value begins: a prefix, a postcode's department."),
    "at_least": may(_LimitField(), "The least number, or the earliest time or date."),
    "at_most": may(_LimitField(), "The greatest number, or the latest time or date."),
    "given": may(Flag(), "Whether there is a value at all."),
}


@dataclass(frozen=True, slots=True)
class Conditions(Field["Mapping[str, Test]"]):
    """Variables by name, each with a value or a test."""

    inner: Named = Named(
        VARIABLE,
        VARIABLE_MEANING,
        Short(Scalar(), lambda value: Test(is_=value), Record(_TEST, _test, _review_test)),
        1,
        20,
        "variables",
    )

    def read(self, place: Place, about: Reading) -> Mapping[str, Test]:
        """Read the tests, and note the variables."""
        tests = self.inner.read(place, about)
        for name, entry in place.entries().items() if tests else ():
            about.use((name,), entry)
        return tests

    def schema(self) -> dict[str, Any]:
        """Describe the tests."""
        return self.inner.schema()
