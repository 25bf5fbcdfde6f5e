"""What is asked for by the API, as an order to send a survey. Pure but for ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.campaigns.rules import Professional
from chalicelib.campaigns.surveys.answers import Channel
from chalicelib.campaigns.surveys.messages.asking import NotAsked, Order, ask
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.surveys.messages.ports import Desk
    from chalicelib.campaigns.surveys.messages.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to send which survey. Without a `number`, it is the first one of a contact."""

    account_id: str
    survey_id: str
    number: str | None
    list_id: str | None
    contact_id: str | None
    ours: str
    siren: str
    name: str
    channel: str = "sms"
    template: str = ""
    language: str = ""
    segment: str = ""
    campaign_id: str = ""


def send(wanted: Wanted, respondent: str, now: datetime, desk: Desk) -> Session:
    """Send the first question. Raises NotFound, NotAsked, Busy, Unavailable."""
    by_contact = wanted.list_id is not None and wanted.contact_id is not None
    neither = wanted.list_id is None and wanted.contact_id is None
    if not (neither if wanted.number is not None else by_contact):
        fault = Fault("/number", "give it, or `list_id` and `contact_id`")
        raise NotAsked("the survey cannot be sent", faults=(fault,))
    number, fields = wanted.number, dict[str, str]()
    if number is None:
        contact = desk.contact(wanted.account_id, wanted.list_id or "", wanted.contact_id or "")
        number, fields = contact.numbers[0], dict(contact.fields)
    about = {"campaign": wanted.campaign_id, "segment": wanted.segment}
    order = Order(
        account_id=wanted.account_id,
        survey_id=wanted.survey_id,
        respondent=respondent,
        number=number,
        ours=wanted.ours,
        professional=Professional(id=wanted.siren, name=wanted.name),
        channel=Channel(wanted.channel),
        language=wanted.language,
        about={name: value for name, value in about.items() if value},
        template=wanted.template,
        fields=fields,
    )
    return ask(order, now, desk)
