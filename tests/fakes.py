"""Ports kept in memory, which behave as the real ones do: `tests/contracts/` holds both to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zlib import crc32

from chalicelib.calls import keys, search
from chalicelib.calls.exports import LEASE, Export
from chalicelib.calls.facts import facts_of
from chalicelib.calls.summary import call_of
from chalicelib.directory import ports
from chalicelib.ivr.flow import restore
from chalicelib.ivr.packing import must_fit, packed
from chalicelib.ivr.published import Draft, FlowHeader, Published, VersionHeader, name_of
from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Stale, Unavailable
from chalicelib.runtime.gateway import CarrierNumber
from chalicelib.tracking.sources import Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from chalicelib.calls.call import Call, CallQuery, CallRef, Page
    from chalicelib.calls.events import Event
    from chalicelib.calls.summary import Summary
    from chalicelib.directory.accounts import Account
    from chalicelib.directory.keys import Key
    from chalicelib.directory.lines import Line
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Document
    from chalicelib.runtime.gateway import CallOrder, CarrierCall, WebhookUrls
    from chalicelib.tracking.counting import Counted
    from chalicelib.tracking.sources import Source

ItemT = TypeVar("ItemT")


# --- calls -----------------------------------------------------------------------------------


class CallLogInMemory:
    """The `CallLog` port. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self._rows: dict[str, dict[str, Any]] = {}
        self._events: dict[str, dict[str, Event]] = {}

    def append(self, ref: CallRef, event: Event) -> bool:
        self._answer()
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
            row |= {"rank": facts.outcome.rank, "outcome": facts.outcome.value}
            row["outcome_pk"] = keys.outcome_key(ref, facts.outcome)
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

    def put(self, ref: CallRef, *events: Event) -> None:
        if self.down:
            raise Unavailable("the queue is down")
        self.kept += [(ref, event) for event in events]


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

    def put(self, message: dict[str, Any]) -> None:
        if self.down:
            raise Unavailable("the queue is down")
        self.messages.append(message)


# --- directory -------------------------------------------------------------------------------


