"""An import: a list's file of any size on its way into contacts. Values only.

It is worked off in pieces by workers that may stop, crash or start twice: what one has saved here
is all that the next one needs. `rows` is where it goes on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.contacts.files import Form
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

# A Lambda function lives fifteen minutes at most, so a worker silent for longer is dead.
LEASE: Final = timedelta(minutes=15)
MAX_ATTEMPTS: Final = 5  # in a row without progress; the queue gives up after as many
KEPT: Final = timedelta(days=90)  # what is said of an import; files go after a week


class ImportStatus(StrEnum):
    """How far an import has come."""

    AWAITING_FILE = "awaiting_file"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


_OVER: Final = frozenset({ImportStatus.DONE, ImportStatus.CANCELLED, ImportStatus.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of rows: `rows` are all others but the remarks, which are of rows kept."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    merged: int = 0
    refused: int = 0
    remarks: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import. `counts` is the checkpoint; `parts` are where rows were refused, by the row that
    their piece began at. `attempts` counts workers that started since the last progress.
    """

    import_id: str
    account_id: str
    list_id: str
    name: str
    country: str
    requested_at: datetime
    status: ImportStatus = ImportStatus.AWAITING_FILE
    language: str = "fr"
    form: Form | None = None
    mapping: tuple[str, ...] = ()
    version: str = ""  # of the file, as the bucket tells it
    total: int | None = None
    counts: Counts = field(default_factory=Counts)
    parts: tuple[int, ...] = ()
    reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    stopping: bool = False  # somebody cancelled it: kept beside the rest, which a worker writes

    @property
    def over(self) -> bool:
        """Say whether nothing is left to do."""
        return self.status in _OVER

    @property
    def key(self) -> str:
        """Return the name of the file that the customer puts."""
        return f"lists/{self.account_id}/{self.import_id}/file"

    @property
    def refused_key(self) -> str:
        """Return the name of the file of refused rows."""
        return f"lists/{self.account_id}/{self.import_id}/refused.csv"

    def part_key(self, row: int) -> str:
        """Return where a piece's refused rows are put aside."""
        return f"lists/{self.account_id}/{self.import_id}/refused-{row}"


def begun(
    waiting: Import, form: Form, mapping: tuple[str, ...], version: str, now: datetime
) -> Import:
    """Return an import whose file is there and understood. Raises Rejected if it went on before."""
    if waiting.status is not ImportStatus.AWAITING_FILE:
        fault = Fault("/status", f"it is {waiting.status} already")
        raise Rejected("the import was started before", faults=(fault,))
    return replace(
        waiting,
        form=form,
        mapping=mapping,
        version=version,
        status=ImportStatus.QUEUED,
        started_at=now,
    )


def to_document(known: Import) -> dict[str, Any]:
    """Write an import as plain JSON values; `attempts` and `stopping` are no part of it."""
    values = asdict(known)
    del values["attempts"], values["stopping"]
    moments = ("requested_at", "started_at", "ended_at")
    return values | {name: _written(values[name]) for name in moments}


def from_document(document: dict[str, Any], attempts: int, *, stopping: bool) -> Import:
    """Read what `to_document` wrote."""
    values = {**document, "attempts": attempts, "stopping": stopping}
    there = {name: value for name, value in values.items() if value is not None}
    read = {name: reader(there[name]) for name, reader in _READERS.items() if name in there}
    return Import(**{**values, **read})


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _form(values: dict[str, Any]) -> Form:
    return Form(**{**values, "titles": tuple(values["titles"])})


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "requested_at": datetime.fromisoformat,
    "started_at": datetime.fromisoformat,
    "ended_at": datetime.fromisoformat,
    "status": ImportStatus,
    "form": _form,
    "mapping": tuple,
    "parts": tuple,
    "counts": lambda values: Counts(**values),
}
