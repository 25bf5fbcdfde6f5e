"""Flow documents as YAML and as JSON: what is read, what is refused and where, and the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.documents import MOST_DEEP, read_json, read_yaml, write_yaml
from chalicelib.kernel.errors import Fault
from chalicelib.runtime.problems import Malformed
from tests.ivr.strategies import documents

TEXT = """\
# Le standard du cabinet
name: Cabinet Durand   # pour nous
start: menu
nodes:
  menu:
    kind: menu
    prompt: "Tapez 1."
    choices:
      1: desk
      01: box
  desk:
    kind: dial
    destinations: [+33162010001, 01 62 01 00 02]
    no_answer: box
  box: {kind: voicemail}
"""


def faults(text: str) -> list[Fault]:
    with pytest.raises(Malformed) as refused:
        read_yaml(text)
    return list(refused.value.faults)


def test_a_document_is_read_as_the_json_it_stands_for() -> None:
    written = read_yaml(TEXT)

    assert written.text == TEXT
    assert written.document["nodes"]["menu"]["choices"] == {"1": "desk", "01": "box"}
    assert written.document["nodes"]["desk"]["destinations"] == ["+33162010001", "01 62 01 00 02"]


@pytest.mark.parametrize(
    "plain",
    ["no", "on", "yes", "y", "12:30", "22:30:15", "2026-12-24", "01", "007", "0x1F", "0o17", "+1"]
    + ["+33612345678", "1_000", ".5", "1.", ".inf", ".nan", "1e999", "<<", "=", "é", "-01"],
)
def test_what_yaml_takes_for_something_else_stays_a_text(plain: str) -> None:
    assert read_yaml(f"value: {plain}\n").document == {"value": plain}
    assert read_yaml(f"{plain}: a\n").document == {plain: "a"}


@pytest.mark.parametrize(
    ("plain", "meant"),
    [("1", 1), ("-4", -4), ("0", 0), ("1.5", 1.5), ("1e3", 1000.0), ("true", True)]
    + [("False", False), ("null", None), ("~", None), ("", None), ("'true'", "true"), ('"1"', "1")],
)
def test_numbers_and_the_three_words_are_json_s(plain: str, meant: Any) -> None:
    read = read_yaml(f"value: {plain}\n").document["value"]

    assert read == meant
    assert type(read) is type(meant)


def test_a_fault_is_told_with_the_line_and_column_of_what_it_is_about() -> None:
    written = read_yaml(TEXT)

    told = written.located(
        [
            Fault("/nodes/menu/choices/01", "is wrong"),
            Fault("/nodes/desk/destinations/1", "is wrong"),
            Fault("/nodes/box/greeting/text", "is missing"),
            Fault("", "nothing gives the variable a value"),
        ]
    )

    assert [(each.line, each.column) for each in told] == [(10, 7), (13, 34), (15, 3), (2, 1)]


@pytest.mark.parametrize(
    ("text", "pointer", "line", "column", "reason"),
    [
        ("name: a\nname: b\n", "/name", 2, 1, "stands twice in the same object"),
        ("a:\n  b/c: 1\n  b/c: 2\n", "/a/b~1c", 3, 3, "stands twice"),
        ("name: [a\n", "", 2, 1, "is not YAML"),
        ("name: *\n", "", 1, 7, "quote a text that begins with *"),
        ("name: @a\n", "", 1, 7, "quote a text that begins with @"),
        ("name: a\n\tstart: b\n", "", 2, 1, "is not YAML"),
        ("name: *other\n", "/name", 1, 7, "no anchor is called 'other'"),
        ("a: &a [*a]\n", "/a/0", 1, 8, "no anchor is called 'a'"),
        ("name: !!python/object:os.system x\n", "/name", 1, 7, "mean nothing"),
        ("name: !flow\n  a: b\n", "/name", 1, 7, "mean nothing"),
        ("name: a\n---\nname: b\n", "", 2, 1, "begins a second document"),
        ("? [a, b]\n: c\n", "", 1, 3, "a name must be a text"),
        ("a: " + "[" * 60 + "]" * 60, "/a" + "/0" * MOST_DEEP, 1, 54, "nested more than 50 deep"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    text: str, pointer: str, line: int, column: int, reason: str
) -> None:
    (fault,) = faults(text)

    assert (fault.pointer, fault.line, fault.column) == (pointer, line, column)
    assert reason in fault.reason


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "a\n", "\x00", "a: \x07"])
def test_what_is_no_document_at_all_is_refused(text: str) -> None:
    assert faults(text)


def test_every_name_that_stands_twice_is_told() -> None:
    assert len(faults("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n")) == 2


def test_an_alias_repeats_what_it_stands_for() -> None:
    read = read_yaml("a: &office [09:00, 12:30]\nb: *office\n").document

    assert read == {"a": ["09:00", "12:30"], "b": ["09:00", "12:30"]}
    assert read["a"] is not read["b"]


def test_a_few_lines_of_aliases_cannot_fill_the_memory() -> None:
    lines = ["a0: &a0 [" + ", ".join("0" * 10) + "]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    (fault,) = faults("\n".join(lines))

    assert "more than 100000 values" in fault.reason


@given(documents())
def test_what_is_written_is_read_back_the_same(document: dict[str, Any]) -> None:
    assert read_yaml(write_yaml(document)).document == document


AWKWARD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from(
        ["no", "1e3", "-1E+2", "0x1", "12:30", "~", "", " a ", "a\nb\n\n", "#", "<<"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5).filter(str.isprintable), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "1", "no", "é", "a b"]), AWKWARD))
def test_any_json_survives_the_way_to_yaml_and_back(document: dict[str, Any]) -> None:
    assert read_yaml(write_yaml(document)).document == document


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_yaml(text).document
    except Malformed as error:
        told = error.faults
    else:
        told = ()
        assert isinstance(read, dict)
    assert all(each.reason for each in told)


# JSON.


@pytest.mark.parametrize("indent", [None, 2])
@given(document=documents())
def test_every_part_of_a_json_text_has_its_place(
    indent: int | None, document: dict[str, Any]
) -> None:
    text = json.dumps({"document": document}, indent=indent)

    spots = read_json(text, document, "/document").spots

    lines = text.splitlines()
    for pointer, spot in spots.items():
        assert lines[spot.line - 1][spot.column - 1] not in " ,:]}", pointer
    assert spots["/document/nodes"]
    assert len(spots) == _count({"document": document})


def _count(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(_count(each) for each in inner)


def test_a_name_that_stands_twice_in_json_is_refused_too() -> None:
    text = '{"document": {"name": "a",\n "nodes": {"x": {}, "x": {}}}}'

    with pytest.raises(Malformed) as refused:
        read_json(text, {}, "/document")

    reason = "stands twice in the same object"
    assert refused.value.faults == (Fault("/document/nodes/x", reason, 2, 21),)


def test_half_a_character_does_not_keep_a_draft_from_being_read() -> None:
    assert read_yaml(write_yaml({"name": "a\ud83d"})).document == {"name": "a?"}
