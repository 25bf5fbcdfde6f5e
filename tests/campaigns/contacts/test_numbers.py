"""Telephone numbers as lists have them, and what spreadsheets did to them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from chalicelib.campaigns.contacts.numbers import REFUSED, Numbers, Unusable
from chalicelib.campaigns.contacts.refusals import WORDS, Reason, words
from chalicelib.campaigns.rules.french_numbers import NEVER
from chalicelib.kernel import destinations, phone
from chalicelib.kernel.numbering import plan

PREMIUM = destinations.refusal("+19005551234")
MOBILE = "+33612345678"


@pytest.mark.parametrize(
    "written",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "06\u202f12\u00a034\u200956 78",
        "+33612345678",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "33612345678",
        "33612345678.0",
        "612345678",
        "612345678,00",
        "6,12345678E+08",
        "3.3612345678e+10",
        "'0612345678",
        "Tél. : 06 12 34 56 78",
        "tel:+33-6-12-34-56-78",
        "06 12 34 56 78 (bureau)",
        "\u202a+33612345678\u202c",
    ],
)
def test_a_number_is_read_however_it_was_written(written: str) -> None:
    numbers = Numbers()

    assert numbers.read(written) == MOBILE
    assert numbers.read(written) == MOBILE, "the second time, by what was learnt"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("6,12E+08", Reason.ROUNDED),
        ("3.3612E+10", Reason.ROUNDED),
        ("112", Reason.EMERGENCY),
        ("15", Reason.EMERGENCY),
        ("08 99 12 34 56", Reason.SURCHARGED),
        ("+33899123456", Reason.SURCHARGED),
        ("118 218", Reason.SURCHARGED),
        ("3639", Reason.SHORT_NUMBER),
        ("116000", Reason.SHORT_NUMBER),
        ("0836123456", Reason.MACHINES),
        ("07001234567890", Reason.MACHINES),
        ("0598123456", Reason.SHARED_RANGE),
        ("+1 900 555 1234", Reason.ABROAD),
        ("+881612345678", Reason.ABROAD),
        ("+43 900 123456", Reason.ABROAD),
        ("+31 900 123456", Reason.ABROAD),
        ("+351 760 123 456", Reason.ABROAD),
        ("+48 70 123 45 67", Reason.ABROAD),
        ("09010 123456789", Reason.MACHINES),
        ("n/a", Reason.UNREADABLE),
        ("0000000000", Reason.UNREADABLE),
        ("061234567", Reason.UNREADABLE),
        ("06123456789", Reason.UNREADABLE),
        ("1" * 500, Reason.UNREADABLE),
    ],
)
def test_a_number_that_is_never_rung_has_its_reason(written: str, reason: Reason) -> None:
    numbers = Numbers()
    numbers.read("0612345678")

    with pytest.raises(Unusable) as refused:
        numbers.read(written)
    assert refused.value.reason is reason


def test_no_list_takes_a_number_that_the_rules_never_ring() -> None:
    assert set(REFUSED) == set(NEVER)


def test_numbers_overseas_have_their_own_code() -> None:
    numbers = Numbers()

    assert numbers.read("0690123456") == "+590690123456"
    assert numbers.read("+590690123456") == "+590690123456"
    assert numbers.read("+33 690 12 34 56") == "+590690123456"
    assert numbers.read("33690123456") == "+590690123456"
    assert numbers.read("+33690123456") == "+590690123456", "the second time, by what was learnt"
    assert numbers.read("+33639123456") == "+262639123456"
    assert numbers.read("0692 12 34 56") == "+262692123456"
    assert Numbers("RE").read("0692123456") == "+262692123456"


@pytest.mark.parametrize(
    ("country", "written", "number"),
    [
        ("GB", "07911 123456", "+447911123456"),
        ("GB", "7911123456", "+447911123456"),
        ("BE", "0470 12 34 56", "+32470123456"),
        ("CH", "079 123 45 67", "+41791234567"),
        ("GB", "+33 6 12 34 56 78", MOBILE),
    ],
)
def test_numbers_are_read_as_their_country_writes_them(
    country: str, written: str, number: str
) -> None:
    assert Numbers(country).read(written) == number


@pytest.mark.parametrize(
    "cell",
    ["01 62 01 23 45 / 0612345678", "0162012345 ou 06.12.34.56.78", "0162012345\n0612345678"],
)
def test_a_cell_with_two_numbers_has_both_in_order(cell: str) -> None:
    assert list(Numbers().several(cell)) == ["+33162012345", MOBILE]


def test_of_two_numbers_in_a_cell_one_may_be_wrong() -> None:
    assert list(Numbers().several("0612345678; 0899123456")) == [MOBILE, Reason.SURCHARGED]


@given(
    st.sampled_from([each for each in plan() if each.length == 10]),
    st.integers(0, 10**9 - 1),
)
def test_what_is_learnt_of_a_prefix_is_what_the_plan_says(row: object, rest: int) -> None:
    prefix: str = row.prefix  # type: ignore[attr-defined]
    size = 10 - len(prefix)
    written = [f"{prefix}{(rest + more) % 10**size:0{size}}" for more in (0, 1)]
    numbers = Numbers()

    for each in written:
        try:
            found = numbers.read(each)
        except Unusable:
            continue
        assert found == phone.parse(each)


def test_every_reason_is_told_in_both_languages() -> None:
    assert set(WORDS) == set(Reason)
    assert words(Reason.SURCHARGED, "fr") == "numéro surtaxé : jamais appelé"
    assert words(Reason.SURCHARGED, "de") == "a surcharged number: never rung"


_NEIGHBOURS = ("AT", "BE", "CH", "DE", "ES", "GB", "IT", "LU", "NL", "PL", "PT", "US")


@pytest.mark.parametrize("region", _NEIGHBOURS)
def test_what_a_neighbour_calls_premium_is_not_taken(region: str) -> None:
    premium = phonenumbers.example_number_for_type(region, PhoneNumberType.PREMIUM_RATE)

    with pytest.raises(Unusable) as refused:
        Numbers().read(written(premium))
    assert refused.value.reason is Reason.ABROAD


@pytest.mark.parametrize("kind", [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE])
def test_no_number_of_people_abroad_is_taken_for_premium(kind: int) -> None:
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in phonenumbers.SUPPORTED_REGIONS
    ]

    assert not [each for each in found if each and destinations.refusal(written(each)) == PREMIUM]


def written(number: phonenumbers.PhoneNumber | None) -> str:
    assert number is not None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
