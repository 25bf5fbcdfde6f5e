"""Contacts, their lists and imports, in memory."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.contacts.imports import LEASE, Import, ImportStatus
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Stale

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.contacts.pieces import Change


class ContactsInMemory:
    """The ports `Contacts`, `Lists` and `People`."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Contact] = {}
        self.gone: dict[tuple[str, str], datetime] = {}
        self.lists: dict[str, ContactList] = {}
        self.mappings: dict[tuple[str, str], tuple[str, ...]] = {}

    def known(self, account_id: str, list_id: str, ids: Collection[str]) -> dict[str, Contact]:
        keys = {each: (account_id, list_id, each) for each in ids}
        return {each: self.kept[key] for each, key in keys.items() if key in self.kept}

    def erased(self, account_id: str, ids: Collection[str]) -> set[str]:
        return {each for each in ids if (account_id, each) in self.gone}

    def swap(self, changes: Iterable[Change]) -> set[str]:
        lost = set()
        for older, each in changes:
            key = each.account_id, each.list_id, each.id
            there = self.kept.get(key)
            if (there and there.updated_at) == (older and older.updated_at):
                self.kept[key] = each
            else:
                lost.add(each.id)
        return lost

    def drop(self, contacts: Iterable[Contact]) -> None:
        for each in contacts:
            self.kept.pop((each.account_id, each.list_id, each.id), None)

    def of_person(self, account_id: str, person: str) -> Iterator[Contact]:
        mine = (each for each in self.kept.values() if each.account_id == account_id)
        found = [each for each in mine if person in (each.id, *each.others)]
        yield from sorted(found, key=lambda each: each.id != person)

    def mark_erased(self, account_id: str, people: Collection[str], now: datetime) -> None:
        for each in people:
            self.gone[account_id, each] = now

    def page(self, known: ContactList, limit: int, after: str | None = None) -> Page[Contact]:
        wanted = (known.account_id, known.id)
        mine = sorted(key[2] for key in self.kept if key[:2] == wanted)
        left = [each for each in mine if after is None or each > after]
        items = tuple(self.kept[(*wanted, each)] for each in left[:limit])
        return Page(items, items[-1].id if len(left) > limit else None)

    def create_list(self, new: ContactList) -> None:
        self.lists[new.id] = new

    def list(self, account_id: str, list_id: str) -> ContactList:
        known = self.lists.get(list_id)
        if known is None or known.account_id != account_id:
            raise NotFound("no such list", list_id=list_id)
        return known

    def all_lists(self, account_id: str) -> Sequence[ContactList]:
        return [each for each in self.lists.values() if each.account_id == account_id]

    def save_list(self, known: ContactList) -> ContactList:
        if self.list(known.account_id, known.id).version != known.version:
            raise Stale("changed meanwhile")
        self.lists[known.id] = replace(known, version=known.version + 1)
        return self.lists[known.id]

    def delete_list(self, known: ContactList) -> None:
        self.lists.pop(known.id, None)

    def mapping(self, account_id: str, signature: str) -> tuple[str, ...] | None:
        return self.mappings.get((account_id, signature))

    def remember(self, account_id: str, signature: str, mapping: Sequence[str]) -> None:
        self.mappings[account_id, signature] = tuple(mapping)


class ImportsInMemory:
    """The port `Imports`."""

    def __init__(self) -> None:
        self._imports: dict[str, Import] = {}
        self._held: dict[str, tuple[str, datetime | None]] = {}

    def create(self, new: Import) -> None:
        self._imports[new.import_id] = new

    def load(self, account_id: str, import_id: str) -> Import:
        known = self._imports.get(import_id)
        if known is None or known.account_id != account_id:
            raise NotFound("no such import", import_id=import_id)
        return known

    def page(self, account_id: str, limit: int, after: str | None = None) -> Page[Import]:
        mine = [each for each in self._imports.values() if each.account_id == account_id]
        key = {f"{each.requested_at.isoformat()}#{each.import_id}": each for each in mine}
        left = [each for each in sorted(key, reverse=True) if after is None or each < after]
        more = len(left) > limit
        return Page(tuple(key[each] for each in left[:limit]), left[limit - 1] if more else None)

    def begin(self, started: Import) -> None:
        known = self.load(started.account_id, started.import_id)
        if known.status is not ImportStatus.AWAITING_FILE or known.stopping:
            raise Conflict("it was started before")
        self._imports[started.import_id] = started

    def claim(self, import_id: str, lease: str, now: datetime) -> Import:
        holder, until = self._held.get(import_id, ("", None))
        held = until is not None and until >= now and holder != lease
        if held or import_id not in self._imports:
            raise Conflict("another worker has it", import_id=import_id)
        known = self._imports[import_id]
        self._imports[import_id] = replace(known, attempts=known.attempts + 1)
        self._held[import_id] = (lease, now + LEASE)
        return self._imports[import_id]

    def save(self, known: Import, lease: str, now: datetime, *, release: bool = False) -> bool:
        if self._held.get(known.import_id, ("", None))[0] != lease:
            raise Conflict("another worker took it", import_id=known.import_id)
        stopping = self._imports[known.import_id].stopping
        self._imports[known.import_id] = replace(known, stopping=stopping)
        self._held[known.import_id] = (lease, None if release else now + LEASE)
        return stopping

    def release(self, import_id: str, lease: str) -> None:
        if self._held.get(import_id, ("", None))[0] == lease:
            self._held[import_id] = (lease, None)

    def stop(self, account_id: str, import_id: str) -> Import:
        known = replace(self.load(account_id, import_id), stopping=True)
        self._imports[import_id] = known
        return known


class ListFilesInMemory:
    """The port `Files` of imports. `versions` change when a file is put again."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def fetch(self, key: str, version: str) -> Iterator[io.BytesIO]:
        if version and version != self.version(key):
            fault = Fault("/file", "the file is another one by now")
            raise Rejected("the file was changed", faults=(fault,))
        yield io.BytesIO(self.files[key])

    def version(self, key: str) -> str:
        return str(hash(self.files[key]))

    def put(self, key: str, data: bytes) -> None:
        self.files[key] = data

    def join(self, key: str, parts: Iterable[str], heading: bytes) -> None:
        self.files[key] = heading + b"".join(self.files[each] for each in parts)


class Cut(Exception):
    """A worker was killed."""


class Cutting:
    """A port whose every call may be the last: before it is carried out, or after."""

    def __init__(self, port: Any, cut: Callable[[], None]) -> None:
        self._port, self._cut = port, cut

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def cut_around(*args: Any, **kwargs: Any) -> Any:
            self._cut()
            done = call(*args, **kwargs)
            self._cut()
            return done

        return cut_around


__all__ = ["ContactsInMemory", "Cut", "Cutting", "ImportsInMemory", "ListFilesInMemory"]
