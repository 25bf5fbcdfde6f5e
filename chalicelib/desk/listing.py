"""What the API lists of a desk: pages of what is on a floor, and the report of its queues."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from chalicelib.desk import reports
from chalicelib.desk.ports import Counts, Floors
from chalicelib.desk.tickets import rank
from chalicelib.directory.ports import Page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from chalicelib.desk.callbacks import Callback
    from chalicelib.desk.floor import Floor
    from chalicelib.desk.reports import Figures

T = TypeVar("T")


class Desk(Floors, Counts, Protocol):
    """What a report reads."""


def page(known: Mapping[str, T], limit: int, after: str | None) -> Page[T]:
    """Return some things in order of their names, after one of them."""
    names = sorted(name for name in known if after is None or name > after)
    items = tuple(known[name] for name in names[:limit])
    return Page(items, names[limit - 1] if len(names) > limit else None)


def in_turn(floor: Floor, limit: int, after: str | None) -> Page[Callback]:
    """Return callbacks that wait, in order of their turn."""
    known = {}
    for each in floor.callbacks.values():
        due_at, key = rank(each)
        known[f"{due_at.isoformat()} {key}"] = each
    return page(known, limit, after)


def report(
    account_id: str,
    first: date,
    last: date,
    *,
    log_shards: int,
    desk: Desk,
    queue: str | None = None,
) -> list[Figures]:
    """Sum up an account's queues by day and in all, both days included."""
    reports.check_days(first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    visits = [each for day in days for each in desk.visits(account_id, day, log_shards)]
    asked = [each for day in days for each in desk.asked(account_id, day)]
    queues = desk.floor(account_id).queues
    seconds = {name: each.service_level_seconds for name, each in queues.items()}
    found = reports.figures(visits, asked, seconds)
    return [each for each in found if queue is None or each.queue == queue]
