"""The desk's ways out: the carrier, who rings agents, and the queue of callbacks to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.calls.usecases import record
from chalicelib.desk.addresses import Address
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Event
    from chalicelib.calls.usecases import CallLog, LateEvents
    from chalicelib.desk.agents import Agent
    from chalicelib.desk.callbacks import Callback
    from chalicelib.runtime.gateway import Carrier
    from chalicelib.runtime.queues import Queue


class CallbackQueue:
    """The port `Nudges` on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def nudge(self, account_id: str, after_seconds: int = 0) -> None:
        """Leave a message. Without it the callbacks wait for the minute's end, so nobody fails."""
        try:
            self._queue.put({"account_id": account_id}, delay_seconds=min(after_seconds, 900))
        except Unavailable as error:
            count("NudgeLost")
            logger().warning("callbacks wait for the next minute", extra={"error": error.message})


class CarrierRings:
    """The port `Carrier` on the carrier's REST API, whose token may be another one tomorrow."""

    def __init__(self, carrier: Callable[[], Carrier], base_url: Callable[[], str]) -> None:
        self._carrier = carrier
        self._base_url = base_url

    def ring(
        self, account_id: str, callback: Callback, agent: Agent, ring_seconds: int, *, retry: bool
    ) -> str:
        """Ring an agent from the line that the person rang, or asked to be rung from."""
        from chalicelib.runtime.gateway import CallOrder

        address = Address(self._base_url(), account_id, callback.id, callback.offer)
        order = CallOrder(
            to=agent.number,
            from_=callback.line,
            url=address.url(),
            status_url=address.status(),
            ordered_at=callback.began_at or callback.asked_at,
            ring_seconds=ring_seconds,
        )
        return self._carrier().place_call(order, retry=retry).call_id


class CallEvents:
    """The port `Log`: events of calls, which wait on their queue where the log takes none."""

    def __init__(self, log: CallLog, late: LateEvents) -> None:
        self._log = log
        self._late = late

    def record(self, ref: CallRef, event: Event) -> None:
        """Store an event, now or later."""
        record(ref, event, log=self._log, late=self._late)
