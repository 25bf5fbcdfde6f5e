"""Size, stray files, exact money, words and documents. Each rule is also shown its opposite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.ivr.texts import TEXTS, Line
from tests.architecture.test_layers import a_tree
from tests.architecture.tidiness import (
    MAX_LINES,
    document_faults,
    float_faults,
    length_faults,
    stray_faults,
    word_faults,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("rule", [length_faults, stray_faults, float_faults, document_faults])
def test_the_house_is_tidy(rule: Callable[[], list[str]]) -> None:
    assert rule() == []


def test_every_prompt_is_there_in_every_language() -> None:
    assert word_faults(TEXTS) == []
    assert all(set(known) == set(Line) for known in TEXTS.values())
    assert {"fr", "en"} <= set(TEXTS)


def test_a_missing_or_empty_prompt_is_seen() -> None:
    texts = {"fr": {"apology": "Désolé.", "bye": "Au revoir."}, "en": {"apology": " "}}

    assert word_faults(texts) == ["en: apology", "en: bye"]


def test_a_long_file_is_seen_and_so_is_an_exception_that_is_none(tmp_path: Path) -> None:
    root = a_tree(tmp_path, ivr__engine="x = 1\n" * (MAX_LINES + 1), ivr__flow="x = 1\n")
    engine, flow = "chalicelib/ivr/engine.py", "chalicelib/ivr/flow.py"

    assert length_faults(root, {}) == [f"{engine}: {MAX_LINES + 1} lines"]
    assert length_faults(root, {engine: "why"}) == []
    assert length_faults(root, {engine: "why", flow: "why"}) == [f"{flow}: not long"]


@pytest.mark.parametrize(
    "place",
    ["ivr/test_flow.py", "ivr/tests/flow.py", "NOTES.md", "ivr/todo.txt", "billing/README.md"]
    + ["ivr/page.js", "tracking/script/builds/draft-1.js"],
)
def test_a_file_that_would_ship_for_nothing_is_seen(tmp_path: Path, place: str) -> None:
    path = tmp_path / "chalicelib" / place
    path.parent.mkdir(parents=True)
    path.write_text("")

    assert stray_faults(tmp_path) == [f"chalicelib/{place} would ship"]


@pytest.mark.parametrize(
    "line",
    [
        "rate = 0.25",
        "rate = float('0.25')",
        "def f(rate: float): ...",
        "rate = 1 / 3",
        "rate /= 3",
        "rate = round(rate, 2)",
        "import math\nrate = math.floor(rate)",
        "rate = 1e3",
    ],
)
def test_a_float_near_money_is_seen(tmp_path: Path, line: str) -> None:
    assert len(float_faults(a_tree(tmp_path, billing__rating=line))) == 1
    assert len(float_faults(a_tree(tmp_path / "kernel", kernel__money=line))) == 1
    assert float_faults(a_tree(tmp_path / "other", ivr__hours=line)) == []


def test_exact_arithmetic_is_fine(tmp_path: Path) -> None:
    text = "from decimal import Decimal\nrate = Decimal('0.25') * 3\nminutes = 61 // 60\n"

    assert float_faults(a_tree(tmp_path, billing__rating=text)) == []


@pytest.mark.parametrize(
    "text",
    ["See `chalicelib/nowhere.py`.", "See [it](nowhere.md).", "Run `Makefile` and `app.py`."],
)
def test_a_document_that_names_what_is_not_there_is_seen(tmp_path: Path, text: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(text)

    assert document_faults(tmp_path)


def test_a_true_document_is_fine(tmp_path: Path) -> None:
    root = a_tree(tmp_path, ivr__flow="")
    (root / "docs").mkdir()
    (root / "docs" / "other.md").write_text("")
    (root / "docs" / "page.md").write_text(
        "See `chalicelib/ivr/flow.py`, [it](other.md#part), [them](https://example.fr), "
        "`policy-<stage>.json` and `POST /v1/flows`."
    )

    assert document_faults(root) == []
