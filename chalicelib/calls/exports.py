"""An export: a list of calls of any size on its way into a file. Values only.

It is written part by part by workers that may stop, crash or start twice: what one has saved here
is all the next one needs to go on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.call import CallQuery, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable

# A Lambda function lives fifteen minutes at most, so a worker silent for longer is dead.
LEASE: Final = timedelta(minutes=15)

MAX_ATTEMPTS: Final = 5  # in a row without progress; the queue gives up after as many


class ExportStatus(StrEnum):
    """How far an export has come."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHING = "finishing"  # every part is stored; the file is being put together
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export. `position` to `tail` are the checkpoint: rows up to `position` are safe.

    `parts` are the tags of the parts stored so far. `tail` says that rows too few for a part
    were put aside. `attempts` counts workers that started since the last progress.
    """

    export_id: str
    account_id: str
    query: CallQuery
    separator: str
    requested_at: datetime
    status: ExportStatus = ExportStatus.QUEUED
    rows: int = 0
    position: str | None = None
    upload_id: str | None = None
    parts: tuple[str, ...] = ()
    tail: bool = False
    reason: str | None = None
    ended_at: datetime | None = None
    attempts: int = 0

    @property
    def over(self) -> bool:
        """Say whether nothing is left to do."""
        return self.status in (ExportStatus.DONE, ExportStatus.FAILED)

    @property
    def key(self) -> str:
        """Return the name of the file."""
        return f"exports/{self.account_id}/{self.export_id}.csv"

    @property
    def tail_key(self) -> str:
        """Return where rows too few for a part are put aside: another place at each checkpoint."""
        return f"{self.key}.tail-{self.rows}"


def ordered(query: CallQuery, requested_at: datetime) -> CallQuery:
    """Return the query in a file's order, closed at the request: later calls are not in it."""
    until = min(query.until, requested_at) if query.until else requested_at
    return replace(query, until=until, newest_first=False)


def to_document(export: Export) -> dict[str, Any]:
    """Write an export as plain JSON values; `attempts` is not part of it."""
    values = {name: getattr(export, name) for name in _FIELDS}
    values["query"] = {name: getattr(export.query, name) for name in _QUERY_FIELDS}
    return _plain(values)


def from_document(document: dict[str, Any], attempts: int) -> Export:
    """Read what `to_document` wrote."""
    values = {**document, "attempts": attempts, "parts": tuple(document["parts"])}
    values["query"] = CallQuery(**_read(document["query"], _QUERY_READERS))
    return Export(**_read(values, _READERS))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _plain(value)
        if isinstance(value, dict)
        else value.isoformat()
        if isinstance(value, datetime)
        else value
        for name, value in values.items()
    }


def _read(values: dict[str, Any], readers: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {
        name: readers[name](value) if value is not None and name in readers else value
        for name, value in values.items()
    }


_FIELDS: Final = tuple(name for name in Export.__dataclass_fields__ if name != "attempts")
_QUERY_FIELDS: Final = tuple(CallQuery.__dataclass_fields__)
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "requested_at": datetime.fromisoformat,
    "ended_at": datetime.fromisoformat,
    "status": ExportStatus,
}
_QUERY_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "since": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "outcome": Outcome,
    "state": State,
}
