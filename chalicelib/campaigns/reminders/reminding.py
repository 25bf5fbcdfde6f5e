"""Appointments written down, people reminded, and their answers taken. Pure but for its ports.

What is told is stored afterwards, and the carrier is asked first whether it went: nobody reads
one reminder twice, whoever dies on the way.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.reminders import words
from chalicelib.campaigns.reminders.appointments import LATEST, MOST_DECISIONS, State, Todo
from chalicelib.campaigns.rules import Campaign, Mode, Past, Person, Professional, Purpose, Shown
from chalicelib.campaigns.rules import decide as decide_by_law
from chalicelib.campaigns.rules.gathering import consents_of, listed_by, withdrawals_of
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.kernel.telling import NotSendable, TextOrder, text

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.reminders.appointments import Appointment
    from chalicelib.campaigns.reminders.ports import Desk
    from chalicelib.campaigns.rules import Decision

ATTEMPTS: Final = 5
EVENTS: Final = {
    State.CONFIRMED: "appointment.confirmed",
    State.CANCELLED: "appointment.cancelled",
    State.MOVING: "appointment.moved",  # to when, the account has to say
    State.MOVED: "appointment.moved",
}
_OF_SAID: Final = {
    words.Said.CONFIRM: State.CONFIRMED,
    words.Said.CANCEL: State.CANCELLED,
    words.Said.MOVE: State.MOVING,
}


def put(appointment: Appointment, now: datetime, desk: Desk) -> Appointment:
    """Write an appointment down, or what changed of it: at another time it is a new one."""
    for _ in range(ATTEMPTS):
        try:
            known = desk.diary.appointment(appointment.account_id, appointment.id)
        except NotFound:
            known = None
        fresh = appointment.without_past(now) if known is None else _merged(known, appointment, now)
        if fresh == known:
            return fresh
        if known is None or known.person != fresh.person:
            desk.diary.remember(fresh)
        with suppress(Conflict):
            return desk.diary.save(fresh.planned(now))
    raise Unavailable("an appointment changes all the time", appointment_id=appointment.id)


def withdraw(account_id: str, appointment_id: str, now: datetime, desk: Desk) -> None:
    """Forget to remind anybody of it. Doing so twice is no error."""
    known = desk.diary.appointment(account_id, appointment_id)
    if not known.over:
        gone = replace(known, state=State.WITHDRAWN, todo=frozenset())
        desk.diary.save(gone.planned(now))


def erase(account_id: str, person: str, desk: Desk) -> None:
    """Delete somebody's appointments. May be done again."""
    for appointment_id in desk.diary.of_person(account_id, person):
        _erase(account_id, appointment_id, person, desk)
    desk.diary.forget(account_id, person)


def _erase(account_id: str, appointment_id: str, person: str, desk: Desk) -> None:
    for _ in range(ATTEMPTS):
        try:
            known = desk.diary.appointment(account_id, appointment_id)
        except NotFound:
            return
        if known.person != person:  # it is another one's by now
            return
        with suppress(Conflict):
            desk.diary.drop(known)
            return
    raise Unavailable("an appointment changes all the time", appointment_id=appointment_id)


def look(account_id: str, appointment_id: str, desk: Desk) -> None:
    """Tell what is to be told, and remind whom it is time to. Idempotent."""
    appointment = desk.diary.appointment(account_id, appointment_id)
    now = desk.clock()
    if appointment.due_at is None or now < appointment.due_at:
        return
    with suppress(Conflict):  # somebody else was first
        if Todo.ANSWER in appointment.todo:
            _send(appointment, words.answer, appointment.answered_at or now, desk)
            appointment = desk.diary.save(appointment.without(Todo.ANSWER, now))
        if Todo.EVENT in appointment.todo:
            event_id = f"{appointment.id}/{appointment.answers}"
            event = EVENTS[appointment.state]
            desk.publish(account_id, event, event_id, data_of(appointment))
            appointment = desk.diary.save(appointment.without(Todo.EVENT, now))
        ahead = appointment.next_reminder()
        if ahead is not None and appointment.due_at and appointment.due_at <= now:
            _remind(appointment, ahead, now, desk)


def take_text(message: dict[str, Any], desk: Desk) -> bool:
    """Take somebody's text as the answer to a reminder. False: it is none."""
    sender, to = phone.caller_or_none(message["from"]), phone.caller_or_none(message["to"])
    account_id = None if to is None else desk.dialled(to)
    if sender is None or account_id is None:
        return False
    appointment_id = desk.diary.awaited(account_id, desk.person(account_id, sender))
    if appointment_id is None:
        return False
    for _ in range(ATTEMPTS):
        try:
            appointment = desk.diary.appointment(account_id, appointment_id)
        except NotFound:
            return False
        if appointment.said == message["id"]:
            return True
        changed = _answered(appointment, message, desk.clock())
        if changed is None:
            return False
        with suppress(Conflict):
            desk.diary.save(changed)
            desk.nudge(account_id, appointment_id)
            return True
    raise Unavailable("an appointment changes all the time", appointment_id=appointment_id)


