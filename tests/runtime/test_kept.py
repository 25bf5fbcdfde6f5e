"""Values kept in the process: fresh for a while, stale in need, never more than there is room."""

from __future__ import annotations

import pytest

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime.kept import (
    FRESH_SECONDS,
    RESPITE_SECONDS,
    STALE_SECONDS,
    Kept,
)


class Store:
    """A store that counts how often it is asked."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0
        self.now = 1_000.0

    def load(self, key: str) -> str:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return f"{key} {self.asked}"

    def clock(self) -> float:
        return self.now

    def kept(self, size: int = 10) -> Kept[str, str]:
        return Kept(self.load, size=size, clock=self.clock)


@pytest.mark.parametrize(
    ("age", "answer"),
    [(FRESH_SECONDS - 0.1, "a 1"), (FRESH_SECONDS, "a 2")],
    ids=["still fresh", "not fresh any more"],
)
def test_a_value_is_read_again_once_it_is_not_fresh(age: float, answer: str) -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")

    store.now += age

    assert kept.get("a") == answer


def test_a_stale_value_is_better_than_none() -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")
    store.error = Unavailable("down")

    store.now += STALE_SECONDS

    assert kept.get("a") == "a 1"


def test_a_value_of_the_day_before_yesterday_is_not() -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")
    store.error = Unavailable("down")

    store.now += STALE_SECONDS + 0.1

    with pytest.raises(Unavailable):
        kept.get("a")


def test_a_store_that_fails_is_left_alone_for_a_moment() -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")
    store.error = Unavailable("down")
    store.now += FRESH_SECONDS

    for _ in range(100):
        kept.get("a")
    asked_during = store.asked
    store.now += RESPITE_SECONDS
    kept.get("a")

    assert (asked_during, store.asked) == (2, 3)


def test_a_store_that_is_back_is_asked_again() -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")
    store.error = Unavailable("down")
    store.now += FRESH_SECONDS
    kept.get("a")

    store.error = None
    store.now += RESPITE_SECONDS

    assert kept.get("a") == "a 3"


def test_what_is_gone_is_gone_even_if_the_store_then_fails() -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")
    store.now += FRESH_SECONDS
    store.error = NotFound("deleted")
    with pytest.raises(NotFound):
        kept.get("a")

    store.error = Unavailable("down")

    with pytest.raises(Unavailable):
        kept.get("a")


def test_a_value_known_to_have_changed_is_read_at_once() -> None:
    store = Store()
    kept = store.kept()
    kept.get("a")

    kept.forget("a")
    kept.forget("never read")

    assert kept.get("a") == "a 2"


def test_there_is_room_for_so_many_and_the_oldest_goes_first() -> None:
    store = Store()
    kept = store.kept(size=2)

    for key in "abc":
        kept.get(key)

    assert (kept.get("c"), kept.get("b"), kept.get("a")) == ("c 3", "b 2", "a 4")
