"""Seeing to what was asked for: telling of it, ringing, trying again, and the end. Pure but for
its ports.

Nobody is rung twice for one try: it is stored before the carrier is asked, by whoever then asks;
another one takes over only once the first must be dead, and looks before it leaps.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.asked import remembering
from chalicelib.campaigns.asked.askings import (
    DOUBT,
    LONGEST_RING,
    LOOKED_AT_EVERY,
    Asking,
    State,
    Todo,
    callback_of,
)
from chalicelib.campaigns.asked.forms import Rings
from chalicelib.campaigns.asked.lawful import captured, decided
from chalicelib.campaigns.asked.queues import Stage, place_of
from chalicelib.campaigns.asked.words import confirmation
from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Unavailable
from chalicelib.kernel.telling import NotSendable, TextOrder, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.ports import Desk
    from chalicelib.campaigns.asked.queues import Handed

ATTEMPTS: Final = 5
_OF_STAGE: Final = {
    Stage.WAITING: State.WAITING,
    Stage.OFFERED: State.WAITING,
    Stage.TALKING: State.RINGING,
    Stage.REACHED: State.DONE,
    Stage.GIVEN_UP: State.MISSED,
    Stage.CANCELLED: State.CANCELLED,
    Stage.REFUSED: State.REFUSED,
    Stage.EXPIRED: State.EXPIRED,
}


def look(account_id: str, asking_id: str, desk: Desk) -> None:
    """See to an asking: tell of it, go on with it, tell of its end. Idempotent.

    Who comes second finds it changed, and leaves it to the first.
    """
    asking = desk.book.asking(account_id, asking_id)
    if asking.due_at is None:
        return
    form = desk.book.form(account_id, asking.form_id)
    with suppress(Conflict):
        asking = _told(asking, form, desk)
        if not asking.over:
            asking = _gone_on(asking, form, desk)
        _told(asking, form, desk)


def permit(account_id: str, asking_id: str, now: datetime, desk: Desk) -> datetime | None:
    """Tell from when on an asking that was handed to a queue may be rung: now, later, or never.

    What the law said is kept with it.
    """

    def change(asking: Asking, form: Form) -> Asking:
        return asking.decided(decided(asking, form, now, desk).as_fields())

    asking = insist(account_id, asking_id, change, desk)
    if asking is None or asking.over:
        return None
    last = asking.decisions[-1]
    return now if last["allowed"] else _instant(last["earliest"], asking)


def reached(account_id: str, asking_id: str, n: int, desk: Desk) -> None:
    """Note that an agent speaks with the person who was rung first; it may come late."""

    def change(asking: Asking, form: Form) -> Asking:
        if len(asking.tried) != n or asking.reached:
            return asking
        noted = replace(asking, reached=True)
        waits = asking.state in (State.WAITING, State.MISSED)
        return noted.ended(State.DONE, desk.clock()) if waits else noted

    remembering.ended(insist(account_id, asking_id, change, desk), n, desk)


def stopped(account_id: str, asking_id: str, n: int, desk: Desk) -> None:
    """Note that the person who was rung wants no more of it."""

    def change(asking: Asking, form: Form) -> Asking:
        if len(asking.tried) != n or asking.over:
            return asking
        return asking.ended(State.CANCELLED, desk.clock(), why="stopped")

    remembering.refused(insist(account_id, asking_id, change, desk), n, desk)


def rung(account_id: str, asking_id: str, n: int, desk: Desk) -> None:
    """Note that the call to the person is over: it was good, is tried again, or was the last."""

    def change(asking: Asking, form: Form) -> Asking:
        if len(asking.tried) != n or asking.state is not State.RINGING:
            return asking
        return _after_try(asking, form, desk.clock())

    remembering.ended(insist(account_id, asking_id, change, desk), n, desk)


def _told(asking: Asking, form: Form, desk: Desk) -> Asking:
    """Do what is left to tell, each once: what is stored only afterwards looks before it leaps."""
    if Todo.CONSENT in asking.todo:
        desk.record(captured(asking, form), asking.account_id, asking.number)
        asking = desk.book.save(asking, asking.without(Todo.CONSENT))
    if Todo.TEXT in asking.todo:
        word = "" if asking.over else _texted(asking, form, desk)
        asking = desk.book.save(asking, asking.without(Todo.TEXT, texted=word))
    for event in (Todo.ASKED, Todo.DONE):
        if event in asking.todo:
            desk.publish(asking.account_id, event.value, asking.id, data_of(asking))
            asking = desk.book.save(asking, asking.without(event))
    return asking


def data_of(asking: Asking) -> dict[str, Any]:
    """Return what the account's servers are told of it."""
    return {
        "id": asking.id,
        "form": asking.form_id,
        "number": asking.number or None,
        "label": asking.label,
        "state": asking.state.value,
        "asked_at": asking.asked_at.isoformat(),
        "slot": {
            "from": asking.slot.opens.isoformat(),
            "until": asking.slot.closes.isoformat(),
        },
        "tries": len(asking.tried),
        "why": asking.why,
    }