def data_of(appointment: Appointment) -> dict[str, Any]:
    """Return what the account's servers are told."""
    moved = appointment.moved_to
    return {
        "id": appointment.id,
        "ref": appointment.ref,
        "state": appointment.state.value,
        "at": appointment.at.isoformat(),
        "to": None if moved is None else moved.isoformat(),
        "answered_at": appointment.answered_at and appointment.answered_at.isoformat(),
    }


def _answered(
    appointment: Appointment, message: dict[str, Any], now: datetime
) -> Appointment | None:
    """Return it as a text has it; None if the text says nothing of it, or comes too late."""
    if now >= appointment.when or appointment.state is State.WITHDRAWN:
        return None
    text_id, written = message["id"], message["words"]
    if appointment.state is State.MOVING:
        instant = words.chosen(written, appointment)
        if instant is not None and instant > now:
            return appointment.answered(State.MOVED, text_id, now, moved_to=instant)
    said = words.understood(written)
    return None if said is None else appointment.answered(_OF_SAID[said], text_id, now)


def _remind(appointment: Appointment, ahead: int, now: datetime, desk: Desk) -> None:
    if now > appointment.when - min(LATEST, timedelta(minutes=ahead) / 2):
        desk.diary.save(appointment.after_reminder(ahead, now, "too-late"))
        return
    decision = _decided(appointment, now, desk)
    told = (*appointment.decisions, decision.as_fields())[-MOST_DECISIONS:]
    appointment = replace(appointment, decisions=told)
    # Which numbers machines may show is a rule of calls: a text shows what it came from.
    against = [each for each in decision.reasons if not each.code.startswith("caller-id")]
    if against:
        ends = [each.until for each in against if each.until is not None]
        if len(ends) < len(against):
            why = ", ".join(each.code for each in against)
            desk.diary.save(appointment.after_reminder(ahead, now, why))
        else:
            desk.diary.save(replace(appointment, put_off=max(ends)).planned(now))
        return
    desk.diary.await_answer(appointment)
    due = appointment.put_off or appointment.when - timedelta(minutes=ahead)
    refused = _send(appointment, words.reminder, due, desk)
    desk.diary.save(appointment.after_reminder(ahead, now, refused))


def _decided(appointment: Appointment, now: datetime, desk: Desk) -> Decision:
    """Decide as of an automatic call about an order: its hours, withdrawals, lists."""
    who = appointment.professional
    known = desk.known(appointment.account_id, appointment.number)
    line = desk.line(appointment.account_id, appointment.sender)
    campaign = Campaign(
        professional=Professional(id=who.siren, name=who.name),
        purpose=Purpose.SERVICE,
        object="rendez-vous",
        mode=Mode.AGENTLESS,
        shown=Shown(number=appointment.sender, entitled=line is not None, answers=True),
        sells=False,
    )
    scopes = [each.scope for each in known.suppressed(who.siren, "")]
    past = Past(
        consents=consents_of(known.standing),
        withdrawals=withdrawals_of(known.standing),
        listed=listed_by(scopes, who.siren, ""),
    )
    return decide_by_law(now, campaign, Person(number=appointment.number), past)


def _send(appointment: Appointment, write: Any, at: datetime, desk: Desk) -> str:
    """Send a text, which says the same whoever sends it again. Returns why it cannot be sent."""
    order = TextOrder(
        to=appointment.number,
        from_="",
        body=write(appointment, at),
        ordered_at=at,
        status_url="",
    )
    try:
        text(order, (appointment.sender, desk.sender), desk.texts, retry=True)
    except NotSendable as error:
        return error.reason
    return ""


def _merged(known: Appointment, told: Appointment, now: datetime) -> Appointment:
    """Return what is known with what is told anew: at another instant it begins again."""
    same_time = told.at == known.at
    kept = replace(
        known,
        number=told.number,
        person=told.person,
        zone=told.zone,
        professional=told.professional,
        sender=told.sender,
        place=told.place,
        language=told.language,
        before=told.before,
        others=told.others,
    )
    if same_time and known.state is not State.WITHDRAWN:
        return kept
    again = replace(
        kept, at=told.at, state=State.PLANNED, reminded=(), moved_to=None, todo=frozenset()
    )
    return again.without_past(now)
