"""What a text message is to leads: credited as a call is, judged, and put to its person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.kernel import phone
from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.rings import Rung
from chalicelib.tracking.leads import texts
from chalicelib.tracking.leads.contacts import Hashes
from chalicelib.tracking.leads.projecting import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.directory.lines import Line
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.managing import Hashing
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.texts import Text
    from chalicelib.tracking.leads.usecases import Noted
    from chalicelib.tracking.visits.visits import Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Texting:
    """All that it takes. `line` raises NotFound for a number that is none of ours.

    `journey` finds how somebody came to a number, and keeps nothing of it.
    """

    desk: Desk
    line: Callable[[str], Line]
    journey: Callable[[Rung], Journey]
    hashing: Hashing
    is_blocked: Callable[[str, str, datetime], bool]


def take_text(text: Text, texting: Texting) -> Noted | None:
    """Put a text to its lead; idempotent. None: it is no contact, or to a number for no tracking.

    Whoever shows no number that could be answered (a short code, a name) is a machine.
    """
    sender, dialled = phone.caller_or_none(text.sender), phone.caller_or_none(text.dialled)
    if sender is None or dialled is None or text.is_stop:
        return None
    try:
        line = texting.line(dialled)
    except NotFound:
        return None
    if not line.in_service or texting.is_blocked(line.account_id, sender, text.at):
        return None
    hashed = texting.hashing.caller_hash(line.account_id, sender)
    journey = texting.journey(
        Rung(
            call_id=text.id,
            account_id=line.account_id,
            at=text.at,
            dialled=dialled,
            caller=sender,
            caller_hash=hashed,
        )
    )
    if journey.role is Role.UNKNOWN and journey.source_id is None:
        return None
    return _taken(text, sender, Hashes(caller=hashed), journey, texting.desk)


def _taken(text: Text, sender: str, hashes: Hashes, journey: Journey, desk: Desk) -> Noted:
    account_id, source_id = journey.account_id, journey.source_id
    contact = texts.contact_of(text, sender, journey)
    visit = _visit(account_id, contact.visit_id, desk)
    if visit is None:
        contact = replace(contact, visit_id=None)
    quality = desk.judged(account_id, texts.facts_of(text, source_id))
    source = None if source_id is None else desk.source(account_id, source_id)
    did = texts.interaction_of(contact, hashes, journey, visit, source, quality)
    return put(did, account_id, desk, about=contact.about)


def _visit(account_id: str, visit_id: str | None, desk: Desk) -> Remembered | None:
    try:
        return None if visit_id is None else desk.visits.visit(account_id, visit_id)
    except NotFound:  # it was erased meanwhile
        return None
