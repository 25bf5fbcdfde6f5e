"""Where people who ask to be rung meet queues, the carrier, consents and numbers. Built on first
use, as `wiring` is."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime import (
    attempts_wiring,
    campaigns_wiring,
    consents_wiring,
    desk_wiring,
    secrets,
    webhooks_wiring,
    wiring,
)
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from chalicelib.campaigns.asked.addresses import Address
    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.gateway import AskingQueue
    from chalicelib.campaigns.asked.ports import Desk
    from chalicelib.campaigns.asked.queues import Handed, Place
    from chalicelib.campaigns.asked.store import AskedStore
    from chalicelib.campaigns.consents.checking import Captured
    from chalicelib.desk.callbacks import Callback
    from chalicelib.runtime.kept import Kept

# How a callback of a queue says that it is an asking's.
SOURCE = "web-callback:"


@cache
def store() -> AskedStore:
    """Return forms, and what was asked for by them."""
    from chalicelib.campaigns.asked.store import AskedStore

    return AskedStore(settings().campaigns_table)


@cache
def kept_forms() -> Kept[tuple[str, str], Form]:
    """Return forms, which never change, by account and id."""
    from chalicelib.runtime.kept import Kept

    return Kept(lambda whose: store().form(*whose))


def clock() -> datetime:
    """Return this instant."""
    return wiring.clock()


@cache
def queue() -> AskingQueue:
    """Return the queue of what is to be seen to: that of callbacks."""
    from chalicelib.campaigns.asked.gateway import AskingQueue

    return AskingQueue(desk_wiring.callbacks_queue())


def desk() -> Desk:
    """Return all that seeing to askings takes."""
    from chalicelib.campaigns.asked.askings import token_of
    from chalicelib.campaigns.asked.gateway import CarrierRings
    from chalicelib.campaigns.asked.ports import Desk
    from chalicelib.runtime.telling import CarrierTexts

    return Desk(
        book=store(),
        counts=consents_wiring.forms(),
        queues=Queues(),
        rings=CarrierRings(wiring.gateway, secrets.api_url),
        known=attempts_wiring.known_by,
        memory=attempts_wiring.memory(),
        person=wiring.Callers().caller_hash,
        record=_record,
        line=campaigns_wiring.House().line,
        texts=CarrierTexts(wiring.gateway),
        sender=settings().text_sender,
        publish=webhooks_wiring.publish,
        nudge=queue().nudge,
        token=lambda asking: token_of(asking, secrets.pepper()),
        link=lambda token: f"{secrets.api_url()}/b/{token}",
        seal=_seal,
        random=wiring.new_id,
        clock=wiring.clock,
    )


def add_form(form: Form, now: datetime) -> Form:
    """Store a form by which people can be rung back. Raises Rejected."""
    from chalicelib.campaigns.asked import forms
    from chalicelib.kernel.errors import Fault, Rejected

    line = campaigns_wiring.House().line(form.account_id, form.shown)
    forms.check(form, line, Queues().names(form.account_id), now)
    try:
        consents_wiring.Owned().site(form.account_id, form.site_id)
    except NotFound:
        fault = Fault("/site", "no site of yours that is in use")
        raise Rejected("no such site", faults=(fault,)) from None
    if len(forms.in_use(store().forms(form.account_id))) >= forms.MOST_FORMS:
        raise Rejected("too many forms", faults=(Fault("", f"{forms.MOST_FORMS} are the most"),))
    store().save_form(form)
    return form


def linked(token: str) -> tuple[Asking, Form]:
    """Return what a link is of. Raises NotFound."""
    account_id, asking_id = store().linked(token)
    asking = store().asking(account_id, asking_id)
    return asking, store().form(account_id, asking.form_id)


def find() -> None:
    """Have every asking looked at whose time has come."""
    from chalicelib.campaigns.asked.handlers import find_askings

    find_askings(store(), desk_wiring.callbacks_queue(), wiring.clock)


def see_to(message: dict[str, Any]) -> None:
    """See to an asking."""
    from chalicelib.campaigns.asked.handlers import see_to

    see_to(message, desk())


def stop(address: Address, number: str) -> None:
    """End what somebody consented to who pressed a key, and ring them no more; idempotent."""
    person = wiring.Callers().caller_hash(address.account_id, number)
    ref = f"{address.asking_id}/{address.n}"
    consents_wiring.withdraw(address.account_id, person, "key", wiring.clock(), ref=ref)
    queue().tell(address, "stopped")


class Laws:
    """The port `Law` of the desk: whether a callback that somebody asked for may be rung now."""

    def from_when(self, account_id: str, callback: Callback, now: datetime) -> datetime | None:
        """Return from when on; None is never. What was decided is kept with what they asked."""
        from chalicelib.campaigns.asked.ringing import permit

        if not callback.source.startswith(SOURCE):
            return now
        return permit(account_id, callback.source.removeprefix(SOURCE), now, desk())

    def told(self, account_id: str, callback: Callback) -> None:
        """Have the asking looked at whose callback has come further. Never raises."""
        if callback.source.startswith(SOURCE):
            queue().nudge(account_id, callback.source.removeprefix(SOURCE))


class Queues:
    """The port `Queues` on the contact centre."""

    def names(self, account_id: str) -> Collection[str]:
        """Return an account's queues."""
        return wiring.queues().names(account_id)

    def hand(self, asking: Asking, form: Form, callback_id: str) -> None:
        """Ask for a callback, unless it is there, or was."""
        from chalicelib.desk import managing
        from chalicelib.desk.callbacks import Slot

        if self.handed(asking.account_id, callback_id) is not None:
            return
        order = managing.CallbackOrder(
            queue=form.queue,
            number=asking.number,
            line=form.shown,
            language="en-GB" if asking.language == "en" else "fr-FR",
            label=asking.label,
            source=f"{SOURCE}{asking.id}",
            slot=Slot(asking.slot.opens, asking.slot.closes),
        )
        with suppress(Conflict):  # somebody was first
            managing.ask_for_callback(
                asking.account_id,
                order,
                callback_id=callback_id,
                now=wiring.clock(),
                floors=desk_wiring.store(),
                lines=wiring.directory(),
                nudges=desk_wiring.nudges(),
            )

    def handed(self, account_id: str, callback_id: str) -> Handed | None:
        """Return how far it has come."""
        from chalicelib.campaigns.asked.queues import Handed, Stage
        from chalicelib.desk.managing import callback_of

        try:
            callback = callback_of(account_id, callback_id, desk_wiring.store())
        except NotFound:
            return None
        return Handed(Stage(callback.stage.value), callback.tries)

    def call_off(self, account_id: str, callback_id: str) -> bool:
        """Call it off, if an agent is not being rung for it."""
        from chalicelib.desk.managing import cancel

        try:
            cancel(
                account_id,
                callback_id,
                now=wiring.clock(),
                floors=desk_wiring.store(),
                nudges=desk_wiring.nudges(),
            )
        except NotFound:
            return True
        except Conflict:
            return False
        return True

    def keep(self, place: Place, now: datetime) -> bool:
        """Take a place at the head, and keep it if an agent is free for it."""
        wanted = desk_wiring.store().floor(place.account_id).queues.get(place.queue)
        if wanted is None or not wanted.calls_back(now):
            return False
        if Waits().join(place, now).offer is not None:
            return True
        self.leave(place, now)
        return False

    def leave(self, place: Place, now: datetime) -> None:
        """Let the agent go."""
        Waits().leave(place, now)


