"""Writing an export: pages of the log become parts of a file, with a checkpoint at each part.

A worker holds the export by a lease and saves only while it does, so that a message delivered
twice costs time and never a row. Running out of time is no failure: the next worker goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.calls.exports import MAX_ATTEMPTS, Export, ExportStatus, ordered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.calls.call import Call, CallQuery
    from chalicelib.calls.usecases import CallLog

PART_BYTES: Final = 5 * 1024 * 1024  # S3 takes no smaller part, but for the last one
PAGE_ROWS: Final = 1_000
STOP_SECONDS: Final = 20.0  # left before the function is cut: time to put rows aside and say so


class Exports(Protocol):
    """Where exports are kept."""

    def create(self, export: Export) -> None:
        """Keep a new export."""

    def load(self, account_id: str, export_id: str) -> Export:
        """Return an export. Raises NotFound, also for another account's."""

    def claim(self, export_id: str, lease: str, now: datetime) -> Export:
        """Take an export for this worker, and count the attempt. Raises Conflict if it is held."""

    def save(self, export: Export, lease: str, now: datetime, *, release: bool = False) -> None:
        """Keep a checkpoint and renew the lease. Raises Conflict if it was lost."""

    def release(self, export_id: str, lease: str) -> None:
        """Let the next worker have it."""


class Files(Protocol):
    """Where files are written: in parts, put together at the end."""

    def begin(self, key: str) -> str:
        """Open an upload and return its id."""

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> str:
        """Store a part (numbers start at 1) and return its tag; again replaces it."""

    def finish(self, key: str, upload_id: str, tags: tuple[str, ...]) -> None:
        """Put the parts together. Doing it twice is no error."""

    def abort(self, key: str, upload_id: str) -> None:
        """Throw the parts away. Doing it twice is no error."""

    def put(self, key: str, data: bytes) -> None:
        """Keep something small."""

    def get(self, key: str) -> bytes:
        """Return what `put` kept."""


class Document(Protocol):
    """How calls are written."""

    def header(self) -> bytes:
        """Return what a file begins with."""

    def lines(self, calls: Iterable[Call]) -> bytes:
        """Return calls as lines."""


class Messages(Protocol):
    """A queue."""

    def put(self, message: dict[str, Any]) -> None:
        """Send a message. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a worker needs. `lease` is its own name; `seconds_left` is its time to live."""

    log: CallLog
    exports: Exports
    files: Files
    queue: Messages
    document: Callable[[Export], Document]
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float]
    lease: str
    part_bytes: int = PART_BYTES
    page_rows: int = PAGE_ROWS


def request_export(
    query: CallQuery,
    *,
    export_id: str,
    separator: str,
    now: datetime,
    exports: Exports,
    queue: Messages,
) -> Export:
    """Keep an export of a query, and have it written."""
    export = Export(
        export_id=export_id,
        account_id=query.account_id,
        query=ordered(query, now),
        separator=separator,
        requested_at=now,
    )
    exports.create(export)
    queue.put(message_for(export))
    return export


def message_for(export: Export) -> dict[str, Any]:
    """Return the message that has an export written, or gone on with."""
    return {"account_id": export.account_id, "export_id": export.export_id}


def go_on(export: Export, desk: Desk) -> None:
    """Write a claimed export to its end, or until time runs short and the queue has the rest."""
    if export.status is not ExportStatus.FINISHING:
        export, rest = _write(_begun(export, desk), desk)
        if rest is None:
            return
        export = replace(_with_part(export, rest, desk), status=ExportStatus.FINISHING)
        _save(export, desk)
    desk.files.finish(export.key, export.upload_id or "", export.parts)
    _save(replace(export, status=ExportStatus.DONE, ended_at=desk.clock()), desk)


def give_up(export: Export, error: Exception, desk: Desk) -> bool:
    """After a failure, fail an export that was tried often enough. Return False to try again.

    `export` is the last saved. If this worker got further than the one before, a fresh message
    starts the queue's count of deliveries again, as ours has.
    """
    if export.attempts < MAX_ATTEMPTS:
        desk.exports.release(export.export_id, desk.lease)
        if export.attempts == 0:
            desk.queue.put(message_for(export))
        return export.attempts == 0
    if export.upload_id is not None:
        desk.files.abort(export.key, export.upload_id)
    reason = type(error).__name__
    failed = replace(
        export, status=ExportStatus.FAILED, reason=reason, ended_at=desk.clock(), parts=()
    )
    desk.exports.save(failed, desk.lease, desk.clock(), release=True)
    return True


def _begun(export: Export, desk: Desk) -> Export:
    if export.upload_id is not None:
        return export
    upload_id = desk.files.begin(export.key)
    begun = replace(export, upload_id=upload_id, status=ExportStatus.RUNNING)
    _save(begun, desk)
    return begun


def _write(export: Export, desk: Desk) -> tuple[Export, bytes | None]:
    """Write pages until the last: return the rows of no part yet, or None if time ran short."""
    document = desk.document(export)
    rows = _put_aside(export, document, desk)
    while True:
        page = desk.log.page(export.query, desk.page_rows, export.position)
        rows += document.lines(page.calls)
        export = replace(export, position=page.next, rows=export.rows + len(page.calls))
        if page.next is None:
            return export, rows
        if len(rows) >= desk.part_bytes:
            export, rows = _with_part(export, rows, desk), b""
            _save(export, desk)
        if desk.seconds_left() < STOP_SECONDS:
            _stop(export, rows, desk)
            return export, None


def _put_aside(export: Export, document: Document, desk: Desk) -> bytes:
    if export.tail:
        return desk.files.get(export.tail_key)
    return b"" if export.parts else document.header()


def _with_part(export: Export, data: bytes, desk: Desk) -> Export:
    """Store a part: at least one, since a file of none cannot be put together."""
    if export.parts and not data:
        return replace(export, tail=False, attempts=0)
    number = len(export.parts) + 1
    tag = desk.files.put_part(export.key, export.upload_id or "", number, data)
    return replace(export, parts=(*export.parts, tag), tail=False, attempts=0)


def _stop(export: Export, rows: bytes, desk: Desk) -> None:
    """Put the rows aside before the checkpoint that counts them; only then call the next worker."""
    stopped = replace(export, tail=True, attempts=0)
    desk.files.put(stopped.tail_key, rows)
    desk.exports.save(stopped, desk.lease, desk.clock(), release=True)
    desk.queue.put(message_for(stopped))


def _save(export: Export, desk: Desk) -> None:
    desk.exports.save(export, desk.lease, desk.clock(), release=export.over)
