"""What every store of conversions promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.tracking.conversions.conversion import Attempt, Entry, State
from chalicelib.tracking.conversions.destinations import Network, Proof, Wanted
from chalicelib.tracking.conversions.store import ConversionStore
from chalicelib.tracking.conversions.words import Reason
from chalicelib.tracking.store import TrackingRow
from tests.clouds import ENVIRONMENT, tables
from tests.fakes import ConversionsInMemory
from tests.tracking.conversions.builders import NOON, a_destination
from tests.tracking.journeys.builders import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = ConversionStore | ConversionsInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield ConversionsInMemory()
        return
    with tables(TrackingRow):
        yield ConversionStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


FULL = a_destination(
    Network.META,
    wanted=Wanted(qualified=False, min_seconds=30, tags=("devis", "rappel")),
    value_cents=None,
    proof=Proof.VISIT,
    consent_tag="accord",
    send_caller=True,
    paused=True,
)
ENTRY = Entry(
    id="cnv_1",
    account_id=ACCOUNT,
    destination_id="dst_1",
    network=Network.META,
    deed_id="CA1",
    called_at=NOON,
    state=State.WAITING,
    reason=Reason.BUSY,
    next_at=NOON + timedelta(hours=6),
    tries=2,
    attempts=(
        Attempt(at=NOON, status=None, code="timeout", reason=Reason.NO_ANSWER),
        Attempt(at=NOON, status=200, code="ok"),
    ),
    claimed_at=NOON,
)


@pytest.mark.parametrize("destination", [a_destination(), FULL])
def test_a_destination_is_found_again_as_it_was_kept(store: Store, destination: object) -> None:
    saved = store.save_destination(destination)  # type: ignore[arg-type]

    assert store.destination("dst_1") == saved == replace(destination, version=1)  # type: ignore[type-var]


def test_whoever_saw_an_older_destination_does_not_overwrite_it(store: Store) -> None:
    saved = store.save_destination(a_destination())
    store.save_destination(replace(saved, name="Neuf"))

    with pytest.raises(Stale):
        store.save_destination(replace(saved, name="Vieux"))


def test_destinations_are_listed_page_by_page_without_the_archived(store: Store) -> None:
    for n in range(4):
        store.save_destination(a_destination(id=f"dst_{n}"))
    store.save_destination(replace(store.destination("dst_1"), archived_at=NOON))
    store.save_destination(a_destination(id="dst_9", account_id="acct_rival"))

    first = store.destinations(ACCOUNT, 2)
    rest = store.destinations(ACCOUNT, 2, first.next)

    assert [each.id for each in (*first.items, *rest.items)] == ["dst_0", "dst_2", "dst_3"]


def test_a_destination_nobody_made_is_not_found(store: Store) -> None:
    for name in ("dst_0", "x" * 3_000):
        with pytest.raises(NotFound):
            store.destination(name)


def test_a_line_of_the_log_is_found_again_as_it_was_kept(store: Store) -> None:
    bare = Entry(
        id="cnv_2",
        account_id=ACCOUNT,
        destination_id="dst_1",
        network=Network.GA4,
        deed_id="CA2",
        called_at=NOON,
        state=State.SKIPPED,
    )

    for each in (ENTRY, bare):
        assert store.save(each) == store.entry(ACCOUNT, each.id) == replace(each, version=1)


def test_a_line_is_its_accounts_alone(store: Store) -> None:
    store.save(ENTRY)

    assert store.find("acct_rival", "cnv_1") is None
    assert store.entries("acct_rival", 10).items == ()
    with pytest.raises(NotFound):
        store.entry("acct_rival", "cnv_1")


def test_a_line_that_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    saved = store.save(ENTRY)
    store.save(replace(saved, state=State.SENT))

    for stale in (ENTRY, saved):
        with pytest.raises(Conflict):
            store.save(stale)


def test_lines_are_listed_newest_call_first(store: Store) -> None:
    for n in range(5):
        store.save(replace(ENTRY, id=f"cnv_{n}", called_at=NOON + timedelta(minutes=n)))

    first = store.entries(ACCOUNT, 3)
    rest = store.entries(ACCOUNT, 3, first.next)

    listed = [each.id for each in (*first.items, *rest.items)]
    assert listed == [f"cnv_{n}" for n in (4, 3, 2, 1, 0)]
