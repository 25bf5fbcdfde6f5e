"""Numbers as people, networks and bills write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.phone import E164, caller_or_none, mask, national, parse


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("+33162012345", "FR", "+33162012345"),
        ("01 62 01 23 45", "FR", "+33162012345"),
        ("+33 (0)1 62 01 23 45", "FR", "+33162012345"),
        ("+330162012345", "FR", "+33162012345"),
        ("0690 12 34 56", "FR", "+590690123456"),
        ("0692 12 34 56", "FR", "+262692123456"),
        ("+33690123456", "FR", "+590690123456"),
        ("+33 692 12 34 56", "FR", "+262692123456"),
        ("+33639123456", "FR", "+262639123456"),
        ("+33639981234", "FR", "+33639981234"),  # kept for fiction
        ("06 39 98 12 34", "FR", "+33639981234"),
        ("+33590271234", "FR", "+590590271234"),
        ("+33559123456", "FR", "+33559123456"),  # Pau
        ("+33632123456", "FR", "+33632123456"),
        ("0508 41 23 45", "FR", "+508412345"),
        ("+508 41 23 45", "FR", "+508412345"),
        ("+508508412345", "FR", "+508412345"),
        ("+33508412345", "FR", "+508412345"),
        ("0708 40 12 34", "FR", "+508708401234"),
        ("09 75 18 00 00", "FR", "+33975180000"),
        ("07000123456789", "FR", "+337000123456789"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 20 7946 0018", "FR", "+442079460018"),
        ("00 44 20 7946 0018", "FR", "+442079460018"),
        ("+1 (212) 555-0100", "FR", "+12125550100"),
    ],
)
def test_a_number_is_kept_in_its_international_form(written: str, region: str, e164: str) -> None:
    assert parse(written, region) == e164


@pytest.mark.parametrize(
    "written",
    [
        "",
        "3639",
        "112",
        "bonjour",
        "+",
        "+33",
        "+0612345678",
        "0598123456",
        "01 62 01 23 45 poste 12",
    ]
    + ["+1234567890123456", "1" * 500, "+33162012345x12", "\u0660" * 10],
)
def test_what_has_no_international_form_is_rejected(written: str) -> None:
    with pytest.raises(Rejected):
        parse(written)


@pytest.mark.parametrize(
    "presented",
    [None, "", "anonymous", "Anonymous", "unknown", "Restricted", "+266696687", "266696687"]
    + ["+7378742833", "+86282452253", "client:agent", "sip:alice@example.com", "+"],
)
def test_a_withheld_caller_is_nobody(presented: str | None) -> None:
    assert caller_or_none(presented) is None


def test_a_caller_who_shows_a_number_is_known_by_it() -> None:
    assert caller_or_none("+33612345678") == "+33612345678"
    assert caller_or_none("0033612345678") == "+33612345678"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+33162012345", "01 62 01 23 45"),
        ("+590690123456", "06 90 12 34 56"),
        ("+337000123456789", "07 00 01 23 45 67 89"),
        ("+590700512345678", "0700512345678"),
        ("+442079460018", "+44 20 7946 0018"),
        ("+999123", "+999123"),
    ],
)
def test_a_french_reader_sees_pairs(number: str, shown: str) -> None:
    assert national(E164(number)) == shown


@given(st.from_regex(r"\+(33[1-9][0-9]{8}|[1-9][0-9]{6,14})", fullmatch=True))
def test_a_mask_never_shows_the_whole_number(number: str) -> None:
    masked = mask(E164(number))

    assert "*" in masked
    assert number not in masked.replace(" ", "")
    assert masked.endswith(number[-2:])
    assert sum(c.isdigit() for c in masked) <= len(number) - 2


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_rejected(text: str) -> None:
    try:
        number = parse(text)
    except Rejected:
        assert caller_or_none(text) is None
    else:
        assert parse(number) == number
