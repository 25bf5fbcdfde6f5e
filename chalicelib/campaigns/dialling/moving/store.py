"""Campaigns that start, pause, go on and end, on the table `campaigns`.

A move is one transaction: the campaign, its account's pace, and the list of those that are to be
looked at each minute. That list is a partition of its own, so a minute asks for nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.campaigns.book.store import PlanRow, row_of
from chalicelib.campaigns.dialling.pace.store import PaceRow, move_of
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, Stale
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.campaigns.campaign import Campaign

_RUNNING: Final = "running"
# The pace is written twice a second while an account rings: a move that meets a grant comes again.
_MOST_TRIES: Final = 8


class RunningRow(CampaignRow):
    """A campaign that is to be looked at."""

    account_id = UnicodeAttribute()
    campaign_id = UnicodeAttribute()
    state = UnicodeAttribute()


class MoveStore:
    """The port `Moves`."""

    def __init__(self, table_name: str, pause: Callable[[int], None]) -> None:
        for row in (PlanRow, PaceRow, RunningRow):
            bind(row, table_name)
        self._pause = pause

    def move(self, campaign: Campaign) -> Campaign:
        """Write the campaign over the version that was read, and what goes with it."""
        for attempt in range(1, _MOST_TRIES + 1):
            try:
                self._move(campaign)
            except Conflict as error:
                if _was_changed(error):
                    raise Stale(
                        "the campaign changed meanwhile", campaign_id=campaign.id
                    ) from error
                if attempt == _MOST_TRIES:
                    raise
                self._pause(attempt)
            else:
                return replace(campaign, version=campaign.version + 1)
        raise AssertionError("the last try returns or raises")

    def running(self) -> Mapping[str, tuple[str, ...]]:
        """Query the list: it is as long as there are campaigns that ring."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        with translated("list running campaigns"):
            for row in RunningRow.query(_RUNNING):
                found[row.account_id].append(row.campaign_id)
        return {account_id: tuple(ids) for account_id, ids in found.items()}

    def running_of(self, account_id: str) -> tuple[str, ...]:
        """Query an account's part of the list."""
        with translated("list running campaigns", account_id=account_id):
            rows = RunningRow.query(_RUNNING, RunningRow.sk.startswith(f"{account_id}#"))
            return tuple(row.campaign_id for row in rows)

    def settled(self, campaign: Campaign) -> None:
        """Take it off the list, unless it goes on by now."""
        row = RunningRow(_RUNNING, _sk(campaign))
        try:
            with translated("settle a campaign", campaign_id=campaign.id):
                row.delete(condition=RunningRow.state == campaign.state.value)
        except Conflict:
            return

    def _move(self, campaign: Campaign) -> None:
        pace, changes = move_of(campaign)
        row: Any = row_of(campaign)
        with (
            translated("move a campaign", campaign_id=campaign.id),
            TransactWrite(connection=_connection()) as transaction,
        ):
            transaction.save(row, condition=PlanRow.version == campaign.version)
            transaction.update(pace, actions=changes)
            transaction.save(_listed(campaign))


def _was_changed(error: Conflict) -> bool:
    """Tell whether the campaign's own condition failed, rather than two writes having met."""
    reasons = getattr(error.__cause__, "cancellation_reasons", ())
    first = next(iter(reasons), None)
    return first is not None and first.code == "ConditionalCheckFailed"


def _connection() -> Any:
    return PlanRow._get_connection().connection


def _listed(campaign: Campaign) -> RunningRow:
    return RunningRow(
        pk=_RUNNING,
        sk=_sk(campaign),
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        state=campaign.state.value,
    )


def _sk(campaign: Campaign) -> str:
    return f"{campaign.account_id}#{campaign.id}"