def _texted(asking: Asking, form: Form, desk: Desk) -> str:
    """Confirm by text what was agreed; the carrier is asked first whether it went already."""
    body = confirmation(asking, form, desk.link(desk.token(asking)))
    order = TextOrder(
        to=asking.number, from_="", body=body, ordered_at=asking.ordered_at, status_url=""
    )
    try:
        text(order, (form.shown, desk.sender), desk.texts, retry=True)
    except NotSendable as error:
        return error.reason
    return "sent"


def _gone_on(asking: Asking, form: Form, desk: Desk) -> Asking:
    now = desk.clock()
    if asking.is_to_come(now):
        return _saved(asking, asking.later(asking.slot.opens), desk)
    if form.rings is Rings.AGENT_FIRST:
        return _with_queue(asking, form, now, desk)
    if asking.state is State.RINGING:
        return _while_ringing(asking, form, now, desk)
    if asking.due_at is not None and now < asking.due_at:
        return asking  # somebody told of something before its time
    return _with_person(asking, form, now, desk)


def _with_queue(asking: Asking, form: Form, now: datetime, desk: Desk) -> Asking:
    """Hand it to the queue, or see how far it has come there."""
    if not asking.callback_id:
        if asking.has_lapsed(now):
            return _saved(asking, asking.ended(State.EXPIRED, now), desk)
        callback_id = callback_of(asking)
        try:
            desk.queues.hand(asking, form, callback_id)
        except Rejected as error:
            return _saved(asking, asking.ended(State.REFUSED, now, error.message), desk)
        soon = now + LOOKED_AT_EVERY
        handed = asking.later(soon, State.WAITING, callback_id=callback_id)
        return _saved(asking, handed, desk)
    found = desk.queues.handed(asking.account_id, asking.callback_id)
    told = _as_handed(asking, found, now)
    for n in range(len(asking.tried) + 1, len(told.tried) + 1):
        remembering.rung(told, form, n, desk)
    return _saved(asking, told, desk)


def _as_handed(asking: Asking, found: Handed | None, now: datetime) -> Asking:
    if found is None:
        return asking.ended(State.EXPIRED, now, "the callback is gone")
    more = found.tries - len(asking.tried)
    asking = replace(asking, tried=(*asking.tried, *(now for _ in range(more))))
    state = _OF_STAGE[found.stage]
    if state is State.EXPIRED and asking.tried:
        state = State.MISSED
    if state in (State.WAITING, State.RINGING):
        return asking.later(now + LOOKED_AT_EVERY, state)
    why = _refusal(asking) if state is State.REFUSED else ""
    return asking.ended(state, now, why)


