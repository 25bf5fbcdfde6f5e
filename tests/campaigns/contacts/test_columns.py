"""Which column of a list is what."""

from __future__ import annotations

import pytest

from chalicelib.campaigns.contacts import columns
from chalicelib.campaigns.contacts.numbers import Numbers
from chalicelib.kernel.errors import Rejected

PERSON = ["Lefèvre", "Zoé", "0612345678", "zoe@exemple.fr"]


def seem(titles: list[str], *rows: list[str]) -> list[str]:
    return [each.target for each in columns.recognise(titles, rows or [PERSON], Numbers())]


@pytest.mark.parametrize(
    "titles",
    [
        ["Nom", "Prénom", "Téléphone", "E-mail"],
        ["NOM DE FAMILLE", "PRENOM", "N° de téléphone", "Adresse e-mail"],
        ["Last name", "First name", "Mobile phone", "Email address"],
        ["Surname", "Given name", "Tél. portable :", "Courriel"],
        ["name", "first_name", "Numéro", "mail"],
    ],
)
def test_columns_are_known_by_their_titles(titles: list[str]) -> None:
    assert seem(titles) == ["name", "first_name", "number", "email"]


def test_columns_without_titles_are_known_by_what_is_in_them() -> None:
    titles = ["column 1", "column 2", "column 3", "column 4"]

    assert seem(titles) == ["column_1", "column_2", "number", "email"]


def test_other_columns_are_the_customers_own_fields() -> None:
    titles = ["Ville (siège)", "2e étage", "Ville siège", "In", "???", "Date du dernier tél."]

    found = seem(titles, ["Lyon", "oui", "Bron", "1", "x", "2026-11-27"])

    assert found == [
        "ville_siege",
        "e_etage",
        "ville_siege_2",
        "in_",
        "column_5",
        "date_du_dernier_tel",
    ]


def test_amounts_and_references_are_no_telephone_numbers() -> None:
    rows = [["612345678", "123456789", "0612345678"], ["712345678", "987654321", "0712345678"]]

    assert seem(["Référence", "CA", "Contact principal"], *rows) == ["reference", "ca", "number"]


def test_two_columns_of_numbers_are_taken_in_their_order() -> None:
    found = seem(["Tél fixe", "Tél mobile"], ["0162012345", "0612345678"], ["", "0623456789"])

    assert found == ["number", "number"]


def test_what_a_column_seems_to_be_is_shown_with_examples() -> None:
    rows = [["0612345678"], ["rien"], [""], ["0612345678"]]

    (found,) = columns.recognise(["Téléphone"], rows, Numbers())

    assert (found.target, found.filled, found.examples) == (
        "number",
        0.75,
        ("0612345678", "rien"),
    )
    assert round(found.numbers, 2) == 0.67


def test_a_mapping_is_remembered_by_titles_however_they_are_spelt() -> None:
    known = columns.signature(["Nom", "Téléphone"])

    assert columns.signature(["NOM ", "telephone"]) == known
    assert columns.signature(["Téléphone", "Nom"]) != known
    assert columns.signature(["NomTéléphone"]) != known


@pytest.mark.parametrize(
    ("mapping", "pointer", "reason"),
    [
        (["name", "", ""], "/mapping", "no column holds telephone numbers"),
        (["number", "name", "name"], "/mapping/2", "another column's already"),
        (["number", "Ville", ""], "/mapping/1", "a small letter"),
        (["number", "empty", ""], "/mapping/1", "a word of segments"),
        (["number", "name"], "/mapping", "the file has 3 columns, these are 2"),
    ],
)
def test_a_mapping_that_cannot_be_followed_says_why(
    mapping: list[str], pointer: str, reason: str
) -> None:
    with pytest.raises(Rejected) as refused:
        columns.check(mapping, 3)

    (fault,) = refused.value.faults
    assert fault.pointer == pointer
    assert reason in fault.reason


def test_a_mapping_has_bounds() -> None:
    with pytest.raises(Rejected, match="not told"):
        columns.check(["number"] * 6, 6)
    with pytest.raises(Rejected, match="not told"):
        columns.check(["number", *(f"f{each}" for each in range(51))], 52)
    assert columns.check(["number"] * 5, 5) == ("number",) * 5
