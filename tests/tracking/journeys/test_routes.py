"""A call's journey as its owner reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tracking.live.conftest import office, page, shop
from tests.tracking.live.test_live import a_visitor_in_doubt

if TYPE_CHECKING:
    from tests.tracking.live.builders import Office

__all__ = ["office", "page", "shop"]


def test_a_call_that_ended_has_its_journey_with_candidates_and_reasons(office: Office) -> None:
    number = a_visitor_in_doubt(office)
    office.rings(to=number)
    office.hangs_up(to=number)

    journey = office.page.shop.gets("/v1/calls/CA1/journey")

    assert (journey["final"], journey["role"], journey["number"]) == (True, "pool", number)
    assert journey["visit"]["steps"][0]["path"] == "/promo"
    assert journey["landing"]["source"] == "google"
    first, nobody = journey["candidates"]
    assert (first["visit_id"], first["nobody"]) == (journey["visit"]["id"], False)
    assert (nobody["visit_id"], nobody["nobody"]) == (None, True)
    assert first["weight"] + nobody["weight"] > 0.999
    assert "Le visiteur" in first["reason"]["fr"]
    assert "The visitor" in first["reason"]["en"]


def test_a_call_of_which_nobody_kept_a_journey_is_told_on_the_spot(office: Office) -> None:
    office.comes_in()

    journey = office.page.shop.gets("/v1/calls/CA1/journey")

    assert (journey["role"], journey["confidence"]) == ("static", 1.0)
    assert journey["source"]["name"] == "Radio"


def test_a_visit_that_was_erased_after_the_call_is_in_its_journey_no_more(office: Office) -> None:
    page = office.page
    number = a_visitor_in_doubt(office)
    office.rings(to=number)
    office.hangs_up(to=number)
    (visitor,) = page.rows("visit#")
    visit_id = visitor["pk"]["S"].partition("#")[2]

    from chalicelib.runtime import tracking_wiring

    tracking_wiring.decks().withdraw("acct_shop", visit_id)

    journey = page.shop.gets("/v1/calls/CA1/journey")
    assert (journey["erased"], journey["visit"], journey["landing"]) == (True, None, None)
    assert visit_id not in str(journey)
    kept = page.rows("call#")
    assert not any(visit_id in str(row) for row in kept)
    # What a call was counted under stays: it names a campaign and nobody.
    assert not any("Noel" in str(row) for row in kept if row["sk"]["S"] == "journey")


def test_the_first_of_two_callers_is_the_visitor_and_the_other_is_not(office: Office) -> None:
    number = a_visitor_in_doubt(office)
    office.rings(to=number)
    office.page.shop.clock.passes(seconds=30)
    office.rings("CA2", to=number, from_="+33639981277")
    office.hangs_up(to=number)
    office.hangs_up("CA2", to=number, from_="+33639981277")

    first, other = (
        office.page.shop.gets(f"/v1/calls/{call_id}/journey") for call_id in ("CA1", "CA2")
    )

    assert (first["landing"]["campaign"], first["final"]) == ("Noel", True)
    assert (other["visit"], other["landing"], other["confidence"]) == (None, None, 0.0)
    assert other["final"]


def test_a_call_that_nobody_made_has_no_journey(office: Office) -> None:
    heard = office.page.shop.ask("GET", "/v1/calls/CA404/journey")

    assert (heard.status, heard.json["code"]) == (404, "not-found")
