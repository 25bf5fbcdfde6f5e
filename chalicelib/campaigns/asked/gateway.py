"""Ways out: the carrier, who rings people, and the queue of what is to be seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.asked.addresses import Address
from chalicelib.campaigns.asked.messages import message
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.runtime.gateway import Carrier
    from chalicelib.runtime.queues import Queue

RING_SECONDS: Final = 30  # five to six rings: they may still need to find the telephone
# Twilio, call status: what is not over yet.
_GOES_ON: Final = frozenset({"queued", "initiated", "ringing", "in-progress"})


class AskingQueue:
    """Messages about askings."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def nudge(self, account_id: str, asking_id: str) -> None:
        """Leave a message. Without it the asking waits for the minute's end, so nobody fails."""
        try:
            self._queue.put(message(account_id, asking_id))
        except Unavailable as error:
            count("NudgeLost")
            logger().warning("askings wait for the next minute", extra={"error": error.message})

    def tell(self, address: Address, about: str) -> None:
        """Leave word of what happened in a call. Raises Unavailable."""
        self._queue.put(message(address.account_id, address.asking_id, about, address.n))


class CarrierRings:
    """The port `Rings` on the carrier's REST API, whose token may be another one tomorrow."""

    def __init__(self, carrier: Callable[[], Carrier], base_url: Callable[[], str]) -> None:
        self._carrier = carrier
        self._base_url = base_url

    def ring(self, asking: Asking, form: Form, *, retry: bool) -> str:
        """Ring the person, who sees the form's number."""
        from chalicelib.runtime.gateway import CallOrder

        address = Address(
            base_url=self._base_url(),
            account_id=asking.account_id,
            asking_id=asking.id,
            n=len(asking.tried),
            form_id=form.id,
            queue=form.queue,
            since=int(max(asking.ordered_at, asking.slot.opens).timestamp()),
            language=asking.language,
        )
        order = CallOrder(
            to=asking.number,
            from_=form.shown,
            url=address.url("answer"),
            status_url=address.status(),
            ordered_at=asking.ringing_since or asking.asked_at,
            ring_seconds=RING_SECONDS,
        )
        return self._carrier().place_call(order, retry=retry).call_id

    def is_over(self, call_id: str) -> bool:
        """Ask the carrier, who forgets no call before we do."""
        try:
            return self._carrier().call(call_id).status not in _GOES_ON
        except NotFound:
            return True
