"""Counts of campaigns on the table `campaigns`: rows of numbers that grow by `ADD`.

A campaign has a few rows for each day: one would have every end of a call wait for the one before,
and a call ends in a transaction, of which a row takes some tens a second. With eight, some hundreds
end a second. All of them are one request to read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.operand import Path

from chalicelib.campaigns.attempts import counting
from chalicelib.campaigns.attempts.attempts import KEPT
from chalicelib.campaigns.pacing import learning
from chalicelib.campaigns.pacing.kept import read_tally
from chalicelib.campaigns.pacing.tallies import KEPT_SECONDS
from chalicelib.campaigns.store import CampaignRow, Write
from chalicelib.runtime.tables import translated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from chalicelib.campaigns.attempts.counting import Adds, Counts
    from chalicelib.campaigns.pacing.habits import Habits
    from chalicelib.campaigns.pacing.tallies import Tally

SHARDS: Final = 8
_EPOCH_DAY: Final = 86_400
_NOT_COUNTS: Final = frozenset({"pk", "sk", "expires_at"})


class CountRow(CampaignRow):
    """Counts of a day; which ones is theirs to say (`counting`)."""

    expires_at = NumberAttribute(null=True)


class CountStore:
    """What a campaign has come to."""

    def counts(self, campaign_id: str) -> Counts:
        """Query the campaign's rows."""
        return counting.read(_rows(campaign_id))

    def tally(self, campaign_id: str, now: datetime) -> Tally:
        """Query the rows of as many days as a law asks for."""
        return read_tally(_rows(campaign_id, now - timedelta(seconds=KEPT_SECONDS)))

    def learnt(
        self, campaign_id: str, now: datetime, wraps: Collection[float]
    ) -> tuple[Tally, Habits]:
        """Query the same rows: both are in them."""
        rows = list(_rows(campaign_id, now - timedelta(seconds=KEPT_SECONDS)))
        return read_tally(rows), learning.habits(rows, counting.day_of(now), wraps)


def added(campaign_id: str, contact_id: str, adds: Adds) -> Write | None:
    """Return what adds to a campaign's counts; None if there is nothing to add."""
    if not adds.names:
        return None
    row = CountRow(_pk(campaign_id), f"{adds.day:06d}#{sum(contact_id.encode()) % SHARDS}")
    over = adds.day * _EPOCH_DAY + int(KEPT.total_seconds())

    actions: list[Any] = [Path([name]).add(count) for name, count in adds.names.items()]
    return Write(row=row, actions=[*actions, CountRow.expires_at.set(over)])


def _rows(campaign_id: str, since: datetime | None = None) -> Iterator[Mapping[str, Any]]:
    table, after = CountRow._get_connection(), None
    span = None if since is None else CountRow.sk >= f"{counting.day_of(since):06d}#"
    while True:
        with translated("read counts", campaign_id=campaign_id):
            page = table.query(
                _pk(campaign_id), span, consistent_read=True, exclusive_start_key=after
            )
        for item in page["Items"]:
            yield {name: int(each["N"]) for name, each in item.items() if name not in _NOT_COUNTS}
        after = page.get("LastEvaluatedKey")
        if after is None:
            return


def _pk(campaign_id: str) -> str:
    return f"counts#{campaign_id}"
