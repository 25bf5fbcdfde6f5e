"""Reading JSON that anybody may have written: every fault with its place, nothing raised."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.money import Money
from chalicelib.kernel.reading import (
    Place,
    flag,
    instant,
    matching,
    one_of,
    price,
    text,
    whole,
)

if TYPE_CHECKING:
    from chalicelib.kernel.errors import Fault

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Colour(StrEnum):
    GREEN = "green"
    VIOLET = "violet"


def a_place(value: object) -> Place:
    return Place(value, "/here", [])


def test_every_fault_has_its_place() -> None:
    faults: list[Fault] = []
    root = Place({"a/b": {"list": ["x", 2]}, "odd": 1}, "", faults)

    fields = root.fields(("a/b", "missing"))
    for item in fields["a/b"].fields(("list",))["list"].items():
        text(item, 10)

    assert [fault.pointer for fault in faults] == ["", "/odd", "/a~1b/list/1"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-22T10:00:00+01:00", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22T09:00:00Z", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22T09:00:00", None),
        ("2026-11-22", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("soon", None),
        (1_795_000_000, None),
    ],
)
def test_a_time_needs_its_offset(written: object, read: datetime | None) -> None:
    place = a_place(written)

    found = instant(place, NEVER)

    assert found == (read or NEVER)
    assert bool(place.faults) == (read is None)


@pytest.mark.parametrize("written", [0.06, 6, "-0.01", "0.0000001", "1001", "six", None, True])
def test_a_price_is_a_text_between_nothing_and_the_most(written: object) -> None:
    place = a_place(written)

    assert price(place, Money.euros("1000")) == Money.zero
    assert place.faults


def test_what_is_absent_is_the_default() -> None:
    assert text(None, 5, "x") == "x"
    assert whole(None, 0, 9, 4) == 4
    assert flag(None, default=True)
    assert one_of(None, Colour, Colour.VIOLET) is Colour.VIOLET
    assert price(None, Money(9), Money(3)) == Money(3)
    assert instant(None, NEVER) == NEVER
    assert matching(None, re.compile("a"), "an a", "b") == "b"


@pytest.mark.parametrize(("written", "hinted"), [(9999, True), (True, False), (10**40, False)])
def test_a_number_that_is_meant_as_a_text_is_to_be_quoted(written: object, hinted: bool) -> None:
    shaped, free = a_place(written), a_place(written)
    matching(shaped, re.compile("[0-9]+"), "digits")
    text(free, 10)

    for fault in (*shaped.faults, *free.faults):
        assert (f'put it in quotes: "{written}"' in fault.reason) is hinted
    assert len(shaped.faults + free.faults) == 2


def test_a_number_that_would_not_do_in_quotes_either_is_only_shown() -> None:
    place = a_place(7)
    matching(place, re.compile("[a-z]+"), "a word")

    assert place.faults[0].reason == "must be a word, not 7"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(anything)
def test_nothing_anybody_writes_raises(value: Any) -> None:
    readers = (
        lambda place: place.entries(),
        lambda place: place.items(),
        lambda place: place.fields(("a",), ("b",)),
        lambda place: text(place, 10),
        lambda place: whole(place, 0, 9, 4),
        lambda place: flag(place, default=False),
        lambda place: one_of(place, Colour, Colour.GREEN),
        lambda place: price(place, Money.euros("10")),
        lambda place: instant(place, NEVER),
        lambda place: matching(place, re.compile("a+"), "some a"),
    )
    for read in readers:
        place = a_place(value)
        read(place)
        assert all(fault.pointer.startswith("/here") for fault in place.faults)
