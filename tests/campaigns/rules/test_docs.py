"""What docs/campaigns.md tells is so, and every rule has an article, a place and a test."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.rules import ARTICLES, LAWS, Checked, Past, Purpose, Register
from chalicelib.campaigns.rules.caller_id import MATRIX, Kind
from chalicelib.campaigns.rules.france import France
from tests.campaigns.rules.builders import (
    NOW,
    PARIS,
    WILLING,
    a_campaign,
    a_consent,
    a_person,
    decided,
    paris,
    said_no,
    tried,
    with_,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.rules import Decision

ROOT = Path(__file__).parents[3]
RULES = ROOT / "chalicelib" / "campaigns" / "rules"
PAGE = (ROOT / "docs" / "campaigns.md").read_text(encoding="utf-8")
YEAR = timedelta(days=365)


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with a heading, but for its head."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.split("\n")][
        2:
    ]


def articles() -> list[list[str]]:
    france, abroad = (part.split("\n\n")[0] for part in PAGE.split("| text | key |")[1:])
    lines = [line for part in (france, abroad) for line in part.split("\n")[2:] if line]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


@cache
def functions() -> tuple[tuple[str, str, str], ...]:
    """List the tests of the rules: file, name, and docstring."""
    return tuple(_functions())


def _functions() -> Iterator[tuple[str, str, str]]:
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.name, node.name, ast.get_docstring(node) or ""


def test_every_article_that_a_rule_rests_on_is_on_the_page() -> None:
    told = {key.strip("`") for _, key, *_ in articles()}

    used = {
        rule.article.key
        for law in LAWS.values()
        for rule in law._rules()  # type: ignore[attr-defined]
    }
    used |= {law.abandonment().article.key for law in LAWS.values()}
    used |= {"fr.r223-1"}
    assert used == told
    assert used <= set(ARTICLES)


@pytest.mark.parametrize("row", articles(), ids=lambda row: row[4].strip("`"))
def test_every_line_of_the_page_names_code_and_a_test_that_names_the_article(
    row: list[str],
) -> None:
    _, key, _, places, test = (cell.replace("`", "") for cell in row)

    assert all((RULES / place).exists() for place in places.split(", "))
    found = [(name, words) for _, name, words in functions() if name == test]
    assert len(found) == 1, test
    assert key in ARTICLES


# How texts are named in tests: an article's number, or what everybody calls it.
NAMED = re.compile(
    r"[LRD]\d{2,4}[-_]\d|\bL?(44|32)\b|l44|l32|PECR|GDPR|64[._]1[26]0|plan|order|practice|ofcom"
    r"|house|state_law|Stat\.|2025_594",
    re.IGNORECASE,
)
RULE_TESTS = {
    "test_callbacks.py",
    "test_grounds.py",
    "test_hours.py",
    "test_caller_id.py",
    "test_numbers.py",
    "test_quiet.py",
    "test_objections.py",
    "test_united_kingdom.py",
    "test_united_states.py",
}


def test_every_rule_s_test_names_its_article() -> None:
    unnamed = [
        f"{file}: {name}"
        for file, name, words in functions()
        if file in RULE_TESTS and not NAMED.search(f"{name} {words}")
    ]

    assert unnamed == []


BLOCTEL = Past(checked=(Checked(register=Register.BLOCTEL, at=paris("2026-08-10 08:00")),))
OLD = Past(consents=(a_consent(NOW - YEAR - timedelta(seconds=1)),))
CALLS = tried(NOW - paris("2026-11-02 15:00"), *(timedelta(days=n) for n in (9, 8, 1)))
CHRISTMAS = Past(consents=(a_consent(paris("2026-12-01 12:00")),))
REFUSED = with_(refusals=said_no(paris("2026-11-18 18:30")))
ANSWERS = [
    decided(paris("2026-11-21 11:00")),
    decided(paris("2026-11-18 13:30"), person=a_person("+262692123456")),
    decided(paris("2026-12-24 20:30"), past=CHRISTMAS),
    decided(paris("2027-03-26 20:00"), past=CHRISTMAS),
    decided(NOW, past=with_(attempts=CALLS)),
    decided(paris("2026-11-19 11:00"), past=REFUSED),
    decided(NOW, past=Past(consents=(a_consent(NOW - YEAR),))),
    decided(NOW, past=OLD),
    decided(paris("2026-08-10 19:59"), past=BLOCTEL),
    decided(paris("2026-08-11 10:00"), past=BLOCTEL),
]


def answer(decision: Decision) -> str:
    if decision.earliest is None or decision.allowed:
        return "now" if decision.allowed else "never"
    there = decision.earliest.astimezone(PARIS)
    return f"{DAYS[there.weekday()]} {there.day} {MONTHS[there.month]}, {there:%H:%M}"


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = {1: "January 2027", 3: "March", 11: "November", 12: "December"}


@pytest.mark.parametrize(("row", "decision"), list(zip(rows("example"), ANSWERS, strict=True)))
def test_d223_9_l223_1_the_examples_are_so(row: list[str], decision: Decision) -> None:
    assert row[1] == answer(decision)


def test_the_decision_of_the_page_is_decided() -> None:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    told = json.loads(found[1])
    at = datetime.fromisoformat(told["at"])
    past = Past(consents=(a_consent(at - timedelta(days=425)),))

    decision = decided(at, a_campaign(None), past=past)

    assert decision.as_fields() == told
    assert decision.reasons[0].in_words() in PAGE


def test_the_matrix_of_the_page_is_the_plan_s() -> None:
    told = {row[1].strip("`"): row[2:] for row in rows("number shown")}

    assert told == {
        str(kind): ["no" if reason else "yes" for reason in MATRIX[kind]] for kind in Kind
    }


def test_the_choices_of_the_page_are_the_options() -> None:
    assert [row[0].strip("`") for row in rows("option")] == [each.name for each in fields(France)]


def test_the_purposes_of_the_page_are_all_there_are() -> None:
    assert {row[1].strip("`") for row in rows("you ring a consumer")} == set(map(str, Purpose))
    assert WILLING.consents
