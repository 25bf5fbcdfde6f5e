"""What every store of alerts promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import NotFound, Stale
from chalicelib.kernel.telling import Means
from chalicelib.tracking.alerts.alerts import Time
from chalicelib.tracking.alerts.store import AlertStore
from chalicelib.tracking.store import TrackingRow
from tests.clouds import ENVIRONMENT, tables
from tests.fakes.alerts import AlertsInMemory
from tests.tracking.alerts.builders import ACCOUNT, NOON, a_call, an_alert

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = AlertStore | AlertsInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield AlertsInMemory()
        return
    with tables(TrackingRow):
        yield AlertStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def test_an_alert_comes_back_as_it_went(store: Store) -> None:
    full = an_alert(
        by=Means.WEBHOOK,
        to="https://crm.example.fr/",
        numbers=("+33162012345",),
        sources=("src_radio",),
        hours='{"weekly":{}}',
        told=Time.OUTSIDE,
        stay_seconds=5,
        wait_minutes=9,
        quiet_minutes=0,
        language="en",
        secret=2,
        enabled=False,
    )

    stored = store.save(full)

    assert store.alert(ACCOUNT, "alert_1") == stored == replace(full, version=1)
    with pytest.raises(Stale):
        store.save(full)


def test_an_account_s_alerts_are_its_own_in_order(store: Store) -> None:
    later = store.save(an_alert(id="alert_a", created_at=NOON))
    first = store.save(an_alert(id="alert_b", created_at=NOON - timedelta(hours=1)))
    store.save(an_alert(id="alert_c", account_id="acct_2"))

    assert store.alerts(ACCOUNT) == (first, later)
    with pytest.raises(NotFound):
        store.alert(ACCOUNT, "alert_c")
    store.delete(ACCOUNT, "alert_a")
    store.delete(ACCOUNT, "alert_a")
    assert store.alerts(ACCOUNT) == (first,)


def test_an_attempt_is_fresh_once_and_ends_once(store: Store) -> None:
    first = store.begin(an_alert(), a_call(), NOON)
    again = store.begin(an_alert(), a_call(), NOON + timedelta(minutes=1))
    assert (first.fresh, again.fresh) == (True, False)
    assert again == replace(first, fresh=False)

    store.end(an_alert(), a_call(), "refused", "no-sender")
    store.end(an_alert(), a_call(), "sent", None)

    over = store.begin(an_alert(), a_call(), NOON)
    assert (over.began_at, over.status, over.reason) == (NOON, "refused", "no-sender")


def test_quiet_is_one_call_s_until_it_is_over(store: Store) -> None:
    def claims(call_id: str, minutes: int, **facts: Any) -> bool:
        at = NOON + timedelta(minutes=minutes)
        call = a_call(call_id, **facts)
        return store.claim_quiet(an_alert(), call, at, at + timedelta(minutes=30))

    assert claims("CA1", 0)
    assert claims("CA1", 1)
    assert not claims("CA2", 2)
    assert claims("CA3", 2, caller_hash="h2")
    assert claims("CA4", 31)
    assert not claims("CA5", 32)


def test_what_was_sent_is_listed_newest_first_page_by_page(store: Store) -> None:
    for at in range(5):
        store.begin(an_alert(), a_call(f"CA{at}"), NOON + timedelta(seconds=at))
    store.begin(an_alert(id="alert_2"), a_call("CA9"), NOON)

    first = store.sent(ACCOUNT, "alert_1", 3, None)
    second = store.sent(ACCOUNT, "alert_1", 3, first.next)

    listed = [each.call_id for each in (*first.items, *second.items)]
    assert listed == ["CA4", "CA3", "CA2", "CA1", "CA0"]
    assert second.next is None
    assert store.sent("acct_2", "alert_1", 3, None).items == ()
