"""How visitors behave is learnt from an account's own calls, on the real tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app import learn_behaviours
from benchmarks.visitors import OPENED
from chalicelib.runtime import tracking_wiring, wiring
from chalicelib.tracking.attribution import Behaviour
from chalicelib.tracking.learning import handlers, usecases
from chalicelib.tracking.learning.learnt import ENOUGH_CALLS
from tests.gateway import Context
from tests.house.shops import CALLER
from tests.tracking.learning import visitors
from tests.tracking.live.conftest import office, page, shop
from tests.tracking.live.test_live import a_visitor_in_doubt
from tests.world import schedule_at

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

    from benchmarks.visitors import Site
    from chalicelib.tracking.learning.lessons import Lesson
    from tests.house.shops import Shop
    from tests.tracking.live.builders import Office
    from tests.tracking.visits.builders import Page

__all__ = ["office", "page", "shop"]

PATH = "/v1/attribution"


def taught(page: Page, site: Site) -> dict[str, Lesson]:
    """Have the first half of a site's days been the shop's."""
    found = visitors.lessons(visitors.first_calls(site)[0])
    for call_id, lesson in found.items():
        mine = replace(lesson, pool_id=page.pool)
        tracking_wiring.learning().teach("acct_shop", call_id, mine)
    for hour in visitors.hours(site):
        tracking_wiring.roster().save_hour(page.pool, hour)
    return found


def learnt(shop: Shop, now: datetime) -> dict[str, Any]:
    """Have the schedule come by; what is shown of it."""
    learn_behaviours(schedule_at(now.isoformat()), Context())
    shop.cools_down()
    found: dict[str, Any] = shop.gets(PATH)["behaviour"]
    return found


def lesson_rows(page: Page) -> list[dict[str, Any]]:
    return page.rows("lessons#")


def test_what_calls_teach_is_used_and_answers_that_were_given_stay(office: Office) -> None:
    page, shop = office.page, office.page.shop
    number = a_visitor_in_doubt(office)
    office.rings(to=number)
    office.hangs_up(to=number)
    answered = shop.gets("/v1/calls/CA1/journey")
    shop.forget_rows("tracking", "lessons#")
    site = visitors.a_slow_site()
    known = taught(page, site)
    now = OPENED + timedelta(seconds=site.until / 2)

    shown = learnt(shop, now)

    assert (shown["in_use"], shown["learnt_at"][:16]) == ("learnt", now.isoformat()[:16])
    assert len(known) * 0.9 < shown["calls"] <= len(known)
    assert shown["calls_per_thousand_visits"] > 40
    in_use = tracking_wiring.behaviour("acct_shop").curve
    assert in_use.at(1500) / in_use.at(0) > 10 * _share_at(1500)
    assert tracking_wiring.behaviour("acct_rival") == Behaviour()
    tracking_wiring.track_again("acct_shop", "CA1")
    shop.track()
    assert shop.gets("/v1/calls/CA1/journey") == answered
    said = shop.ask("PUT", PATH, {"learns": False}, if_match='"0"').json["behaviour"]
    assert (said["in_use"], said["calls"]) == ("assumed", shown["calls"])


def _share_at(seconds: float) -> float:
    assumed = Behaviour().curve
    return assumed.at(seconds) / assumed.at(0)


def test_few_calls_are_counted_and_change_nothing(office: Office) -> None:
    page, shop = office.page, office.page.shop
    site = visitors.a_slow_site(visits=1_500)
    known = taught(page, site)
    assert 0 < len(known) < ENOUGH_CALLS
    now = OPENED + timedelta(seconds=site.until / 2)

    shown = learnt(shop, now)

    assert (shown["in_use"], shown["enough_calls"]) == ("assumed", ENOUGH_CALLS)
    assert 0 < shown["calls"] < ENOUGH_CALLS
    assert tracking_wiring.behaviour("acct_shop") == Behaviour()


def test_an_account_has_a_turn_a_day_and_none_without_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, desk, noon = office.page.shop, tracking_wiring.learning_desk(), office.page.shop.clock.now

    handlers.learn_behaviours(noon, desk, lambda: 1.0)
    assert shop.gets(PATH)["behaviour"]["learnt_at"] is None
    handlers.learn_behaviours(noon, desk, lambda: 100.0)
    assert list(usecases.due(noon + timedelta(hours=23), desk)) == []
    assert list(usecases.due(noon + timedelta(hours=24), desk)) == ["acct_shop"]

    first = tracking_wiring.learning().learnt("acct_shop")
    handlers.learn_behaviours(noon, desk, lambda: 100.0)
    assert tracking_wiring.learning().learnt("acct_shop") == first


def test_a_lesson_has_nobody_in_it_and_is_there_once(office: Office) -> None:
    page, shop = office.page, office.page.shop
    number = a_visitor_in_doubt(office)
    office.rings(to=number)
    assert lesson_rows(page) == []

    office.hangs_up(to=number)
    shop.project()
    shop.track()

    (row,) = lesson_rows(page)
    visit = page.rows("visit#")[0]["pk"]["S"].partition("#")[2]
    caller_hash = wiring.Callers().caller_hash("acct_shop", CALLER)
    for mark in ("CA1", number, CALLER, visit, "google", caller_hash):
        assert mark not in str(row)
    assert int(row["expires_at"]["N"]) > shop.clock.now.timestamp() + 90 * 86_400


def test_spam_teaches_nothing(office: Office) -> None:
    page, shop = office.page, office.page.shop
    number = a_visitor_in_doubt(office)
    path = f"/v1/spam/blocked/{CALLER.replace('+', '%2B')}"
    assert shop.ask("PUT", path, {}).status == 200
    shop.clock.passes(seconds=1)

    office.rings(to=number)
    office.hangs_up(to=number)

    assert len(shop.gets("/v1/spam")["items"]) == 1
    assert lesson_rows(page) == []
