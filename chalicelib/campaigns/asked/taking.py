"""Somebody asks to be rung back: what is refused, a code, a place, and calling it off. Pure but
for its ports.

Whoever fills a form in can type anybody's number. So a number is asked for so often a day, never
twice at a time, and where the form wants it only who has the telephone in hand can ask.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.asked import slots
from chalicelib.campaigns.asked.askings import Asking, Proof, State, Todo, TooLate, new_id
from chalicelib.campaigns.asked.lawful import decided
from chalicelib.campaigns.asked.words import code_text, tongue
from chalicelib.campaigns.consents.capture.forms import (
    MOST_TEXTS_A_DAY,
    MOST_TEXTS_OF_ACCOUNT,
    TooMany,
    WrongCode,
    code_of,
)
from chalicelib.campaigns.rules import Person, country_of
from chalicelib.kernel import destinations
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected
from chalicelib.kernel.telling import NotSendable, TextOrder, text

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.ports import Desk
    from chalicelib.campaigns.asked.slots import Slot

NOW: Final = "now"
_LOOKS: Final = 4


class Status(StrEnum):
    """What a page is told: `failed` is what it gets when we could not."""

    TAKEN = "taken"
    CODE_SENT = "code_sent"
    FAILED = "failed"


class AlreadyAsked(Rejected):
    """The number will be rung back already."""

    code = "already-asked"


class SlotFull(Rejected):
    """Others were faster."""

    code = "slot-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent of a form. `slot` is `now`, or how the slot is named.

    `site_id` is the page's, None from the account's own servers, who answer for what they send.
    """

    account_id: str
    form_id: str
    number: str
    slot: str = NOW
    site_id: str | None = None
    label: str = ""
    language: str = ""
    origin: str = ""
    page: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it."""

    status: Status
    asking: Asking


def ask(sent: Sent, now: datetime, desk: Desk) -> Taken:
    """Take an asking, or send a code to the number. Raises Rejected, naming the field."""
    form = form_of(sent, desk)
    number = _number(sent.number)
    slot = _slot(form, sent.slot, now)
    person = desk.person(sent.account_id, number)
    _count(sent, form, person, now, desk)
    asking = Asking(
        id=new_id(now, desk.random()),
        account_id=sent.account_id,
        form_id=form.id,
        number=number,
        person=person,
        slot=slot,
        asked_at=now,
        language=tongue(sent.language or form.language),
        proof=Proof(sent.origin, _hidden(sent, desk), sent.page),
        label=sent.label,
        place=slot.id if form.capacity and sent.slot != NOW else "",
    )
    _check_law(asking, form, now, desk)
    if form.by_code and sent.site_id is not None:
        return Taken(Status.CODE_SENT, _coded(asking, form, now, desk))
    return Taken(Status.TAKEN, _take(asking, form, now, desk))


def confirm(sent: Sent, asking_id: str, code: str, now: datetime, desk: Desk) -> Taken:
    """Take an asking whose code was typed. Raises WrongCode, AlreadyAsked, SlotFull."""
    form = form_of(sent, desk, archived=True)
    try:
        asking = desk.book.tried(sent.account_id, asking_id)
    except NotFound:
        raise _wrong() from None
    seal = _seal(asking, "".join(code.split()), desk)
    known = asking.form_id == form.id and asking.is_awaited(now)
    if not known or not hmac.compare_digest(seal, asking.seal):
        raise _wrong()
    if asking.has_lapsed(now):
        raise _full()
    counted = replace(asking, tries=asking.tries + 1, version=asking.version + 1)
    return Taken(Status.TAKEN, _take(counted, form, now, desk))


def call_off(account_id: str, asking_id: str, now: datetime, desk: Desk) -> Asking:
    """Call an asking off, whoever does. Doing so twice is no error. Raises TooLate.

    Whoever sees to the asking at that moment is no reason to be told that it is too late.
    """
    for _ in range(_LOOKS):
        try:
            return _called_off(account_id, asking_id, now, desk)
        except TooLate:
            raise
        except Conflict:
            continue
    return _called_off(account_id, asking_id, now, desk)


def _called_off(account_id: str, asking_id: str, now: datetime, desk: Desk) -> Asking:
    asking = desk.book.asking(account_id, asking_id)
    cancelled = asking.cancelled(now)
    if cancelled is asking:
        return asking
    if asking.callback_id and not desk.queues.call_off(account_id, asking.callback_id):
        raise TooLate("it is too late to call it off", callback_id=asking.callback_id)
    saved = desk.book.save(asking, cancelled)
    desk.nudge(account_id, asking_id)
    return saved


def form_of(sent: Sent, desk: Desk, *, archived: bool = False) -> Form:
    """Return the form, which must be of the page's site and in use, unless it may be archived."""
    try:
        form = desk.book.form(sent.account_id, sent.form_id)
    except NotFound:
        form = None
    over = form is not None and form.archived_at is not None and not archived
    elsewhere = form is not None and sent.site_id not in (None, form.site_id)
    if form is None or over or elsewhere:
        fault = Fault("/form", "no form of this site's, or one that is archived")
        raise Rejected("there is no such form", faults=(fault,))
    return form


