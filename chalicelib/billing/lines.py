"""Invoice lines: charges added up by rate and month of usage, each line rounded to cents once.

A rate makes up to two lines, its time and its connections. A line's amount is the sum of its
charges' six decimals, so the itemised bill adds up to it; quantity and price stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.billing.rates import SECONDS_PER_MINUTE, Rate
from chalicelib.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.rating import Charge
    from chalicelib.kernel.periods import Month

# UN/ECE recommendation 20, as BT-130 wants it.
SECONDS: Final = "SEC"
PIECES: Final = "C62"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `price` is before VAT for `base` units; `net` is in whole cents.

    Quantities of a correction may be negative: prices never are (rule BR-27).
    """

    rate: Rate
    period: Month
    late: bool
    unit: str
    quantity: int
    base: int
    price: Money
    net: Money
    calls: int


@dataclass(slots=True)
class _Sum:
    calls: int = 0
    seconds: int = 0
    connections: int = 0
    time: int = 0
    connection: int = 0

    def add(self, charge: Charge, sign: int) -> None:
        self.calls += sign
        self.seconds += sign * charge.billed_seconds
        self.connections += sign * (charge.billed_seconds > 0)
        connection = charge.connection.micros
        self.connection += sign * connection
        self.time += sign * (charge.amount.micros - connection)


@dataclass(slots=True)
class Usage:
    """What a month's invoice takes, added up as entries come by, in any order."""

    month: Month
    last_recorded: datetime | None = None
    _sums: dict[tuple[str, Rate], _Sum] = field(default_factory=dict)
    _unpriced: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take one entry: its charge, less the one it supersedes."""
        if entry.superseded:
            self._sum(entry.period, entry.superseded.rate).add(entry.superseded, -1)
        if entry.charge:
            self._sum(entry.period, entry.charge.rate).add(entry.charge, 1)
        if self.last_recorded is None or entry.recorded_at > self.last_recorded:
            self.last_recorded = entry.recorded_at
        self._note(entry)

    @property
    def unpriced(self) -> dict[str, str]:
        """List the calls that still have no price, and why."""
        return {call: reason for call, (_, reason) in self._unpriced.items() if reason}

    def lines(self) -> tuple[Line, ...]:
        """Make the lines, oldest usage first; rounding happens here and nowhere else."""
        keys = sorted(self._sums, key=lambda key: (key[0], key[1].name, repr(key[1])))
        return tuple(
            line
            for period, rate in keys
            for line in _lines(self.month, type(self.month)(period), rate, self._sums[period, rate])
        )

    def _sum(self, period: Month, rate: Rate) -> _Sum:
        return self._sums.setdefault((period.text, rate), _Sum())

    def _note(self, entry: Entry) -> None:
        """Remember the latest word on whether a call has a price."""
        serial, _ = self._unpriced.get(entry.call.call_id, (-1, ""))
        if entry.serial > serial and (entry.reason or serial >= 0 or entry.serial):
            self._unpriced[entry.call.call_id] = (entry.serial, entry.reason)


def usage_of(month: Month, entries: Iterable[Entry]) -> Usage:
    """Add up entries."""
    usage = Usage(month)
    for entry in entries:
        usage.add(entry)
    return usage


def _lines(month: Month, period: Month, rate: Rate, total: _Sum) -> Iterator[Line]:
    late = period != month
    if not (total.calls or total.seconds or total.time or total.connection):
        return
    if total.time or rate.per_minute or not rate.per_call:
        price = Money(rate.net_micros(rate.per_minute.micros))
        net = Money(total.time).to_cents()
        yield Line(
            rate, period, late, SECONDS, total.seconds, SECONDS_PER_MINUTE, price, net, total.calls
        )
    if rate.per_call:
        price = Money(rate.net_micros(rate.per_call.micros))
        net = Money(total.connection).to_cents()
        yield Line(rate, period, late, PIECES, total.connections, 1, price, net, total.calls)
