"""A form, a text message or a chat: what a customer's own systems tell of somebody. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.leads.calls import touches_of
from chalicelib.tracking.leads.leads import Interaction, by_caller, by_email, by_visit, told
from chalicelib.tracking.leads.qualifying import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.tracking.leads.leads import Kind
    from chalicelib.tracking.leads.qualifying import Quality
    from chalicelib.tracking.leads.usecases import LeadChanges
    from chalicelib.tracking.visits.visits import Remembered


# A lead is forgotten three years after it was last heard of: what came before is forgotten already.
_OLDEST: Final = timedelta(days=3 * 365)
_AHEAD: Final = timedelta(days=1)  # clocks may be wrong, and days are longer elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody got in touch, in writing. `id` is the sender's own; `number` is E.164."""

    id: str
    kind: Kind
    at: datetime
    name: str | None = None
    email: str | None = None
    number: str | None = None
    visit_id: str | None = None
    subject: str | None = None
    cents: int | None = None
    qualified: bool | None = None

    @property
    def about(self) -> LeadChanges:
        """What they said of themselves."""
        said: LeadChanges = {}
        if self.name is not None:
            said["name"] = self.name
        if self.email is not None:
            said["email"] = self.email
        if self.number is not None:
            said["number"] = self.number
        return said


@dataclass(frozen=True, slots=True)
class Hashes:
    """What somebody is known by in indexes: keyed hashes of their number and e-mail address."""

    caller: str | None = None
    email: str | None = None


def plain_email(address: str) -> str:
    """Write an address as it is compared: small letters, nothing around it.

    >>> plain_email(" Jeanne.Martin@Exemple.FR ")
    'jeanne.martin@exemple.fr'
    """
    return address.strip().lower()


def check_time(at: datetime, now: datetime) -> None:
    """Refuse a time at which nobody can have got in touch. Raises Rejected."""
    if at > now + _AHEAD:
        reason = "this is to come: say when they got in touch"
    elif at < now - _OLDEST:
        reason = "over three years ago: a lead of then is forgotten"
    else:
        return
    raise Rejected("nobody got in touch then", faults=(Fault("/at", reason),))


def facts_of(contact: Contact) -> Facts:
    """Return what rules may ask of it."""
    return Facts(kind=contact.kind, words=contact.subject or "", cents=contact.cents or 0)


def interaction_of(
    contact: Contact, hashes: Hashes, visit: Remembered | None, quality: Quality
) -> Interaction:
    """Return it as something that a person did."""
    return Interaction(
        id=contact.id,
        kind=contact.kind,
        at=contact.at,
        identities=tuple(identities_of(contact, hashes)),
        visit_id=contact.visit_id,
        touches=() if visit is None else tuple(touches_of(visit)),
        facts=told({"subject": contact.subject, "rule": quality.rule}),
        qualified=contact.qualified if contact.qualified is not None else quality.qualified,
        cents=quality.cents,
    )


def identities_of(contact: Contact, hashes: Hashes) -> Iterator[str]:
    """Yield what somebody who wrote is known by."""
    if hashes.caller is not None:
        yield by_caller(hashes.caller)
    if hashes.email is not None:
        yield by_email(hashes.email)
    if contact.visit_id is not None:
        yield by_visit(contact.visit_id)
