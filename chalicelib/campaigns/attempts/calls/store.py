"""Attempts on the table `campaigns`, in the partition of their member.

While an attempt is open the index has it under its account, by when it is to be looked at; once it
is over under its campaign, by when that was. Names of the attempts to a person are in the person's
partition.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.campaigns.attempts import records
from chalicelib.campaigns.attempts.attempts import KEPT, LOOKED_AFTER, Attempt, Placed, parts_of
from chalicelib.campaigns.attempts.members.store import MemberStore, member_key, set_to
from chalicelib.campaigns.consents.lines import Whose
from chalicelib.campaigns.consents.store import person_key
from chalicelib.campaigns.pacing import life
from chalicelib.campaigns.pacing.life import State, Told
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.store import CampaignRow, Write, transacted
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import translated

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

# Of the index: what is open of an account, and what is over of a campaign.
OPEN_SHARDS: Final = 2
OVER_SHARDS: Final = 8
TRIED: Final = "tried#"
_AT_ONCE: Final = 100
_PLACED_AT_ONCE: Final = 50
_LONGEST: Final = 300


class AttemptRow(CampaignRow):
    """An attempt."""

    account_id = UnicodeAttribute()
    serial = NumberAttribute()
    hash = UnicodeAttribute()
    hashes = JSONAttribute()
    number = UnicodeAttribute(null=True)
    siren = UnicodeAttribute()
    sells = BooleanAttribute()
    object = UnicodeAttribute()
    mode = UnicodeAttribute()
    shown = UnicodeAttribute(null=True)
    zone = UnicodeAttribute()
    decision = JSONAttribute()
    state = UnicodeAttribute()
    ordered_at = UTCDateTimeAttribute()
    claimed_at = UTCDateTimeAttribute()
    look_at = UTCDateTimeAttribute()
    told = UnicodeAttribute()
    retry_at = UTCDateTimeAttribute(null=True)
    slot = NumberAttribute()
    round = NumberAttribute()
    history = JSONAttribute(null=True)
    call_id = UnicodeAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    answered_by = UnicodeAttribute(null=True)
    seconds = NumberAttribute()
    ended_at = UTCDateTimeAttribute(null=True)
    refused_at = UTCDateTimeAttribute(null=True)
    facts: Any = MapAttribute()  # type: ignore[no-untyped-call]
    expires_at = NumberAttribute()


class TriedRow(CampaignRow):
    """The name of an attempt to a person."""

    campaign_id = UnicodeAttribute()
    attempt_id = UnicodeAttribute()
    expires_at = NumberAttribute()


class CallStore(MemberStore):
    """Attempts, one by one."""

    def reclaim(self, seen: Attempt, now: datetime) -> Attempt:
        """Change one row."""
        again = life.claimed(seen.life, now)
        assert again.claimed_at is not None
        after = replace(
            seen,
            claimed_at=again.claimed_at,
            told=Told.NOTHING,
            retry_at=None,
            look_at=again.claimed_at + life.DOUBT,
        )
        return self._changed(seen, after)

    def told(self, seen: Attempt, told: Told, retry_at: datetime | None = None) -> Attempt:
        """Change one row."""
        look_at = seen.look_at if retry_at is None else retry_at
        return self._changed(seen, replace(seen, told=told, retry_at=retry_at, look_at=look_at))

    def placed(self, campaign_id: str, attempt_id: str, call_id: str, at: datetime) -> bool:
        """Change one row, if it is to be placed."""
        write = _placed(Placed(campaign_id, attempt_id, call_id, at))
        assert write.actions is not None
        assert write.condition is not None
        return _updated(write.row, list(write.actions), write.condition)

    def placed_all(self, placed: Sequence[Placed]) -> None:
        """Change fifty rows in one transaction, again without those that moved on meanwhile."""
        for at in range(0, len(placed), _PLACED_AT_ONCE):
            writes = [_placed(each) for each in placed[at : at + _PLACED_AT_ONCE]]
            while writes and (failed := transacted("place attempts", writes)):
                writes = [each for at, each in enumerate(writes) if at not in failed]

    def note(self, attempt: Attempt, facts: Mapping[str, str]) -> bool:
        """Change one row."""
        row = AttemptRow(*key_of(attempt.campaign_id, attempt.id))
        actions = [AttemptRow.facts[name].set(value) for name, value in facts.items()]
        return _updated(row, actions, AttemptRow.pk.exists())

    def attempt(self, campaign_id: str, attempt_id: str) -> Attempt:
        """Read one row."""
        with translated("load attempt", campaign_id=campaign_id):
            return _attempt(AttemptRow.get(*key_of(campaign_id, attempt_id), consistent_read=True))

    def looked_at(self, attempt: Attempt, again: datetime) -> None:
        """Change one row, if nobody else did."""
        row = AttemptRow(*key_of(attempt.campaign_id, attempt.id))
        place = _place(again, attempt.campaign_id, attempt.id)
        actions = [AttemptRow.look_at.set(again), AttemptRow.gsi1sk.set(place)]
        _updated(row, actions, as_seen(attempt))

    def open(self, account_id: str, limit: int) -> tuple[Attempt, ...]:
        """Query the parts of the index."""
        found: list[Attempt] = []
        for shard in range(OPEN_SHARDS):
            with translated("read open attempts", account_id=account_id):
                rows = AttemptRow.gsi1.query(_open(account_id, shard), limit=limit)
                found += map(_attempt, rows)
        return tuple(sorted(found, key=lambda each: (each.look_at, each.id))[:limit])

    def of_campaign(self, campaign_id: str, limit: int, after: str | None) -> Page[Attempt]:
        """Query the parts of the index, one after the other."""
        shard, _, last = (after or "0~").partition("~")
        found: list[AttemptRow] = []
        for at in range(int(shard), OVER_SHARDS):
            with translated("list attempts", campaign_id=campaign_id):
                found += AttemptRow.gsi1.query(
                    over(campaign_id, at),
                    AttemptRow.gsi1sk > (last or "!"),
                    limit=limit - len(found),
                )
            if len(found) == limit:
                return Page(tuple(map(_attempt, found)), f"{at}~{found[-1].gsi1sk}")
            last = ""
        return Page(tuple(map(_attempt, found)))

    def of_person(
        self, account_id: str, person: str, limit: int, after: str | None
    ) -> Page[Attempt]:
        """Query the names of attempts backwards, and read those with one request."""
        pk, before = person_key(Whose(account_id, person)), after or f"{TRIED}~"
        with translated("list attempts", account_id=account_id):
            named = list(
                TriedRow.query(
                    pk,
                    TriedRow.sk.between(TRIED, before),
                    scan_index_forward=False,
                    limit=limit + 1,
                    consistent_read=True,
                )
            )
        named = [row for row in named if row.sk != after][: limit + 1]
        shown = named[:limit]
        rows = self._named(shown)
        return Page(tuple(map(_attempt, rows)), shown[-1].sk if len(named) > limit else None)

    def forget(self, account_id: str, people: Collection[str]) -> None:
        """Take the number from each attempt that is named."""
        for person in people:
            after: str | None = None
            while True:
                page = self.of_person(account_id, person, _AT_ONCE, after)
                for each in page.items:
                    row = AttemptRow(*key_of(each.campaign_id, each.id))
                    _updated(row, [AttemptRow.number.remove()], AttemptRow.pk.exists())
                after = page.next
                if after is None:
                    break

    def _named(self, names: Sequence[TriedRow]) -> list[AttemptRow]:
        keys = [key_of(each.campaign_id, each.attempt_id) for each in names]
        with translated("read attempts"):
            rows = {
                (row.pk, row.sk): row for row in AttemptRow.batch_get(keys, consistent_read=True)
            }
        return [rows[key] for key in keys if key in rows]

    def _changed(self, seen: Attempt, after: Attempt) -> Attempt:
        row = AttemptRow(*key_of(seen.campaign_id, seen.id))
        columns = {
            "claimed_at": after.claimed_at,
            "told": after.told.value,
            "retry_at": after.retry_at,
            "look_at": after.look_at,
            "gsi1sk": _place(after.look_at, after.campaign_id, after.id),
        }
        if not _updated(row, set_to(AttemptRow, columns), as_seen(seen)):
            raise Conflict("the attempt changed meanwhile", campaign_id=seen.campaign_id)
        return after


def _placed(news: Placed) -> Write:
    look_at = news.at + LOOKED_AFTER
    return Write(
        row=AttemptRow(*key_of(news.campaign_id, news.attempt_id)),
        condition=AttemptRow.state == State.PLACING.value,
        actions=[
            AttemptRow.state.set(State.PLACED.value),
            AttemptRow.told.set(Told.TAKEN.value),
            AttemptRow.call_id.set(news.call_id),
            AttemptRow.look_at.set(look_at),
            AttemptRow.gsi1sk.set(_place(look_at, news.campaign_id, news.attempt_id)),
        ],
    )


def is_open(seen: Attempt) -> Condition:
    """Return the condition that nobody has ended an attempt, and nobody refused in it unseen."""
    refused_at = AttemptRow.refused_at
    unseen = refused_at.does_not_exist() if seen.refused_at is None else refused_at.exists()
    condition: Condition = AttemptRow.state.is_in("placing", "placed") & unseen
    return condition


def as_seen(seen: Attempt) -> Condition:
    """Return the condition that an attempt stands as it was seen."""
    condition: Condition = (AttemptRow.state == seen.state.value) & (
        AttemptRow.claimed_at == seen.claimed_at
    )
    return condition


def _updated(row: Any, actions: list[Any], condition: Condition) -> bool:
    try:
        with translated("change attempt"):
            row.update(actions=actions, condition=condition)
    except Conflict:
        return False
    return True


def tried(attempt: Attempt, person: str) -> Write:
    key = person_key(Whose(attempt.account_id, person))
    row = TriedRow(
        key,
        f"{TRIED}{millis(attempt.ordered_at)}#{attempt.campaign_id}#{attempt.id}",
        campaign_id=attempt.campaign_id,
        attempt_id=attempt.id,
        expires_at=int((attempt.ordered_at + KEPT).timestamp()),
    )
    return Write(row=row)


def key_of(campaign_id: str, name: str) -> tuple[str, str]:
    """Return where an attempt is. Raises NotFound for what is no name of one."""
    parts = parts_of(name)
    if parts is None or len(campaign_id) + len(name) > _LONGEST:
        raise NotFound("no such attempt", campaign_id=campaign_id[:_LONGEST])
    return member_key(campaign_id, parts[0]), f"call#{parts[1]:07d}"


def shard_of(attempt: Attempt, shards: int) -> int:
    return sum(attempt.contact_id.encode()) % shards


def _open(account_id: str, shard: int) -> str:
    return f"open#{account_id}#{shard}"


def over(campaign_id: str, shard: int) -> str:
    return f"over#{campaign_id}#{shard}"


def _place(look_at: datetime, campaign_id: str, name: str) -> str:
    return f"{millis(look_at)}#{campaign_id}#{name}"


def millis(at: datetime) -> str:
    return f"{int(at.timestamp() * 1000):013d}"


_SAME: Final = (
    "account_id",
    "serial",
    "hash",
    "number",
    "siren",
    "sells",
    "object",
    "mode",
    "zone",
    "ordered_at",
    "claimed_at",
    "look_at",
    "retry_at",
    "slot",
    "round",
    "seconds",
    "ended_at",
    "refused_at",
)
_COUNTED: Final = ("serial", "slot", "round", "seconds")


def row_of(attempt: Attempt) -> AttemptRow:
    """Write an attempt that begins."""
    pk, sk = key_of(attempt.campaign_id, attempt.id)
    return AttemptRow(
        pk,
        sk,
        **{name: getattr(attempt, name) for name in _SAME},
        hashes=list(attempt.hashes),
        shown=attempt.shown or None,
        decision=dict(attempt.decision),
        state=attempt.state.value,
        told=attempt.told.value,
        history=records.write_history(attempt.history) or None,
        facts=dict(attempt.facts),
        gsi1pk=_open(attempt.account_id, shard_of(attempt, OPEN_SHARDS)),
        gsi1sk=_place(attempt.look_at, attempt.campaign_id, attempt.id),
        expires_at=int((attempt.ordered_at + KEPT).timestamp()),
    )


def _attempt(row: Any) -> Attempt:
    _, campaign_id, contact_id = row.pk.split("#", 2)
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    same |= {name: int(same[name]) for name in _COUNTED}
    return Attempt(
        campaign_id=campaign_id,
        contact_id=contact_id,
        **same,
        hashes=tuple(row.hashes),
        shown=row.shown or "",
        decision=row.decision,
        state=State(row.state),
        told=Told(row.told),
        history=records.read_history(row.history or ()),
        call_id=row.call_id or "",
        outcome=None if row.outcome is None else Outcome(row.outcome),
        answered_by=row.answered_by or "",
        facts=dict(row.facts.as_dict()),
    )
