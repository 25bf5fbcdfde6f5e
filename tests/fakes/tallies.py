"""Counters, in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.tracking.reports.callers import month_of
from chalicelib.tracking.reports.reporting import Counted
from chalicelib.tracking.reports.tallying import Key, Seen, Tallied

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from chalicelib.tracking.costs.costs import Cost
    from chalicelib.tracking.reports.contributing import Cell, Dim
    from chalicelib.tracking.reports.tallying import Tally


class TalliesInMemory:
    """The ports `Tallies` and `Counters`. `down = True`: as unavailable as a throttled table.

    `rivals` are called, each once, before a change is stored: what somebody else did meanwhile.
    """

    def __init__(self) -> None:
        self.down = False
        self.rivals: list[Tally] = []
        self.counters: defaultdict[tuple[str, int], dict[Key, Counter[str]]] = defaultdict(dict)
        self._calls: dict[str, Tallied] = {}
        self._seen: dict[tuple[str, str], Seen] = {}
        self._values: Counter[tuple[str, Dim, str, int]] = Counter()

    def look(self, account_id: str, call_id: str, caller: str | None) -> tuple[Tallied, Seen]:
        self._answer()
        seen = Seen() if caller is None else self._seen.get((account_id, caller), Seen())
        return self._calls.get(call_id, Tallied()), seen

    def known(
        self, account_id: str, day: date, cells: Iterable[Cell], shard: int
    ) -> tuple[frozenset[Cell], Mapping[Dim, int]]:
        self._answer()
        rows, asked = self.counters[account_id, shard], list(cells)
        month = month_of(day)
        there = [cell for cell in asked if (cell[0], month, cell[1]) in rows]
        heads = {dim: (account_id, dim, month, shard) for dim, _ in asked}
        return frozenset(there), {dim: self._values[head] for dim, head in heads.items()}

    def save(self, tally: Tally) -> None:
        self._answer()
        told = tally.after.contribution or tally.before.contribution
        assert told is not None
        while self.rivals:
            self.save(self.rivals.pop())
        known, seen = self.look(told.account_id, told.call_id, told.caller)
        if (known.version, seen.version) != (tally.before.version, tally.seen.version):
            raise Conflict("somebody was first")
        self._calls[told.call_id] = tally.after
        if told.caller is not None:
            row = replace(seen, days=tally.days, shard=tally.shard, version=seen.version + 1)
            self._seen[told.account_id, told.caller] = row
        rows = self.counters[told.account_id, tally.shard]
        for key, names in tally.added.items():
            rows.setdefault(key, Counter()).update(names)
        for dim, _ in tally.fresh:
            self._values[told.account_id, dim, month_of(told.day), tally.shard] += 1

    def hold(self, account_id: str, call_id: str, version: int, day: date) -> None:
        self._answer()
        if self._calls.get(call_id, Tallied()).version != version:
            raise Conflict("somebody was first")
        self._calls[call_id] = Tallied(version=version + 1)

    def counted(
        self,
        account_id: str,
        dim: Dim,
        first: str,
        last: str,
        log_shards: int,
        names: Collection[str] | None = None,
    ) -> Iterator[Counted]:
        self._answer()
        for shard in range(log_shards):
            for (kind, when, value), amounts in sorted(self.counters[account_id, shard].items()):
                if kind == dim and len(when) == len(first) and first <= when <= last:
                    wanted = amounts.keys() if names is None else amounts.keys() & set(names)
                    yield Counted(when, value, {name: amounts[name] for name in wanted})

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("counters are down")


class CostsInMemory:
    """The port `Costs` of reports."""

    def __init__(self, *costs: Cost) -> None:
        self.all = list(costs)

    def reaching(self, account_id: str, first: date, last: date) -> Iterable[Cost]:
        return [
            each
            for each in self.all
            if each.account_id == account_id and each.first <= last and each.last >= first
        ]
