"""Where campaigns that ring meet the carrier, queues and the other rooms. Built on first use."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import (
    attempts_wiring,
    campaigns_wiring,
    consents_wiring,
    contacts_wiring,
    scripts_wiring,
    secrets,
    wiring,
)
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.addresses import Address
    from chalicelib.campaigns.dialling.gateway import CallsQueue, CarrierCalls
    from chalicelib.campaigns.dialling.hearing import Ended
    from chalicelib.campaigns.dialling.moving.store import MoveStore
    from chalicelib.campaigns.dialling.pace.store import PaceStore
    from chalicelib.campaigns.dialling.ports import Desk, Ends
    from chalicelib.campaigns.dialling.steering import Helm
    from chalicelib.runtime.form import Form
    from chalicelib.runtime.kept import Kept

_SECOND = 1000


@cache
def paces() -> PaceStore:
    """Return accounts' paces."""
    from chalicelib.campaigns.dialling.pace.store import PaceStore

    return PaceStore(settings().campaigns_table)


@cache
def moves() -> MoveStore:
    """Return campaigns as they start and end."""
    from chalicelib.campaigns.dialling.moving.store import MoveStore

    return MoveStore(settings().campaigns_table, wiring.pause)


@cache
def outbox() -> CallsQueue:
    """Return the queue between plan and dial."""
    from chalicelib.campaigns.dialling.gateway import CallsQueue

    return CallsQueue(Queue(settings().campaign_calls_queue))


def carrier() -> CarrierCalls:
    """Return who makes the calls."""
    from chalicelib.campaigns.dialling.gateway import CarrierCalls

    def log_shards(number: str) -> int:
        return wiring.lines().line(number).log_shards

    return CarrierCalls(wiring.gateway, secrets.api_url, log_shards, scripts_wiring.said)


@cache
def kept_campaigns() -> Kept[tuple[str, str], Campaign]:
    """Return campaigns as those need them who hear of their calls: of half a minute ago."""
    from chalicelib.runtime.kept import Kept

    return Kept(lambda key: campaigns_wiring.store().campaign(*key))


def helm() -> Helm:
    """Return all that steering campaigns takes."""
    from chalicelib.campaigns.dialling.steering import Helm

    return Helm(
        campaigns=campaigns_wiring.store(),
        house=campaigns_wiring.House(),
        moves=moves(),
        outbox=outbox(),
    )


def ends() -> Ends:
    """Return all that the end of a call takes."""
    from chalicelib.campaigns.dialling.ports import Ends
    from chalicelib.runtime.crewing_wiring import crewing

    return Ends(
        paces=paces(),
        telling=Servers(),
        crewing=crewing(),
        end=attempts_wiring.end,
        clock=wiring.clock,
    )


def desk(seconds_left: Callable[[], float]) -> Desk:
    """Return all that planning and placing calls take, until the function is cut."""
    from chalicelib.campaigns.dialling.gateway import Hands
    from chalicelib.campaigns.dialling.ports import Desk
    from chalicelib.runtime.crewing_wiring import crewing

    return Desk(
        crewing=crewing(),
        campaigns=campaigns_wiring.store(),
        house=campaigns_wiring.House(),
        people=contacts_wiring.store(),
        attempts=attempts_wiring.store(),
        paces=paces(),
        moves=moves(),
        carrier=carrier(),
        outbox=outbox(),
        telling=Servers(),
        known=attempts_wiring.known_of,
        end=attempts_wiring.end,
        clock=wiring.clock,
        sleep=sleep,
        crew=Hands,
        seconds_left=seconds_left,
    )


def sleep(until: int) -> None:
    """Wait until an instant, in milliseconds since 1970."""
    left = until / _SECOND - wiring.clock().timestamp()
    if left > 0:
        time.sleep(left)


