"""The errands' own way out: their queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr.errands.errands import Order, to_message
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.observability import count, logger

if TYPE_CHECKING:
    from chalicelib.ivr.errands.errands import Errand
    from chalicelib.runtime.queues import Queue


class ErrandQueue:
    """The ports `Errands` and `Later` on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def put(self, *errands: Errand) -> None:
        """Leave errands. One that is refused is counted, and logged without what is people's."""
        for errand in errands:
            try:
                self._queue.put(to_message(Order(errand)))
            except Unavailable:
                count("ErrandLost", kind=errand.kind)
                facts = {"errand": errand.kind, "errand_id": errand.id, "node": errand.node}
                logger().error("an errand could not be queued", extra=facts)
                raise

    def put_off(self, order: Order, seconds: int) -> None:
        """Leave an order for later."""
        self._queue.put(to_message(order), delay_seconds=seconds)
