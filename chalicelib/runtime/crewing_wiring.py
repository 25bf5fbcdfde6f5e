"""Where agents of campaigns meet the contact centre and the carrier. Built on first use."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import (
    attempts_wiring,
    contacts_wiring,
    desk_wiring,
    dialling_wiring,
    wiring,
)
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.addresses import Address, SeatAddress
    from chalicelib.campaigns.dialling.models import AboutOut
    from chalicelib.campaigns.dialling.ports import Crewing, Desk
    from chalicelib.campaigns.dialling.seating.store import SeatStore
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.desk.floor import Change, Floor
    from chalicelib.desk.lending import Lent
    from chalicelib.desk.ports import Floors, Nudges
    from chalicelib.runtime.form import Form

T = TypeVar("T")
# A list is gone through for whom to show, as long as more than a worker's reserve is left.
_PREVIEW_SECONDS: Final = 25.0


@cache
def seats() -> SeatStore:
    """Return agents who are on duty for campaigns."""
    from chalicelib.campaigns.dialling.seating.store import SeatStore

    return SeatStore(settings().campaigns_table)


def crewing() -> Crewing:
    """Return all that agents of campaigns take."""
    from chalicelib.campaigns.dialling.ports import Crewing

    return Crewing(
        seats=seats(),
        floor=Centre(desk_wiring.store(), desk_wiring.nudges()),
        carrier=dialling_wiring.carrier(),
        clock=wiring.clock,
    )


def preview_desk() -> Desk:
    """Return all that showing agents whom they may have rung takes, while a browser waits."""
    return dialling_wiring.desk(lambda: _PREVIEW_SECONDS)


class Centre:
    """The port `Floor` of dialling: the contact centre."""

    def __init__(self, floors: Floors, nudges: Nudges) -> None:
        self._floors = floors
        self._nudges = nudges

    def able(self, account_id: str, agent_id: str, queue: str) -> Lent | None:
        """Return an agent of a queue."""
        from chalicelib.desk import lending

        return lending.able(self._floors.floor(account_id), agent_id, queue)

    def lend(self, account_id: str, agent_id: str, key: str, now: datetime) -> bool:
        """Keep an agent for a campaign, if they can be spared."""
        from chalicelib.desk import lending

        return self._changed(account_id, lambda floor: lending.lend(floor, agent_id, key, now))

    def spared(self, account_id: str, agents: Collection[str], now: datetime) -> frozenset[str]:
        """Return those whom nobody who waits needs."""
        from chalicelib.desk import lending

        floor = self._floors.floor(account_id)
        return frozenset(each for each in agents if not lending.is_wanted(floor, each, now))

    def give_back(self, account_id: str, agent_id: str, key: str, now: datetime) -> None:
        """Have an agent be the contact centre's again."""
        from chalicelib.desk import lending

        self._changed(account_id, lambda floor: lending.give_back(floor, agent_id, key, now))

    def _changed(self, account_id: str, decide: Callable[[Floor], tuple[T, Change]]) -> T:
        from chalicelib.desk.usecases import insist

        return insist(account_id, decide, self._floors, self._nudges)


def about(campaign: Campaign, taken: Iterable[Seat]) -> Mapping[str, AboutOut]:
    """Return whom agents are kept for or talk with, by the names of the attempts."""
    from chalicelib.campaigns.dialling.models import AboutOut

    found = []
    for name in {each.attempt for each in taken if each.attempt}:
        with suppress(NotFound):  # kept for a call that is being claimed
            found.append(attempts_wiring.store().attempt(campaign.id, name))
    ids = [each.contact_id for each in found]
    list_id = campaign.plan.list_id
    people = contacts_wiring.store().known(campaign.account_id, list_id, ids) if ids else {}
    return {each.id: AboutOut.of(each, people.get(each.contact_id)) for each in found}


def speak(form: Form, address: Address) -> str:
    """Put whoever has answered through to an agent, or tell them that nobody is there."""
    from chalicelib.campaigns.dialling import connecting, twiml

    step = form.query.get("step", "")
    if step == "choice":
        return _chosen(form, address)
    tried = [each for each in form.query.get("tried", "").split("~") if each]
    if step == "over" and form.optional("DialCallStatus") == "completed":
        return twiml.hang_up()
    if step == "nobody":
        campaign = _campaign(address)
        connecting.abandon(
            campaign, address.attempt_id, form.required("CallSid"), dialling_wiring.ends()
        )
        return twiml.nobody(campaign.plan, address)
    seat = None
    if len(tried) < connecting.MOST_TRIES:
        seat = connecting.put_through(address.campaign_id, address.attempt_id, tried, crewing())
    if seat is not None:
        return twiml.put_through(seat, address, tried)
    # A second later somebody may be free; after another one they are told.
    following = "nobody" if step in ("again", "over") else "again"
    return twiml.look_again(address, following, tried)


def _chosen(form: Form, address: Address) -> str:
    from chalicelib.campaigns.dialling import twiml

    campaign = _campaign(address)
    if form.optional("Digits") != twiml.STOP:
        return twiml.hang_up()
    dialling_wiring.refuse(campaign, address.attempt_id, "key", wiring.clock())
    return twiml.goodbye("noted", campaign.plan)


def speak_to_agent(form: Form, address: SeatAddress) -> str:
    """Have an agent come to their line, wait there, or go."""
    return _STEPS.get(form.query.get("step", ""), _come)(form, address)


def left(address: SeatAddress) -> None:
    """Note that an agent's call has ended."""
    from chalicelib.campaigns.dialling import sitting

    sitting.left(address.campaign_id, address.agent_id, address.leg, crewing())


def _come(form: Form, address: SeatAddress) -> str:
    from chalicelib.campaigns.dialling import sitting, twiml

    if not sitting.is_rung(address.campaign_id, address.agent_id, address.leg, crewing()):
        return twiml.hang_up()
    return twiml.come(_campaign(address).plan, address)


def _choose(form: Form, address: SeatAddress) -> str:
    from chalicelib.campaigns.dialling import sitting, twiml

    key = form.optional("Digits") or ""
    seat = sitting.takes(address.campaign_id, address.agent_id, address.leg, key, crewing())
    plan = _campaign(address).plan
    return twiml.goodbye("bye", plan) if seat is None else twiml.line(seat, address, plan)


def _wait(form: Form, address: SeatAddress) -> str:
    from chalicelib.campaigns.dialling import sitting, twiml

    stays = sitting.waits(_campaign(address), address.agent_id, address.leg, crewing())
    return twiml.another_round(stays=stays)


def _over(form: Form, address: SeatAddress) -> str:
    from chalicelib.campaigns.dialling import sitting, twiml

    if form.optional("QueueResult") != "bridged":
        return twiml.hang_up()
    seat = sitting.goes_on(address.campaign_id, address.agent_id, address.leg, crewing())
    return twiml.hang_up() if seat is None else twiml.line(seat, address)


_STEPS = {"choice": _choose, "wait": _wait, "over": _over}


def _campaign(address: Address | SeatAddress) -> Campaign:
    """Return a campaign as it was within the last half minute."""
    return dialling_wiring.kept_campaigns().get((address.account_id, address.campaign_id))
