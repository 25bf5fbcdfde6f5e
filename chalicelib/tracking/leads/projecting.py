"""What a call that ended is to leads: judged by the account's rules, and put to its person.

Servers are told after a lead is saved. Whatever is brought again because telling them failed tells
them again, though it changes nothing any more: what they were told before, they are told once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.money import Money
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.leads import carts
from chalicelib.tracking.leads.calls import interaction_of
from chalicelib.tracking.leads.leads import Kind
from chalicelib.tracking.leads.qualifying import judge
from chalicelib.tracking.leads.usecases import note, take_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.leads import Interaction, Lead
    from chalicelib.tracking.leads.ports import Carts, Leads, Publish, Qualities
    from chalicelib.tracking.leads.qualifying import Facts, Quality, Rules
    from chalicelib.tracking.leads.usecases import LeadChanges, Noted
    from chalicelib.tracking.sources import Source

CREATED: Final = "lead.created"
UPDATED: Final = "lead.updated"
# Calls are shown again for years: what changed nothing is told again for so long at the most.
TOLD_WITHIN: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that it takes. `rules` may be half a minute old; `source` is None for one unknown.

    `networks` sees whether advertising networks are to know of something written; of calls they
    hear when those are tracked. `again` has a call taken into account anew, a little
    later.
    """

    leads: Leads
    qualities: Qualities
    rules: Callable[[str], Rules]
    visits: Carts
    source: Callable[[str, str], Source | None]
    publish: Publish
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    networks: Callable[[Lead, Interaction], None]
    again: Callable[[str, str], None]

    def judged(self, account_id: str, facts: Facts) -> Quality:
        """Say what an interaction is worth by an account's rules."""
        return judge(facts, self.rules(account_id).rules)


def take_call(call: Call, journey: Journey, desk: Desk) -> Noted | None:
    """Judge a call and put it to its lead; idempotent. None: its number is for no tracking."""
    if journey.role is Role.UNKNOWN and call.source_id is None:
        return None
    visit = carts.visit_of(journey, desk)
    facts, quality = carts.judged(call, visit, desk)
    source = None if call.source_id is None else desk.source(call.account_id, call.source_id)
    did = interaction_of(call, journey, visit, source, quality, facts.cart)
    return put(did, call.account_id, desk)


def put(
    did: Interaction, account_id: str, desk: Desk, *, about: LeadChanges | None = None
) -> Noted:
    """Put what somebody did to their lead, and tell the account's servers; idempotent."""
    noted = note(
        did,
        account_id=account_id,
        new_id=lambda: f"led_{desk.new_id()}",
        store=desk.leads,
        about=about,
    )
    recent = desk.clock() - did.at <= TOLD_WITHIN
    if noted.created or (recent and noted.lead.interactions[0].id == did.id):
        tell_created(noted.lead, desk.publish)
    if noted.lead.version > 1 and (noted.changed or recent):
        tell_updated(noted.lead, desk.publish)
    tell_networks([did.id], noted.lead, desk)
    return noted


def leave_out(call: Call, journey: Journey, desk: Desk) -> None:
    """Take a call that proved to be spam out of its lead; its cart counts for another then."""
    take_out(call.call_id, account_id=call.account_id, store=desk.leads)
    carts.free(call, carts.visit_of(journey, desk), desk)


def tell_networks(interactions: Iterable[str], lead: Lead, desk: Desk) -> None:
    """Have networks told of what was written, or told no longer."""
    for each in map(lead.interaction, interactions):
        if each is not None and each.kind is not Kind.CALL:
            desk.networks(lead, each)


def tell_created(lead: Lead, publish: Publish) -> None:
    """Tell the account's servers that somebody became known, once however often it is told."""
    publish(lead.account_id, CREATED, lead.id, shown(lead))


def tell_updated(lead: Lead, publish: Publish) -> None:
    """Tell them what is known of somebody now, once of each version."""
    publish(lead.account_id, UPDATED, f"{lead.id}-{lead.version}", shown(lead))


def shown(lead: Lead) -> dict[str, Any]:
    """Return a lead as servers are told of it: who they are is for the API to say."""
    last = lead.interactions[-1]
    return {
        "lead_id": lead.id,
        "first_at": lead.first_at.isoformat(),
        "last_at": lead.last_at.isoformat(),
        "interactions": len(lead.interactions) + lead.left_out,
        "merged": list(lead.merged),
        "last": {"id": last.id, "kind": str(last.kind)},
        "stage": str(lead.stage),
        "qualified": lead.qualified,
        "value": {"amount": f"{Money.cents(lead.cents).decimal:.2f}", "currency": "EUR"},
    }
