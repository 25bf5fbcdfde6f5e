"""What the files of calls and visits hold. Pure: rows of plain values, and where they lie.

No number of a caller is in them: they are known by the account's keyed hash.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.parquet import Column, Type
from chalicelib.tracking.pools.leases import moment
from chalicelib.tracking.visits.visits import journey as steps_of

if TYPE_CHECKING:
    from datetime import date

    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.qualifying import Quality
    from chalicelib.tracking.visits.visits import Remembered

# Rows in a file: as many as a worker holds in memory without noticing.
MOST_ROWS: Final = 20_000
# A day that is written again may have fewer visits: those who came back since are in a later one.
STALE_PARTS: Final = 5
SOURCE_FACTS: Final = ("channel", "source", "medium", "campaign", "term", "content")

_SOURCE: Final = tuple(Column(name, Type.TEXT) for name in SOURCE_FACTS)
CALLS: Final = (
    Column("call_id", Type.TEXT),
    Column("started_at", Type.INSTANT),
    Column("ended_at", Type.INSTANT),
    Column("number", Type.TEXT),
    Column("caller_hash", Type.TEXT),
    Column("outcome", Type.TEXT),
    Column("seconds", Type.INTEGER),
    Column("talk_seconds", Type.INTEGER),
    Column("source_id", Type.TEXT),
    Column("flow_id", Type.TEXT),
    Column("spam", Type.BOOLEAN),
    Column("qualified", Type.BOOLEAN),
    Column("value_cents", Type.INTEGER),
    Column("visit_id", Type.TEXT),
    Column("confidence", Type.NUMBER),
    *_SOURCE,
    Column("landing_page", Type.TEXT),
)
VISITS: Final = (
    Column("visit_id", Type.TEXT),
    Column("site_id", Type.TEXT),
    Column("first_seen", Type.INSTANT),
    Column("last_seen", Type.INSTANT),
    *_SOURCE,
    Column("landing_page", Type.TEXT),
    Column("referrer", Type.TEXT),
    Column("pages", Type.INTEGER),
    Column("number", Type.TEXT),
    Column("cart", Type.TEXT),
    Column("brought_at", Type.INSTANT),
    *(Column(f"first_{name}", Type.TEXT) for name in (*SOURCE_FACTS, "landing_page")),
)


def key_of(account_id: str, kind: str, day: date, part: int) -> str:
    """Return where a file lies: tools that know Hive's layout find account and day in it.

    >>> from datetime import date
    >>> key_of("acct_1", "calls", date(2026, 11, 26), 0)
    'lake/calls/account=acct_1/day=2026-11-26/part-00000.parquet'
    """
    return f"lake/{kind}/account={account_id}/day={day.isoformat()}/part-{part:05}.parquet"


def call_row(
    call: Call, journey: Journey | None, quality: Quality | None, *, spam: bool
) -> dict[str, Any]:
    """Return a call as a row."""
    landing = {} if journey is None else journey.landing
    return {
        "call_id": call.call_id,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "number": call.dialled,
        "caller_hash": call.caller_hash,
        "outcome": None if call.final_outcome is None else str(call.final_outcome),
        "seconds": call.seconds,
        "talk_seconds": call.known_talk_seconds,
        "source_id": call.source_id,
        "flow_id": call.flow_id,
        "spam": spam,
        "qualified": None if quality is None else quality.qualified,
        "value_cents": None if quality is None else quality.cents,
        "visit_id": None if journey is None else journey.visit_id,
        "confidence": None if journey is None else journey.confidence,
        **{name: landing.get(name) for name in SOURCE_FACTS},
        "landing_page": landing.get("path"),
    }


def visit_row(visit: Remembered) -> dict[str, Any]:
    """Return a visit as a row: what brought it last, as of a call, and what brought it first."""
    landing, first = visit.brought, json.loads(visit.landing)
    return {
        "visit_id": visit.id,
        "site_id": visit.site_id,
        "first_seen": visit.first_seen,
        "last_seen": visit.last_seen,
        **{name: landing.get(name) for name in SOURCE_FACTS},
        "landing_page": landing.get("path"),
        "referrer": landing.get("referrer"),
        "pages": sum(1 for step in steps_of(visit.steps) if step["kind"] == "page"),
        "number": None if visit.lease is None else visit.lease.number,
        "cart": visit.cart,
        "brought_at": moment(landing["at"]) if "at" in landing else visit.first_seen,
        **{f"first_{name}": first.get(name) for name in SOURCE_FACTS},
        "first_landing_page": first.get("path"),
    }
