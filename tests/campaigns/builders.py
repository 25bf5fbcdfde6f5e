"""Campaigns, and what there is around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chalicelib.campaigns.campaign import Campaign, FlowVersion, Plan
from chalicelib.campaigns.checking import Around
from chalicelib.campaigns.consents.consents import Channel, Consent, Means, Professional, Standing
from chalicelib.campaigns.consents.usecases import Facts
from chalicelib.campaigns.contacts.contacts import Contact, ContactList
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.rules import Purpose
from chalicelib.directory.lines import Line, LineState

NOON: Final = datetime(2026, 11, 24, 11, tzinfo=UTC)  # a Tuesday, noon in Paris
SIREN: Final = "732829320"
OBJECT: Final = "Livraison de pain à domicile"
NPV, ORDINARY, MOBILE = "+33162010001", "+33472001122", "+33612345678"
FIELDS: Final = ("age", "contrat", "debut", "demande", "fin", "le", "qui")


def a_plan(**facts: Any) -> Plan:
    """Return a campaign of a flow that sells what people agreed to."""
    usual: dict[str, Any] = {
        "name": "Pain du matin",
        "professional": Professional(siren=SIREN, name="Boulangerie SARL"),
        "purpose": Purpose.COMMERCIAL,
        "object": OBJECT,
        "list_id": "list_1",
        "shown": NPV,
        "mode": Mode.AGENTLESS,
        "flow": FlowVersion("flow_1", 3),
    }
    return Plan(**(usual | facts))


def a_plan_of_agents(**facts: Any) -> Plan:
    """Return one whose calls agents of a queue take."""
    return a_plan(**({"mode": Mode.PROGRESSIVE, "flow": None, "queue": "ventes"} | facts))


def a_campaign(campaign_id: str = "camp_1", *, made: datetime = NOON, **facts: Any) -> Campaign:
    """Return a campaign of an account."""
    return Campaign(
        id=campaign_id, account_id="acct_1", plan=a_plan(**facts), created_at=made, updated_at=made
    )


def a_line(number: str = NPV, **facts: Any) -> Line:
    """Return a number in service that a flow answers."""
    usual: dict[str, Any] = {"state": LineState.ACTIVE, "family": "npv", "flow_id": "flow_9"}
    return Line(number=number, account_id="acct_1", **(usual | facts))


def people(**facts: Any) -> ContactList:
    """Return a list of contacts."""
    usual: dict[str, Any] = {"name": "Clients", "fields": FIELDS, "created_at": NOON}
    return ContactList(id="list_1", account_id="acct_1", **(usual | facts))


def around(plan: Plan | None = None, **facts: Any) -> Around:
    """Return a house that has all that a plan names."""
    usual: dict[str, Any] = {
        "people": people(),
        "line": a_line(plan.shown if plan else NPV),
        "call_back": a_line(),
        "queues": {"ventes"},
        "flow": True,
        "message": True,
    }
    return Around(**(usual | facts))


def a_contact(number: str = "+33612345601", **fields: str) -> Contact:
    """Return somebody in the list."""
    return Contact(
        id=f"hash{number[1:]}",
        account_id="acct_1",
        list_id="list_1",
        numbers=(number,),
        fields=fields,
        created_at=NOON,
        updated_at=NOON,
    )


def a_consent(**facts: Any) -> Consent:
    """Return what somebody agreed to ten days ago: to be rung, by machines as well."""
    usual: dict[str, Any] = {
        "id": "cons_1",
        "professional": Professional(siren=SIREN, name="Boulangerie SARL"),
        "object": OBJECT,
        "text": "J'accepte d'être appelé pendant un an.",
        "captured_at": NOON - timedelta(days=10),
        "means": Means.WEB,
        "covers": frozenset({Channel.PHONE, Channel.AUTOMATON}),
    }
    return Consent(**(usual | facts))


def known(*consents: Consent, **facts: Any) -> Facts:
    """Return what the ledger has of somebody."""
    usual: dict[str, Any] = {"suppressions": (), "intact": True}
    return Facts(**({"standing": Standing(consents=consents)} | usual | facts))
