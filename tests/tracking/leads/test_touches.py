"""What brought a visitor, each time that they came: the touches that models share credit among."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.tracking.leads.calls import touches_of
from chalicelib.tracking.visits.visits import Remembered

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADVERT = {"channel": "paid_search", "source": "google", "campaign": "Noel"}
LETTER = {"channel": "email", "source": "brevo", "campaign": "Lettre"}
TYPED = {"direct": True}
INSIDE: dict[str, Any] = {}


def a_visit(*pages: tuple[float, dict[str, Any]], landing: dict[str, Any] | None = None) -> Any:
    """Return a visit that opened pages, so many minutes after noon each."""
    steps = [
        {"kind": "page", "at": int((NOON + timedelta(minutes=at)).timestamp() * 1000), **brought}
        for at, brought in pages
    ]
    return Remembered(
        id="vis_a",
        site_id="site_1",
        landing=json.dumps(landing or {}),
        first_seen=NOON,
        last_seen=NOON,
        steps=tuple(json.dumps({**step, "path": f"/{at}"}) for at, step in enumerate(steps)),
    )


def channels(visit: Remembered) -> list[str]:
    return [each.channel for each in touches_of(visit)]


def test_a_landing_page_that_is_loaded_again_brought_its_visitor_once() -> None:
    visit = a_visit((0, LETTER), (1, ADVERT), (2, INSIDE), (3, ADVERT), (4, ADVERT), (5, LETTER))

    assert channels(visit) == ["email", "paid_search"]


def test_the_same_advert_on_another_day_brought_its_visitor_again() -> None:
    visit = a_visit((0, ADVERT), (20, INSIDE), (45, ADVERT), (24 * 60, ADVERT))

    assert channels(visit) == ["paid_search", "paid_search"]


def test_who_types_the_address_days_later_came_directly() -> None:
    visit = a_visit((0, ADVERT), (3 * 24 * 60, TYPED), (3 * 24 * 60 + 1, INSIDE))

    assert channels(visit) == ["paid_search", "direct"]


def test_who_types_an_address_while_on_the_site_did_not_come_anew() -> None:
    visit = a_visit((0, ADVERT), (5, TYPED), (34, INSIDE), (60, TYPED))

    assert channels(visit) == ["paid_search"]


def test_a_tab_that_was_left_open_brought_nobody() -> None:
    assert channels(a_visit((0, ADVERT), (300, INSIDE))) == ["paid_search"]


def test_who_came_directly_first_did_so_whatever_brought_them_later() -> None:
    assert channels(a_visit((0, TYPED), (300, ADVERT))) == ["direct", "paid_search"]


def test_of_a_visit_without_known_pages_the_landing_counts() -> None:
    (touch,) = touches_of(a_visit((0, INSIDE), landing=LETTER))
    (nothing,) = touches_of(a_visit())

    assert (touch.channel, touch.campaign, touch.at) == ("email", "Lettre", NOON)
    assert nothing.channel == "direct"
