"""Dialling's ways out: the carrier, the queue between plan and dial, hands that work at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.campaign import Machines
from chalicelib.campaigns.dialling import hearing
from chalicelib.campaigns.dialling.addresses import Address, SeatAddress
from chalicelib.campaigns.dialling.orders import Look, to_message
from chalicelib.campaigns.dialling.ports import Answer
from chalicelib.campaigns.dialling.seats import RING_SECONDS as AGENT_RINGS
from chalicelib.campaigns.pacing.life import Told
from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from chalicelib.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.dialling.hearing import Ended
    from chalicelib.campaigns.dialling.orders import Calls
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.runtime.gateway import CallOrder, Carrier
    from chalicelib.runtime.queues import Queue

# An order takes some tenths of a second, eight seconds at the most: of the usual limits, enough.
HANDS: Final = 32
RING_SECONDS: Final = 25


class CarrierCalls:
    """The port `Carrier` on the carrier's REST API, whose token may be another one tomorrow."""

    def __init__(
        self,
        carrier: Callable[[], Carrier],
        base_url: Callable[[], str],
        log_shards: Callable[[str], int],
        said: Callable[[Attempt, Campaign, Contact], str],
    ) -> None:
        self._carrier = carrier
        self._base_url = base_url
        self._log_shards = log_shards
        self._said = said

    def order(self, attempt: Attempt, campaign: Campaign, contact: Contact | None = None) -> Answer:
        """Order a call, and tell what is known of it then."""
        from chalicelib.runtime.refusals import Slowed

        try:
            placed = self._carrier().place_call(self._order(attempt, campaign, contact))
        except Slowed as error:
            count("CampaignCallSlowed")
            return Answer(told=Told.SLOWED, slowed_for=error.facts.get("retry_after"))
        except Unavailable as error:
            count("CampaignCallUnknown")
            logger().warning("nobody knows of a call", extra={"error": error.message})
            return Answer(told=Told.NOTHING)
        except (Rejected, NotFound) as error:
            code = error.facts.get("carrier_code")
            logger().warning("the carrier refuses a call", extra={"carrier_code": code})
            return Answer(told=Told.REFUSED, outcome=hearing.refused(code))
        return Answer(told=Told.TAKEN, call_id=placed.call_id)

    def ring(self, seat: Seat, campaign: Campaign) -> str:
        """Order an agent's call, from the number that the campaign shows."""
        from chalicelib.runtime.gateway import CallOrder

        address = SeatAddress.to(self._base_url(), seat)
        order = CallOrder(
            to=seat.number,
            from_=campaign.plan.shown,
            url=address.url("answer"),
            status_url=address.status(),
            ordered_at=seat.since,
            ring_seconds=AGENT_RINGS,
            events=("completed",),
        )
        return self._carrier().place_call(order).call_id

    def find(self, attempt: Attempt, campaign: Campaign) -> str | None:
        """Ask for the calls to a number since the order: nobody else may be as young."""
        found = self._carrier().find_calls(self._order(attempt, campaign))
        return found[-1].call_id if found else None

    def ended(self, call_id: str) -> Ended | None:
        """Ask for a call."""
        try:
            known = self._carrier().call(call_id)
        except NotFound:
            return hearing.over(call_id, "failed", 0)
        return hearing.over(call_id, known.status, known.seconds)

    def hang_up(self, call_id: str) -> None:
        """End a call."""
        self._carrier().hang_up(call_id)

    def redirect(self, call_id: str, url: str) -> None:
        """Have a call go on with another document."""
        self._carrier().redirect(call_id, url)

    def _order(
        self, attempt: Attempt, campaign: Campaign, contact: Contact | None = None
    ) -> CallOrder:
        from chalicelib.runtime.gateway import CallOrder
        from chalicelib.runtime.gateway import Machines as Detection

        if attempt.number is None:
            raise Rejected("whoever was to be rung was erased", campaign_id=campaign.id)
        shards = self._log_shards(attempt.shown)
        said = "" if contact is None else self._said(attempt, campaign, contact)
        address = Address.to(self._base_url(), attempt, campaign, shards, said)
        greeted = campaign.plan.machines is Machines.MESSAGE
        return CallOrder(
            to=attempt.number,
            from_=attempt.shown,
            url=address.answered(),
            status_url=address.status(),
            ordered_at=attempt.life.look_from or attempt.ordered_at,
            ring_seconds=RING_SECONDS,
            events=("completed",),
            machines=Detection(address.machine(), greeted=greeted),
        )


class CallsQueue:
    """The port `Outbox` on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def calls(self, order: Calls) -> None:
        """Leave a message. Without it members wait for their lease to run out."""
        self._queue.put(to_message(order))

    def look(self, account_id: str) -> None:
        """Leave a message."""
        self._queue.put(to_message(Look(account_id)))


class Hands:
    """The port `Crew` on threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(HANDS)
        self._begun: list[Future[object]] = []

    def do(self, work: Callable[[], object]) -> None:
        """Have a thread do it."""
        self._begun.append(self._pool.submit(work))

    def done(self) -> None:
        """Wait for all; what went wrong is raised together."""
        wait(self._begun)
        self._pool.shutdown()
        failed = [error for each in self._begun if (error := each.exception()) is not None]
        if failed:
            raise BaseExceptionGroup("part of the calls failed", failed)
