"""Where call tracking meets the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from chalicelib.runtime import wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.calls.call import Call
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.attribution import Behaviour
    from chalicelib.tracking.journeys.gateway import RingQueue
    from chalicelib.tracking.journeys.store import JourneyStore
    from chalicelib.tracking.journeys.usecases import Desk
    from chalicelib.tracking.learning.learnt import Known
    from chalicelib.tracking.learning.store import LearningStore
    from chalicelib.tracking.learning.usecases import Desk as LearningDesk
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.pools.roster.store import RosterStore
    from chalicelib.tracking.pools.store import DeckStore
    from chalicelib.tracking.pools.tending import Tending
    from chalicelib.tracking.pools.usecases import Keeping
    from chalicelib.tracking.sites.sites import Site
    from chalicelib.tracking.sites.store import SiteStore
    from chalicelib.tracking.sources import Number
    from chalicelib.tracking.visits.serving import Ports
    from chalicelib.tracking.visits.store import VisitStore
    from chalicelib.tracking.visits.visits import Remembered

SOON_SECONDS: Final = 60  # by then a visit is erased that was about to be


@cache
def decks() -> DeckStore:
    """Return what lends numbers to visits: decks, slots, the log of leases."""
    from chalicelib.tracking.pools.store import DeckStore

    return DeckStore(settings().tracking_table)


@cache
def roster() -> RosterStore:
    """Return pools, the numbers in them, and how they did."""
    from chalicelib.tracking.pools.roster.store import RosterStore

    return RosterStore(settings().tracking_table)


@cache
def sites() -> SiteStore:
    """Return customers' web sites."""
    from chalicelib.tracking.sites.store import SiteStore

    return SiteStore(settings().tracking_table)


@cache
def kept_sites() -> Kept[str, Site]:
    """Return sites as their pages know them: a change is served within half a minute."""
    from chalicelib.runtime.kept import Kept

    return Kept(sites().site)


@cache
def kept_pools() -> Kept[str, Pool]:
    """Return pools as calls know them: a change is known within half a minute."""
    from chalicelib.runtime.kept import Kept

    return Kept(roster().pool)


@cache
def served_pools() -> Kept[str, Pool]:
    """Return pools as pages know them.

    Who shares a pool's numbers never changes, and numbers that came meanwhile are dealt anyway.
    """
    from chalicelib.runtime.kept import Kept

    return Kept(roster().pool, fresh_seconds=600)


@cache
def visits() -> VisitStore:
    """Return visits of customers' web sites."""
    from chalicelib.tracking.visits.store import VisitStore

    return VisitStore(settings().tracking_table)


@cache
def journeys() -> JourneyStore:
    """Return how calls came about."""
    from chalicelib.tracking.journeys.store import JourneyStore

    return JourneyStore(settings().tracking_table)


@cache
def rings() -> RingQueue:
    """Return where calls leave that they ring."""
    from chalicelib.tracking.journeys.gateway import RingQueue

    return RingQueue(Queue(settings().rings_queue, hasty=True))


@cache
def kept_numbers() -> Kept[tuple[str, str], Number]:
    """Return what numbers are used for, as calls are told about."""
    from chalicelib.runtime.kept import Kept

    return Kept(lambda key: wiring.tracking().number(*key))


@cache
def kept_rosters() -> Kept[str, tuple[Pool, ...]]:
    """Return accounts' pools in use."""
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.pools.usecases import all_pools

    return Kept(lambda account_id: tuple(all_pools(account_id, roster())))


def journey_desk() -> Desk:
    """Return all that finding a call's journey needs."""
    from chalicelib.tracking.journeys.usecases import Desk

    def showing(account_id: str, number: str) -> Sequence[Pool]:
        return [each for each in kept_rosters().get(account_id) if each.overflow == number]

    return Desk(
        number=lambda account_id, number: kept_numbers().get((account_id, number)),
        showing=showing,
        pool=kept_pools().get,
        behaviour=behaviour,
        teach=learning().teach,
        leases=decks(),
        visits=visits(),
        journeys=journeys(),
        calls=wiring.calls(),
    )


