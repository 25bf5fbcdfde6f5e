"""`make campaign` follows a campaign's progress until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from local.campaign import bar, follow, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCKED = {"members": 2, "words": {"en": "It is a public holiday. (C. conso. D223-9)"}}


def told(done: int, **facts: Any) -> dict[str, Any]:
    """Return what the API says of a campaign of ten people."""
    usual: dict[str, Any] = {
        "campaign_id": "camp_1",
        "state": "running",
        "members": 10,
        "whole": True,
        "done": done,
        "remaining": 10 - done,
        "calls": 12,
        "open": 0,
        "outcomes": {"answered": 8, "busy": 4},
        "blocked": [],
        "calls_an_hour": 90.5,
        "ends_at": None,
    }
    return usual | facts


def test_a_campaign_is_followed_until_nobody_is_left_and_no_call_is_up() -> None:
    answers: Iterator[Any] = iter([told(3), requests.ConnectionError(), told(10, open=1), told(10)])
    said: list[str] = []

    def ask() -> dict[str, Any]:
        answer: dict[str, Any] | Exception = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    follow(ask, said.append, lambda seconds: None)

    bars = [each for each in said if each.startswith("\r[")]
    assert [" 30% 3/10" in bars[0], "100% 10/10, 1 up" in bars[1], len(bars)] == [True, True, 3]
    assert said[1] == "\rno answer: asking again"
    assert said[-1] == "\ncamp_1: 12 calls to 10 people\n  answered: 8\n  busy: 4\n"


def test_a_stopped_campaign_is_over_though_people_are_left() -> None:
    said: list[str] = []

    follow(lambda: told(4, state="stopped", blocked=[BLOCKED]), said.append)

    assert "2 kept: It is a public holiday." in said[-1]


def test_a_bar_fits_its_line() -> None:
    nobody = told(0, members=0, remaining=0, whole=False)
    late = told(5, ends_at="2026-11-27T12:00:00+00:00")

    lines = [bar(each, width) for each in (nobody, late, told(10)) for width in (40, 80, 200)]

    assert {len(each) for each in lines} == {39, 79, 199}
    assert "0/0+" in lines[1]
    assert summary(nobody).startswith("camp_1: ")