def free_slots(form: Form, now: datetime, desk: Desk) -> tuple[Slot, ...]:
    """Return the slots in which there is a place."""
    if not form.capacity:
        return slots.offered(form, now)
    taken = desk.book.places(form.account_id, form.id)
    return slots.offered(form, now, {slot for slot, n in taken.items() if n >= form.capacity})


def _number(written: str) -> str:
    try:
        number = destinations.read(written)
    except Rejected as error:
        raise _refused("/number", error.message) from None
    reason = destinations.refusal(number)
    if reason is None and country_of(Person(number=number)) != "FR":
        reason = "a number of another country: only those of France are rung back"
    if reason is not None:
        raise _refused("/number", reason)
    return number


def _slot(form: Form, wanted: str, now: datetime) -> Slot:
    if wanted == NOW:
        found = slots.slot_now(form, now)
        if found is None:
            raise _refused("/slot", "nobody is there now: choose one of the slots")
        return found
    for each in slots.offered(form, now):
        if each.id == wanted:
            return each
    raise _refused("/slot", "not one of the slots that are offered: ask for them again")


def _count(sent: Sent, form: Form, person: str, now: datetime, desk: Desk) -> None:
    """Count what people ask for on a day. The account's own servers count by number only."""
    day = now.date().isoformat()
    limits = [("/number", f"asked#{form.id}#{person}", form.most_of_number)]
    if sent.site_id is not None:
        address = _hidden(sent, desk)
        limits.insert(0, ("/form", f"asked#{form.id}", form.most_a_day))
        limits.insert(0, ("/form", f"asked#{form.id}#{address}", form.most_of_address))
    for pointer, what, most in limits:
        if not desk.counts.count(sent.account_id, what, day, most):
            raise _too_many(pointer)


def _check_law(asking: Asking, form: Form, now: datetime, desk: Desk) -> None:
    """Refuse what could not be rung in its slot: whoever asked must not wait for nothing.

    What is held against the number is said to nobody who may not be its owner.
    """
    decision = decided(asking, form, max(now, asking.slot.opens), desk)
    possible = decision.earliest is not None and decision.earliest < asking.slot.closes
    if not decision.allowed and not possible:
        raise _refused("/number", "this number may not be rung at that time: please ring us")


def _coded(asking: Asking, form: Form, now: datetime, desk: Desk) -> Asking:
    day = now.date().isoformat()
    account_id = asking.account_id
    of_person = desk.counts.count(account_id, f"texts#{asking.person}", day, MOST_TEXTS_A_DAY)
    if not of_person or not desk.counts.count(account_id, "texts", day, MOST_TEXTS_OF_ACCOUNT):
        raise _too_many("/number")
    code = code_of(desk.random())
    held = replace(asking, state=State.ASKED, seal=_seal(asking, code, desk))
    desk.book.hold(held)
    body = code_text(form, code, asking.language)
    order = TextOrder(to=asking.number, from_="", body=body, ordered_at=now, status_url="")
    try:
        text(order, (form.shown, desk.sender), desk.texts, retry=False)
    except NotSendable as error:
        raise _refused("/number", f"no text reaches it: {error.reason}") from None
    return held


def _take(asking: Asking, form: Form, now: datetime, desk: Desk) -> Asking:
    todo = {Todo.ASKED}
    if form.texts:
        todo.add(Todo.TEXT)
    if form.sells:
        todo.add(Todo.CONSENT)
    confirmed = asking.confirmed(now, frozenset(todo))
    token = desk.token(asking)
    try:
        taken = desk.book.take(confirmed, form.capacity, token, now)
    except Conflict:
        raise _wrong() from None  # the code was typed twice at once
    desk.nudge(asking.account_id, asking.id)
    return taken


def _hidden(sent: Sent, desk: Desk) -> str:
    """Hash where a request came from: by itself it says nothing."""
    return desk.person(sent.account_id, f"address:{sent.address}") if sent.address else ""


def _seal(asking: Asking, code: str, desk: Desk) -> str:
    return desk.seal(asking.account_id, f"asked\n{asking.id}\n{code}")


def _refused(pointer: str, reason: str) -> Rejected:
    return Rejected("it can't be done like that", faults=(Fault(pointer, reason),))


def _full() -> SlotFull:
    fault = Fault("/slot", "there is no place left in it: choose another one")
    return SlotFull("the slot is full", faults=(fault,))


def _too_many(pointer: str) -> TooMany:
    fault = Fault(pointer, "asked for too often today: try again tomorrow, or ring us")
    return TooMany("too many for today", faults=(fault,))


def _wrong() -> WrongCode:
    fault = Fault("/code", "not the code, or it is over: have another one sent")
    return WrongCode("the code is not the one that was sent", faults=(fault,))
