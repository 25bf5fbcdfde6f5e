"""Reading price lists: right ones survive, wrong ones are refused with every fault."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.origin import Origin
from chalicelib.billing.pricelist import parse
from chalicelib.billing.tariff import InvalidTariff
from chalicelib.kernel.numbering import Family
from tests.billing.builders import a_document, a_rate, a_version


def pointers(document: object) -> set[str]:
    with pytest.raises(InvalidTariff) as caught:
        parse(document)
    return {fault.pointer for fault in caught.value.faults}


def test_a_tariff_survives_its_document() -> None:
    tariff = parse(
        a_document(
            a_version(a_rate("a", families=["npv"], origins=["unknown"], longest_seconds=1800)),
            a_version(a_rate("b", vat_rate="8.5", minimum="0.5"), since="2027-01-01T00:00:00Z"),
        )
    )

    assert parse(tariff.to_document()) == tariff


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"per_minute": 0.06}, "per_minute"),
        ({"per_minute": "-0.06"}, "per_minute"),
        ({"per_minute": "0.0000001"}, "per_minute"),
        ({"per_minute": "101"}, "per_minute"),
        ({"per_call": "free"}, "per_call"),
        ({"minimum": None, "per_call": 1}, "per_call"),
        ({"first_seconds": 0}, "first_seconds"),
        ({"first_seconds": "60"}, "first_seconds"),
        ({"next_seconds": 3601}, "next_seconds"),
        ({"next_seconds": True}, "next_seconds"),
        ({"longest_seconds": 0}, "longest_seconds"),
        ({"vat_rate": "21"}, "vat_rate"),
        ({"vat_rate": 20}, "vat_rate"),
        ({"includes_vat": "yes"}, "includes_vat"),
        ({"families": []}, "families"),
        ({"families": "npv"}, "families"),
        ({"families": ["npv", "landline"]}, "families/1"),
        ({"origins": ["mars"]}, "origins/0"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"colour": "green"}, "colour"),
        ({"per_minute": "NaN"}, "per_minute"),
    ],
)
def test_a_wrong_rate_is_refused_at_its_place(change: dict[str, Any], pointer: str) -> None:
    document = a_document(a_version(a_rate(**change)))

    assert pointers(document) == {f"/versions/0/rates/0/{pointer}"}


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (None, ""),
        ([], ""),
        ("tariff", ""),
        ({"name": "x", "versions": []}, "/versions"),
        ({"name": "x", "versions": [7]}, "/versions/0"),
        (a_document(a_version(since="2026-01-01T00:00:00")), "/versions/0/valid_from"),
        (a_document(a_version(since="yesterday")), "/versions/0/valid_from"),
        (a_document(a_version(), a_version()), "/versions/1/valid_from"),
        (a_document({"valid_from": "2026-01-01T00:00:00Z", "rates": []}), "/versions/0/rates"),
        (a_document(a_version(*[a_rate()] * 201)), "/versions/0/rates"),
    ],
)
def test_a_wrong_document_is_refused_at_its_place(document: object, pointer: str) -> None:
    assert pointers(document) == {pointer}


def test_every_fault_is_found_at_once() -> None:
    document = a_document(
        a_version(a_rate(per_minute="x", vat_rate="3")), a_version(a_rate(), since="x")
    )

    assert pointers({**document, "extra": 1}) == {
        "/extra",
        "/versions/0/rates/0/per_minute",
        "/versions/0/rates/0/vat_rate",
        "/versions/1/valid_from",
    }


def test_two_rates_for_the_same_calls_are_refused() -> None:
    rivals = (a_rate("one", families=["npv", "mobile"]), a_rate("two", families=["mobile"]))

    assert pointers(a_document(a_version(*rivals))) == {"/versions/0/rates/1"}


def test_rates_that_share_no_call_may_stand_side_by_side() -> None:
    tariff = parse(
        a_document(
            a_version(
                a_rate("one", families=["npv"]),
                a_rate("two", families=["mobile"]),
                a_rate("three", origins=["overseas"]),
            )
        )
    )

    rates = tariff.versions[0].rates(Family.POLYVALENT, Origin.OVERSEAS)

    assert [rate.name for rate in rates] == ["three"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=True),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "versions", "rates", "valid_from", "families", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_tariff_or_a_list_of_faults(document: object) -> None:
    try:
        tariff = parse(document)
    except InvalidTariff as error:
        faults = error.faults
    else:
        faults = ()
        assert parse(tariff.to_document()) == tariff
    assert faults or isinstance(document, dict)
