"""Background work: what is dropped, what comes back, and that one item never stops the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Unavailable
from chalicelib.runtime import jobs, queues
from chalicelib.runtime.queues import Queue

if TYPE_CHECKING:
    from tests.clouds import Cloud


def failing(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("error", [Rejected("no such thing"), NotFound("gone")])
def test_what_can_never_succeed_is_dropped_and_counted(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    with jobs.job("close-month"):
        failing(error)

    written = capsys.readouterr().out
    assert "job dropped" in written
    assert '"JobDropped":[1.0]' in written


@pytest.mark.parametrize("error", [Conflict("again"), Unavailable("down"), KeyError("bug")])
def test_what_may_succeed_later_is_raised_so_that_it_comes_back(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(type(error)), jobs.job("close-month"):
        failing(error)

    written = capsys.readouterr().out
    assert "job failed" in written
    assert '"JobFailed":[1.0]' in written


def test_one_item_that_fails_does_not_stop_the_others() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        if item == 2:
            raise Unavailable("down")
        if item == 3:
            raise Rejected("never")
        done.append(item)

    with pytest.raises(ExceptionGroup) as raised:
        jobs.every("work", [1, 2, 3, 4], work)

    assert done == [1, 4]
    assert [type(error) for error in raised.value.exceptions] == [Unavailable]


def test_a_batch_without_failures_is_done() -> None:
    done: list[int] = []

    jobs.every("work", [1, 2], done.append)

    assert done == [1, 2]


def test_an_attempt_tells_what_is_worth_another() -> None:
    assert jobs.attempt("work", lambda: None) is None
    assert jobs.attempt("work", lambda: failing(Rejected("never"))) is None
    assert isinstance(jobs.attempt("work", lambda: failing(KeyError("bug"))), KeyError)


def test_a_message_is_put_on_its_queue(cloud: Cloud) -> None:
    Queue("cadran-test-exports").put({"export_id": "exp_1", "name": "Été"})

    assert cloud.messages("exports") == [{"export_id": "exp_1", "name": "Été"}]


def test_a_queue_that_is_not_there_is_unavailable(cloud: Cloud) -> None:
    with pytest.raises(Unavailable) as refusal:
        Queue("cadran-test-nowhere").put({})

    assert refusal.value.facts == {"queue": "cadran-test-nowhere"}


def test_a_queue_does_not_keep_a_caller_waiting(cloud: Cloud) -> None:
    config = queues._client().meta.config

    assert config.connect_timeout + config.read_timeout <= 3
