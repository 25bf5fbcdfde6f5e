"""The network's books: numbers, calls, recordings, messages, handsets; kept in SQLite if asked."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from local.phone.handsets import Handset
from local.phone.model import FINAL, Call, Message, Number, Recording, Status, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Kept = Call | Number | Recording | Message | Handset
K = TypeVar("K", bound=Kept)

_KINDS: dict[str, type[Kept]] = {
    "numbers": Number,
    "calls": Call,
    "recordings": Recording,
    "messages": Message,
    "handsets": Handset,
}


class Book:
    """Look things up by their identifier; `keep` writes a change down at once."""

    def __init__(self, directory: Path | None = None) -> None:
        self.numbers: dict[str, Number] = {}
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: dict[str, Message] = {}
        self.handsets: dict[str, Handset] = {}
        self._file = _opened(directory) if directory else None
        self._load()

    def keep(self, thing: Number | Call | Recording | Message) -> None:
        """Enter something new, or write down that it changed."""
        shelf = next(name for name, kind in _KINDS.items() if isinstance(thing, kind))
        getattr(self, shelf)[thing.sid] = thing
        self._write(shelf, thing.sid, thing)

    def keep_handset(self, number: str, handset: Handset) -> None:
        """Remember how the handset of a number behaves."""
        self.handsets[number] = handset
        self._write("handsets", number, handset)

    def drop(self, shelf: str, key: str) -> None:
        """Forget one thing."""
        getattr(self, shelf).pop(key, None)
        if self._file is not None:
            self._file.execute("DELETE FROM kept WHERE shelf = ? AND key = ?", (shelf, key))
            self._file.commit()

    def clear(self) -> None:
        """Forget everything."""
        for shelf in _KINDS:
            getattr(self, shelf).clear()
        if self._file is not None:
            self._file.execute("DELETE FROM kept")
            self._file.commit()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def owned(self, phone_number: str) -> Number | None:
        """Find a number bought on this network by the number itself."""
        return next((n for n in self.numbers.values() if n.phone_number == phone_number), None)

    def of_family(self, family: str) -> Iterator[Call]:
        """List the calls of one story, oldest first."""
        return (call for call in self.calls.values() if call.family == family)

    def _write(self, shelf: str, key: str, thing: Kept) -> None:
        if self._file is not None:
            text = json.dumps(to_json(thing), ensure_ascii=False)
            self._file.execute(
                "INSERT INTO kept (shelf, key, value) VALUES (?, ?, ?)"
                " ON CONFLICT (shelf, key) DO UPDATE SET value = excluded.value",
                (shelf, key, text),
            )
            self._file.commit()

    def _load(self) -> None:
        if self._file is None:
            return
        rows = self._file.execute("SELECT shelf, key, value FROM kept ORDER BY rowid").fetchall()
        for shelf, key, value in rows:
            getattr(self, shelf)[key] = from_json(_KINDS[shelf], json.loads(value))
        for call in self.calls.values():
            if call.status not in FINAL:  # cut off when the network was stopped
                call.status = Status.FAILED
                call.ended = call.ended or call.updated or call.created
                self.keep(call)


def _opened(directory: Path) -> sqlite3.Connection:
    directory.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(directory / "phone.sqlite", check_same_thread=False)
    # A call changes state a dozen times; a disk that is waited for each time would be heard.
    file.execute("PRAGMA synchronous = OFF")
    file.execute(
        "CREATE TABLE IF NOT EXISTS kept"
        " (shelf TEXT, key TEXT, value TEXT, PRIMARY KEY (shelf, key))"
    )
    return file


def to_json(value: Any) -> Any:
    """Turn one of our values into JSON's, field by field."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | frozenset):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    return value


def from_json(kind: type[K], data: dict[str, Any]) -> K:
    """Make one of our values from what `to_json` gave, without fields this version lacks."""
    if kind is Handset:
        return Handset.from_json(data)  # type: ignore[return-value]
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}
    return kind(**{name: _revived(hints[name], data[name]) for name in known & data.keys()})


def _revived(hint: Any, value: Any) -> Any:
    if hint is Status:
        return Status(value)
    if hint is Webhook:
        return Webhook(**value)
    if value is not None and "datetime" in str(hint):
        return datetime.fromisoformat(value).astimezone(UTC)
    return tuple(value) if isinstance(value, list) else value
