"""What every store of journeys promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.store import JourneyStore
from chalicelib.tracking.pools.store import DeckStore
from chalicelib.tracking.store import TrackingRow
from chalicelib.tracking.visits.store import VisitStore
from tests.clouds import ENVIRONMENT, tables
from tests.fakes import JourneysInMemory
from tests.tracking.journeys.builders import ACCOUNT, CALLER, LANDING, NOON, a_journey, an_unknown
from tests.tracking.pools.builders import a_visit

if TYPE_CHECKING:
    from collections.abc import Iterator


class OnDynamoDB(JourneyStore):
    """The store, with the visits `vis_a` and `vis_b`; what erases visits."""

    def __init__(self, table_name: str) -> None:
        super().__init__(table_name)
        self.withdraw = DeckStore(table_name).withdraw
        for name in "ab":
            VisitStore(table_name).begin(a_visit(name), 1)


if TYPE_CHECKING:
    Store = OnDynamoDB | JourneysInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        store = JourneysInMemory()
        store.visits = {"vis_a", "vis_b"}
        yield store
        return
    with tables(TrackingRow):
        yield OnDynamoDB(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


POSTER = an_unknown("CA2", role=Role.STATIC, source_id="src_poster", confidence=1.0)
SHARED = a_journey("CA3", visit_id=None, shared_id="pool_shop~ab", candidates=())
WITHHELD = an_unknown("CA4", caller_hash=None)


@pytest.mark.parametrize("journey", [a_journey(), POSTER, SHARED, WITHHELD])
def test_a_journey_is_found_again_as_it_was_kept(store: Store, journey: object) -> None:
    store.keep(journey)  # type: ignore[arg-type]

    found = store.journey(ACCOUNT, journey.call_id)  # type: ignore[attr-defined]
    assert found == journey


def test_a_journey_nobody_kept_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.journey(ACCOUNT, "CA1")


def test_another_accounts_journeys_are_never_shown(store: Store) -> None:
    store.keep(a_journey())

    with pytest.raises(NotFound):
        store.journey("acct_rival", "CA1")
    assert store.journeys("acct_rival", ["CA1"]) == {}
    assert store.of_caller("acct_rival", CALLER, 10) == ()


def test_the_journeys_of_some_calls_are_read_at_once(store: Store) -> None:
    store.keep(a_journey())
    store.keep(POSTER)

    assert store.journeys(ACCOUNT, ["CA1", "CA2", "CA2", "CA9"]) == {
        "CA1": a_journey(),
        "CA2": POSTER,
    }
    assert store.journeys(ACCOUNT, []) == {}


def test_a_callers_journeys_come_newest_first(store: Store) -> None:
    for hours in (1, 3, 2):
        store.keep(a_journey(f"CA{hours}", rang_at=NOON + timedelta(hours=hours)))
    store.keep(a_journey("CA4", caller_hash="somebody else"))
    store.keep(WITHHELD)

    found = store.of_caller(ACCOUNT, CALLER, 2)

    assert [each.call_id for each in found] == ["CA3", "CA2"]


def test_what_is_final_is_replaced_only_by_what_is_final(store: Store) -> None:
    ended = a_journey(visit_id="vis_b", final=True)

    assert store.keep(a_journey())
    assert store.keep(ended)
    assert not store.keep(a_journey())
    assert not store.keep(a_journey(), new_visit=False)
    assert store.journey(ACCOUNT, "CA1") == ended

    corrected = replace(ended, confidence=0.7)
    store.keep(corrected, new_visit=False)
    assert store.journey(ACCOUNT, "CA1") == corrected


def test_a_visit_that_is_no_more_gets_no_call(store: Store) -> None:
    with pytest.raises(NotFound):
        store.keep(a_journey(visit_id="vis_gone"))

    with pytest.raises(NotFound):
        store.journey(ACCOUNT, "CA1")


def test_a_visit_that_is_erased_is_erased_from_its_calls(store: Store) -> None:
    store.keep(a_journey())
    store.keep(a_journey("CA2"))
    store.keep(a_journey("CA2", visit_id="vis_b", final=True))

    store.withdraw(ACCOUNT, "vis_a")

    erased = store.journey(ACCOUNT, "CA1")
    assert (erased.visit_id, erased.site_id, erased.landing) == (None, None, {})
    assert (erased.erased, erased.confidence) == (True, 0.9)
    assert [each.visit_id for each in erased.candidates] == [None, None]
    assert [each.lease_id for each in erased.candidates] == ["lea_a", None]
    assert "google" not in repr(erased)
    assert "vis_a" not in repr(erased)
    assert store.journey(ACCOUNT, "CA2").landing == LANDING


def test_a_visit_that_is_erased_while_a_call_ends_does_not_come_back(store: Store) -> None:
    store.keep(a_journey())
    store.withdraw(ACCOUNT, "vis_a")

    with pytest.raises(NotFound):
        store.keep(a_journey(final=True), new_visit=False)

    assert "google" not in repr(store.journey(ACCOUNT, "CA1"))