@cache
def learning() -> LearningStore:
    """Return what is known of how visitors behave: what owners say, and what calls taught."""
    from chalicelib.tracking.learning.store import LearningStore

    return LearningStore(settings().tracking_table)


@cache
def kept_behaviours() -> Kept[str, Known]:
    """Return how accounts' visitors behave: a change holds within half a minute everywhere."""
    from chalicelib.runtime.kept import Kept

    return Kept(learning().known)


def behaviour(account_id: str) -> Behaviour:
    """Return how the visitors of an account behave."""
    return kept_behaviours().get(account_id).behaviour


def learning_desk() -> LearningDesk:
    """Return all that learning from calls takes."""
    from chalicelib.tracking.learning.usecases import Desk
    from chalicelib.tracking.pools.usecases import all_pools

    return Desk(
        lessons=learning(),
        pools=roster(),
        pools_of=lambda account_id: all_pools(account_id, roster()),
    )


def track_call(call: Call) -> None:
    """Take an ended call into account, in this order: whose visit it was, whether it is spam,
    whose lead and what it is worth, then what counts it, then who is told.

    A projection of the call log: each step is idempotent, and is shown the call again if a later
    one fails.
    """
    from chalicelib.runtime import leads_wiring, reports_wiring, watch_wiring, webhooks_wiring
    from chalicelib.runtime.conversions_wiring import tell_networks
    from chalicelib.tracking.journeys.usecases import finish
    from chalicelib.tracking.leads.projecting import leave_out, take_call
    from chalicelib.tracking.pools.health import hour_of
    from chalicelib.tracking.pools.leases import millis

    journey = finish(call, journey_desk())
    rings().ended(call.account_id, call.call_id)
    spam = watch_wiring.judge_call(call)
    if spam:
        leave_out(call, journey, leads_wiring.desk())
        learning().unlearn(call.account_id, call.call_id, hour_of(millis(call.started_at)))
    else:
        take_call(call, journey, leads_wiring.desk())
    if journey.erased:
        webhooks_wiring.forget_visit(call.account_id, call.call_id)
    reports_wiring.count_call(call, journey)
    tell_networks(call, journey)
    watch_wiring.tell_of_call(call, journey, spam=spam)


def track_again(account_id: str, call_id: str, *, delay_seconds: int = 0) -> None:
    """Have a call taken into account anew, by the queue: something else is known of it now."""
    from chalicelib.calls.projections import projection_message

    message = projection_message(account_id, call_id, "tracking")
    wiring.projections_queue().put(message, delay_seconds=delay_seconds)


def visiting() -> Ports:
    """Return all that serving a page needs."""
    from chalicelib.tracking.visits.serving import Ports

    return Ports(decks(), visits(), served_pools().get, forget_visit)


def forget_visit(account_id: str, visit: Remembered) -> None:
    """Have a visit that is about to be erased forgotten wherever else it was written.

    Calls are shown to tracking again once it is erased: reports, leads and what servers were told
    are corrected then.
    """
    from chalicelib.runtime import lake_wiring, leads_wiring
    from chalicelib.tracking.leads import usecases as leads

    lake_wiring.rewrite(account_id, visit.first_seen)
    for call_id in visit.calls:
        track_again(account_id, call_id, delay_seconds=SOON_SECONDS)
    leads.forget_visit(visit.id, account_id=account_id, store=leads_wiring.leads())


def keeping() -> Keeping:
    """Return all that changing pools needs."""
    from chalicelib.tracking.pools.usecases import Keeping
    from chalicelib.tracking.sites.usecases import site_that_shows

    def shown_on(account_id: str, number: str) -> str | None:
        return site_that_shows(account_id, number, sites())

    return Keeping(roster(), decks(), wiring.tracking(), wiring.directory(), shown_on)


def tending() -> Tending:
    """Return all that looking after pools needs."""
    from chalicelib.runtime.market_wiring import CarrierMarket
    from chalicelib.tracking.pools.tending import Tending

    return Tending(keeping(), roster(), decks(), CarrierMarket())
