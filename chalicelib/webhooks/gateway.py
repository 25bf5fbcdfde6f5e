"""The ways out of the room: its queue, and customers' servers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.signing import signed_headers
from chalicelib.runtime.outgoing import Outgoing, RequestFailed, deliver
from chalicelib.webhooks.deliveries import Attempt
from chalicelib.webhooks.events import Errand, Happened, to_message

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.runtime.connecting import Network
    from chalicelib.runtime.queues import Queue
    from chalicelib.webhooks.endpoints import Endpoint

HOOK_SECONDS: Final = 10.0
# SQS delays a message for 15 minutes at the most: what is due later comes by, and is put back.
LONGEST_DELAY: Final = 900


class OrderQueue:
    """The `Orders` port on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def put(self, order: Happened | Errand, now: datetime) -> None:
        """Leave an order, delayed until it is due or for as long as SQS can."""
        wait = (order.due - now).total_seconds() if isinstance(order, Errand) else 0
        delay = min(max(math.ceil(wait), 0), LONGEST_DELAY)
        self._queue.put(to_message(order), delay_seconds=delay)


class SignedPosts:
    """The `Sender` port: posts signed as Standard Webhooks has it, to public servers only."""

    def __init__(
        self,
        secret_of: Callable[[str, int], str],
        stopwatch: Callable[[], float],
        network: Network | None = None,
    ) -> None:
        self._secret_of = secret_of
        self._stopwatch = stopwatch
        self._network = network

    def send(self, endpoint: Endpoint, message_id: str, body: str, now: datetime) -> Attempt:
        """Post it, and measure how long that took."""
        data = body.encode()
        secret = self._secret_of(endpoint.account_id, endpoint.secret)
        headers = {
            "Content-Type": "application/json",
            **signed_headers(secret, message_id, now, data),
        }
        began, status, reason = self._stopwatch(), None, None
        try:
            request = Outgoing(endpoint.url, "POST", data, headers)
            status = deliver(request, HOOK_SECONDS, self._network)
        except RequestFailed as error:
            status, reason = error.status, error.reason.value
        elapsed = int((self._stopwatch() - began) * 1000)
        return Attempt(at=now, milliseconds=elapsed, status=status, reason=reason)
