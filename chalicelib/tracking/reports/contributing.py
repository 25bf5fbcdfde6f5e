"""What one ended call adds to the counters: pure, and all that reports know of a call.

A call has one value for each thing that reports are made by (a cell is the two together); "" is
what nobody said, so that the values of any one thing add up to all calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.call import Outcome
from chalicelib.kernel.periods import Day

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.tracking.sources import Source

# A sort key takes 1,024 bytes; a letter takes four at most.
LONGEST_VALUE: Final = 200
# Where nobody judged a call: it was answered, and they spoke for a minute.
QUALIFIED_SECONDS: Final = 60
# What a call has added, and who rang when, is known for so long: the CNIL's three years for
# prospects. An older call is neither counted nor put right; what it added stays.
REMEMBERED: Final = timedelta(days=3 * 365)
# How half hours are written: minutes, UTC.
MOMENT: Final = "%Y-%m-%dT%H:%M"


class Dim(StrEnum):
    """What reports are made by. Names are in keys of the table: keep them."""

    ALL = "all"
    HOURS = "hours"  # every call, by the half hour: reports of other time zones are made of it
    CHANNEL = "channel"
    SOURCE = "source"
    CAMPAIGN = "campaign"
    KEYWORD = "keyword"
    PAGE = "page"
    NUMBER = "number"
    STATIC = "static"  # the source that the number stood for: asked for by the day alone


Cell = tuple[Dim, str]
Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What people and rules made of a call; None is what nobody said."""

    spam: bool = False
    qualified: bool | None = None
    value_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a call adds: one value of each thing, and amounts. It names no caller but by a hash.

    `day` is France's, `slot` the half hour in UTC. `known` is how much of the call was known:
    more is newer.
    """

    call_id: str
    account_id: str
    day: date
    slot: datetime
    values: Mapping[Dim, str]
    amounts: Amounts
    caller: str | None = None
    shard: int = 0
    known: int = 0

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Where the call is counted by the day."""
        return tuple(self.values.items())

    @property
    def callers_cells(self) -> tuple[Cell, ...]:
        """Where it is counted by the month too, and its caller."""
        return tuple(cell for cell in self.values.items() if cell[0] is not Dim.STATIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of a call that ended: `landing` is what brought its visit, if it has one.

    `source_id` is what its number stood for, `source` what is known of that.
    """

    call: Call
    landing: Mapping[str, Any] = field(default_factory=dict)
    source_id: str | None = None
    source: Source | None = None
    verdict: Verdict = field(default_factory=Verdict)


def contribution_of(facts: Facts) -> Contribution | None:
    """Return what a call adds to the counters: None of a call that is spam, or has not ended."""
    call = facts.call
    if facts.verdict.spam or not call.ended:
        return None
    return Contribution(
        call_id=call.call_id,
        account_id=call.account_id,
        day=Day.of(call.started_at).date,
        slot=slot_of(call.started_at),
        values={dim: value[:LONGEST_VALUE] for dim, value in _values(facts).items()},
        amounts={name: amount for name, amount in _amounts(call, facts.verdict).items() if amount},
        caller=call.caller_hash,
        shard=call.shard,
        known=len(call.events),
    )


def slot_of(instant: datetime) -> datetime:
    """Return the half hour that an instant is in.

    >>> slot_of(datetime(2026, 11, 27, 9, 59, 59, tzinfo=UTC)).isoformat()
    '2026-11-27T09:30:00+00:00'
    """
    known = instant.astimezone(UTC)
    return known.replace(minute=known.minute // 30 * 30, second=0, microsecond=0)


def _values(facts: Facts) -> dict[Dim, str]:
    """Tell each thing: from the visit where there is one, else from what the number stood for."""
    brought = facts.landing or _stood_for(facts)
    values = {
        Dim.ALL: "",
        Dim.CHANNEL: str(brought.get("channel") or ""),
        Dim.SOURCE: str(brought.get("source") or ""),
        Dim.CAMPAIGN: str(brought.get("campaign") or ""),
        Dim.KEYWORD: str(brought.get("term") or ""),
        Dim.PAGE: str(brought.get("path") or ""),
        Dim.NUMBER: facts.call.dialled,
    }
    return values if facts.source_id is None else {**values, Dim.STATIC: facts.source_id}


def _stood_for(facts: Facts) -> dict[str, str | None]:
    known = facts.source
    if known is None:
        return {"source": facts.source_id}
    return {"channel": str(known.channel), "source": known.id, "campaign": known.campaign}


# Names of counters, in the order in which reports show them.
OUTCOMES: Final = {
    Outcome.ANSWERED: "answered",
    Outcome.MISSED: "missed",
    Outcome.VOICEMAIL: "voicemail",
    Outcome.CALLBACK: "callback",
    Outcome.ABANDONED: "abandoned",
    Outcome.FELL_BACK: "fell_back",
    Outcome.UNKNOWN: "unknown",
}
# Sums of calls, in the order in which they are shown; `value` is of cents.
AMOUNTS: Final = (
    "calls",
    "withheld",
    *OUTCOMES.values(),
    "qualified",
    "seconds",
    "talk_seconds",
    "value",
)


def _amounts(call: Call, verdict: Verdict) -> dict[str, int]:
    qualified = verdict.qualified
    if qualified is None:
        spoke = call.outcome is Outcome.ANSWERED
        qualified = spoke and call.talk_seconds >= QUALIFIED_SECONDS
    return {
        "calls": 1,
        OUTCOMES[call.outcome]: 1,
        "withheld": int(call.caller_hash is None),
        "qualified": int(qualified),
        "seconds": call.seconds or 0,
        "talk_seconds": call.talk_seconds,
        "value": verdict.value_cents or 0,
    }
