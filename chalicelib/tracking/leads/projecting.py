"""What a call that ended is to leads: judged by the account's rules, and put to its person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.money import Money
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.leads.calls import facts_of, interaction_of
from chalicelib.tracking.leads.qualifying import judge
from chalicelib.tracking.leads.usecases import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.leads import Lead
    from chalicelib.tracking.leads.ports import Leads, Publish, Qualities
    from chalicelib.tracking.leads.qualifying import Rules
    from chalicelib.tracking.leads.usecases import Noted
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.usecases import Visits

CREATED: Final = "lead.created"
UPDATED: Final = "lead.updated"


@dataclass(frozen=True, slots=True)
class Desk:
    """All that it takes. `rules` may be half a minute old; `source` is None for one unknown."""

    leads: Leads
    qualities: Qualities
    rules: Callable[[str], Rules]
    visits: Visits
    source: Callable[[str, str], Source | None]
    publish: Publish
    new_id: Callable[[], str]


def take_call(call: Call, journey: Journey, desk: Desk) -> Noted | None:
    """Judge a call and put it to its lead; idempotent. None: its number is for no tracking."""
    if journey.role is Role.UNKNOWN and call.source_id is None:
        return None
    visit = None
    if journey.visit_id is not None:
        try:
            visit = desk.visits.visit(call.account_id, journey.visit_id)
        except NotFound:  # it was erased meanwhile
            visit = None
    judged = judge(facts_of(call, visit), desk.rules(call.account_id).rules)
    quality = desk.qualities.keep(
        call.account_id, call.call_id, judged, call.started_at, said=False
    )
    source = None if call.source_id is None else desk.source(call.account_id, call.source_id)
    noted = note(
        interaction_of(call, journey, visit, source, quality),
        account_id=call.account_id,
        new_id=lambda: f"led_{desk.new_id()}",
        store=desk.leads,
    )
    tell(noted, desk.publish)
    return noted


def tell(noted: Noted, publish: Publish) -> None:
    """Tell the account's servers of a lead that is new, or has changed."""
    if noted.changed:
        lead = noted.lead
        event = CREATED if noted.created else UPDATED
        publish(lead.account_id, event, f"{lead.id}-{lead.version}", shown(lead))


def shown(lead: Lead) -> dict[str, Any]:
    """Return a lead as servers are told of it: who they are is for the API to say."""
    last = lead.interactions[-1]
    return {
        "lead_id": lead.id,
        "first_at": lead.first_at.isoformat(),
        "last_at": lead.last_at.isoformat(),
        "interactions": len(lead.interactions) + lead.left_out,
        "last": {"id": last.id, "kind": str(last.kind)},
        "stage": str(lead.stage),
        "qualified": lead.qualified,
        "value": {"amount": f"{Money.cents(lead.cents).decimal:.2f}", "currency": "EUR"},
    }
