"""Leads and rules as plain JSON values, and back. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chalicelib.tracking.attribution.touchpoints import Touchpoint
from chalicelib.tracking.leads.leads import Interaction, Kind, Lead, Stage
from chalicelib.tracking.leads.qualifying import Rule

_SETS = ("kinds", "outcomes", "choices", "tags")


def write_lead(lead: Lead) -> str:
    """Write what a lead's row does not say in attributes of its own."""
    facts: dict[str, Any] = {
        "name": lead.name,
        "email": lead.email,
        "number": lead.number,
        "note": lead.note,
        "stage": str(lead.stage),
        "said_qualified": lead.said_qualified,
        "said_cents": lead.said_cents,
        "apart": sorted(lead.apart),
        "merged": lead.merged,
        "left_out": lead.left_out,
        "identities": lead.identities,
        "interactions": [_interaction(each) for each in lead.interactions],
    }
    there = {name: value for name, value in facts.items() if value is not None}
    return json.dumps(there, ensure_ascii=False, separators=(",", ":"))


def read_lead(
    text: str, *, lead_id: str, account_id: str, version: int, merged_into: str | None
) -> Lead:
    """Read a lead."""
    facts: dict[str, Any] = json.loads(text)
    return Lead(
        **{
            **facts,
            "stage": Stage(facts["stage"]),
            "apart": frozenset(facts["apart"]),
            "merged": tuple(facts.get("merged", ())),
            "identities": tuple(facts["identities"]),
            "interactions": tuple(_read_interaction(each) for each in facts["interactions"]),
        },
        id=lead_id,
        account_id=account_id,
        version=version,
        merged_into=merged_into,
    )


def write_rule(rule: Rule) -> dict[str, Any]:
    """Write a rule."""
    facts = {
        "name": rule.name,
        "qualified": rule.qualified,
        "cents": rule.cents,
        "at_least_seconds": rule.at_least_seconds,
        "words": list(rule.words),
        "source_id": rule.source_id,
        "at_least_cents": rule.at_least_cents,
        **{name: sorted(getattr(rule, name)) for name in _SETS},
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def read_rule(record: dict[str, Any]) -> Rule:
    """Read a rule."""
    sets: dict[str, Any] = {name: frozenset(record.get(name, ())) for name in _SETS}
    sets["kinds"] = frozenset(map(Kind, sets["kinds"]))
    others = {name: value for name, value in record.items() if name not in _SETS}
    return Rule(**{**others, **sets, "words": tuple(record.get("words", ()))})


def _interaction(each: Interaction) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": str(each.kind),
        "at": each.at.isoformat(),
        "identities": each.identities,
        "visit": each.visit_id,
        "touches": [
            [touch.at.isoformat(), touch.channel, touch.source, touch.campaign]
            for touch in each.touches
        ],
        "facts": dict(each.facts),
        "qualified": each.qualified,
        "cents": each.cents,
    }


def _read_interaction(record: dict[str, Any]) -> Interaction:
    return Interaction(
        id=record["id"],
        kind=Kind(record["kind"]),
        at=datetime.fromisoformat(record["at"]),
        identities=tuple(record["identities"]),
        visit_id=record["visit"],
        touches=tuple(
            Touchpoint(
                at=datetime.fromisoformat(at), channel=channel, source=source, campaign=campaign
            )
            for at, channel, source, campaign in record["touches"]
        ),
        facts=record["facts"],
        qualified=record["qualified"],
        cents=record["cents"],
    )
