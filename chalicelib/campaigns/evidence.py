"""What is known of a contact, as the facts that a decision takes. Pure.

The ledger tells of consents and lists, the contact's own fields of contracts and requests. A day
that cannot be read proves nothing: neither does the contract, or the request, that it is of.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.days import zone_of
from chalicelib.campaigns.rules import Audience, Contract, Listed, Past, Person, Register, Request
from chalicelib.campaigns.rules.gathering import consents_of, withdrawals_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.campaign import Plan
    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList

_FRENCH: Final = ("%d/%m/%Y", "%d/%m/%Y %H:%M")
# What is said of days further away than this means that there is no end.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_AUDIENCES: Final = {each.value: each for each in Audience}


def person_of(contact: Contact, plan: Plan, people: ContactList) -> Person:
    """Return whom the law sees: by the first number. In doubt they are a consumer."""
    audience = _field(contact, plan.columns.audience).casefold()
    return Person(
        number=contact.numbers[0],
        audience=_AUDIENCES.get(audience, Audience.CONSUMER),
        zone=_field(contact, plan.columns.zone),
        list_zone=people.zone or "",
    )


def past_of(contact: Contact, plan: Plan, known: Facts, campaign_id: str) -> Past:
    """Return what has happened between them and the professional."""
    listed = known.suppressed(plan.professional.siren, campaign_id)
    return Past(
        consents=consents_of(known.standing),
        withdrawals=withdrawals_of(known.standing),
        contracts=_contracts(contact, plan),
        requests=_requests(contact, plan),
        listed=(Listed(register=Register.OWN),) if listed else (),
    )


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a day or an instant, as ISO 8601 or as people in France write it; a day is its midnight.

    >>> from zoneinfo import ZoneInfo
    >>> str(instant("01/07/2026", ZoneInfo("Europe/Paris")))
    '2026-06-30 22:00:00+00:00'
    """
    found: datetime | None = None
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
    for form in _FRENCH:
        with suppress(ValueError):
            found = found or datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes below
    if found is None:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    return min(found, _LAST).astimezone(UTC) if found >= _FIRST else None


def _field(contact: Contact, column: str) -> str:
    return contact.fields.get(column, "").strip() if column else ""


def _contracts(contact: Contact, plan: Plan) -> tuple[Contract, ...]:
    columns, zone = plan.columns, zone_of(plan.country)
    name = _field(contact, columns.contract)
    began = instant(_field(contact, columns.contract_began), zone)
    until = _field(contact, columns.contract_ended)
    ended = instant(until, zone)
    if not name or began is None or (until and ended is None):
        return ()
    siren = plan.professional.siren
    about = _field(contact, columns.contract_object)
    if not columns.contract_object:
        about = plan.contract_objects[0] if len(plan.contract_objects) == 1 else ""
    contract = Contract(id=name, professional=siren, began_at=began, ended_at=ended, object=about)
    return (contract,)


def _requests(contact: Contact, plan: Plan) -> tuple[Request, ...]:
    columns = plan.columns
    proof = _field(contact, columns.request)
    at = instant(_field(contact, columns.request_at), zone_of(plan.country))
    if not proof or at is None:
        return ()
    about = _field(contact, columns.request_object) if columns.request_object else plan.object
    siren = plan.professional.siren
    return (Request(id=proof, professional=siren, object=about, at=at, proof=proof),)
