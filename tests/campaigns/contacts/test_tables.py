"""CSV files as spreadsheets write them: letters, separators, quotes, and what is broken."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.contacts import charsets, files, tables
from chalicelib.kernel.errors import Rejected
from tests.campaigns.contacts.builders import a_csv, people

LIST = "Nom;Prénom;Téléphone\nLefèvre;Zoé;0612345678\nDuchêne;François;0623456789\n"
PEOPLE = [["Lefèvre", "Zoé", "0612345678"], ["Duchêne", "François", "0623456789"]]


@pytest.mark.parametrize(
    "charset",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"],
)
def test_letters_are_read_whichever_spreadsheet_wrote_them(charset: str) -> None:
    assert people(a_csv(LIST, charset)) == PEOPLE
    assert people(a_csv(LIST.upper(), charset))[0] == ["LEFÈVRE", "ZOÉ", "0612345678"]


def test_a_mark_of_utf_16_the_other_way_round_is_understood() -> None:
    swapped = b"\xfe\xff" + LIST.encode("utf-16-be")

    assert people(io.BytesIO(swapped)) == PEOPLE


def test_windows_letters_far_behind_the_sample_are_read_too() -> None:
    plain = "Nom;Téléphone\n".replace("é", "e") + "Dupont;0612345678\n" * 20_000

    found = people(a_csv(plain + "Zoé;0623456789\n", "cp1252"))

    assert found[-1] == ["Zoé", "0623456789"]


def test_what_is_said_by_hand_is_not_guessed() -> None:
    stream = a_csv("Nom;Téléphone\nŁukasz;0612345678\n", "cp1250")

    assert people(stream, charset="windows-1250") == [["Łukasz", "0612345678"]]


@pytest.mark.parametrize("name", charsets.CHARSETS.values())
def test_every_charset_that_may_be_said_is_known_to_python(name: str) -> None:
    assert "a".encode(name).decode(name) == "a"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    assert people(a_csv(LIST.replace(";", separator))) == PEOPLE


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("Nom, prénom;Téléphone\nDupont, Jean;06\nMartin, Zoé;07\nNg;08\n", ";"),
        ("Nom;Solde\nDupont;1,5\nMartin;2,5\n", ";"),
        ('Name,Note\n"Dupont","a; b; c"\n"Martin","d; e; f"\n', ","),
        ("0612345678\n0623456789\n", ";"),
        ("", ";"),
    ],
)
def test_a_comma_in_a_text_is_no_separator(text: str, separator: str) -> None:
    assert tables.separator_of(text) == separator


def test_excels_own_line_about_the_separator_is_no_row() -> None:
    found = files.look(a_csv("sep=|\r\nNom|Téléphone\r\nDupont|0612345678\r\n"))

    assert found.form.titles == ("Nom", "Téléphone")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_end_as_windows_unix_and_old_macs_end_them(ends: str) -> None:
    assert people(a_csv(LIST.replace("\n", ends))) == PEOPLE


def test_quotes_and_line_breaks_in_cells_are_part_of_them() -> None:
    text = 'Nom;Note;Téléphone\n"Dupont ""Jo""";"deux\r\nlignes; dont une";0612345678\n'

    (found,) = people(a_csv(text, "cp1252"))

    assert found == ['Dupont "Jo"', "deux\r\nlignes; dont une", "0612345678"]


def test_rows_are_told_by_the_line_they_begin_on() -> None:
    text = 'a;b\n"1\n2";3\n\n;;\n4;5\n'

    found = list(tables.rows(a_csv(text), tables.Layout("utf-8-sig", ";")))

    assert found == [(1, ["a", "b"]), (2, ["1\n2", "3"]), (6, ["4", "5"])]


def test_a_quote_that_is_never_closed_costs_its_own_line_alone() -> None:
    text = 'a;b\n"1;2\n3;4\n5;6\n'

    found = list(tables.rows(a_csv(text), tables.Layout("utf-8-sig", ";")))

    assert found == [(1, ["a", "b"]), (2, None), (3, ["3", "4"]), (4, ["5", "6"])]


@pytest.mark.parametrize("second", ['"3;4', 'x;"3";4', '3;"4'])
def test_two_rows_with_a_quote_that_is_never_closed_are_not_one(second: str) -> None:
    text = f'a;b\n"1;2\n{second}\n5;6\n7;8\n'

    found = list(tables.rows(a_csv(text), tables.Layout("utf-8-sig", ";")))

    assert (2, None) in found
    assert found[-2:] == [(4, ["5", "6"]), (5, ["7", "8"])]
    assert not [cells for _, cells in found if cells and "\n" in "".join(cells)]


def test_a_quote_that_would_swallow_a_long_file_costs_its_own_line_alone() -> None:
    text = 'a;b\n"1;2\n' + "3;4\n" * 100_000

    found = list(tables.rows(a_csv(text), tables.Layout("utf-8-sig", ";")))

    assert found[1] == (2, None)
    assert len(found) == 100_002
    assert found[-1] == (100_002, ["3", "4"])


def test_a_file_without_a_line_break_is_not_held_in_memory_whole() -> None:
    class Endless(io.RawIOBase):
        left = 64 * 1024 * 1024

        def readable(self) -> bool:
            return True

        def readinto(self, into: object) -> int:
            view = memoryview(into)  # type: ignore[arg-type]
            size = min(len(view), self.left)
            view[:size] = b"x" * size
            self.left -= size
            return size

    tracemalloc.start()
    found = list(tables.rows(io.BufferedReader(Endless()), tables.Layout("utf-8-sig", ";")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert {cells for _, cells in found} == {None}
    assert peak < 32 * 1024 * 1024


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from('";\n'),
    min_size=1,
    max_size=8,
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=5))
def test_whatever_a_writer_of_csv_writes_is_read_again(written: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(written)

    found = tables.rows(a_csv(out.getvalue()), tables.Layout("utf-8-sig", ";"))

    assert [cells for _, cells in found] == written


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is nothing in it"),
        (b"\n\n;;;\n", "there is nothing in it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "save it as XLSX or CSV"),
        (b"%PDF-1.7\n\x00\x01\x02\xff", "not a text"),
        (b"PK\x03\x04garbage", "not a workbook"),
        (";".join(map(str, range(300))).encode(), "over 200 columns"),
    ],
)
def test_what_holds_no_list_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as refused:
        files.look(io.BytesIO(content))

    (fault,) = refused.value.faults
    assert fault.pointer == "/file"
    assert reason in fault.reason


def test_titles_above_the_names_of_columns_are_skipped() -> None:
    found = files.look(a_csv("Clients 2026\n\nNom;Téléphone\nDupont;0612345678\nNg;0623456789\n"))

    assert found.form.titles == ("Nom", "Téléphone")
    assert [line for line, _ in found.rows] == [4, 5]


def test_a_file_that_names_no_columns_has_people_from_its_first_row() -> None:
    found = files.look(a_csv("Dupont;0612345678\nNg;0623456789\n"))

    assert found.form.titles == ("column 1", "column 2")
    assert len(found.rows) == 2


def test_reading_goes_on_behind_as_many_people_as_are_done() -> None:
    form = files.look(a_csv(LIST)).form

    assert [cells for _, cells in files.rows(a_csv(LIST), form, skip=1)] == PEOPLE[1:]