class Servers:
    """The port `Telling`: customers' servers, which are told once of each event."""

    def ended(self, attempt: Attempt) -> None:
        """Tell how an attempt ended. Nothing of the person but the hash that the API has."""
        self._tell(
            attempt.account_id,
            "campaign.attempt.ended",
            f"{attempt.campaign_id}.{attempt.id}",
            {
                "campaign": attempt.campaign_id,
                "attempt": attempt.id,
                "contact": attempt.contact_id,
                "call": attempt.call_id or None,
                "outcome": attempt.outcome,
                "answered_by": attempt.answered_by or None,
                "seconds": attempt.seconds,
            },
            attempt.ended_at,
        )

    def finished(self, campaign: Campaign) -> None:
        """Tell that a campaign is over."""
        data = {"campaign": campaign.id, "name": campaign.plan.name}
        self._tell(campaign.account_id, "campaign.finished", campaign.id, data, campaign.ended_at)
        attempts_wiring.report_end(campaign, wiring.clock())

    def goes_on(self, campaign: Campaign) -> None:
        """Push how far a campaign has come."""
        attempts_wiring.show_progress(campaign, wiring.clock())

    def _tell(
        self,
        account_id: str,
        event: str,
        event_id: str,
        data: Mapping[str, object],
        at: datetime | None,
    ) -> None:
        from chalicelib.runtime import webhooks_wiring
        from chalicelib.runtime.observability import count, logger

        try:
            webhooks_wiring.publish(account_id, event, event_id, data, at=at)
        except Unavailable as error:  # what happened is stored: that it is told is worth less
            count("CampaignNewsLost")
            logger().warning("nobody is told", extra={"event": event, "error": error.message})


def speak(form: Form, address: Address) -> str:
    """Have a flow speak to whoever has answered a campaign's call."""
    from chalicelib.ivr import callbacks, outgoing, twiml

    call = outgoing.Outgoing(
        account_id=address.account_id,
        campaign_id=address.campaign_id,
        attempt_id=address.attempt_id,
        flow_id=address.flow_id,
        version=address.version,
        log_shards=address.log_shards,
        fields=scripts_wiring.heard(address),
    )
    context = callbacks.context_of(form, wiring.clock())
    answer = outgoing.answer(call, context, form.base_url, wiring.ivr_ports())
    return twiml.render(answer.reply, answer.address)


def over(form: Form, address: Address, ended: Ended) -> None:
    """Store how a campaign's call ended, in the log as well if somebody answered it."""
    from chalicelib.calls import callbacks, usecases
    from chalicelib.campaigns.dialling import answered
    from chalicelib.campaigns.pacing.outcomes import Outcome

    campaign = kept_campaigns().get((address.account_id, address.campaign_id))
    answered.over(campaign, address.attempt_id, ended, ends())
    if ended.outcome is Outcome.ANSWERED:
        ref, event = callbacks.status_of(form, wiring.clock())
        usecases.record(ref, event, log=wiring.calls(), late=wiring.late_events())


def machine(address: Address, call_id: str, who: str) -> None:
    """Leave a machine the campaign's message, or hang up on it."""
    from chalicelib.campaigns.dialling import answered

    campaign = kept_campaigns().get((address.account_id, address.campaign_id))
    answered.machine(campaign, address, call_id, who, ends(), carrier())


def oppose(account_id: str, person: str, attempt: str, ref: str, at: datetime) -> None:
    """Store that somebody said in a call that they want no more: of this professional, or of any.

    It is a refusal of the attempt, and the end of what they consented to.
    """
    campaign_id, _, attempt_id = attempt.partition(".")
    if attempt_id:
        campaign = kept_campaigns().get((account_id, campaign_id))
        refuse(campaign, attempt_id, "key", at)
        return
    hashed = wiring.Callers().caller_hash(account_id, person)
    consents_wiring.withdraw(account_id, hashed, "key", at, ref=ref)


def refuse(campaign: Campaign, attempt_id: str, means: str, at: datetime) -> None:
    """Store that whoever was rung refused, by some means. Raises NotFound."""
    refused = attempts_wiring.refuse(campaign.id, attempt_id)
    consents_wiring.withdraw(
        campaign.account_id,
        refused.contact_id,
        means,
        at,
        siren=refused.siren,
        ref=f"{campaign.id}.{attempt_id}",
    )