def _with_person(asking: Asking, form: Form, now: datetime, desk: Desk) -> Asking:
    """Ring the person, if somebody is there to speak with them and the law allows it."""
    if asking.has_lapsed(now):
        state = State.MISSED if asking.tried else State.EXPIRED
        return _saved(asking, asking.ended(state, now), desk)
    decision = decided(asking, form, now, desk)
    asked = asking.decided(decision.as_fields())
    if not decision.allowed:
        later = decision.earliest
        if later is not None and later < asking.slot.closes:
            return _saved(asking, asked.later(later, State.WAITING), desk)
        return _saved(asking, asked.ended(State.REFUSED, now, _refusal(asked)), desk)
    place = place_of(asking, form)
    if not desk.queues.keep(place, now):
        return _saved(asking, asking.later(now + LOOKED_AT_EVERY, State.WAITING), desk)
    claimed = asked.later(
        now + DOUBT,
        State.RINGING,
        tried=(*asking.tried, now),
        ringing_since=now,
        looked_at=now,
        call_id="",
        reached=False,
    )
    try:
        saved = desk.book.save(asking, claimed)
    except Conflict:
        desk.queues.leave(place, now)
        raise
    return _ring(saved, form, desk, again=False)


def _while_ringing(asking: Asking, form: Form, now: datetime, desk: Desk) -> Asking:
    """Take over from whoever failed on the way, or ask the carrier for an end nobody told."""
    if asking.is_in_doubt(now):
        resumed = asking.later(now + DOUBT, looked_at=now)
        return _ring(desk.book.save(asking, resumed), form, desk, again=True)
    since = asking.ringing_since or now
    silent = bool(asking.call_id) and now - since >= LONGEST_RING
    if silent and desk.rings.is_over(asking.call_id):
        remembering.ended(asking, len(asking.tried), desk)
        return _saved(asking, _after_try(asking, form, now), desk)
    return _saved(asking, asking.later(now + LOOKED_AT_EVERY), desk)


def _ring(asking: Asking, form: Form, desk: Desk, *, again: bool) -> Asking:
    if not remembering.begins(asking, form, desk):
        now = desk.clock()
        desk.queues.leave(place_of(asking, form), now)
        waits = asking.later(now + LOOKED_AT_EVERY, State.WAITING, tried=asking.tried[:-1])
        return _saved(asking, waits, desk)
    try:
        call_id = desk.rings.ring(asking, form, retry=again)
    except Rejected as error:
        remembering.forgotten(asking, form, desk)
        desk.queues.leave(place_of(asking, form), desk.clock())
        failed = _after_try(asking, form, desk.clock())
        return _saved(asking, replace(failed, why=error.message), desk)

    def change(current: Asking, form: Form) -> Asking:
        fresh = len(current.tried) == len(asking.tried) and not current.call_id
        return replace(current, call_id=call_id) if fresh else current

    return insist(asking.account_id, asking.id, change, desk, nudging=False) or asking


def _after_try(asking: Asking, form: Form, now: datetime) -> Asking:
    if asking.reached:
        return asking.ended(State.DONE, now)
    again = now + form.retry
    if len(asking.tried) >= form.tries or again >= asking.slot.closes:
        return asking.ended(State.MISSED, now)
    return asking.later(again, State.WAITING)


def _saved(before: Asking, after: Asking, desk: Desk) -> Asking:
    return before if before == after else desk.book.save(before, after)


def insist(
    account_id: str,
    asking_id: str,
    change: Callable[[Asking, Form], Asking],
    desk: Desk,
    *,
    nudging: bool = True,
) -> Asking | None:
    """Load, change and store, again if somebody else was first. None: there is no such asking."""
    for _ in range(ATTEMPTS):
        try:
            asking = desk.book.asking(account_id, asking_id)
        except NotFound:
            return None
        changed = change(asking, desk.book.form(account_id, asking.form_id))
        if changed == asking:
            return asking
        with suppress(Conflict):
            saved = desk.book.save(asking, changed)
            if nudging and saved.over:
                desk.nudge(account_id, asking_id)
            return saved
    raise Unavailable("an asking changes all the time", asking_id=asking_id)


def _instant(written: str | None, asking: Asking) -> datetime | None:
    if written is None:
        return None
    at = datetime.fromisoformat(written)
    return at if at < asking.slot.closes else None


def _refusal(asking: Asking) -> str:
    """Name what the law had against it, the last time it was asked."""
    last = asking.decisions[-1] if asking.decisions else {"reasons": []}
    return ", ".join(each["code"] for each in last["reasons"])
