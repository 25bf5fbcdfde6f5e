"""Which months are due, and that every entry is taken by exactly one close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.close import (
    GRACE,
    Closing,
    Status,
    cutoff,
    due_months,
    is_due,
    issue_date,
    window,
)
from chalicelib.kernel.periods import PARIS, Month
from tests.billing.builders import an_entry

OPENED = datetime(2026, 9, 20, 12, tzinfo=UTC)


def closed(month: str, status: Status = Status.ISSUED, at: datetime = OPENED) -> Closing:
    return Closing(
        account_id="acc_1", month=Month(month), status=status, cutoff=cutoff(at), closed_at=at
    )


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-12-01T04:59:59+01:00", False),
        ("2026-12-01T05:00:00+01:00", True),
        ("2026-12-01T03:59:59+00:00", False),
        ("2026-11-30T23:59:59+01:00", False),
        ("2027-03-01T05:00:00+01:00", True),
    ],
)
def test_a_month_is_due_at_five_in_paris_on_the_first(now: str, due: bool) -> None:
    assert is_due(Month("2026-11"), datetime.fromisoformat(now)) == due


@pytest.mark.parametrize("month", ["2026-03", "2026-10"])
def test_summer_and_winter_months_are_due_at_five_too(month: str) -> None:
    first = Month(month).next().first_day
    five = datetime(first.year, first.month, first.day, 5, tzinfo=PARIS)

    assert is_due(Month(month), five)
    assert not is_due(Month(month), five - timedelta(seconds=1))


def test_months_are_due_in_order_from_the_account_s_first() -> None:
    now = datetime(2026, 12, 5, tzinfo=UTC)

    assert [str(m) for m in due_months([], OPENED, now)] == ["2026-09", "2026-10", "2026-11"]


@pytest.mark.parametrize(
    ("status", "due"),
    [
        (Status.ISSUED, ["2026-11"]),
        (Status.EMPTY, ["2026-11"]),
        (Status.CARRIED, ["2026-11"]),
        (Status.REFUSED, ["2026-10", "2026-11"]),
    ],
)
def test_only_a_refused_month_is_tried_again(status: Status, due: list[str]) -> None:
    closings = [closed("2026-09"), closed("2026-10", status)]

    found = due_months(closings, OPENED, datetime(2026, 12, 5, tzinfo=UTC))

    assert [str(month) for month in found] == due


def test_nothing_is_due_in_an_account_s_first_month() -> None:
    assert due_months([], OPENED, OPENED + timedelta(days=3)) == []


def test_an_invoice_bears_the_date_of_paris() -> None:
    assert str(issue_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))) == "2027-01-01"


AUGUST = datetime(2026, 8, 31, 22, tzinfo=UTC)  # midnight in Paris
minutes = st.integers(0, 200 * 24 * 60)


@given(
    st.lists(st.tuples(minutes, st.integers(0, 90 * 24 * 60)), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 6 * 24 * 60), st.sampled_from(Status)), max_size=8),
)
def test_every_entry_is_taken_by_exactly_one_close(
    calls: list[tuple[int, int]], outcomes: list[tuple[int, Status]]
) -> None:
    from dataclasses import replace

    entries = []
    for at, (started, late) in enumerate(calls):
        entry = an_entry(started_at=AUGUST + timedelta(minutes=started), call_id=f"CA{at}")
        recorded = entry.call.started_at + timedelta(minutes=late)
        entries.append(replace(entry, recorded_at=recorded))
    closings: list[Closing] = []
    taken: dict[str, int] = {}
    now, month = AUGUST, Month("2026-09")

    for delay, status in [*outcomes, (0, Status.ISSUED), (400 * 24 * 60, Status.ISSUED)]:
        due = month.end + timedelta(hours=5)
        now = max(now + timedelta(hours=1), due + timedelta(minutes=delay))
        takes = window(closings, month, cutoff(now))
        chosen = [entry for entry in entries if takes.takes(entry)]
        assert takes.since is None or all(entry.recorded_at >= takes.since for entry in chosen)
        assert all(entry.recorded_at <= now - GRACE for entry in chosen)
        assert all(entry.period.text <= month.text for entry in chosen)
        closing = closed(month.text, status, now)
        closings = [c for c in closings if c.month != month] + [closing]
        if status.covers:
            for entry in chosen:
                taken[entry.call.call_id] = taken.get(entry.call.call_id, 0) + 1
        if status.settled:
            month = month.next()

    assert all(times == 1 for times in taken.values())
    last = closings[-1]
    for entry in entries:
        if entry.period.text <= last.month.text:
            assert taken.get(entry.call.call_id) == 1
