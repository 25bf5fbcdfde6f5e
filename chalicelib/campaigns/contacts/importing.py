"""Working an import off: piece by piece, with a checkpoint after each.

A worker holds the import by a lease and saves only while it does, so that a message delivered
twice costs time and never a row. All rows are counted before the first is kept: a file that is
broken at its end changes nothing. Running out of time is no failure: the next worker goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from chalicelib.campaigns.contacts import files, pieces, refused
from chalicelib.campaigns.contacts.files import MOST_ROWS, Form
from chalicelib.campaigns.contacts.imports import MAX_ATTEMPTS, Import, ImportStatus
from chalicelib.campaigns.contacts.numbers import Numbers
from chalicelib.campaigns.contacts.reading import Reader
from chalicelib.kernel.errors import Fault, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from chalicelib.campaigns.contacts.imports import Counts
    from chalicelib.campaigns.contacts.pieces import Contacts, Piece
    from chalicelib.campaigns.contacts.refusals import Refusal
    from chalicelib.campaigns.contacts.tables import Row

PIECE_ROWS: Final = 5_000
STOP_SECONDS: Final = 60.0  # left before the function is cut: time for a piece, and to say so
_TRIES: Final = 8


class Imports(Protocol):
    """Where imports are kept."""

    def create(self, new: Import) -> None:
        """Keep a new import."""

    def load(self, account_id: str, import_id: str) -> Import:
        """Return an import. Raises NotFound, also for another account's."""

    def begin(self, started: Import) -> None:
        """Keep an import whose file is there. Raises Conflict if it was started before."""

    def claim(self, import_id: str, lease: str, now: datetime) -> Import:
        """Take an import for this worker, and count the attempt. Raises Conflict if it is held."""

    def save(self, known: Import, lease: str, now: datetime, *, release: bool = False) -> bool:
        """Keep a checkpoint and renew the lease; say whether somebody cancelled it meanwhile.

        Raises Conflict if the lease was lost.
        """

    def release(self, import_id: str, lease: str) -> None:
        """Let the next worker have it."""

    def stop(self, account_id: str, import_id: str) -> Import:
        """Have an import cancelled, as soon as its worker looks up. Raises NotFound."""


class Files(Protocol):
    """Where files are kept."""

    def fetch(self, key: str, version: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file as it was when it was looked at. Raises Rejected if it is another by now."""

    def put(self, key: str, data: bytes) -> None:
        """Keep something small."""

    def join(self, key: str, parts: Iterable[str], heading: bytes) -> None:
        """Put files together under one name, behind a heading. Doing it again replaces it."""


class Messages(Protocol):
    """A queue."""

    def put(self, message: dict[str, Any]) -> None:
        """Send a message. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that a worker needs. `lease` is its own name; `seconds_left` is its time to live;
    `hashing` makes an account's hash of numbers; `listed` says whether a list is still there;
    `pause` waits a moment before another attempt, longer each time.
    """

    imports: Imports
    files: Files
    contacts: Contacts
    queue: Messages
    hashing: Callable[[str], Callable[[str], str]]
    listed: Callable[[str, str], bool]
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float]
    lease: str
    pause: Callable[[int], None]
    piece_rows: int = PIECE_ROWS


def message_for(known: Import) -> dict[str, Any]:
    """Return the message that has an import worked off, or gone on with."""
    return {"account_id": known.account_id, "import_id": known.import_id}


def go_on(known: Import, desk: Desk) -> None:
    """Work a claimed import off to its end, or until time runs short and the queue has the rest."""
    if known.stopping:
        _end(known, ImportStatus.CANCELLED, desk)
        return
    with desk.files.fetch(known.key, known.version) as stream:
        form = known.form or Form("csv")
        if known.total is None:
            total = sum(1 for _ in islice(files.rows(stream, form), MOST_ROWS + 1))
            if total > MOST_ROWS:
                reason = f"over {MOST_ROWS} rows: cut it into several files"
                raise Rejected("the file is too long", faults=(Fault("/file", reason),))
            known = replace(known, total=total, status=ImportStatus.RUNNING)
            known = _saved(known, desk)
        rows = files.rows(stream, form, skip=known.counts.rows)
        ended = _work(known, rows, desk)
    if ended is not None:
        _end(ended, ImportStatus.CANCELLED if ended.stopping else ImportStatus.DONE, desk)


def give_up(known: Import, error: Exception, desk: Desk) -> bool:
    """After a failure, fail an import that was tried often enough. Return False to try again.

    `known` is the last saved. If this worker got further than the one before, a fresh message
    starts the queue's count of deliveries again, as ours has.
    """
    if known.attempts < MAX_ATTEMPTS and not isinstance(error, Rejected):
        desk.imports.release(known.import_id, desk.lease)
        if known.attempts == 0:
            desk.queue.put(message_for(known))
        return known.attempts == 0
    _end(known, ImportStatus.FAILED, desk, reason=_reason_of(error))
    return True


def _work(known: Import, rows: Iterator[Row], desk: Desk) -> Import | None:
    """Work pieces off until the last, or somebody cancels; None if time ran short."""
    told: list[Refusal] = []
    form = known.form or Form("csv")
    reader = Reader(
        form.titles, known.mapping, Numbers(known.country), told.append, padded=form.padded
    )
    hashed = desk.hashing(known.account_id)
    while not known.stopping:
        now = desk.clock()
        piece = pieces.read(islice(rows, desk.piece_rows), known, reader, told, hashed, now)
        if not piece.rows:
            return known
        counts = _kept(piece, known, desk)
        if not desk.listed(known.account_id, known.list_id):
            desk.contacts.drop(piece.kept.values())
            fault = Fault("/list_id", "the list was deleted meanwhile")
            raise Rejected("the import has no list", faults=(fault,))
        if piece.refused:
            lines = refused.lines(piece.refused, known.language, len(known.mapping))
            desk.files.put(known.part_key(piece.first), lines)
            known = replace(known, parts=(*known.parts, piece.first))
        known = replace(known, counts=known.counts + counts, attempts=0)
        known = _saved(known, desk)
        rest = known.counts.rows < (known.total or 0) and not known.stopping
        if rest and desk.seconds_left() < STOP_SECONDS:
            desk.imports.release(known.import_id, desk.lease)
            desk.queue.put(message_for(known))
            return None
    return known


def _kept(piece: Piece, known: Import, desk: Desk) -> Counts:
    """Keep a piece, patiently: a busy table takes the rest of it in a moment."""
    for attempt in range(1, _TRIES):
        try:
            return pieces.keep(piece, known, desk.contacts)
        except Unavailable:
            desk.pause(attempt)
    return pieces.keep(piece, known, desk.contacts)


def _end(known: Import, status: ImportStatus, desk: Desk, reason: str | None = None) -> None:
    """Put what was refused together, then say that it is over."""
    if known.parts:
        titles = known.form.titles if known.form else ()
        heading = refused.heading(titles, known.language)
        desk.files.join(known.refused_key, map(known.part_key, known.parts), heading)
    ended = replace(known, status=status, ended_at=desk.clock(), reason=reason)
    desk.imports.save(ended, desk.lease, desk.clock(), release=True)


def _saved(known: Import, desk: Desk) -> Import:
    stopping = desk.imports.save(known, desk.lease, desk.clock())
    return replace(known, stopping=stopping)


def _reason_of(error: Exception) -> str:
    if isinstance(error, Rejected):
        return "; ".join(each.reason for each in error.faults) or error.message
    return type(error).__name__
