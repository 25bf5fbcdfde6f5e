"""What callers of surcharged numbers owe: from the beep on, by the price they were told, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.ledger import from_document as charge_from_document
from chalicelib.billing.service import (
    from_document,
    rate,
    to_document,
    used,
)
from chalicelib.billing.service_words import in_english, in_french
from chalicelib.billing.servicing import charge_service, services_of_month
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.money import Money
from chalicelib.kernel.periods import Month
from chalicelib.kernel.tiers import MOST_A_CALL, Tier
from tests.billing.builders import NOVEMBER_22, a_logged_call, a_use
from tests.billing.desk import Desk
from tests.billing.ledgers import BillingInMemory

SOON = NOVEMBER_22 + timedelta(minutes=3)
BEEP = NOVEMBER_22 + timedelta(seconds=15)
NOVEMBER = Month("2026-11")


def a_surcharged_call(**changes: Any) -> Any:
    """A call of 80 s, of which the beep came after 15."""
    facts = {"dialled": "+33892123456", "seconds": 80, "service_from": BEEP, "service_tier": "D080"}
    return a_logged_call(**{**facts, **changes})


def charge(store: BillingInMemory, **call: Any) -> Any:
    return charge_service(a_surcharged_call(**call), now=SOON, services=store)


@pytest.mark.parametrize(
    ("tier", "seconds", "billed", "amount"),
    [
        pytest.param("D080", 0, 0, "0.00", id="hung up at the beep"),
        pytest.param("D080", 1, 1, "0.013333", id="a second"),
        pytest.param("D080", 59, 59, "0.786667", id="a second under a minute"),
        pytest.param("D080", 60, 60, "0.80", id="a minute"),
        pytest.param("D080", 61, 61, "0.813333", id="a second over a minute"),
        pytest.param("D080", 65, 65, "0.866667", id="the minute is not begun again"),
        pytest.param("D080", 1799, 1799, "23.986667", id="a second under half an hour"),
        pytest.param("D080", 1800, 1800, "24.00", id="half an hour"),
        pytest.param("D080", 1801, 1800, "24.00", id="a second over half an hour"),
        pytest.param("D021", 7200, 1800, "6.30", id="over 0.20 a minute, half an hour at most"),
        pytest.param("D020", 7199, 7199, "23.996667", id="at 0.20 a minute, longer"),
        pytest.param("D020", 7201, 7201, "24.00", id="but never over 24 euros"),
        pytest.param("A300", 0, 0, "3.00", id="by the call, from its first instant"),
        pytest.param("A300", 3600, 3600, "3.00", id="by the call, however long"),
    ],
)
def test_a_service_is_paid_by_the_second_or_by_the_call(
    tier: str, seconds: int, billed: int, amount: str
) -> None:
    charged = rate(a_use(seconds, tier))

    assert (charged.billed_seconds, str(charged.amount)) == (billed, amount)


@given(st.integers(0, 20_000), st.integers(1, 80), st.booleans())
def test_more_time_never_costs_less_and_no_call_over_its_limits(
    seconds: int, cents: int, per_minute: bool
) -> None:
    tier = Tier(cents, per_minute)

    less, more = (rate(a_use(each, tier.code)).amount for each in (seconds, seconds + 1))

    assert Money.zero <= less <= more <= MOST_A_CALL
    assert (more - less) * 60 <= Money.cents(cents) + Money(60)


def test_only_what_comes_after_the_beep_counts() -> None:
    use = used(a_surcharged_call())

    assert use is not None
    assert (use.seconds, use.tier.code, use.service_from) == (65, "D080", BEEP)


def test_a_second_that_is_not_over_is_the_caller_s() -> None:
    use = used(a_surcharged_call(service_from=BEEP + timedelta(milliseconds=1)))

    assert use is not None
    assert use.seconds == 64


@pytest.mark.parametrize(
    "call",
    [
        pytest.param({"service_from": None, "service_tier": None}, id="hung up before the beep"),
        pytest.param({"end_status": None, "seconds": None}, id="going on"),
        pytest.param({"end_status": "busy"}, id="never taken"),
    ],
)
def test_nothing_is_due_without_a_beep_or_before_the_end(call: dict[str, Any]) -> None:
    store = BillingInMemory()

    assert charge(store, **call) is None
    assert store.requests == []


def test_a_beep_after_the_carrier_s_end_costs_no_time() -> None:
    use = used(a_surcharged_call(seconds=10))

    assert use is not None
    assert use.seconds == 0


def test_the_same_call_twice_is_one_entry() -> None:
    store = BillingInMemory()

    first, again = charge(store), charge(store)

    assert again == first
    assert len(store.services) == 1


def test_a_beep_told_of_late_is_charged_then() -> None:
    store = BillingInMemory()
    assert charge(store, service_from=None, service_tier=None) is None

    assert str(charge(store).charge.amount) == "0.866667"


def test_an_end_told_otherwise_corrects_the_entry() -> None:
    store = BillingInMemory()
    charge(store)

    corrected = charge(store, seconds=75)

    assert (corrected.serial, str(corrected.superseded)) == (1, "0.866667")
    assert str(corrected.charge.amount) == "0.80"
    assert charge(store, seconds=75) == corrected


def test_a_table_that_is_down_loses_no_service() -> None:
    store = BillingInMemory(fails_after=0)
    with pytest.raises(Unavailable):
        charge(store)

    charge(store)

    assert len(store.services) == 1


def test_an_entry_survives_its_document() -> None:
    store = BillingInMemory()
    first, second = charge(store), charge(store, seconds=75)

    assert [from_document(to_document(each)) for each in (first, second)] == [first, second]
    with pytest.raises(KeyError):  # it is no charge of the account's
        charge_from_document(to_document(first))


def test_services_of_a_month_are_listed_by_pages() -> None:
    store = BillingInMemory()
    for at in range(5):
        charge(store, call_id=f"CA{at}", started_at=NOVEMBER_22 + timedelta(seconds=at))
    october = NOVEMBER_22 - timedelta(days=30)
    charge(store, call_id="CA9", started_at=october, service_from=october)

    def page(after: str | None) -> Any:
        return services_of_month("acc_1", NOVEMBER, limit=3, after=after, now=SOON, services=store)

    first = page(None)
    listed = [*first.entries, *page(first.next).entries]
    assert [each.use.call_id for each in listed] == [f"CA{at}" for at in range(5)]


def test_no_invoice_has_a_service() -> None:
    desk = Desk()
    desk.call(dialled="+33892123456", seconds=60)
    charge(desk.store, seconds=60)

    (closed,) = desk.close()

    assert [line["net_amount"] for line in closed.document["lines"]] == ["0.06"]


def test_a_service_explains_itself() -> None:
    charged = rate(a_use(65))

    assert in_french(charged) == (
        "Service d'un appel du 22/11/2026 à 10:30:00, palier D080 : 0,80\u00a0€ TTC la minute"
        " + prix appel. Bip à 10:30:15, puis 65 s, facturées à la seconde ="
        " 0,866667\u00a0€ TTC, que l'appelant doit à son opérateur."
    )
    assert in_english(charged) == (
        "Service of a call of 2026-11-22 10:30:00 (Paris), tier D080: EUR 0.80 incl. VAT a minute,"
        " beside the call. Beep at 10:30:15, then 65 s, billed by the second = EUR 0.866667"
        " incl. VAT, which the caller owes to their operator."
    )


@pytest.mark.parametrize(
    ("tier", "seconds", "limit"),
    [("D080", 2000, "1800 s at most"), ("D020", 7300, "24,00\u00a0€ a call at most")],
)
def test_a_limit_that_decided_is_told(tier: str, seconds: int, limit: str) -> None:
    assert limit in in_english(rate(a_use(seconds, tier)))
