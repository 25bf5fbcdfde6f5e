"""What every tracking store promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.tracking.sources import assign
from chalicelib.tracking.store import Tracking, TrackingRow
from tests.clouds import ENVIRONMENT, tables
from tests.fakes import TrackingInMemory
from tests.tracking import builders as a

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = Tracking | TrackingInMemory

DAY = timedelta(days=1)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield TrackingInMemory()
        return
    with tables(TrackingRow):
        yield Tracking(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def test_a_source_is_found_again_as_it_was_stored(store: Store) -> None:
    stored = store.save_source(a.a_source())

    assert stored == a.a_source(version=1)
    assert store.source("src_poster") == stored


def test_a_source_nobody_made_is_not_found(store: Store) -> None:
    for source_id in ("src_none", "", "x" * 5000):
        with pytest.raises(NotFound):
            store.source(source_id)


def test_of_two_changes_to_the_same_copy_the_second_is_refused(store: Store) -> None:
    seen = store.save_source(a.a_source())
    store.save_source(replace(seen, name="first"))

    with pytest.raises(Stale):
        store.save_source(replace(seen, name="second"))
    with pytest.raises(Stale):
        store.save_source(a.a_source(name="made twice"))

    assert store.source(seen.id).name == "first"


def test_an_account_lists_its_own_sources_and_the_archived_ones_apart(store: Store) -> None:
    for name in "abc":
        store.save_source(a.a_source(id=name))
    store.save_source(a.a_source(id="rivals", account_id="acct_rival"))
    store.save_source(replace(store.source("b"), archived_at=a.NOW))

    first = store.sources("acct_1", 1)
    second = store.sources("acct_1", 5, first.next)
    archived = store.sources("acct_1", 5, archived=True)

    assert [each.id for each in first.items + second.items] == ["a", "c"]
    assert second.next is None
    assert [(each.id, each.archived_at) for each in archived.items] == [("b", a.NOW)]


def test_a_number_that_nobody_spoke_of_stands_for_nothing(store: Store) -> None:
    assert store.number("acct_1", a.NUMBER) == a.a_number()


def test_a_number_and_its_source_are_stored_together(store: Store) -> None:
    source = store.save_source(a.a_source())

    saved = store.save_both(*assign(source, a.a_number(), a.NOW, a.NOW + DAY))

    assert store.source(source.id) == saved
    assert store.number("acct_1", a.NUMBER) == a.a_number(a.standing(until=a.NOW + DAY), version=1)
    assert store.number("acct_rival", a.NUMBER).assignments == ()


def test_two_sources_that_want_a_number_at_once_do_not_both_get_it(store: Store) -> None:
    poster = store.save_source(a.a_source())
    radio = store.save_source(a.a_source(id="src_radio"))
    unassigned = store.number("acct_1", a.NUMBER)
    store.save_both(*assign(poster, unassigned, a.NOW, None))

    with pytest.raises(Conflict):
        store.save_both(*assign(radio, unassigned, a.NOW, None))

    assert store.source("src_radio").periods == ()
    assert [each.source_id for each in store.number("acct_1", a.NUMBER).assignments] == [
        "src_poster"
    ]


def test_a_source_changed_meanwhile_takes_no_number(store: Store) -> None:
    seen = store.save_source(a.a_source())
    store.save_source(replace(seen, archived_at=a.NOW))

    with pytest.raises(Conflict):
        store.save_both(*assign(seen, a.a_number(), a.NOW, None))

    assert store.number("acct_1", a.NUMBER).assignments == ()
