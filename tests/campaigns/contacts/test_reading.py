"""Rows as people, and what was refused of each; a preview shows both."""

from __future__ import annotations

import io

import pytest

from chalicelib.campaigns.contacts.numbers import Numbers
from chalicelib.campaigns.contacts.previewing import Said, preview
from chalicelib.campaigns.contacts.reading import Person, Reader
from chalicelib.campaigns.contacts.refusals import Reason, Refusal
from chalicelib.kernel.errors import Rejected
from tests.campaigns.contacts.builders import a_csv

TITLES = ["Nom", "Fixe", "Mobile", "Note"]
MAPPING = ["name", "number", "number", "note"]
LONG = "x" * 501


def read(cells: list[str] | None, *, padded: bool = False) -> tuple[Person | None, list[Refusal]]:
    refused: list[Refusal] = []
    reader = Reader(TITLES, MAPPING, Numbers(), refused.append, padded=padded)
    return reader.read((7, cells)), refused


def test_a_row_is_a_person_with_their_numbers_in_order() -> None:
    found = read(["Ng", "01 62 01 23 45", "0612345678", " Lyon "])

    fields = {"name": "Ng", "note": "Lyon"}
    assert found == (Person(7, ("+33162012345", "+33612345678"), fields), [])


def test_one_number_twice_is_one() -> None:
    person, refused = read(["Ng", "0612345678", "+33612345678", ""])

    assert (person, refused) == (Person(7, ("+33612345678",), {"name": "Ng"}), [])


@pytest.mark.parametrize(
    ("cells", "column", "reason", "value"),
    [
        (["Ng", "", "", "x"], "", Reason.NO_NUMBER, ""),
        (["Ng", " ", "", "x"], "", Reason.NO_NUMBER, ""),
        (["Ng", "", "0899123456", "x"], "Mobile", Reason.SURCHARGED, "0899123456"),
        (["Ng", "112", "n/a", "x"], "Fixe", Reason.EMERGENCY, "112"),
        (["Ng"], "", Reason.ROW_SHORT, ""),
        (["Ng", "0612345678", "", "a", "b"], "", Reason.ROW_LONG, "b"),
        (None, "", Reason.QUOTE, ""),
    ],
)
def test_a_row_that_is_refused_says_why(
    cells: list[str] | None, column: str, reason: Reason, value: str
) -> None:
    assert read(cells) == (None, [Refusal(7, column, reason, value)])


def test_a_row_with_one_good_number_is_taken_with_a_remark() -> None:
    person, refused = read(["Ng", "112", "0612345678", ""])

    assert person == Person(7, ("+33612345678",), {"name": "Ng"})
    assert refused == [Refusal(7, "Fixe", Reason.EMERGENCY, "112", kept=True)]


def test_a_short_row_is_taken_with_a_remark_unless_a_spreadsheet_wrote_it() -> None:
    remark = Refusal(7, "", Reason.ROW_SHORT, kept=True)
    person = Person(7, ("+33612345678",), {"name": "Ng"})

    assert read(["Ng", "0612345678"]) == (person, [remark])
    assert read(["Ng", "0612345678"], padded=True) == (person, [])


def test_empty_cells_too_many_are_nothing() -> None:
    person = Person(7, ("+33612345678",), {"name": "Ng", "note": "x"})

    assert read(["Ng", "0612345678", "", "x", "", ""]) == (person, [])


def test_a_text_too_long_is_left_out_and_told() -> None:
    person, refused = read(["Ng", "0612345678", "", LONG])

    assert person == Person(7, ("+33612345678",), {"name": "Ng"})
    assert refused == [Refusal(7, "Note", Reason.TOO_LONG, LONG[:100], kept=True)]


def test_texts_are_long_together_without_being_long_each() -> None:
    person, refused = read(["y" * 500, "0612345678", "", "x" * 500])

    assert person is not None
    assert (len(person.fields["name"]), len(person.fields["note"])) == (500, 500)
    assert not refused


def test_what_no_screen_shows_is_taken_out_and_line_breaks_are_kept() -> None:
    person, refused = read(["N\x00g\u200b", "0612345678", "", "a\u00a0b\r\nc\x1f"])

    assert person is not None
    assert person.fields == {"name": "Ng", "note": "a b\nc"}
    assert not refused


def test_a_sixth_number_is_told() -> None:
    six = " / ".join(f"06123456{each}0" for each in range(1, 7))

    person, refused = read(["Ng", six, "", ""])

    assert person is not None
    assert len(person.numbers) == 5
    last = "+33612345660"
    assert refused == [Refusal(7, "number", Reason.MANY_NUMBERS, last, kept=True)]


FILE = "Nom;Téléphone;Ville\nLefèvre;0612345678;Lyon\nNg;112;Nice\n"


def remembers_nothing(_signature: str) -> None:
    return None


def test_a_preview_shows_what_would_be_kept_and_what_refused() -> None:
    found = preview(a_csv(FILE, "cp1252"), "FR", Said(), remembers_nothing)

    assert found.mapping == ("name", "number", "ville")
    assert found.people == (Person(2, ("+33612345678",), {"name": "Lefèvre", "ville": "Lyon"}),)
    assert found.refused == (Refusal(3, "Téléphone", Reason.EMERGENCY, "112"),)
    assert (found.rows, found.remembered) == (2, False)
    assert (found.form.charset, found.form.separator) == ("cp1252", ";")


def test_a_mapping_that_was_used_before_is_taken_again() -> None:
    first = preview(a_csv(FILE), "FR", Said(), remembers_nothing)
    known = {first.signature: ("name", "number", "city")}

    again = preview(a_csv(FILE), "FR", Said(), known.get)

    assert again.mapping == ("name", "number", "city")
    assert again.remembered


def test_what_is_said_by_hand_stands_before_what_is_remembered() -> None:
    said = Said(mapping=("", "number", "town"))

    found = preview(a_csv(FILE), "FR", said, lambda _: ("name", "number", "city"))

    assert found.mapping == ("", "number", "town")
    assert found.people[0].fields == {"town": "Lyon"}


def test_a_preview_without_a_column_of_numbers_shows_columns_and_refuses_every_row() -> None:
    found = preview(a_csv("Nom;Ville\nNg;Nice\n"), "FR", Said(), remembers_nothing)

    assert found.mapping == ("name", "ville")
    assert [each.reason for each in found.refused] == [Reason.NO_NUMBER]
    with pytest.raises(Rejected):
        preview(a_csv("Nom;Ville\n"), "FR", Said(mapping=("name", "ville")), remembers_nothing)


def test_a_preview_leaves_the_file_open() -> None:
    stream = a_csv(FILE)

    preview(stream, "FR", Said(), remembers_nothing)

    assert isinstance(stream, io.BytesIO)
    assert not stream.closed
