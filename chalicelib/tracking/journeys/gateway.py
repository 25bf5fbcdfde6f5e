"""The queue on which a call leaves that it rings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.observability import count, logger
from chalicelib.tracking.journeys.rings import ANSWERED, ENDED, Rung, to_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Received
    from chalicelib.runtime.queues import Queue

# A queue that has failed one caller is not asked for the next ones: each of them would wait.
RESPITE_SECONDS: Final = 30.0


class RingQueue:
    """What the IVR and the call log tell. Neither fails for it: a call's end makes up for it."""

    def __init__(self, queue: Queue, clock: Callable[[], float] = time.monotonic) -> None:
        self._queue = queue
        self._clock = clock
        self._asked_from = 0.0

    def rang(self, ref: CallRef, received: Received) -> None:
        """Leave that a telephone rings."""
        rung = Rung(
            call_id=ref.call_id,
            account_id=ref.account_id,
            at=received.at,
            dialled=received.dialled,
            caller=received.caller,
            caller_hash=ref.caller_hash,
            source_id=received.source_id,
        )
        self._leave(to_message(rung))

    def answered(self, account_id: str, call_id: str) -> None:
        """Leave that somebody took a call."""
        self._leave({"kind": ANSWERED, "account_id": account_id, "call_id": call_id})

    def ended(self, account_id: str, call_id: str) -> None:
        """Leave that a call has ended, for those who watch."""
        self._leave({"kind": ENDED, "account_id": account_id, "call_id": call_id})

    def _leave(self, message: dict[str, Any]) -> None:
        if self._clock() < self._asked_from:
            count("RingLost")
            return
        try:
            self._queue.put(message)
        except Unavailable:
            self._asked_from = self._clock() + RESPITE_SECONDS
            count("RingLost")
            logger().warning("a ring could not be queued", extra={"call": message["call_id"]})
