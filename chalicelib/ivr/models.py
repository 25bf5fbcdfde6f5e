"""What the HTTP API says about flows. Imported at the first request of a flow, never at start."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field, JsonValue, field_validator

from chalicelib.runtime.schema import Body, Out, Query

if TYPE_CHECKING:
    from chalicelib.ivr import published
    from chalicelib.kernel import errors


class FlowIn(Body):
    """A flow's draft. It may have faults: only publishing demands that it has none."""

    document: dict[str, JsonValue] = Field(description="The flow document; see docs/flows.md.")

    @field_validator("document")
    @classmethod
    def _is_json(cls, document: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Refuse what the parser lets pass although JSON has no such numbers (NaN, 1e999)."""
        json.dumps(document, allow_nan=False)
        return document


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`.")


class Fault(Out):
    """One thing that keeps a draft from being published."""

    pointer: str = Field(description="Where in the document (JSON pointer, RFC 6901).")
    detail: str = Field(description="What is wrong there, in English.")

    @classmethod
    def of(cls, fault: errors.Fault) -> Fault:
        """Render one fault."""
        return cls(pointer=fault.pointer, detail=fault.reason)


class FlowSummary(Out):
    """A flow in a list."""

    id: str
    name: str
    revision: int = Field(description="Counts the draft's changes; also the ETag.")
    published_version: int | None = Field(description="The version that answers calls.")
    published_revision: int | None = Field(description="The draft's revision it was made of.")
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, header: published.FlowHeader) -> FlowSummary:
        """Render a flow without its document."""
        return cls(**_facts(header))


class FlowOut(FlowSummary):
    """A flow with its draft, and what is still wrong with it."""

    document: dict[str, JsonValue]
    faults: list[Fault]

    @classmethod
    def with_faults(cls, draft: published.Draft, faults: tuple[errors.Fault, ...]) -> FlowOut:
        """Render a flow with everything that keeps its draft from being published."""
        return cls(
            **_facts(draft.header),
            document=draft.document,
            faults=[Fault.of(fault) for fault in faults],
        )


class FlowPage(Out):
    """Some of an account's flows."""

    items: list[FlowSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class VersionSummary(Out):
    """A published version in a list."""

    version: int
    published_at: datetime

    @classmethod
    def of(cls, header: published.VersionHeader) -> VersionSummary:
        """Render a version without its document."""
        return cls(version=header.version, published_at=header.published_at)


class VersionOut(VersionSummary):
    """A published version: it never changes."""

    document: dict[str, JsonValue]


class VersionPage(Out):
    """Some of a flow's versions, newest first."""

    items: list[VersionSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def _facts(header: published.FlowHeader) -> dict[str, str | int | datetime | None]:
    return {
        "id": header.flow_id,
        "name": header.name,
        "revision": header.revision,
        "published_version": header.published_version,
        "published_revision": header.published_revision,
        "published_at": header.published_at,
        "created_at": header.created_at,
        "updated_at": header.updated_at,
    }
