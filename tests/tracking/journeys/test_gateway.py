"""The queue of rings: nobody who calls waits for it for long, and never twice."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ReadTimeoutError

from chalicelib.calls.call import CallRef
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import patience, queues
from chalicelib.runtime.queues import Queue
from chalicelib.tracking.journeys.gateway import RESPITE_SECONDS, RingQueue
from chalicelib.tracking.journeys.rings import from_message
from tests.calls import builders as a


class Slow(Queue):
    """A queue that fails while it is down."""

    def __init__(self) -> None:
        super().__init__("rings", hasty=True)
        self.down = True
        self.asked = 0
        self.taken: list[dict[str, Any]] = []

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        self.asked += 1
        if self.down:
            raise Unavailable("the queue did not take a message")
        self.taken.append(message)


REF = CallRef(call_id="CA1", account_id="acc_1", caller_hash="h")


def test_a_queue_that_failed_one_caller_is_left_alone_for_a_while() -> None:
    now, queue = [0.0], Slow()
    rings = RingQueue(queue, lambda: now[0])

    for _ in range(5):
        rings.rang(REF, a.received())
    assert queue.asked == 1

    queue.down, now[0] = False, RESPITE_SECONDS
    rings.rang(REF, a.received())
    rung = from_message(queue.taken[0])
    assert (rung.call_id, rung.dialled, rung.caller_hash) == ("CA1", a.DIALLED, "h")


def test_a_hasty_queue_asks_once_and_keeps_nobody_from_asking_others(monkeypatch: Any) -> None:
    asked: list[str] = []

    class Sqs:
        def send_message(self, **_: Any) -> None:
            asked.append("sent")
            raise ReadTimeoutError(endpoint_url="https://sqs.test")

    failed: list[bool] = []
    monkeypatch.setattr(queues, "_hasty_client", Sqs)
    monkeypatch.setattr(queues, "_hasty_url", lambda name: name)
    monkeypatch.setattr(patience, "queue_failed", lambda: failed.append(True))

    RingQueue(Queue("rings", hasty=True)).rang(REF, a.received())

    assert (asked, failed) == (["sent"], [])
