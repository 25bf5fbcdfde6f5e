"""Days as files write them: in which order day and month are, which a file says only as a whole.

`11/05/2026` is 11 May in France and 5 November in the United States. What a file cannot mean is
told apart by its other days (`11/27/2026`), or by columns that are named in French; where nothing
tells, nobody guesses. Pure.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
# Columns of files that write the day first: French ones, and our own as it is documented.
_DAY_FIRST: Final = frozenset(
    {"from", "to", "jour", "date grégorienne", "début des rapports", "fin des rapports"}
)


class Order(StrEnum):
    """What comes first between slashes."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def order_of(columns: Iterable[str], days: Iterable[str]) -> Order | None:
    """Tell in which order a file writes days, from what its columns are called and all its days.

    >>> order_of(["gregorian date"], ["11/05/2026", "11/27/2026"])
    <Order.MONTH_FIRST: 'month_first'>
    """
    orders = {order for each in days if (order := _only(each)) is not None}
    if not _DAY_FIRST.isdisjoint(columns):
        orders.add(Order.DAY_FIRST)
    return orders.pop() if len(orders) == 1 else None


def read_day(text: str, name: str, order: Order | None) -> date:
    """Read a day: `2026-11-27` or `27/11/2026`. Raises Rejected, also where it may be two."""
    days = {day for each, day in _readings(text).items() if order in (None, each)}
    if len(days) == 1:
        return days.pop()
    raise Rejected("the line is wrong", faults=(Fault(f"/{name}", _why(text, days)),))


def _why(text: str, days: Iterable[date]) -> str:
    if not text:
        return "missing"
    if _PLAIN.fullmatch(text) is None and _SLASHED.fullmatch(text) is None:
        return "no day such as 2026-11-27 or 27/11/2026"
    either = " or ".join(each.isoformat() for each in sorted(days))
    return f"{either}? write it so, or say `days` of the file" if either else "no such day"


def _only(text: str) -> Order | None:
    """Return the order in which alone it is a day."""
    found = _readings(text)
    return next(iter(found)) if len(found) == 1 and _SLASHED.fullmatch(text) else None


def _readings(text: str) -> dict[Order, date]:
    """Return what day it is, by the order of its parts; one of no order is the same by both."""
    plain, slashed = _PLAIN.fullmatch(text), _SLASHED.fullmatch(text)
    if plain is not None:
        day = _date(plain[1], plain[2], plain[3])
        return {} if day is None else dict.fromkeys(Order, day)
    if slashed is None:
        return {}
    first = {
        Order.DAY_FIRST: _date(slashed[3], slashed[2], slashed[1]),
        Order.MONTH_FIRST: _date(slashed[3], slashed[1], slashed[2]),
    }
    return {order: day for order, day in first.items() if day is not None}


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
