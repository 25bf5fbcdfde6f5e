"""What is kept of a visit that takes more steps than its row holds."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tracking.pools.steps import KINDS, LASTING, NEWEST, TOUCHES, gathered, shelved


def pages(count: int, **facts: Any) -> list[dict[str, Any]]:
    return [{"kind": "page", "path": f"/{at}", **facts} for at in range(count)]


def said(name: str, **data: Any) -> dict[str, Any]:
    return {"kind": "custom", "name": name, "data": data}


def told(*messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell so many messages, as a row is changed by each, and return what is kept."""
    shelves: dict[str, list[str]] = {shelf: [] for kind in KINDS for shelf in kind.shelves}
    for at, steps in enumerate(messages):
        coming = shelved([json.dumps(each) for each in steps], at)
        for kind in KINDS:
            for shelf, other in zip(kind.shelves, reversed(kind.shelves), strict=True):
                for place in kind.past() if other in coming else ():
                    del shelves[shelf][place : place + 1]
        for shelf, put in coming.items():
            shelves[shelf][:0] = put
    return [json.loads(each) for each in gathered(shelves)]


def singly(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    return told(*([each] for each in steps))


def test_the_newest_steps_are_kept_and_what_brought_the_visitor() -> None:
    came = {"kind": "page", "path": "/promo", "channel": "paid_search"}

    found = singly(came, *pages(500))

    assert found[0] == came
    assert found[1:] == pages(500)[1 - len(found) :]
    assert len(found) > NEWEST


def test_a_no_outlives_whatever_pages_say_of_the_browser() -> None:
    no = said("consent", ad_user_data="denied")
    ids = [said("ids", ga_session_id=str(at)) for at in range(500)]

    found = singly(no, *ids, *pages(500))

    assert found[0] == no
    assert ids[-1] in found


def test_what_brought_the_visitor_outlives_what_they_say_and_the_other_way_round() -> None:
    came = [{"kind": "page", "path": f"/{at}", "direct": 1} for at in range(100)]
    yes = said("consent", analytics_storage="granted")

    found = singly(yes, *came)

    assert found[0] == yes
    assert found[1:] == came[1 - len(found) :]
    assert len(found) > TOUCHES.room


def test_events_that_say_ever_new_things_fill_no_row() -> None:
    ever_new = [said(name, **{f"k{at}": "1"}) for at in range(500) for name in LASTING]

    assert len(singly(*ever_new)) <= sum(2 * each.room for each in LASTING.values())


MESSAGES = st.lists(st.integers(1, 20), min_size=1, max_size=60)


@given(MESSAGES)
def test_however_many_come_at_once_the_newest_are_kept_in_order_and_without_gaps(
    sizes: list[int],
) -> None:
    steps = iter(pages(sum(sizes)))
    messages = [[next(steps) for _ in range(size)] for size in sizes]

    found = told(*messages)

    assert found == pages(sum(sizes))[sum(sizes) - len(found) :]
    assert len(found) >= min(NEWEST, sum(sizes))
    assert len(found) <= 2 * NEWEST
