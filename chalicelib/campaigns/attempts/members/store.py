"""Members of campaigns on the table `campaigns`: a partition for each, with their attempts.

The index has those who are to be rung by when they are due, in a few parts so that none of it is
busy. Nothing here depends on how many members a campaign has.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.campaigns.attempts import counting
from chalicelib.campaigns.attempts.attempts import KEPT, Member, Run, Standing, Why
from chalicelib.campaigns.attempts.counted.store import CountStore, added
from chalicelib.campaigns.attempts.records import read_history, write_history
from chalicelib.campaigns.store import CampaignRow, Write, transacted
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import translated

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.campaigns.attempts.changing import Enrolling, Moving

# Each part takes 1,000 writes a second, an attempt is three or four: a thousand attempts a second.
SHARDS: Final = 4
MOST_AT_ONCE: Final = 50  # members in a transaction
_ROW: Final = "member"
_RUN: Final = "run"
_TICK: Final = timedelta(milliseconds=1)  # what keys have of an instant


class MemberRow(CampaignRow):
    """A member, and the decision that kept them from being rung the last time."""

    account_id = UnicodeAttribute()
    standing = UnicodeAttribute()
    why = UnicodeAttribute(null=True)
    tries = NumberAttribute()
    due_at = UTCDateTimeAttribute()
    history = JSONAttribute(null=True)
    number = UnicodeAttribute(null=True)
    round = NumberAttribute(default=1)
    agent_until = UTCDateTimeAttribute(null=True)
    block = UnicodeAttribute(null=True)
    decision = JSONAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class RunRow(CampaignRow):
    """How far a campaign has gone through its list."""

    account_id = UnicodeAttribute()
    cursor = UnicodeAttribute(null=True)
    whole = BooleanAttribute()
    edition = NumberAttribute()


class MemberStore(CountStore):
    """The port `Members`."""

    def run(self, account_id: str, campaign_id: str) -> Run:
        """Read one row."""
        new = Run(campaign_id=campaign_id, account_id=account_id)
        try:
            with translated("load run", campaign_id=campaign_id):
                row = RunRow.get(_run_key(campaign_id), _RUN, consistent_read=True)
        except NotFound:
            return new
        return Run(
            campaign_id=campaign_id,
            account_id=row.account_id,
            cursor=row.cursor,
            whole=bool(row.whole),
            edition=int(row.edition),
        )

    def enrol(self, enrolling: Enrolling) -> int:
        """Put rows where none are, and move the cursor, in one transaction; two at the most."""
        people = list(enrolling.members)
        assert len(people) <= MOST_AT_ONCE
        while True:
            writes = [_moved_on(enrolling), *map(_put_new, people)]
            count = added(
                enrolling.before.campaign_id,
                people[0].contact_id if people else "",
                counting.adds(enrolling.now, counting.enrolled(len(people))),
            )
            failed = transacted("enrol", writes if count is None else [*writes, count])
            if not failed:
                return len(people)
            if 0 in failed:
                raise Conflict("the list was gone through meanwhile")
            people = [each for at, each in enumerate(people, 1) if at not in failed]

    def due(self, campaign_id: str, now: datetime, limit: int, turn: int = 0) -> tuple[Member, ...]:
        """Query one part of the index after the other until there are enough."""
        found: list[Member] = []
        for at in range(SHARDS):
            wanted, shard = limit - len(found), (turn + at) % SHARDS
            if wanted < 1:
                break
            with translated("read who is due", campaign_id=campaign_id):
                rows = MemberRow.gsi1.query(
                    _due(campaign_id, shard), MemberRow.gsi1sk < _instant(now + _TICK), limit=wanted
                )
                found += [member for row in rows if (member := member_of(row)).is_due(now)]
        return tuple(found)

    def lease(self, members: Sequence[Member], until: datetime) -> tuple[Member, ...]:
        """Change fifty rows in one transaction, again without those that changed meanwhile."""
        won: list[Member] = []
        for at in range(0, len(members), MOST_AT_ONCE):
            won += _leased(members[at : at + MOST_AT_ONCE], until)
        return tuple(won)

    def members(self, campaign_id: str, contact_ids: Collection[str]) -> dict[str, Member]:
        """Read rows, fifty with one request."""
        keys = [(member_key(campaign_id, each), _ROW) for each in dict.fromkeys(contact_ids)]
        found: list[Member] = []
        for at in range(0, len(keys), MOST_AT_ONCE):
            part = keys[at : at + MOST_AT_ONCE]
            with translated("read members", campaign_id=campaign_id):
                found += map(member_of, MemberRow.batch_get(part, consistent_read=True))
        return {each.contact_id: each for each in found}

    def put(self, moving: Moving) -> bool:
        """Change one row and the counts."""
        member = moving.after
        write = member_written(moving.before, member, moving.decision)
        count = added(member.campaign_id, member.contact_id, moving.adds)
        writes = [write] if count is None else [write, count]
        return not transacted("move member", writes, campaign_id=member.campaign_id)


def member_key(campaign_id: str, contact_id: str) -> str:
    """Return the partition of a member and of the attempts to them."""
    return f"tried#{campaign_id}#{contact_id}"


def member_written(before: Member, after: Member, decision: Any = None) -> Write:
    """Return what stores a member over the one that was seen."""
    row = MemberRow(member_key(after.campaign_id, after.contact_id), _ROW)
    columns = _columns(after) | {"decision": decision or None}
    return Write(row=row, condition=as_seen(before), actions=set_to(MemberRow, columns))


def set_to(row: Any, columns: Mapping[str, Any]) -> list[Any]:
    """Return what sets columns of a row, or removes those that are None."""
    attributes = {name: getattr(row, name) for name in columns}
    return [
        each.remove() if columns[name] is None else each.set(columns[name])
        for name, each in attributes.items()
    ]


def as_seen(member: Member) -> Condition:
    """Return the condition that a member stands as they were seen."""
    condition: Condition = (
        (MemberRow.standing == member.standing.value)
        & (MemberRow.tries == member.tries)
        & (MemberRow.due_at == member.due_at)
    )
    return condition


def member_of(row: Any) -> Member:
    """Read a member."""
    _, campaign_id, contact_id = row.pk.split("#", 2)
    return Member(
        campaign_id=campaign_id,
        account_id=row.account_id,
        contact_id=contact_id,
        due_at=row.due_at,
        standing=Standing(row.standing),
        why=None if row.why is None else Why(row.why),
        tries=int(row.tries),
        history=read_history(row.history or ()),
        number=row.number or "",
        round=int(row.round),
        agent_until=row.agent_until,
        block=row.block or "",
    )


def _columns(member: Member) -> dict[str, Any]:
    """Return what a row of a member has; None is what it has not."""
    waits = member.standing is Standing.WAITING
    shard = sum(member.contact_id.encode()) % SHARDS
    return {
        "account_id": member.account_id,
        "standing": member.standing.value,
        "why": member.why and member.why.value,
        "tries": member.tries,
        "due_at": member.due_at,
        "history": write_history(member.history) or None,
        "number": member.number or None,
        "round": member.round,
        "agent_until": member.agent_until,
        "block": member.block or None,
        "gsi1pk": _due(member.campaign_id, shard) if waits else None,
        "gsi1sk": f"{_instant(member.due_at)}#{member.contact_id}" if waits else None,
        "expires_at": int((member.due_at + KEPT).timestamp()),
    }


def _put_new(member: Member) -> Write:
    key = member_key(member.campaign_id, member.contact_id)
    row = MemberRow(key, _ROW, **_columns(member))
    return Write(row=row, condition=MemberRow.pk.does_not_exist())


def _moved_on(enrolling: Enrolling) -> Write:
    before, after = enrolling.before, enrolling.after
    row = RunRow(
        _run_key(after.campaign_id),
        _RUN,
        account_id=after.account_id,
        cursor=after.cursor,
        whole=after.whole,
        edition=after.edition,
    )
    seen: Condition = RunRow.edition == before.edition
    return Write(row=row, condition=seen if before.edition else RunRow.pk.does_not_exist())


def _leased(members: Sequence[Member], until: datetime) -> Sequence[Member]:
    left = list(members)
    while left:
        failed = transacted("lease members", [_lease(each, until) for each in left])
        if not failed:
            break
        left = [each for at, each in enumerate(left) if at not in failed]
    return [replace(each, due_at=until) for each in left]


def _lease(member: Member, until: datetime) -> Write:
    row = MemberRow(member_key(member.campaign_id, member.contact_id), _ROW)
    actions = [
        MemberRow.due_at.set(until),
        MemberRow.gsi1sk.set(f"{_instant(until)}#{member.contact_id}"),
    ]
    return Write(row=row, condition=as_seen(member), actions=actions)


def _due(campaign_id: str, shard: int) -> str:
    return f"due#{campaign_id}#{shard}"


def _run_key(campaign_id: str) -> str:
    return f"run#{campaign_id}"


def _instant(at: datetime) -> str:
    return f"{int(at.timestamp() * 1000):013d}"
