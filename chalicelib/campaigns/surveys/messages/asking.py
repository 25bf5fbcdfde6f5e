"""Surveys sent by text message, and replies taken for answers. Pure but for ports.

The session is written before anything is told or sent, so that two messages at once are two
answers; whoever comes again after a failure tells and sends the same once more, and looks first.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules import (
    Campaign,
    Listed,
    Mode,
    Past,
    Person,
    Professional,
    Purpose,
    Register,
    Shown,
    decide,
)
from chalicelib.campaigns.rules.gathering import consents_of, withdrawals_of
from chalicelib.campaigns.surveys.answers import Channel
from chalicelib.campaigns.surveys.messages.session import (
    Busy,
    begun,
    replied,
    stopped,
    tellings,
)
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Unavailable
from chalicelib.kernel.telling import NotSendable, TextOrder, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.surveys.messages.ports import Desk
    from chalicelib.campaigns.surveys.messages.session import Session

# What speaks against writing to somebody. Hours and shown numbers are of calls.
_AGAINST: Final = frozenset(
    {"withdrawn", "listed.own", "refused", "facts.unreadable", "professional.unknown"}
)


# How the carrier names people and senders of WhatsApp.
WHATSAPP: Final = "whatsapp:"


class NotAsked(Rejected):
    """Somebody may not be asked, or cannot be: `faults` says why."""

    code = "survey-not-sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whom to ask what. `respondent` names the response; the same again is the same order."""

    account_id: str
    survey_id: str
    respondent: str
    number: str
    ours: str
    professional: Professional
    channel: Channel
    language: str
    about: Mapping[str, str]
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text message that came in. `stops` says that its sender wants no more."""

    id: str
    at: datetime
    ours: str
    sender: str
    words: str
    stops: bool = False


def ask(order: Order, now: datetime, desk: Desk) -> Session:
    """Send the first question. Raises NotAsked, Busy, NotFound, Unavailable."""
    faults = tuple(_faults(order, now, desk))
    if faults:
        raise NotAsked("the survey cannot be sent", faults=faults)
    survey = desk.survey(order.account_id, order.survey_id, 0)
    person = desk.hashed(order.account_id, order.number)
    before = desk.sessions.session(order.account_id, order.ours, person)
    awaited = before if before is not None and before.is_open(now) else None
    if awaited is not None and not _is_same(awaited, order):
        raise Busy("somebody is being asked already", respondent=awaited.respondent)
    if awaited is not None:  # it may be that nothing was sent then
        return _sent(awaited, order, desk, again=True)
    session = begun(
        survey,
        ours=order.ours,
        person=person,
        respondent=order.respondent,
        channel=order.channel,
        language=order.language,
        about={**order.about, "contact": person},
        now=now,
        fields=order.fields,
    )
    rev = 0 if before is None else before.rev
    return _sent(_saved(replace(session, rev=rev), desk), order, desk, again=False)


def take(reply: Reply, desk: Desk) -> bool:
    """Take a message for an answer, if one is awaited; idempotent. Say whether it was one."""
    sender = phone.caller_or_none(reply.sender.removeprefix(WHATSAPP))
    session = None if sender is None else _session(reply, sender, desk)
    if sender is None or session is None:
        return False
    again = session.heard == reply.id
    if not again and not session.is_open(reply.at):
        return False
    if reply.stops:
        _saved(stopped(session), desk)
        return False
    if not again:
        survey = desk.survey(session.account_id, session.survey_id, session.version)
        after = replied(session, survey, reply.words, reply.id, reply.at, desk.understand)
        session = _saved(after, desk)
    _tell(session, desk)
    with suppress(NotSendable):  # what they answered is kept all the same
        desk.send(_text(session, sender), again)
    return True


def _session(reply: Reply, sender: str, desk: Desk) -> Session | None:
    ours = phone.caller_or_none(reply.ours.removeprefix(WHATSAPP))
    try:
        account_id = desk.line(ours or "").account_id
    except NotFound:
        return None
    found = desk.sessions.session(account_id, ours or "", desk.hashed(account_id, sender))
    by_whatsapp = reply.sender.startswith(WHATSAPP)
    same = found is not None and (found.channel is Channel.WHATSAPP) is by_whatsapp
    return found if same or reply.stops else None


def _is_same(session: Session, order: Order) -> bool:
    """Say whether an order is one that was given before, and that nobody has answered yet."""
    same = (session.survey_id, session.channel) == (order.survey_id, order.channel)
    return same and not session.heard


def _sent(session: Session, order: Order, desk: Desk, *, again: bool) -> Session:
    try:
        desk.send(_text(session, order.number, order.template), again)
    except NotSendable as error:
        desk.sessions.drop(session)
        reason = f"cannot be sent a text message: {error.reason}"
        raise NotAsked("the survey cannot be sent", faults=(Fault("/number", reason),)) from error
    _tell(session, desk)
    return session


def _faults(order: Order, now: datetime, desk: Desk) -> list[Fault]:
    found = []
    unsendable = refusal(order.number)
    if unsendable is not None:
        found.append(Fault("/number", f"cannot be sent a text message: {unsendable}"))
    try:
        line = desk.line(order.ours)
        own = line.account_id == order.account_id and line.in_service
    except NotFound:
        own = False
    if not own:
        found.append(Fault("/from", "is none of your numbers in service"))
    if order.channel is Channel.WHATSAPP and not order.template:
        found.append(Fault("/template", "WhatsApp lets nobody begin without a template"))
    known = desk.known(order.account_id, order.number)
    found += [Fault("/number", reason) for reason in _reasons(order, known, now)]
    return found


def _reasons(order: Order, known: Facts, now: datetime) -> list[str]:
    """Return what a person said that keeps them from being asked, with its article."""
    listed = known.suppressed(order.professional.id, order.about.get("campaign", ""))
    past = Past(
        consents=consents_of(known.standing),
        withdrawals=withdrawals_of(known.standing),
        listed=(Listed(register=Register.OWN),) if listed else (),
    )
    campaign = Campaign(
        professional=order.professional,
        purpose=Purpose.SURVEY,
        object="",
        mode=Mode.PREVIEW,
        shown=Shown(number=order.ours, entitled=True, answers=True),
    )
    decision = decide(now, campaign, Person(number=order.number), past)
    return [each.in_words("en") for each in decision.reasons if each.code in _AGAINST]


def _tell(session: Session, desk: Desk) -> None:
    for each in tellings(session):
        desk.take(each)


def _saved(session: Session, desk: Desk) -> Session:
    try:
        return desk.sessions.save(session)
    except Conflict as error:
        raise Unavailable("another message is being taken", survey_id=session.survey_id) from error


def _text(session: Session, number: str, template: str = "") -> TextOrder:
    prefix = WHATSAPP if session.channel is Channel.WHATSAPP else ""
    return TextOrder(
        to=prefix + number,
        from_=prefix + session.ours,
        body=session.written,
        ordered_at=session.said_at,
        status_url="",
        template=template,
    )
