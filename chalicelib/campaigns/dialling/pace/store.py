"""Accounts' paces on the table `campaigns`: a row each, of which a grant writes what it changes.

A lease of a call is a key of a map, so that calls that end meanwhile change nothing of a grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from pynamodb.attributes import (
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.pacing.bucket import LEASE, Limit
from chalicelib.campaigns.pacing.granting import Pace
from chalicelib.campaigns.pacing.kept import read_pace, write_turns
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.pacing.granting import Taken

ItemT = TypeVar("ItemT")

_ROW: Final = "pace"
# Of an update's names, of which DynamoDB takes 4 KB.
_AT_ONCE: Final = 100


class PaceRow(CampaignRow):
    """An account's pace. What `calls` and `at_once` its carrier takes, if not the usual."""

    due = NumberAttribute(default=0)
    calls = NumberAttribute(default=1)
    last = NumberAttribute(default=0)
    leases: MapAttribute[Any, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    edition = NumberAttribute(default=0)
    turns = UnicodeAttribute(default="")
    halted = UnicodeSetAttribute(null=True)
    most_calls = NumberAttribute(null=True)
    burst = NumberAttribute(null=True)
    at_once = NumberAttribute(null=True)


class PaceStore:
    """The port `Paces`."""

    def __init__(self, table_name: str) -> None:
        bind(PaceRow, table_name)

    def pace(self, account_id: str) -> tuple[Pace, Limit]:
        """Return an account's pace with one GetItem; that of a new one is the usual."""
        try:
            with translated("read a pace", account_id=account_id):
                row: Any = PaceRow.get(_pk(account_id), _ROW, consistent_read=True)
        except NotFound:
            return Pace(), Limit()
        at_once = None if row.at_once is None else int(row.at_once)
        limit = Limit(int(row.most_calls or 1), int(row.burst or 1), at_once)
        return _pace(row), limit

    def take(self, account_id: str, seen: Pace, taken: Taken) -> None:
        """Write what a grant changes, on the condition that it `stands_as` it was seen."""
        after = taken.pace
        row = PaceRow(_pk(account_id), _ROW)
        leases = after.bucket.leases
        with translated("take calls", account_id=account_id):
            if _is_new(seen):
                row = _row(account_id, after)
                row.save(PaceRow.pk.does_not_exist())
                return
            actions: list[Action] = [
                PaceRow.due.set(after.bucket.due),
                PaceRow.calls.set(after.bucket.calls),
                PaceRow.last.set(after.bucket.last),
                PaceRow.turns.set(write_turns(after.turns)),
                *(_lease(each).set(leases[each]) for each in taken.added),
                *(_lease(each).remove() for each in taken.over),
            ]
            row.update(actions, condition=_stands(seen))

    def ended(self, account_id: str, calls: Iterable[int]) -> None:
        """Remove leases, of which those that are gone are none."""
        for numbers in _some(calls):
            actions: list[Action] = [_lease(each).remove() for each in numbers]
            try:
                with translated("end calls", account_id=account_id):
                    row = PaceRow(_pk(account_id), _ROW)
                    row.update(actions, condition=PaceRow.leases.exists())
            except Conflict:
                return  # nothing was ever granted

    def renewed(self, account_id: str, seen: Pace, up: Iterable[int], now: int) -> None:
        """Write leases anew, in steps if they are many: each step is on the one before."""
        over = [number for number, until in seen.bucket.leases.items() if until <= now]
        wanted: list[Action] = [_lease(each).set(now + LEASE) for each in up]
        wanted += [_lease(each).remove() for each in over if each not in set(up)]
        edition = seen.edition
        for actions in _some(wanted):
            condition = (PaceRow.due == seen.bucket.due) & (PaceRow.edition == edition)
            edition += 1
            with translated("renew calls", account_id=account_id):
                changes = [*actions, PaceRow.edition.set(edition)]
                PaceRow(_pk(account_id), _ROW).update(changes, condition=condition)

    def limit(self, account_id: str, limit: Limit) -> None:
        """Write what the carrier takes; of a grant that is being stored it changes nothing."""
        actions: list[Action] = [
            PaceRow.most_calls.set(limit.calls),
            PaceRow.burst.set(limit.burst),
            _set_or_not(PaceRow.at_once, limit.at_once),
            *_anew(),
        ]
        with translated("store a limit", account_id=account_id):
            PaceRow(_pk(account_id), _ROW).update(actions)


def move_of(campaign: Campaign) -> tuple[PaceRow, list[Action]]:
    """Return how a campaign's new state changes the pace: it is halted, or may go on.

    One that is over stays halted: a message that is on its way still may name it.
    """
    runs = campaign.state is State.RUNNING
    name = {campaign.id}
    change = PaceRow.halted.delete(name) if runs else PaceRow.halted.add(name)
    return PaceRow(_pk(campaign.account_id), _ROW), [change, *_anew()]


def _anew() -> list[Action]:
    """Make another edition of a row, which is begun if it is not there."""
    return [PaceRow.edition.add(1), PaceRow.leases.set(PaceRow.leases | {})]


def _some(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    known = list(items)
    yield from (known[at : at + _AT_ONCE] for at in range(0, len(known), _AT_ONCE))


def _pk(account_id: str) -> str:
    return f"pace#{account_id}"


def _is_new(pace: Pace) -> bool:
    return (pace.bucket.due, pace.edition) == (0, 0)


def _stands(seen: Pace) -> Condition:
    # Of a row that was begun by a move, nothing was granted.
    due: Condition = PaceRow.due == seen.bucket.due
    if not seen.bucket.due:
        due |= PaceRow.due.does_not_exist()
    edition: Condition = PaceRow.edition == seen.edition
    both: Condition = due & edition
    return both


def _lease(number: int) -> Any:
    return PaceRow.leases[str(number)]


def _set_or_not(attribute: Any, value: int | None) -> Action:
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action


def _row(account_id: str, pace: Pace) -> PaceRow:
    return PaceRow(
        pk=_pk(account_id),
        sk=_ROW,
        due=pace.bucket.due,
        calls=pace.bucket.calls,
        last=pace.bucket.last,
        leases={str(number): until for number, until in pace.bucket.leases.items()},
        edition=pace.edition,
        turns=write_turns(pace.turns),
    )


def _pace(row: Any) -> Pace:
    leases = row.leases.as_dict() if row.leases else {}
    return read_pace(
        due=int(row.due or 0),
        calls=int(row.calls or 1),
        last=int(row.last or 0),
        leases={name: int(until) for name, until in leases.items()},
        edition=int(row.edition or 0),
        turns=row.turns or "",
        halted=row.halted or (),
    )
