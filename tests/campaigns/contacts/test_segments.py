"""Segments: whom a line means, and every fault in one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.contacts.contacts import check_fields, merged
from chalicelib.campaigns.contacts.segments import parse
from chalicelib.kernel.errors import Rejected
from tests.campaigns.contacts.builders import a_contact

ZOE = a_contact(
    fields={
        "city": "Saint-Étienne",
        "age": "41",
        "spent": "1 234,50",
        "since": "27/11/2026",
        "vip": "true",
        "born": "1980-05-17",
        "note": "rappeler demain",
    }
)


@pytest.mark.parametrize(
    "line",
    [
        'city = "saint-etienne"',
        'city != "Lyon"',
        'city = "SAINT-ÉTIENNE"',
        "age = 41",
        "age >= 41 and age <= 41",
        "age > 40.5",
        "spent > 1234 and spent < 1235",
        "since = 2026-11-27",
        "born < 1980-05-18",
        "vip = true",
        'city in ("Lyon", "Saint-Etienne")',
        "age not in (1, 2)",
        'note contains "RAPPELER"',
        'number starts with "+336"',
        "lost is empty and city is not empty",
        'lost != "anything"',
        "lost != 3 and city != 3",
        'age = 1 or city = "x" or vip = true',
        'not (city = "Lyon" and age = 41)',
        'age = 41 or age = 42 and city = "Lyon"',
        "NOT vip = false AND age >= 18",
    ],
)
def test_a_line_means_her(line: str) -> None:
    assert parse(line).matches(ZOE)


@pytest.mark.parametrize(
    "line",
    [
        'city = "Lyon"',
        "age = 40",
        "age < 41",
        "lost = 3",
        "lost < 3",
        'lost = ""',
        "city > 3",
        "note < 2026-11-27",
        '(age = 41 or age = 42) and city = "Lyon"',
        "vip is empty",
        'number starts with "+337"',
    ],
)
def test_a_line_does_not_mean_her(line: str) -> None:
    assert not parse(line).matches(ZOE)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("", [1]),
        ("city", [5]),
        ("city = Lyon", [8]),
        ('city = Lyon and age > "x" and b ! 3', [8, 23, 33]),
        ("(a = 1", [7]),
        ("a = 1 b = 2 and c", [7, 18]),
        ("a = 2026-13-45", [5]),
        ('a = "x', [5]),
        ("City = 1", [1]),
        ("a = 1)", [6]),
        ('a not contains "x"', [7]),
        ("a contains 3", [12]),
        ("a in 3", [6]),
        ("a is 3", [6]),
        ("(" * 30 + "a = 1", [22]),
        ("a = 1 and", [10]),
    ],
)
def test_every_fault_of_a_line_is_told_with_its_place(line: str, faults: list[int]) -> None:
    with pytest.raises(Rejected) as refused:
        parse(line)

    places = [each.reason.partition(":")[0] for each in refused.value.faults]
    assert places == [f"at letter {each}" for each in faults]
    assert {each.pointer for each in refused.value.faults} == {"/segment"}


def test_a_field_that_nobody_has_is_a_fault() -> None:
    assert parse('city = "Lyon"', known={"city"}).fields == {"city"}
    with pytest.raises(Rejected) as refused:
        parse('town = "Lyon" and number is not empty', known={"city"})

    (fault,) = refused.value.faults
    assert "`town`" in fault.reason


def test_a_line_too_long_is_refused_unread() -> None:
    with pytest.raises(Rejected):
        parse(" or ".join(["a = 1"] * 1000))


@given(st.text(st.sampled_from('ab=<>!()", 1and or not in is empty"'), max_size=40))
def test_whatever_is_written_is_understood_or_refused(line: str) -> None:
    with suppress(Rejected):
        assert parse(line).matches(ZOE) in (True, False)


def test_of_two_who_are_one_the_later_word_stands_and_silence_takes_nothing() -> None:
    older = a_contact("+33612345678", "+33162012345", fields={"name": "Ng", "city": "Lyon"})
    newer = a_contact("+33612345678", "+33712345678", fields={"city": "Nice"})

    both = merged(older, newer)

    assert both.numbers == ("+33612345678", "+33162012345", "+33712345678")
    assert both.fields == {"name": "Ng", "city": "Nice"}
    assert merged(both, newer) == both, "doing it again changes nothing"


def test_numbers_of_one_person_are_five_at_most() -> None:
    many = [a_contact("+33612345678", f"+3361234560{each}") for each in range(8)]

    both = many[0]
    for each in many[1:]:
        both = merged(both, each)

    assert len(both.numbers) == 5


@pytest.mark.parametrize("name", ["Ville", "2e", "", "and", "number", "x" * 41, "é"])
def test_a_field_that_no_script_could_name_is_refused(name: str) -> None:
    with pytest.raises(Rejected):
        check_fields({name: "x"})