class Waits:
    """Places in a queue of people who were rung first, on the contact centre."""

    def join(self, place: Place, now: datetime) -> Any:
        """Take a place at the head, and tell how it stands: `offer` is an agent to ring."""
        return desk_wiring.desk().join(place.account_id, place.queue, place, now)

    def ask(self, place: Place, now: datetime) -> Any:
        """Tell how it stands, with a new place if it is gone."""
        try:
            return desk_wiring.desk().ask(place.account_id, place.queue, place.call_id, now)
        except NotFound:
            return self.join(place, now)

    def picked_up(self, place: Place, agent: str, now: datetime) -> None:
        """Note that an agent took it."""
        desk_wiring.desk().picked_up(place.account_id, place.queue, place.call_id, agent, now)

    def answered(self, place: Place, agent: str, now: datetime) -> None:
        """Note that the conversation is over."""
        desk_wiring.desk().answered(place.account_id, place.queue, place.call_id, agent, now)

    def missed(self, place: Place, agent: str, now: datetime) -> Any:
        """Note that the agent did not take it, and tell how it stands."""
        whose = (place.account_id, place.queue, place.call_id)
        try:
            return desk_wiring.desk().missed(*whose, agent, now)
        except NotFound:
            return self.join(place, now)

    def leave(self, place: Place, now: datetime) -> None:
        """Give the place up. A queue that is gone keeps none."""
        with suppress(NotFound):
            whose = (place.account_id, place.queue, place.call_id)
            desk_wiring.desk().leave(*whose, "hung_up", now)


def _record(captured: Captured, account_id: str, number: str) -> None:
    from chalicelib.campaigns.consents.usecases import record

    record(captured, account_id, number, consents_wiring.desk())


def _seal(account_id: str, said: str) -> str:
    import hmac

    return hmac.digest(consents_wiring.desk().key(account_id), said.encode(), "sha256").hex()
