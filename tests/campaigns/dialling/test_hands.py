"""Hands that order calls at the same time."""

from __future__ import annotations

from threading import Barrier

import pytest

from chalicelib.campaigns.dialling.gateway import Hands
from chalicelib.kernel.errors import Unavailable


def test_several_things_are_done_at_a_time_and_waited_for() -> None:
    hands, together = Hands(), Barrier(4)

    for _ in range(4):
        hands.do(lambda: together.wait(timeout=10))
    hands.done()

    assert together.n_waiting == 0


def test_what_fails_is_told_once_all_is_done() -> None:
    hands, done = Hands(), list[int]()

    def fails() -> None:
        raise Unavailable("the table did not answer")

    hands.do(fails)
    hands.do(lambda: done.append(1))
    with pytest.raises(BaseExceptionGroup) as failed:
        hands.done()

    assert done == [1]
    assert [type(each) for each in failed.value.exceptions] == [Unavailable]