class DirectoryInMemory:
    """Every port of the directory. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self.copies = 0  # how many lines were told of their account
        self._accounts: dict[str, Account] = {}
        self._keys: dict[str, Key] = {}
        self._lines: dict[str, Line] = {}
        self._first: str | None = None

    def account(self, account_id: str) -> Account:
        return self._found(self._accounts, account_id)

    def clients(self, agency_id: str, limit: int, after: str | None = None) -> ports.Page[Account]:
        mine = {a.id: a for a in self._accounts.values() if a.parent_id == agency_id}
        return self._page(mine, limit, after)

    def add_account(self, account: Account) -> Account:
        self._answer()
        if account.id in self._accounts:
            raise Conflict("taken")
        self._accounts[account.id] = replace(account, version=1)
        return self._accounts[account.id]

    def save_account(self, account: Account) -> Account:
        self._check(self._accounts, account.id, account.version)
        self._accounts[account.id] = replace(account, version=account.version + 1)
        return self._accounts[account.id]

    def key(self, key_id: str) -> Key:
        return self._found(self._keys, key_id)

    def keys(self, account_id: str, limit: int, after: str | None = None) -> ports.Page[Key]:
        mine = {k.id: k for k in self._keys.values() if k.account_id == account_id}
        return self._page(mine, limit, after)

    def add_key(self, key: Key) -> None:
        self._answer()
        if key.id in self._keys:
            raise Conflict("taken")
        self._keys[key.id] = key

    def revoke_key(self, key: Key) -> None:
        if key.revoked_at is not None:
            self._keys[key.id] = self.key(key.id).revoked(key.revoked_at)

    def line(self, number: str) -> Line:
        return self._found(self._lines, number)

    def lines(self, account_id: str, limit: int, after: str | None = None) -> ports.Page[Line]:
        mine = {n: each for n, each in self._lines.items() if each.account_id == account_id}
        return self._page(mine, limit, after)

    def put_line(self, line: Line, account: Account) -> Line:
        self._answer()
        stored, known = self._accounts[account.id], self._lines.get(line.number)
        same = known.version == line.version if known else line.version == 0
        if not (same and stored.active and stored.version == account.version):
            raise Conflict("changed meanwhile")
        self._lines[line.number] = replace(
            line, account_active=True, log_shards=account.log_shards, version=line.version + 1
        )
        return self._lines[line.number]

    def save_line(self, line: Line) -> Line:
        self._check(self._lines, line.number, line.version)
        copied = self._lines[line.number]
        stored = replace(line, version=line.version + 1)
        self._lines[line.number] = replace(
            stored, account_active=copied.account_active, log_shards=copied.log_shards
        )
        return stored

    def drop_line(self, line: Line) -> None:
        self._check(self._lines, line.number, line.version)
        del self._lines[line.number]

    def copy_account(self, account: Account, line: Line) -> None:
        self._answer()
        known = self._lines.get(line.number)
        if known is not None and known.account_id == account.id:
            self.copies += 1
            self._lines[line.number] = replace(
                known, account_active=account.active, log_shards=account.log_shards
            )

    def founded(self) -> str | None:
        self._answer()
        return self._first

    def found(self, account: Account, key: Key) -> None:
        if self.founded() is not None:
            raise Conflict("there is one")
        self.add_account(account)
        self.add_key(key)
        self._first = account.id

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the directory is down")

    def _found(self, kept: Mapping[str, ItemT], item_id: str) -> ItemT:
        self._answer()
        if item_id not in kept:
            raise NotFound("no such row")
        return kept[item_id]

    def _check(self, kept: Mapping[str, Account | Line], item_id: str, version: int) -> None:
        self._answer()
        if item_id not in kept or kept[item_id].version != version:
            raise Stale("changed meanwhile")

    def _page(self, mine: Mapping[str, ItemT], limit: int, after: str | None) -> ports.Page[ItemT]:
        self._answer()
        ids = sorted(each for each in mine if after is None or each > after)
        more = ids[limit - 1] if len(ids) > limit else None
        return ports.Page(tuple(mine[each] for each in ids[:limit]), more)


class CarrierInMemory:
    """The `SellsNumbers` port: what we hold, where it points, and what was spent.

    `lose_answer = True` buys the next number and then fails, as a slow REST API does.
    """

    def __init__(self, *, held: Iterable[str] = (), sold_out: Iterable[str] = ()) -> None:
        self.down = False
        self.lose_answer = False
        self.bought: list[str] = []
        self.pointed: dict[str, str | None] = {}
        self.held = {number: f"PN{number}" for number in held}
        self._sold_out = set(sold_out)

    def owned(self, number: str | None = None) -> Iterator[ports.Held]:
        self._answer()
        for each, carrier_id in list(self.held.items()):
            if number in (None, each):
                yield ports.Held(each, carrier_id)

    def buy(self, number: str, fallback: str | None) -> ports.Held:
        self._answer()
        if number in self._sold_out:
            raise Rejected("not for sale")
        if number not in self.held:
            self.held[number] = f"PN{number}"
            self.bought.append(number)
        self.point(self.held[number], fallback)
        if self.lose_answer:
            self.lose_answer = False
            raise Unavailable("no answer")
        return ports.Held(number, self.held[number])

    def point(self, carrier_id: str, fallback: str | None) -> None:
        self._answer()
        self.pointed[carrier_id] = fallback

    def release(self, carrier_id: str) -> None:
        self._answer()
        self.held = {n: each for n, each in self.held.items() if each != carrier_id}

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the carrier is down")


class CarrierOfUrls:
    """The `Carrier` port of `runtime.gateway`, as far as numbers go."""

    def __init__(self, *, for_sale: Iterable[str] = (), down: bool = False) -> None:
        self.for_sale = tuple(for_sale)
        self.down = down
        self.heard: list[WebhookUrls] = []
        self._held: dict[str, CarrierNumber] = {}

    def search(self, kind: str, contains: str | None, limit: int) -> list[CarrierNumber]:
        self._answer()
        found = [number for number in self.for_sale if (contains or "").strip("*") in number]
        return [CarrierNumber(number=number) for number in found[:limit]]

    def owned(self, number: str | None = None) -> Iterator[CarrierNumber]:
        self._answer()
        yield from [each for each in self._held.values() if number in (None, each.number)]

    def buy(self, number: str, urls: WebhookUrls) -> CarrierNumber:
        self._answer()
        self.heard.append(urls)
        return self._held.setdefault(number, CarrierNumber(number, carrier_id=f"PN{number}"))

    def point(self, carrier_id: str, urls: WebhookUrls) -> None:
        self._answer()
        self.heard.append(urls)

    def release(self, carrier_id: str) -> None:
        self._answer()
        self._held = {n: each for n, each in self._held.items() if each.carrier_id != carrier_id}

    def place_call(self, order: CallOrder, *, retry: bool = False) -> CarrierCall:
        raise NotFound("no calls here", to=order.to)

    def call(self, call_id: str) -> CarrierCall:
        raise NotFound("no calls here", call_id=call_id)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the carrier is down")


# --- ivr ---------------------------------------------------------------------------------------


class FlowsInMemory:
    """The `Flows` and `Drafts` ports. `down = True` makes both unavailable."""

    def __init__(self) -> None:
        self.down = False
        self._drafts: dict[str, Draft] = {}
        self._versions: dict[tuple[str, int], Document] = {}

    def published(self, flow_id: str) -> Published:
        self._answer()
        draft = self._drafts.get(flow_id)
        if draft is None or draft.header.published_version is None:
            raise NotFound("no version of the flow is published")
        version = draft.header.published_version
        return Published(
            flow_id=flow_id,
            account_id=draft.header.account_id,
            version=version,
            flow=self.version(flow_id, version),
        )

    def version(self, flow_id: str, version: int) -> Flow:
        self._answer()
        if (flow_id, version) not in self._versions:
            raise NotFound("no such version")
        return restore(self._versions[flow_id, version])

    def create(self, account_id: str, flow_id: str, document: Document, now: datetime) -> Draft:
        self._answer()
        packed(document)
        if flow_id in self._drafts:
            raise Conflict("there is a flow of that id")
        header = FlowHeader(
            flow_id=flow_id,
            account_id=account_id,
            name=name_of(document),
            revision=1,
            created_at=now,
            updated_at=now,
        )
        return self._keep(Draft(header=header, document=document))

    def draft(self, account_id: str, flow_id: str) -> Draft:
        self._answer()
        draft = self._drafts.get(flow_id)
        if draft is None or draft.header.account_id != account_id:
            raise NotFound("no such flow")
        return draft

    def replace(self, header: FlowHeader, document: Document, now: datetime) -> Draft:
        self._answer()
        packed(document)
        if self._drafts[header.flow_id].header != header:
            raise Stale("the draft was changed meanwhile")
        changed = replace(
            header, name=name_of(document), revision=header.revision + 1, updated_at=now
        )
        return self._keep(Draft(header=changed, document=document))

    def publish(self, header: FlowHeader, document: Document, now: datetime) -> VersionHeader:
        self._answer()
        must_fit(packed(document), packed(document))
        if self._drafts[header.flow_id].header != header:
            raise Conflict("the flow was changed meanwhile")
        version = (header.published_version or 0) + 1
        self._versions[header.flow_id, version] = document
        published = replace(
            header,
            published_version=version,
            published_revision=header.revision,
            published_at=now,
        )
        self._keep(Draft(header=published, document=document))
        return VersionHeader(flow_id=header.flow_id, version=version, published_at=now)

    def _keep(self, draft: Draft) -> Draft:
        self._drafts[draft.header.flow_id] = draft
        return draft

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the table is down")


# --- tracking --------------------------------------------------------------------------------


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

    def count(self, counted: Counted, log_shards: int) -> None:
        self._answer()
        shard = crc32(counted.call_id.encode()) % log_shards
        rows = self._counted.setdefault((counted.account_id, counted.day, shard), {})
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
