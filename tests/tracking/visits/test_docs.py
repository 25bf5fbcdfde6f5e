"""The messages of docs/sites.md, as a page would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.tracking.visits.models import LONGEST_CUSTOM, LONGEST_DATA, MOST_EVENTS
from chalicelib.tracking.visits.visits import Kind
from tests.tracking.sites.test_docs import PAGE, examples
from tests.tracking.visits.builders import shown

if TYPE_CHECKING:
    from tests.tracking.visits.builders import Page


def test_the_messages_of_the_page_are_answered_as_it_says(page: Page) -> None:
    _, _, _, opened, told, events = examples()

    answer = page.lent(**{**opened, "site": page.site})
    after = page.tells(answer["visit"], *events["events"])

    assert answer.keys() == told.keys()
    assert answer["numbers"][0].keys() == told["numbers"][0].keys()
    assert (answer["numbers"][0]["find"], answer["beat"]) == ("+33472001122", told["beat"])
    assert shown(after) == shown(answer)


def test_the_page_names_every_kind_and_limit() -> None:
    assert [each for each in Kind if f"`{each}`" not in PAGE] == []
    assert (MOST_EVENTS, LONGEST_DATA, LONGEST_CUSTOM) == (20, 4_000, 500)
    assert "twenty at once" in PAGE
    assert "4,000 bytes" in PAGE
    assert "500 bytes" in PAGE
