"""When queues are asked while a carrier waits: what is not queued is lost, so almost always."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import patience, queues
from chalicelib.runtime.queues import Queue

if TYPE_CHECKING:
    from collections.abc import Callable

LATE: Final = patience.FOR_ANYBODY + 0.1


class Sqs:
    """A queue's client. While it is down, each request is in vain."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False

    def get_queue_url(self, **wanted: str) -> dict[str, str]:
        """Return a queue's address."""
        return {"QueueUrl": f"https://sqs.test/{wanted['QueueName']}"}

    def send_message(self, **message: Any) -> None:
        """Take a message, or none."""
        self.asked += 1
        if self.is_down:
            raise ReadTimeoutError(endpoint_url="https://sqs.test")


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Sqs:
    """Every queue's client."""
    client = Sqs()
    monkeypatch.setattr(queues, "_client", lambda: client)
    monkeypatch.setattr(queues, "_url", lambda name: name)
    return client


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time pass, which otherwise stands still."""
    now = [0.0]
    monkeypatch.setattr(patience, "clock", lambda: now[0])

    def pass_(seconds: float) -> None:
        now[0] += seconds

    return pass_


def test_a_queue_that_takes_messages_is_asked_however_late_it_is(
    sqs: Sqs, passes: Callable[[float], None]
) -> None:
    with patience.limited():
        passes(LATE)
        Queue("late").put({})
        passes(LATE)
        Queue("errands").put({})

    assert sqs.asked == 2


def test_a_queue_that_failed_is_asked_again_only_while_the_carrier_waits(
    sqs: Sqs, passes: Callable[[float], None]
) -> None:
    sqs.is_down = True
    with patience.limited():
        for wait in (0, patience.FOR_ANYBODY, 0.1):
            passes(wait)
            with pytest.raises(Unavailable):
                Queue("late").put({})

    assert sqs.asked == 2


def test_each_webhook_has_a_patience_of_its_own_and_jobs_have_all_of_it(
    sqs: Sqs, passes: Callable[[float], None]
) -> None:
    sqs.is_down = True
    with patience.limited(), pytest.raises(Unavailable):
        Queue("late").put({})
    with patience.limited():
        passes(LATE)
        with pytest.raises(Unavailable):
            Queue("late").put({})
    passes(LATE)
    with pytest.raises(Unavailable):
        Queue("late").put({})

    assert sqs.asked == 3
