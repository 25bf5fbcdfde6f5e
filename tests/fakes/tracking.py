"""Sources and numbers, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from chalicelib.directory import ports
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.tracking.sources import Number

if TYPE_CHECKING:
    from chalicelib.tracking.sources import Source

ItemT = TypeVar("ItemT")


class TrackingInMemory:
    """Every port of tracking. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self._sources: dict[str, Source] = {}
        self._numbers: dict[tuple[str, str], Number] = {}

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

    def _version_of(self, source: Source) -> int:
        stored = self._sources.get(source.id)
        return 0 if stored is None else stored.version

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("tracking is down")
