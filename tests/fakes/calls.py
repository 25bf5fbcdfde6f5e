"""The call log, its queue and its files, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chalicelib.calls import keys, search
from chalicelib.calls.exports import LEASE, Export
from chalicelib.calls.facts import facts_of
from chalicelib.calls.late import Memory
from chalicelib.calls.summary import call_of
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.calls.call import Call, CallQuery, CallRef, Page
    from chalicelib.calls.events import Event
    from chalicelib.calls.summary import Summary
    from chalicelib.calls.usecases import Value

ItemT = TypeVar("ItemT")
NOTHING = Memory({}, -1)


class CallLogInMemory:
    """The `CallLog` port. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self._rows: dict[str, dict[str, Any]] = {}
        self._events: dict[str, dict[str, Event]] = {}
        self._memories: dict[str, Memory] = {}

    def append(self, ref: CallRef, *given: Event, memory: Memory | None = None) -> bool:
        self._answer()
        stored = [self._append(ref, event) for event in given]
        if memory is not None and stored and stored[0]:
            self._memories[ref.call_id] = memory
        return any(stored)

    def memory(self, call_id: str) -> Mapping[str, Value]:
        self._answer()
        return dict(self._memories.get(call_id, NOTHING).values)

    def recall(self, call_id: str, memory: Memory) -> None:
        self._answer()
        self._memories[call_id] = memory.over(self._memories.get(call_id, NOTHING))

    def _append(self, ref: CallRef, event: Event) -> bool:
        events = self._events.setdefault(ref.call_id, {})
        if event.id in events:
            return False
        events[event.id] = event
        row = self._rows.setdefault(ref.call_id, {})
        facts = facts_of(ref, event)
        for name, value in facts.once.items():
            if value is not None:
                row.setdefault(name, value)
        for name, number in facts.added.items():
            row[name] = row.get(name, 0) + number
        for name, text in facts.grown.items():
            row[name] = row.get(name, frozenset()) | {text}
        if facts.outcome is not None and row.get("rank", -1) <= facts.outcome.rank:
            outcome = facts.outcome.outcome
            row |= {"rank": facts.outcome.rank, "outcome": outcome.value}
            row["outcome_pk"] = keys.outcome_key(ref, outcome)
        return True

    def load(self, account_id: str, call_id: str) -> Call:
        self._answer()
        call = self._call(call_id, with_events=True)
        if call is None or call.account_id != account_id:
            raise NotFound("no such call", call_id=call_id)
        return call

    def page(self, query: CallQuery, limit: int, after: str | None = None) -> Page:
        self._answer()
        low, high = search.bounds(query, after)
        index = keys.index_for(query)
        ids = [
            call_id
            for call_id, row in self._rows.items()
            if row.get(index.attribute) in index.keys and low <= row.get("sort", "") <= high
        ]
        calls = [call for call_id in ids if (call := self._call(call_id)) is not None]
        calls.sort(key=search.position_of, reverse=query.newest_first)
        return search.fill(iter(calls), query, limit, after)

    def going_on(
        self, account_id: str, log_shards: int, since: datetime, limit: int
    ) -> tuple[Call, ...]:
        self._answer()
        calls = [call for each in self._rows if (call := self._call(each)) is not None]
        live = [
            each
            for each in calls
            if each.account_id == account_id and each.started_at >= since and not each.ended
        ]
        return tuple(sorted(live, key=search.position_of, reverse=True)[:limit])

    def _call(self, call_id: str, *, with_events: bool = False) -> Call | None:
        events = self._events.get(call_id, {}).values() if with_events else ()
        return call_of(call_id, cast("Summary", self._rows.get(call_id, {})), events)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the log is down")


class LateEventsInMemory:
    """The `LateEvents` port: a list."""

    def __init__(self) -> None:
        self.down = False
        self.kept: list[tuple[CallRef, Event]] = []
        self.memories: list[Memory] = []

    def put(self, ref: CallRef, *events: Event, memory: Memory | None = None) -> None:
        if self.down:
            raise Unavailable("the queue is down")
        self.kept += [(ref, event) for event in events]
        self.memories += [] if memory is None else [memory]


class ExportsInMemory:
    """The `Exports` port."""

    def __init__(self) -> None:
        self._exports: dict[str, Export] = {}
        self._held: dict[str, tuple[str, datetime | None]] = {}

    def create(self, export: Export) -> None:
        self._exports[export.export_id] = export

    def load(self, account_id: str, export_id: str) -> Export:
        export = self._exports.get(export_id)
        if export is None or export.account_id != account_id:
            raise NotFound("no such export", export_id=export_id)
        return export

    def claim(self, export_id: str, lease: str, now: datetime) -> Export:
        holder, until = self._held.get(export_id, ("", None))
        held = until is not None and until >= now and holder != lease
        if held or export_id not in self._exports:
            raise Conflict("another worker has it", export_id=export_id)
        export = self._exports[export_id]
        self._exports[export_id] = replace(export, attempts=export.attempts + 1)
        self._held[export_id] = (lease, now + LEASE)
        return self._exports[export_id]

    def save(self, export: Export, lease: str, now: datetime, *, release: bool = False) -> None:
        self._own(export.export_id, lease)
        self._exports[export.export_id] = export
        self._held[export.export_id] = (lease, None if release else now + LEASE)

    def release(self, export_id: str, lease: str) -> None:
        if self._held.get(export_id, ("", None))[0] == lease:
            self._held[export_id] = (lease, None)

    def _own(self, export_id: str, lease: str) -> None:
        if self._held.get(export_id, ("", None))[0] != lease:
            raise Conflict("another worker took it", export_id=export_id)


class FilesInMemory:
    """The `Files` port. `files` are whole; uploads are not seen until they are finished."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self._begun = 0

    def begin(self, key: str) -> str:
        self._begun += 1
        upload_id = f"upload-{self._begun}"
        self.uploads[upload_id] = {}
        return upload_id

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> str:
        self.uploads[upload_id][number] = data
        return f"tag-{number}"

    def finish(self, key: str, upload_id: str, tags: tuple[str, ...]) -> None:
        parts = self.uploads.pop(upload_id, None)
        if parts is not None:
            numbers = range(1, len(tags) + 1)
            self.files[key] = b"".join(parts[number] for number in numbers)
        elif key not in self.files:
            raise Unavailable("no such upload", key=key)

    def abort(self, key: str, upload_id: str) -> None:
        self.uploads.pop(upload_id, None)

    def put(self, key: str, data: bytes) -> None:
        self.files[key] = data

    def get(self, key: str) -> bytes:
        return self.files[key]


class QueueInMemory:
    """A queue of messages: a list, `down` at will."""

    def __init__(self) -> None:
        self.down = False
        self.messages: list[dict[str, Any]] = []
        self.delays: list[int] = []

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        if self.down:
            raise Unavailable("the queue is down")
        self.messages.append(message)
        self.delays.append(delay_seconds)
