"""What changed between two documents of a flow."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.documents import write_yaml
from chalicelib.ivr.history.comparing import Changes, Retargeted, compare, unified
from tests.ivr.builders import SALES, a_dial, a_document, a_menu, a_voicemail, an_end

if TYPE_CHECKING:
    from pathlib import Path

OLD = a_document(
    menu=a_menu(choices={"1": "sales", "2": "end"}),
    sales=a_dial(SALES, no_answer="box"),
    box=a_voicemail(),
    end=an_end(),
)
NEW = {
    **a_document(
        menu=a_menu(choices={"1": "sales", "2": "box", "3": "end"}),
        sales=a_dial(SALES, no_answer="after"),
        after=a_voicemail(),
        box=a_voicemail(),
        end=an_end(),
    ),
    "name": "Standard d'hiver",
}
NAMES = ("flow_1/1", "flow_1/draft")


def test_nodes_and_exits_are_told_apart_from_all_the_rest() -> None:
    assert compare(OLD, NEW) == Changes(
        added=("after",),
        removed=(),
        changed=("menu", "sales"),
        exits=(
            Retargeted("menu", "choices/2", "end", "box"),
            Retargeted("menu", "choices/3", None, "end"),
            Retargeted("sales", "no_answer", "box", "after"),
        ),
        others=("/name",),
    )
    assert compare(NEW, OLD).removed == ("after",)
    assert compare(OLD, OLD) == Changes(added=(), removed=(), changed=(), exits=(), others=())


def test_a_named_part_that_changed_is_told_by_its_pointer() -> None:
    hours = {"office": {"weekly": {"monday": [["09:00", "18:00"]]}}, "a/b": {}}
    later = {"office": {"weekly": {"monday": [["10:00", "18:00"]]}}}

    assert compare({**OLD, "calendars": hours}, {**OLD, "calendars": later}).others == (
        "/calendars/office",
        "/calendars/a~1b",
    )


def test_documents_with_faults_are_compared_all_the_same() -> None:
    broken = {"nodes": {"menu": "nonsense", "sales": {"kind": "fax"}}, "start": 4}

    changes = compare(OLD, broken)

    assert changes.removed == ("box", "end")
    assert changes.changed == ("menu", "sales")
    assert compare({"nodes": []}, {"nodes": 3}).added == ()


def test_lines_are_told_as_diff_tells_them() -> None:
    told = unified(write_yaml(OLD), write_yaml(NEW), NAMES)

    assert told.startswith("--- flow_1/1\n+++ flow_1/draft\n@@ -1,4 +1,4 @@\n")
    assert "-name: Standard\n+name: Standard d'hiver\n" in told
    assert "-    no_answer: box\n+    no_answer: after\n" in told
    assert unified(write_yaml(OLD), write_yaml(OLD), NAMES) == ""


LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30)


@given(LINES, LINES)
def test_every_line_that_went_or_came_is_told(old: list[str], new: list[str]) -> None:
    told = unified("\n".join(old), "\n".join(new), NAMES).splitlines()[2:]

    went = [line for line in told if line.startswith("-")]
    came = [line for line in told if line.startswith("+")]
    assert len(new) - len(old) == len(came) - len(went)


@pytest.mark.parametrize("at", [0, 7, 500, 999])
def test_patch_makes_the_new_text_of_the_old_one(tmp_path: Path, at: int) -> None:
    old = [f"line {n}" for n in range(1000)]
    new = [*old[:at], "another", *old[at + 1 :]]
    (tmp_path / "flow").write_text("\n".join(old) + "\n")
    told = unified("\n".join(old), "\n".join(new), NAMES)

    subprocess.run(["patch", str(tmp_path / "flow")], input=told, text=True, check=True)

    assert (tmp_path / "flow").read_text() == "\n".join(new) + "\n"


def test_texts_with_nothing_in_common_are_told_whole_rather_than_compared_for_minutes() -> None:
    old, new = ("\n".join(f"{word} {n % 97}" for n in range(9_000)) for word in ("un", "deux"))

    told = unified(old, new, NAMES).splitlines()

    assert told[2] == "@@ -1,9000 +1,9000 @@"
    assert len(told) == 3 + 18_000
