"""Legal identities: what can't be true is refused, with a pointer to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.directory.identity import (
    Address,
    VatTerritory,
    check,
    french_vat_id,
    siren_is_valid,
)
from chalicelib.kernel.errors import Rejected
from tests.directory import builders as a

ABROAD = Address(lines=("Friedrichstr. 1",), postcode="10117", city="Berlin", country="DE")


@pytest.mark.parametrize(
    "siren",
    [
        pytest.param("732829320", id="the example of INSEE"),
        pytest.param("356000000", id="La Poste, whose exception is of SIRETs only"),
        pytest.param("552100554", id="a maker of cars"),
    ],
)
def test_a_siren_that_exists_passes(siren: str) -> None:
    assert siren_is_valid(siren)


@pytest.mark.parametrize(
    "siren",
    [
        pytest.param("732829321", id="one more in the last digit"),
        pytest.param("732829230", id="two digits swapped"),
        pytest.param("73282932", id="a digit short"),
        pytest.param("7328293200", id="a digit long"),
        pytest.param("000000000", id="zeros, which satisfy Luhn"),
        pytest.param("732 829 320", id="with spaces"),
        pytest.param("٧٣٢٨٢٩٣٢٠", id="digits of another script"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_siren_that_cannot_exist_is_refused(siren: str) -> None:
    assert not siren_is_valid(siren)


@given(st.integers(1, 99_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(body: int, at: int, by: int) -> None:
    siren = next(s for d in range(10) if siren_is_valid(s := f"{body:08d}{d}"))
    wrong = siren[:at] + str((int(siren[at]) + by) % 10) + siren[at + 1 :]

    assert not siren_is_valid(wrong)


@pytest.mark.parametrize(
    ("siren", "vat_id"),
    [
        ("732829320", "FR44732829320"),
        ("404833048", "FR83404833048"),
    ],
)
def test_a_french_vat_number_follows_from_the_siren(siren: str, vat_id: str) -> None:
    assert french_vat_id(siren) == vat_id


@given(st.integers(1, 999_999_999))
def test_both_published_formulas_of_the_key_agree(siren: int) -> None:
    assert french_vat_id(f"{siren:09d}")[2:4] == f"{(siren * 100 + 12) % 97:02d}"


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param(a.an_identity(), id="a company in Paris"),
        pytest.param(a.an_identity(vat_id=None), id="without a VAT number"),
        pytest.param(a.an_identity(siren=None), id="with a VAT number only"),
        pytest.param(a.an_identity(siren=None, vat_id=None), id="a consumer"),
        pytest.param(a.an_identity(territory=VatTerritory.REUNION), id="in La Réunion"),
        pytest.param(
            a.an_identity(siren=None, vat_id="DE136695976", address=ABROAD, territory=None),
            id="in Berlin",
        ),
    ],
)
def test_an_identity_that_can_be_true_passes(identity: object) -> None:
    assert check(identity) is identity  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "pointers"),
    [
        pytest.param({"siren": "732829321", "vat_id": None}, ["/legal/siren"], id="siren"),
        pytest.param({"vat_id": "FR45732829320"}, ["/legal/vat_id"], id="vat key"),
        pytest.param({"vat_id": "FR96552100554"}, ["/legal/vat_id"], id="somebody else's vat id"),
        pytest.param({"vat_id": "FR"}, ["/legal/vat_id"], id="a vat id cut short"),
        pytest.param({"vat_id": "732829320"}, ["/legal/vat_id"], id="a vat id without country"),
        pytest.param({"email": "compta"}, ["/legal/email"], id="e-mail"),
        pytest.param({"territory": None}, ["/legal/territory"], id="nowhere in France"),
        pytest.param({"address": ABROAD}, ["/legal/territory"], id="a French place in Berlin"),
        pytest.param(
            {"siren": "1", "vat_id": None, "email": "", "territory": None},
            ["/legal/email", "/legal/siren", "/legal/territory"],
            id="everything at once",
        ),
    ],
)
def test_every_fault_of_an_identity_is_named(facts: dict[str, object], pointers: list[str]) -> None:
    with pytest.raises(Rejected) as refused:
        check(a.an_identity(**facts))

    assert [fault.pointer for fault in refused.value.faults] == pointers
