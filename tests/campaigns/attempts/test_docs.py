"""What docs/attempts.md says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.campaigns.attempts.attempts import KEPT, Standing, Why
from chalicelib.campaigns.attempts.audit import _ARTICLES
from chalicelib.campaigns.attempts.chart import MOST_HOURS, NAMES
from chalicelib.campaigns.attempts.models import ProgressOut, WhyOut
from chalicelib.campaigns.attempts.reporting import _DONE
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules import ARTICLES
from chalicelib.campaigns.rules.words import GROUNDS

PAGE = (Path(__file__).parents[3] / "docs" / "attempts.md").read_text(encoding="utf-8")


def test_every_field_of_progress_is_told_of() -> None:
    part = PAGE.split("## How far it has come")[1].split("\n## ")[0]
    told = {name for row in re.findall(r"^\| ([^|]+) \|", part, re.M) for name in _named(row)}

    # Who answered and the like are outcomes of which there are many.
    apart = {"campaign_id", "state", "at", "answered", "machines", "refused", "abandoned"}
    assert told == set(ProgressOut.model_fields) - apart - {"seconds"}
    assert all(f"`{each}`" in part for each in Why)
    assert f"last {MOST_HOURS} hours" in part


def test_every_standing_has_a_row_and_every_reason_words() -> None:
    part = PAGE.split("## What happens to a contact")[1]

    assert [_named(row)[0] for row in re.findall(r"^\| (`[^|]+) \|", part, re.M)] == list(Standing)
    assert set(_DONE) == set(Why)
    assert set(NAMES) == set(Outcome)


def test_what_a_call_rested_on_is_told_of_with_articles_that_there_are() -> None:
    part = PAGE.split("## Why was I rung?")[1].split("\n## ")[0]

    assert all(f"`{each}`" in part for each in set(WhyOut.model_fields) - {"decided_at"})
    assert {ground for _, ground in _ARTICLES} <= set(GROUNDS["fr"])
    assert set(_ARTICLES.values()) <= set(ARTICLES)
    assert f"{KEPT.days // 365 == 3 and 'three years'} after the call" in part


def _named(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)
