"""A call is charged once, whatever is delivered how often; a correction is never lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.billing.ledger import from_document, to_document
from chalicelib.billing.metering import metered
from chalicelib.billing.origin import Origin
from chalicelib.billing.publishing import NOTICE, ChangesThePast, Published
from chalicelib.billing.usecases import charge_call, charges_of_month, price_again, publish_tariff
from chalicelib.calls.call import State
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.periods import Month
from tests.billing.builders import (
    NOVEMBER_22,
    a_document,
    a_logged_call,
    a_rate,
    a_tariff,
    a_version,
)
from tests.billing.ledgers import BillingInMemory

if TYPE_CHECKING:
    from chalicelib.billing.tariff import Tariff

SOON = NOVEMBER_22 + timedelta(minutes=2)
ONE_REQUEST = ["add_entry"]


def a_store(tariff: Tariff | None = None) -> BillingInMemory:
    store = BillingInMemory()
    store.tariffs["acc_1"] = [Published(tariff or a_tariff(), 1, NOVEMBER_22)]
    return store


def charge(store: BillingInMemory, **call: Any) -> Any:
    return charge_call(a_logged_call(**call), now=SOON, charges=store, tariffs=store)


def test_a_completed_call_is_charged_with_one_write() -> None:
    store = a_store()

    entry = charge(store)

    assert str(entry.charge.amount) == "0.095"
    assert (entry.call.family, entry.call.origin) == (Family.NPV, Origin.FIXED_METRO)
    assert [each for each in store.requests if each != "latest_tariff"] == ONE_REQUEST


def test_the_same_call_twice_is_charged_once() -> None:
    store = a_store()

    first, again = charge(store), charge(store)

    assert again == first
    assert len(store.ledger) == 1


@pytest.mark.parametrize(
    "not_billable",
    [
        {"state": State.CONNECTED, "ended_at": None, "end_status": None, "seconds": None},
        {"end_status": "no-answer"},
        {"end_status": "busy"},
        {"end_status": "failed"},
        {"end_status": "cancelled"},
        {"seconds": None},
    ],
)
def test_a_call_that_was_not_picked_up_costs_nothing(not_billable: dict[str, Any]) -> None:
    store = a_store()

    assert charge(store, **not_billable) is None
    assert store.ledger == {}


def test_a_withheld_caller_pays_the_dearest_origin() -> None:
    store = a_store(
        a_tariff(a_rate("cheap", origins=["fixed_metro"]), a_rate("dear", per_minute="0.6"))
    )

    entry = charge(store, caller=None)

    assert (entry.call.origin, entry.charge.rate.name) == (Origin.UNKNOWN, "dear")


def test_a_corrected_call_keeps_both_charges() -> None:
    store = a_store()
    charge(store)

    corrected = charge(store, seconds=120)

    assert corrected.serial == 1
    assert (str(corrected.charge.amount), str(corrected.superseded.amount)) == ("0.12", "0.095")
    assert str(corrected.difference) == "0.025"
    assert len(store.ledger) == 2
    assert charge(store, seconds=120) == corrected


def test_two_corrections_that_meet_are_tried_again() -> None:
    class Racing(BillingInMemory):
        """Another process corrects the call just after it was read here."""

        rival: Any = None

        def latest_entry(self, account_id: str, call_id: str) -> Any:
            latest = super().latest_entry(account_id, call_id)
            seconds, self.rival = self.rival, None
            if seconds is not None:
                charge(self, seconds=seconds)
            return latest

    store = Racing()
    store.tariffs = a_store().tariffs
    charge(store)
    store.rival = 130

    with pytest.raises(Conflict):
        charge(store, seconds=120)
    charge(store, seconds=120)

    assert [entry.call.seconds for entry in store.ledger.values()] == [95, 130, 120]
    assert sum(entry.difference.micros for entry in store.ledger.values()) == 120_000


def test_a_call_without_a_price_is_kept_and_priced_later() -> None:
    store = BillingInMemory()
    unpriced = charge(store)
    publish_tariff("acc_1", a_tariff(), now=SOON, tariffs=store)

    price_again(unpriced, a_tariff(), now=SOON, charges=store)
    price_again(unpriced, a_tariff(), now=SOON, charges=store)

    assert unpriced.reason == "the account has no tariff"
    latest = store.latest_entry("acc_1", "CA1")
    assert (str(latest.difference), latest.reason, latest.serial) == ("0.095", "", 1)


def test_a_call_is_priced_again_by_what_is_known_of_it_now() -> None:
    store = BillingInMemory()
    unpriced = charge(store)
    publish_tariff("acc_1", a_tariff(), now=SOON, tariffs=store)
    charge(store, seconds=120)

    price_again(unpriced, a_tariff(), now=SOON, charges=store)

    assert store.latest_entry("acc_1", "CA1").call.seconds == 120
    assert len(store.ledger) == 2


def test_a_number_outside_the_plan_needs_a_rate_for_every_family() -> None:
    french_only = a_store(a_tariff(a_rate(families=["npv"])))

    assert charge(french_only, dialled="+442079460018").charge is None
    assert charge(a_store(), dialled="+442079460018").charge is not None


def test_a_tariff_read_a_moment_ago_is_read_again_before_giving_up() -> None:
    class Behind(BillingInMemory):
        def kept_tariff(self, account_id: str) -> Published:
            return Published(a_tariff(a_rate(families=["mobile"])), 1, NOVEMBER_22)

    store = Behind()
    store.tariffs = a_store().tariffs

    assert charge(store).charge is not None


def test_a_table_that_is_down_loses_no_charge() -> None:
    for failing in range(2):
        store = a_store()
        store.fails_after = failing
        with pytest.raises(Unavailable):
            charge(store)

        charge(store)

        assert len(store.ledger) == 1


def test_an_entry_survives_its_document() -> None:
    store = a_store()
    charge(store)
    corrected = charge(store, seconds=120)

    assert from_document(to_document(corrected)) == corrected
    assert from_document(to_document(charge(BillingInMemory()))).reason


def test_charges_of_a_month_are_listed_by_pages() -> None:
    store = a_store()
    for at in range(7):
        october = NOVEMBER_22 - timedelta(days=30) if at % 2 else NOVEMBER_22
        charge(store, call_id=f"CA{at}", started_at=october + timedelta(seconds=at))
    seen: list[str] = []
    after = None

    while True:
        page = charges_of_month(
            "acc_1", Month("2026-11"), limit=3, after=after, now=SOON, charges=store
        )
        seen += [entry.call.call_id for entry in page.entries]
        after = page.next
        if after is None:
            break

    assert seen == ["CA0", "CA2", "CA4", "CA6"]


def published(*versions: dict[str, Any], store: BillingInMemory, **more: Any) -> Published:
    from chalicelib.billing.pricelist import parse

    tariff = parse(a_document(*versions))
    return publish_tariff("acc_1", tariff, now=NOVEMBER_22, tariffs=store, **more)


JANUARY = a_version(since="2026-01-01T00:00:00+01:00")


def test_a_tariff_gets_new_versions_for_the_future() -> None:
    store = BillingInMemory()
    published(JANUARY, store=store)

    second = published(JANUARY, a_version(a_rate(), since="2027-01-01T00:00:00+01:00"), store=store)

    assert second.revision == 2
    assert len(second.tariff.versions) == 2


def test_prices_in_force_cannot_be_changed_or_dropped() -> None:
    store = BillingInMemory()
    published(JANUARY, store=store)

    with pytest.raises(ChangesThePast):
        published(a_version(a_rate(per_minute="0.07")), store=store)
    with pytest.raises(ChangesThePast):
        published(a_version(since="2027-01-01T00:00:00+01:00"), store=store)


@pytest.mark.parametrize(
    ("minutes", "allowed"), [(-1, False), (0, False), (4, False), (5, True), (6, True)]
)
def test_a_change_needs_a_moment_s_notice(minutes: int, allowed: bool) -> None:
    store = BillingInMemory()
    published(JANUARY, store=store)
    since = (NOVEMBER_22 + timedelta(minutes=minutes)).isoformat()
    wanted = a_version(a_rate(per_minute="0.07"), since=since)

    if allowed:
        assert published(JANUARY, wanted, store=store).revision == 2
    else:
        with pytest.raises(ChangesThePast) as caught:
            published(JANUARY, wanted, store=store)
        assert [fault.pointer for fault in caught.value.faults] == ["/versions/1/valid_from"]
    assert timedelta(minutes=5) == NOTICE


def test_a_gap_before_the_first_prices_may_be_filled() -> None:
    store = BillingInMemory()
    published(JANUARY, store=store)

    earlier = published(a_version(since="2025-06-01T00:00:00+02:00"), JANUARY, store=store)

    assert earlier.revision == 2


def test_a_tariff_changed_meanwhile_is_not_overwritten() -> None:
    store = BillingInMemory()
    published(JANUARY, store=store, revision=0)

    with pytest.raises(Stale):
        published(JANUARY, store=store, revision=0)
    assert published(JANUARY, store=store, revision=1).revision == 2


def test_an_unknown_tariff_is_not_found() -> None:
    with pytest.raises(NotFound):
        BillingInMemory().latest_tariff("acc_9")


def test_metering_takes_the_carrier_s_length_of_the_whole_call() -> None:
    rated = metered(a_logged_call(seconds=95, talk_seconds=40))

    assert rated is not None
    assert rated.seconds == 95
