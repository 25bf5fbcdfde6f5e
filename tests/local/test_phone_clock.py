"""The network's time: it jumps only when nothing goes on, and runs at any rate."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from local.phone.clock import Clock
from tests.local.phone_customers import run_async


def test_a_jumping_clock_takes_no_time_and_loses_none() -> None:
    async def act() -> None:
        clock = Clock(autojump=True, start=datetime(2026, 1, 1, tzinfo=UTC))
        began = time.monotonic()

        await clock.sleep(86_400)

        assert clock.seconds() == 86_400
        assert clock.now() == datetime(2026, 1, 2, tzinfo=UTC)
        assert time.monotonic() - began < 60

    run_async(act())


def test_sleepers_wake_in_the_order_of_their_times() -> None:
    async def act() -> None:
        clock = Clock(autojump=True)
        woken: list[tuple[int, float]] = []

        async def sleeper(seconds: int) -> None:
            await clock.sleep(seconds)
            woken.append((seconds, clock.seconds()))

        await asyncio.gather(*(sleeper(seconds) for seconds in (5, 1, 3, 3)))

        assert woken == [(1, 1), (3, 3), (3, 3), (5, 5)]

    run_async(act())


def test_time_stands_still_while_something_is_in_flight() -> None:
    async def act() -> None:
        clock = Clock(autojump=True)
        sleeper = asyncio.create_task(clock.sleep(10))

        with clock.busy():
            await asyncio.sleep(0.05)
            assert not sleeper.done()
            assert clock.seconds() == 0

        await sleeper
        assert clock.seconds() == 10

    run_async(act())


def test_a_forgotten_timer_is_not_jumped_to() -> None:
    async def act() -> None:
        clock = Clock(autojump=True)
        clock.timer(5).cancel()

        await clock.sleep(8)
        clock.timer(100).cancel()
        await asyncio.sleep(0.05)

        assert clock.seconds() == 8

    run_async(act())


def test_tasks_that_hand_over_many_times_are_waited_for() -> None:
    async def act() -> None:
        clock = Clock(autojump=True)
        seen: list[float] = []

        async def chain(depth: int) -> None:
            if depth:
                await asyncio.create_task(chain(depth - 1))
            else:
                seen.append(clock.seconds())

        async def first() -> None:
            await clock.sleep(1)
            await chain(12)

        await asyncio.gather(first(), clock.sleep(2))

        assert seen == [1]

    run_async(act())


def test_a_fast_clock_makes_a_fifth_of_a_second_of_a_hundred() -> None:
    async def act() -> None:
        clock = Clock(rate=500)
        began = time.monotonic()

        await clock.sleep(100)

        assert clock.seconds() >= 100
        assert 0.15 < time.monotonic() - began < 60

    run_async(act())
