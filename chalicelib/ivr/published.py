"""A flow as it is kept: a draft that changes, and numbered versions that never do. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.nodes import Flow

    Document = dict[str, Any]

ItemT = TypeVar("ItemT")

LONGEST_DOCUMENT: Final = 350_000  # bytes of JSON
LONGEST_NAME: Final = 100


class DocumentTooLarge(Rejected):
    """The document would not fit into one row of the table."""

    code = "flow-too-large"

    def __init__(self, size: int, limit: int = LONGEST_DOCUMENT) -> None:
        reason = f"the document takes {size} bytes, at most {limit} can be kept"
        faults = (Fault("/document", reason),)
        super().__init__("the flow is too large", faults=faults, size=size, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowHeader:
    """A flow without its documents: what a list shows. `revision` counts changes of the draft."""

    flow_id: str
    account_id: str
    name: str
    revision: int
    created_at: datetime
    updated_at: datetime
    published_version: int | None = None
    published_revision: int | None = None
    published_at: datetime | None = None

    @property
    def newest(self) -> VersionHeader | None:
        """The version that answers, None before the first."""
        if self.published_version is None or self.published_at is None:
            return None
        return VersionHeader(
            flow_id=self.flow_id, version=self.published_version, published_at=self.published_at
        )

    @property
    def all_published(self) -> bool:
        """Say whether the draft is what answers: there is nothing new in it."""
        return self.published_revision == self.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A flow with the document being worked on, which may have faults.

    `text` is the document as its author wrote it, where that was not JSON.
    """

    header: FlowHeader
    document: Document
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionHeader:
    """A published version without its document. `restores` is the older one that it repeats."""

    flow_id: str
    version: int
    published_at: datetime
    restores: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version: immutable. `text` is its document as the author wrote it."""

    header: VersionHeader
    document: Document
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some of a list. `next` is the position to go on from, None after the last one."""

    items: tuple[ItemT, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What answers a new call: the newest version, read and ready."""

    flow_id: str
    account_id: str
    version: int
    flow: Flow


def name_of(document: Document) -> str:
    """Return what to list a flow under, even while its document is not right yet.

    >>> name_of({"name": "Standard"}), name_of({})
    ('Standard', '(no name)')
    """
    name = document.get("name")
    written = name if isinstance(name, str) else ""
    storable = written.encode("utf-8", "replace").decode("utf-8")  # half a character becomes "?"
    return storable.strip()[:LONGEST_NAME] or "(no name)"


def answering(document: Document) -> Document:
    """Return what of a document calls need: its tests are none of theirs.

    >>> answering({"start": "box", "tests": []})
    {'start': 'box'}
    """
    return {name: value for name, value in document.items() if name != "tests"}
