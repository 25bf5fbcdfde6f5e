"""What other rooms make of calls: once each, right, and whatever the stream and its queue do."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import project_again
from chalicelib.runtime import wiring
from tests.clouds import STAGE
from tests.gateway import Context
from tests.house.carrier import CALL, LEG, Caller, a_forwarded_call, a_message
from tests.house.faults import Trouble, of, trouble
from tests.house.shops import Shop, a_shop
from tests.template import resources
from tests.world import messages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHARGE = Decimal("0.38")  # 95 s at 0.24 a minute
OTHER = "CA" + "6" * 32


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop is enough: its calls and what was made of them are forgotten before each test."""
    with a_shop() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nothing_projected(shop: Shop) -> None:
    forget(shop)


def forget(shop: Shop) -> None:
    """Drop the calls and what was made of them."""
    shop.forget_calls()
    shop.forget_rows("billing", "#call#")
    for mark in ("tally#", "seen#", "call#"):
        shop.forget_rows("tracking", mark)


def changes_of(shop: Shop, take_place: Callable[[], Caller]) -> list[dict[str, Any]]:
    """Return the call's row after each of its webhooks: what the stream has of it."""
    rows: list[dict[str, Any]] = []
    call = take_place()
    webhooks = list(call.sent)
    shop.forget_calls()
    for webhook in webhooks:
        webhook.again()
        rows += [row for row in shop.cloud.rows("calls") if row["pk"]["S"] == call.call_id]
    return rows


def assert_charged_and_counted_once(shop: Shop) -> None:
    assert [Decimal(amount) for amount in shop.amounts()] == [CHARGE]
    (counted,) = shop.counts()
    assert counted["source_id"] == shop.source_id
    facts = {name: counted[name] for name in ("calls", "answered", "seconds", "talk_seconds")}
    assert facts == {"calls": 1, "answered": 1, "seconds": 95, "talk_seconds": 90}


def test_a_call_is_charged_and_counted_once_however_often_the_stream_brings_it(shop: Shop) -> None:
    rows = changes_of(shop, a_forwarded_call)

    for _ in range(3):
        shop.project(*rows)

    assert_charged_and_counted_once(shop)


def test_nothing_is_charged_or_counted_before_the_end(shop: Shop) -> None:
    *during, _ = changes_of(shop, a_forwarded_call)

    shop.project(*during)

    assert (shop.amounts(), shop.counts()) == ([], [])


def test_the_order_of_batches_does_not_matter(shop: Shop) -> None:
    """The end came before the dial's result: both rows are of a call that ended."""
    call = a_forwarded_call()
    beginning, pressed, leg, dialled, ended = call.sent
    shop.forget_calls()
    rows = []
    for webhook in (beginning, ended, leg, pressed, dialled):
        webhook.again()
        rows.append(shop.row(CALL))

    for order in permutations(rows[1:]):
        forget(shop)
        shop.logs(rows[-1])
        for row in order:
            shop.project(row)
        assert_charged_and_counted_once(shop)


def test_a_late_event_corrects_the_count_and_charges_nothing_more(shop: Shop) -> None:
    call = Caller()
    call.rings()
    call.presses("1")
    call.hangs_up(after=95)
    shop.project()
    assert shop.counts()[0]["answered"] == 0

    call.is_put_through(seconds=90)
    shop.project()

    assert_charged_and_counted_once(shop)


@given(deliveries=st.lists(st.lists(st.integers(0, 4), max_size=6), max_size=4))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_batches_that_end_with_the_last_row_leave_one_charge_and_one_count(
    shop: Shop, deliveries: list[list[int]]
) -> None:
    rows = changes_of(shop, a_forwarded_call)
    forget(shop)
    shop.logs(rows[-1])

    for batch in deliveries:
        shop.project(*[rows[place] for place in batch] or rows[:1])
    shop.project(rows[-1])

    assert_charged_and_counted_once(shop)


def test_one_projection_that_fails_stops_neither_the_other_nor_the_next_call(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_forwarded_call()
    a_forwarded_call(Caller(call_id=OTHER))
    working = dict(wiring.projections())

    def failing(call: Any) -> None:
        raise RuntimeError("billing has a bug")

    with monkeypatch.context() as patch:
        patch.setattr(wiring, "projections", lambda: {**working, "billing": failing})
        shop.project()

    assert shop.amounts() == []
    assert shop.counts()[0]["calls"] == 2

    assert shop.project_again() == 2
    assert [Decimal(amount) for amount in shop.amounts()] == [CHARGE, CHARGE]
    assert shop.counts()[0]["calls"] == 2


@pytest.mark.parametrize("kind", Trouble)
def test_projections_catch_up_when_the_database_is_back(shop: Shop, kind: Trouble) -> None:
    rows = changes_of(shop, a_forwarded_call)

    with trouble(kind, of("dynamodb")):
        shop.project(*rows)
    assert shop.project_again() == 2

    assert_charged_and_counted_once(shop)


def test_the_stream_brings_a_batch_back_when_the_queue_is_down_too(shop: Shop) -> None:
    rows = changes_of(shop, a_forwarded_call)

    with trouble(Trouble.REFUSED, of("dynamodb", "sqs")), pytest.raises(Exception, match="queue"):
        shop.project(*rows)
    shop.project(*rows)

    assert_charged_and_counted_once(shop)


def test_a_replay_gives_the_same_as_the_stream_did(shop: Shop) -> None:
    a_forwarded_call()
    a_message(Caller(call_id=OTHER))
    shop.project()
    charged, counted = shop.gets("/v1/charges?month=2026-11"), shop.counts()

    messages = [{"account_id": "acct_shop", "call_id": call_id} for call_id in (CALL, OTHER)]
    project_again(messages_of(messages * 2), Context())

    assert shop.gets("/v1/charges?month=2026-11") == charged
    assert shop.counts() == counted


def test_projections_that_were_dropped_are_made_again_from_the_log(shop: Shop) -> None:
    a_forwarded_call()
    shop.project()
    rows = shop.cloud.rows("calls")
    forget(shop)
    shop.logs(*rows)
    assert shop.amounts() == []

    project_again(messages_of([{"account_id": "acct_shop", "call_id": CALL}]), Context())

    assert_charged_and_counted_once(shop)


def test_a_poisoned_message_fails_and_harms_none_beside_it(shop: Shop) -> None:
    a_forwarded_call()
    good = {"account_id": "acct_shop", "call_id": CALL}
    strange = {"account_id": "acct_shop", "call_id": CALL, "projection": "weather"}

    with pytest.raises(ExceptionGroup):
        project_again(messages_of([strange, {"nonsense": 1}, good]), Context())

    assert_charged_and_counted_once(shop)


def test_what_fails_five_times_is_kept_apart_for_a_fortnight() -> None:
    queues = resources("AWS::SQS::Queue", stage=STAGE)

    for name, queue in queues.items():
        if queue["QueueName"].endswith("-dead"):
            assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        else:
            assert queue["RedrivePolicy"]["maxReceiveCount"] == 5, name


def test_a_leg_of_ours_is_no_call_of_its_own(shop: Shop) -> None:
    a_forwarded_call()

    shop.project()

    assert LEG not in str(shop.gets("/v1/charges?month=2026-11"))
