"""Cursors open where they were made, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.runtime.cursors import WrongCursor, seal, unseal

KEY = bytes(32)
positions = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(), max_size=4)


@given(position=positions, context=st.text(max_size=20))
def test_a_cursor_leads_back_to_its_position(position: dict[str, str], context: str) -> None:
    cursor = seal(position, key=KEY, context=context)

    assert unseal(cursor, key=KEY, context=context) == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


@given(position=positions, made=st.text(max_size=9), used=st.text(max_size=9))
def test_a_cursor_does_not_open_another_list(
    position: dict[str, str], made: str, used: str
) -> None:
    cursor = seal(position, key=KEY, context=made)

    if made != used:
        with pytest.raises(WrongCursor):
            unseal(cursor, key=KEY, context=used)
    with pytest.raises(WrongCursor):
        unseal(cursor, key=bytes(31) + b"x", context=made)


@given(st.text(max_size=60) | st.text("ABCDEFabcdef0123-_", max_size=60))
def test_nonsense_is_no_cursor(nonsense: str) -> None:
    with pytest.raises(WrongCursor) as refusal:
        unseal(nonsense, key=KEY, context="calls")

    assert refusal.value.faults[0].pointer == "/cursor"


def test_a_changed_letter_breaks_the_seal() -> None:
    cursor = seal({"after": "CA1"}, key=KEY, context="calls")

    for place in range(len(cursor) - 1):
        letter = "A" if cursor[place] != "A" else "B"
        with pytest.raises(WrongCursor):
            unseal(cursor[:place] + letter + cursor[place + 1 :], key=KEY, context="calls")
