"""What a network may be told of: a call, or a form, text or chat of a lead. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.tracking.leads.leads import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.leads.leads import Interaction, Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What people and rules said of it. `qualified` None: nobody did.

    `denied`: a person said that it was worth nothing, whatever else it has.
    """

    spam: bool = False
    denied: bool = False
    qualified: bool | None = None
    value_cents: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """How somebody got in touch. `number` is E.164.

    `ended_at` is None of a call that goes on. What was written has its own `judged` and names its
    visit; of a call both are kept elsewhere.
    """

    id: str
    account_id: str
    kind: Kind
    at: datetime
    ended_at: datetime | None
    talk_seconds: int = 0
    tags: tuple[str, ...] = ()
    number: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    visit_id: str | None = None
    judged: Judged = Judged()

    @property
    def is_call(self) -> bool:
        """Say whether it is a call."""
        return self.kind is Kind.CALL


def of_call(call: Call) -> Deed:
    """Return a call as a deed."""
    return Deed(
        id=call.call_id,
        account_id=call.account_id,
        kind=Kind.CALL,
        at=call.started_at,
        ended_at=call.ended_at if call.ended else None,
        talk_seconds=call.talk_seconds,
        tags=tuple(call.tags),
        number=call.caller,
    )


def of_interaction(lead: Lead, did: Interaction) -> Deed:
    """Return a form, a text or a chat as a deed: what its lead's owner says counts first."""
    said = lead.said_qualified
    alone = len(lead.interactions) == 1 and lead.said_cents is not None
    cents = lead.said_cents if alone else did.cents
    return Deed(
        id=did.id,
        account_id=lead.account_id,
        kind=did.kind,
        at=did.at,
        ended_at=did.at,
        number=lead.number,
        email=lead.email,
        visit_id=did.visit_id,
        judged=Judged(
            denied=said is False,
            qualified=bool(did.qualified if said is None else said),
            value_cents=cents or None,
            currency="EUR",
        ),
    )


def is_written(deed_id: str) -> bool:
    """Say whether an id is of something written, which has its kind in front.

    >>> is_written("form:contact-4711"), is_written("CA00000000000000000000000000000001")
    (True, False)
    """
    return ":" in deed_id


def kind_of(deed_id: str) -> Kind:
    """Return what kind of deed an id is of.

    >>> kind_of("text:SM1").value, kind_of("CA1").value
    ('text', 'call')
    """
    return Kind(deed_id.partition(":")[0]) if is_written(deed_id) else Kind.CALL
