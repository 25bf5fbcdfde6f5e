"""Workbooks of Excel: what its cells mean, and what is no workbook."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from chalicelib.campaigns.contacts import files, workbooks
from chalicelib.kernel.errors import Rejected
from tests.campaigns.contacts.builders import DATA, a_workbook

ONE_TEXT = "<sst><si><t>{}</t></si></sst>"


def cells(rows: str, **parts: str) -> list[list[str] | None]:
    return [cells for _, cells in workbooks.rows(a_workbook(rows, **parts))]


def test_a_workbook_of_openpyxl_is_read_without_its_hidden_sheet() -> None:
    with (DATA / "openpyxl.xlsx").open("rb") as stream:
        titles, first, last = workbooks.rows(stream)

    assert titles[1] == ["Nom", "Téléphone", "Naissance", "RDV", "Client", "Solde", "Note"]
    day, moment = "1980-05-17", "2026-11-27 14:30"
    known = ["Lefèvre", "612345678", day, moment, "true", "12.5", "deux\nlignes"]
    assert first == (2, known)
    assert last == (4, ["Ng", "33612345679", "", "", "false"])


def test_a_workbook_of_xlsxwriter_has_texts_in_several_styles() -> None:
    with (DATA / "xlsxwriter.xlsx").open("rb") as stream:
        found = list(workbooks.rows(stream))

    assert found[1:] == [(2, ["Lefèvre", "06 12 34 56 78", "1980-05-17"]), (3, ["", "", "seule"])]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("<c><v>612345678</v></c>", "612345678"),
        ("<c><v>612345678.0</v></c>", "612345678"),
        ("<c><v>3.3612345678E10</v></c>", "33612345678"),
        ('<c t="n"><v>12.5</v></c>', "12.5"),
        ("<c><v>1E-7</v></c>", "1e-07"),
        ('<c t="str"><v>06</v></c>', "06"),
        ('<c t="inlineStr"><is><t>Zoé </t><r><t>&amp; Jo</t></r></is></c>', "Zoé & Jo"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c t="d"><v>2026-11-27</v></c>', "2026-11-27"),
    ],
)
def test_a_cell_is_read_as_people_see_it(cell: str, meant: str) -> None:
    assert cells(f"<row>{cell}</row>") == [[meant]]


@pytest.mark.parametrize("cell", ['<c t="e"><v>#N/A</v></c>', "<c/>", "<c><v></v></c>"])
def test_a_cell_with_an_error_or_nothing_is_empty(cell: str) -> None:
    assert cells(f"<row>{cell}<c><v>1</v></c></row>") == [["", "1"]]


def test_cells_stand_where_they_are_said_to() -> None:
    assert cells('<row r="7"><c r="B7"><v>2</v></c><c r="AA7"><v>27</v></c></row>') == [
        ["", "2", *[""] * 24, "27"]
    ]


def test_whoever_looks_at_the_first_rows_reads_no_more_texts_than_they_need() -> None:
    rows = '<row><c t="s"><v>1</v></c></row><row><c t="s"><v>0</v></c></row>' * 3
    broken = f"<sst><si><t>a</t></si><si><t>b</t></si>{' ' * 70_000}<si><wrong></sst>"

    found = list(workbooks.rows(a_workbook(rows, **{"xl/sharedStrings.xml": broken}), first=2))

    assert [cells for _, cells in found] == [["b"], ["a"]]


def test_a_pronunciation_is_no_part_of_a_text() -> None:
    shared = "<sst><si><t>東京</t><rPh><t>とうきょう</t></rPh></si></sst>"

    found = cells('<row><c t="s"><v>0</v></c></row>', **{"xl/sharedStrings.xml": shared})

    assert found == [["東京"]]


def test_a_sheet_may_spell_its_elements_with_a_prefix() -> None:
    sheet = '<x:worksheet xmlns:x="m"><x:row><x:c><x:v>5</x:v></x:c></x:row></x:worksheet>'

    assert cells("", **{"xl/worksheets/sheet1.xml": sheet}) == [["5"]]


@pytest.mark.parametrize(
    ("rows", "parts", "reason"),
    [
        ("<row>", {}, "a fault in xl/worksheets/sheet1.xml"),
        ('<row><c t="s"><v>5</v></c></row>', {"xl/sharedStrings.xml": ONE_TEXT}, "not there"),
        ('<row><c r="ZZZZZ1"><v>5</v></c></row>', {}, "no sheet has"),
        ('<row r="x"></row>', {}, "not a workbook"),
        ("", {"xl/workbook.xml": "<workbook/>"}, "without a sheet"),
        (
            "",
            {"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'},
            "a document type",
        ),
    ],
)
def test_a_broken_workbook_is_refused_with_its_reason(
    rows: str, parts: dict[str, str], reason: str
) -> None:
    with pytest.raises(Rejected) as refused:
        cells(rows, **parts)

    assert reason in refused.value.faults[0].reason


def test_a_workbook_cut_short_is_refused() -> None:
    whole = a_workbook("<row><c><v>1</v></c></row>").getvalue()

    with pytest.raises(Rejected):
        list(workbooks.rows(io.BytesIO(whole[: len(whole) // 2])))


def test_a_cell_that_unpacks_without_end_is_refused() -> None:
    endless = f'<row><c t="inlineStr"><is><t>{"x" * 64_000_000}</t></is></c></row>'
    packed = a_workbook(endless)
    del endless

    tracemalloc.start()
    with pytest.raises(Rejected, match="cannot be read"):
        list(workbooks.rows(packed))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 64_000_000


def test_rows_of_a_spreadsheet_may_end_early() -> None:
    text = "<c t='str'><v>{}</v></c>"
    rows = f"<row>{text.format('Nom')}{text.format('Tel')}{text.format('Ville')}</row>"
    rows += f"<row>{text.format('Ng')}{text.format('0612345678')}</row>"

    found = files.look(a_workbook(rows))

    assert found.form.padded
    assert found.form.titles == ("Nom", "Tel", "Ville")
