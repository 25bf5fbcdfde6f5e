"""Webhooks as the carrier really delivers them: twice, late, out of order, for calls unseen."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.house.carrier import CALL, LEG, STATUS, Caller, Sent, a_forwarded_call, a_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.house.shops import Shop


@pytest.mark.parametrize("take_place", [a_forwarded_call, a_message])
def test_the_same_webhook_twice_at_each_step_leaves_the_same_log(
    shop: Shop, take_place: Callable[[], Caller]
) -> None:
    call = take_place()
    once = shop.row(CALL)

    for webhook in call.sent:
        shop.clock.passes(seconds=1)
        assert webhook.again().status == 200
        assert shop.row(CALL) == once


def test_a_webhook_delivered_twice_is_answered_alike_both_times(shop: Shop) -> None:
    call = a_forwarded_call()

    answered = [webhook for webhook in call.sent if webhook.path.startswith("/voice/flows")]

    assert [webhook.again().text for webhook in answered] == [e.text for e in call.heard[1:]]


def test_webhooks_in_any_order_leave_the_same_log(shop: Shop) -> None:
    call = a_forwarded_call()
    in_order = shop.row(CALL)
    beginning, *rest = call.sent

    for place, notices in enumerate(permutations(rest)):
        shop.forget_calls()
        began = place % (len(rest) + 1)
        for webhook in (*notices[:began], beginning, *notices[began:]):
            assert webhook.again().status == 200
        assert shop.row(CALL) == in_order


@given(order=st.lists(st.integers(0, 6), min_size=1, max_size=8))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_number_of_deliveries_in_any_order_leaves_the_same_log(
    shop: Shop, order: list[int]
) -> None:
    shop.forget_calls()
    call = a_message()
    in_order = shop.row(CALL)
    shop.forget_calls()

    for place in [*order, *range(len(call.sent))]:
        call.sent[place % len(call.sent)].again()

    assert shop.row(CALL) == in_order


def test_a_leg_whose_progress_comes_backwards_stays_where_it_was(shop: Shop) -> None:
    a_forwarded_call()

    for status in ("in-progress", "ringing", "initiated"):
        leg = {"CallSid": LEG, "ParentCallSid": CALL, "CallStatus": status}
        assert Sent(STATUS, {**leg}).again().status == 200

    assert shop.call(CALL)["state"] == "ended"
    assert shop.call(CALL)["outcome"] == "answered"


def test_a_callback_for_a_call_never_seen_is_kept_and_shown_to_nobody(shop: Shop) -> None:
    stranger = Caller(call_id="CA" + "9" * 32)

    assert stranger.hangs_up(after=30).status == 200

    assert shop.gets("/v1/calls")["items"] == []
    shop.project()
    assert (shop.amounts(), shop.counts()) == ([], [])


def test_a_call_whose_end_came_first_is_whole_once_its_beginning_is_there(shop: Shop) -> None:
    expected = shop.row(a_forwarded_call().call_id)
    shop.forget_calls()
    call = Caller()

    call.hangs_up(after=95)
    a_forwarded_call(call)

    assert shop.row(CALL) == expected
