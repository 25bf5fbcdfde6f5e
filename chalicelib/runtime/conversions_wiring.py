"""Where telling advertising networks meets the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.conversions.deeds import Deed
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.gateway import NetworksWeb, SsmVault
    from chalicelib.tracking.conversions.ports import Desk
    from chalicelib.tracking.conversions.store import ConversionStore, JudgedStore
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.leads import Interaction, Lead


@cache
def store() -> ConversionStore:
    """Return destinations and the log of conversions."""
    from chalicelib.tracking.conversions.store import ConversionStore

    return ConversionStore(settings().tracking_table)


@cache
def judgements() -> JudgedStore:
    """Return what people and rules said of calls."""
    from chalicelib.tracking.conversions.store import JudgedStore

    return JudgedStore(settings().tracking_table)


@cache
def vault() -> SsmVault:
    """Return where customers' secrets for networks are."""
    from chalicelib.tracking.conversions.gateway import SsmVault

    return SsmVault(lambda: wiring.aws("ssm"), settings().secrets_prefix)


@cache
def web() -> NetworksWeb:
    """Return the networks' servers; access tokens are kept in the process."""
    from chalicelib.tracking.conversions.gateway import NetworksWeb

    return NetworksWeb(vault())


@cache
def kept_destinations() -> Kept[str, tuple[Destination, ...]]:
    """Return the destinations that accounts have open: a change is heeded within half a minute."""
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.conversions.destinations import MOST_DESTINATIONS

    def load(account_id: str) -> tuple[Destination, ...]:
        page = store().destinations(account_id, MOST_DESTINATIONS)
        return tuple(each for each in page.items if each.is_open)

    return Kept(load)


def desk() -> Desk:
    """Return all that telling networks of calls needs."""
    from chalicelib.runtime import tracking_wiring
    from chalicelib.tracking.conversions.gateway import ConversionQueue
    from chalicelib.tracking.conversions.networks import PROVIDERS
    from chalicelib.tracking.conversions.ports import Desk

    return Desk(
        destinations=store(),
        open_destinations=kept_destinations().get,
        log=store(),
        vault=vault(),
        web=web(),
        queue=ConversionQueue(Queue(settings().conversions_queue)),
        providers=PROVIDERS,
        deed=deed,
        journey=tracking_wiring.journeys().journey,
        visit=tracking_wiring.visits().visit,
        judged=judgements().judged,
        clock=wiring.clock,
    )


def deed(account_id: str, deed_id: str) -> Deed:
    """Return a call, or what was written that made somebody a lead. Raises NotFound."""
    from chalicelib.runtime import leads_wiring
    from chalicelib.tracking.conversions import deeds
    from chalicelib.tracking.leads.usecases import done

    if deeds.is_written(deed_id):
        lead, did = done(account_id, deed_id, leads_wiring.leads())
        return deeds.of_interaction(lead, did)
    return deeds.of_call(wiring.calls().load(account_id, deed_id))


def tell_networks(call: Call, journey: Journey) -> None:
    """See whether an ended call is to be told anywhere, by the journey that was just found."""
    from chalicelib.tracking.conversions.deeds import of_call
    from chalicelib.tracking.conversions.telling import after

    if kept_destinations().get(call.account_id):
        after(of_call(call), replace(desk(), journey=lambda *_: journey))


def tell_networks_of(lead: Lead, did: Interaction) -> None:
    """See whether what somebody wrote is to be told anywhere, or no longer is."""
    from chalicelib.tracking.conversions.deeds import of_interaction
    from chalicelib.tracking.conversions.telling import after

    if kept_destinations().get(lead.account_id):
        after(of_interaction(lead, did), desk())
