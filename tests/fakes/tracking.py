"""Sources, numbers and counted calls, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from chalicelib.directory import ports
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.tracking.sources import Number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from chalicelib.tracking.counting import Counted
    from chalicelib.tracking.sources import Source

ItemT = TypeVar("ItemT")


class TrackingInMemory:
    """Every port of tracking. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self._sources: dict[str, Source] = {}
        self._numbers: dict[tuple[str, str], Number] = {}
        self._counted: dict[tuple[str, date, int], dict[tuple[str, str], Counted]] = {}

    def source(self, source_id: str) -> Source:
        self._answer()
        if source_id not in self._sources:
            raise NotFound("no such source")
        return self._sources[source_id]

    def sources(
        self, account_id: str, limit: int, after: str | None = None, *, archived: bool = False
    ) -> ports.Page[Source]:
        self._answer()
        mine = sorted(
            each.id
            for each in self._sources.values()
            if each.account_id == account_id and (each.archived_at is not None) is archived
        )
        left = [each for each in mine if after is None or each > after]
        more = left[limit - 1] if len(left) > limit else None
        return ports.Page(tuple(self._sources[each] for each in left[:limit]), more)

    def save_source(self, source: Source) -> Source:
        self._answer()
        if self._version_of(source) != source.version:
            raise Stale("changed meanwhile")
        self._sources[source.id] = replace(source, version=source.version + 1)
        return self._sources[source.id]

    def number(self, account_id: str, number: str) -> Number:
        self._answer()
        unknown = Number(account_id=account_id, number=number)
        return self._numbers.get((account_id, number), unknown)

    def save_both(self, source: Source, number: Number) -> Source:
        self._answer()
        stored = self.number(number.account_id, number.number)
        if stored.version != number.version or self._version_of(source) != source.version:
            raise Conflict("changed meanwhile")
        key = (number.account_id, number.number)
        self._numbers[key] = replace(number, version=number.version + 1)
        return self.save_source(source)

    def count(self, counted: Counted) -> None:
        self._answer()
        key = (counted.account_id, counted.day, counted.shard)
        rows = self._counted.setdefault(key, {})
        known = rows.get((counted.source_id, counted.call_id), counted)
        if known.events <= counted.events:
            rows[counted.source_id, counted.call_id] = counted

    def counted(
        self, account_id: str, day: date, log_shards: int, source_id: str | None = None
    ) -> Iterator[Counted]:
        self._answer()
        for shard in range(log_shards):
            for each in self._counted.get((account_id, day, shard), {}).values():
                if source_id in (None, each.source_id):
                    yield each

    def _version_of(self, source: Source) -> int:
        stored = self._sources.get(source.id)
        return 0 if stored is None else stored.version

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("tracking is down")
