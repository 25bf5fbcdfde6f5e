"""Keys of the call log's table and of its indexes. A key depends on its call alone.

An index key ends in a shard, so that no key of a busy account takes more writes than DynamoDB
allows one key (1,000 a second). `sort` is unique, so one `sort` is a position in any list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    from chalicelib.calls.call import CallQuery, CallRef, Outcome

SUMMARY_ROW: Final = "call"  # the sort key of the row that holds a call

# What every index carries beside its keys. DynamoDB counts an attribute once for each index
# that names it and allows 100 in all: five indexes leave room for these twenty, and for no other.
PROJECTED: Final = (
    "account_id",
    "answered_by",
    "beeps",
    "caller",
    "caller_hash",
    "connected",
    "dialled",
    "end_status",
    "ended_at",
    "fell_back",
    "flow_id",
    "flow_version",
    "in_menu",
    "legs",
    "messages",
    "outcome",
    "seconds",
    "shard",
    "source_id",
    "talk_seconds",
)


@dataclass(frozen=True, slots=True)
class Index:
    """Which index answers a query: its name, its hash attribute, and the keys to ask."""

    name: str
    attribute: str
    keys: tuple[str, ...]


def sort_key(started_at: datetime, call_id: str) -> str:
    """Return the position of a call in any list: its start, then its id to tell equals apart.

    >>> sort_key(datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "CA1")
    '2026-11-22T09:05:00.000Z#CA1'
    """
    return f"{instant(started_at)}#{call_id}"


def instant(at: datetime) -> str:
    """Write an instant at a fixed width, in UTC, so that text order is time order."""
    utc = at.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def started_at(sort: str) -> datetime:
    """Read the start back from a `sort`. Raises ValueError on what is none."""
    return datetime.fromisoformat(sort.partition("#")[0])


def shard(ref: CallRef) -> int:
    """Return the call's shard: the same one for every event of the call."""
    return crc32(ref.call_id.encode()) % ref.log_shards if ref.shard is None else ref.shard


def day_key(ref: CallRef) -> str:
    """Return the key of the index of all of an account's calls, by day."""
    return f"{ref.account_id}#{shard(ref)}"


def value_key(ref: CallRef, value: str) -> str:
    """Return the key of an index by number, source or outcome."""
    return f"{ref.account_id}#{value}#{shard(ref)}"


def live_keys(account_id: str, log_shards: int) -> tuple[str, ...]:
    """Return the keys under which an account's calls are listed while they go on."""
    return tuple(f"{account_id}#{n}" for n in range(log_shards))


def caller_key(account_id: str, caller_hash: str) -> str:
    """Return the key of one caller's history. Nobody rings 1,000 times a second: no shard."""
    return f"{account_id}#{caller_hash}"


def outcome_key(ref: CallRef, outcome: Outcome) -> str:
    """Return the key of the index by outcome. Raises ValueError where no account is known."""
    if not ref.account_id:
        raise ValueError(f"an outcome for {ref.call_id}, and no account to list it under")
    return value_key(ref, outcome)


def index_for(query: CallQuery) -> Index:
    """Choose the index that reads least: a caller's calls are fewest, then a number's."""
    shards = range(query.log_shards)
    account = query.account_id
    if query.caller_hash is not None:
        return Index("by_caller", "caller_pk", (caller_key(account, query.caller_hash),))
    by_value = (
        ("by_number", "number_pk", query.number),
        ("by_source", "source_pk", query.source_id),
        ("by_outcome", "outcome_pk", query.outcome),
    )
    for name, attribute, value in by_value:
        if value is not None:
            return Index(name, attribute, tuple(f"{account}#{value}#{n}" for n in shards))
    return Index("by_day", "day_pk", tuple(f"{account}#{n}" for n in shards))
