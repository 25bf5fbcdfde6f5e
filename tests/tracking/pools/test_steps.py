"""What is kept of a visit that takes more steps than its row holds."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.tracking.pools.steps import MOST_SAID, MOST_STEPS, NEWEST, trimmed


def pages(count: int, **facts: Any) -> list[dict[str, Any]]:
    return [{"kind": "page", "path": f"/{at}", **facts} for at in range(count)]


def said(name: str, **data: Any) -> dict[str, Any]:
    return {"kind": "custom", "name": name, "data": data}


def kept(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in trimmed([json.dumps(each) for each in steps])]


def test_the_newest_steps_are_kept_and_what_brought_the_visitor() -> None:
    came = {"kind": "page", "path": "/promo", "channel": "paid_search"}

    found = kept(came, *pages(MOST_STEPS))

    assert found == [came, *pages(MOST_STEPS)[-NEWEST:]]


def test_a_no_outlives_whatever_pages_say_of_the_browser() -> None:
    no = said("consent", ad_user_data="denied")
    ids = [said("ids", ga_session_id=str(at)) for at in range(MOST_STEPS)]

    found = kept(no, *ids, *pages(NEWEST))

    assert found[:-NEWEST] == [no, ids[-1]]


def test_the_last_word_on_each_use_is_kept() -> None:
    no = said("consent", ad_user_data="denied")
    yes = [said("consent", analytics_storage="granted", at=at) for at in range(MOST_SAID + 1)]

    found = kept(said("consent", ad_user_data="granted"), no, *yes, *pages(NEWEST))

    assert found[:-NEWEST] == [no, yes[-1]]


def test_events_that_say_ever_new_things_fill_no_row() -> None:
    ever_new = [said("ids", **{f"k{at}": "1"}) for at in range(MOST_STEPS)]

    assert len(kept(*ever_new, *pages(NEWEST))) == NEWEST + MOST_SAID
