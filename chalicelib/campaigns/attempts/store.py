"""What begins and ends attempts on the table `campaigns`: transactions over all that it changes.

An attempt, its member, what the law remembers of the person and the counts of the campaign change
together or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.attempts import changing
from chalicelib.campaigns.attempts.attempts import KEPT
from chalicelib.campaigns.attempts.calls.store import (
    OVER_SHARDS,
    AttemptRow,
    CallStore,
    TriedRow,
    as_seen,
    is_open,
    key_of,
    millis,
    over,
    row_of,
    shard_of,
    tried,
)
from chalicelib.campaigns.attempts.counted.store import CountRow, added
from chalicelib.campaigns.attempts.members.store import (
    MemberRow,
    RunRow,
    member_written,
    set_to,
)
from chalicelib.campaigns.attempts.past import Rung
from chalicelib.campaigns.attempts.remembered.store import (
    KnownRow,
    rung_ended,
    rung_refused,
    rung_written,
    stored,
)
from chalicelib.campaigns.store import CampaignRow, Write, transacted
from chalicelib.kernel.errors import Conflict
from chalicelib.runtime.tables import bind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.attempts.changing import Claiming, Ending, Refusing
    from chalicelib.campaigns.attempts.ports import Stored


class AttemptStore(CallStore):
    """The port `Attempts`."""

    def __init__(self, table_name: str) -> None:
        for row in (CampaignRow, CountRow, MemberRow, RunRow, AttemptRow, KnownRow, TriedRow):
            bind(row, table_name)

    def stored(
        self, account_id: str, siren: str, hashes: Sequence[str], campaign_id: str, now: datetime
    ) -> Stored:
        """Query the first number's range; get the rows of the others that matter with one read."""
        return stored(account_id, siren, hashes, campaign_id, now)

    def claim(self, claiming: Claiming) -> Attempt:
        """Put the attempt; change its member, what the law remembers, and the counts."""
        attempt = claiming.attempt
        put = Write(row=row_of(attempt), condition=AttemptRow.pk.does_not_exist())
        writes = [put, member_written(claiming.before, claiming.after)]
        writes += [
            rung_written(attempt, each, claiming.seen.get(each, Rung()), rung)
            for each, rung in claiming.rungs.items()
        ]
        writes += [tried(attempt, each) for each in {attempt.contact_id, attempt.hash}]
        count = added(attempt.campaign_id, attempt.contact_id, claiming.adds)
        writes += [count] if count else []
        if transacted("claim", writes, campaign_id=attempt.campaign_id):
            raise Conflict("the member, or who has rung the person, changed meanwhile")
        return attempt

    def end(self, ending: Ending) -> bool:
        """Change the attempt, its member, what the law remembers, and the counts.

        What the law has forgotten by then, since it is so long ago, is left so.
        """
        attempt, member = ending.after, ending.member
        writes = [_ended(ending), member_written(changing.out(ending.before), member)]
        count = added(attempt.campaign_id, attempt.contact_id, ending.adds)
        writes += [count] if count else []
        rungs = [rung_ended(attempt, each) for each in attempt.hashes]
        while failed := transacted("end", [*writes, *rungs], campaign_id=attempt.campaign_id):
            if 0 in failed:
                return False
            if 1 in failed:
                raise Conflict("the member is not where their attempt left them")
            rungs = [each for at, each in enumerate(rungs, len(writes)) if at not in failed]
        return True

    def refuse(self, refusing: Refusing) -> None:
        """Change the attempt, its member if they are not being rung, and what the law remembers."""
        attempt, moving = refusing.after, refusing.member
        writes = [_refused(refusing), *(rung_refused(attempt, each) for each in attempt.hashes)]
        if moving is not None:
            writes.append(member_written(moving.before, moving.after))
        count = added(attempt.campaign_id, attempt.contact_id, refusing.adds)
        writes += [count] if count else []
        if transacted("refuse", writes, campaign_id=attempt.campaign_id):
            raise Conflict("the attempt, or its member, changed meanwhile")


def _ended(ending: Ending) -> Write:
    attempt, seen = ending.after, ending.before
    row = AttemptRow(*key_of(attempt.campaign_id, attempt.id))
    ended_at = attempt.ended_at
    assert ended_at is not None
    columns: dict[str, Any] = {
        "state": attempt.state.value,
        "outcome": attempt.outcome and attempt.outcome.value,
        "answered_by": attempt.answered_by or None,
        "seconds": attempt.seconds,
        "ended_at": ended_at,
        "gsi1pk": over(attempt.campaign_id, shard_of(attempt, OVER_SHARDS)),
        "gsi1sk": f"{millis(ended_at)}#{attempt.id}",
        "expires_at": int((ended_at + KEPT).timestamp()),
    }
    if attempt.call_id:
        columns["call_id"] = attempt.call_id
    condition = as_seen(seen) if ending.is_of_nothing else is_open(seen)
    return Write(row=row, condition=condition, actions=set_to(AttemptRow, columns))


def _refused(refusing: Refusing) -> Write:
    attempt = refusing.after
    columns = {
        "refused_at": attempt.refused_at,
        "outcome": attempt.outcome and attempt.outcome.value,
    }
    return Write(
        row=AttemptRow(*key_of(attempt.campaign_id, attempt.id)),
        condition=AttemptRow.state == refusing.before.state.value,
        actions=set_to(AttemptRow, columns),
    )
