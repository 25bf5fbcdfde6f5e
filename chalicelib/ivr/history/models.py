"""What the HTTP API says about the versions of a flow. Imported at the first request for them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import Field

from chalicelib.ivr.models import VersionSummary
from chalicelib.runtime.schema import Body, Out, Query

if TYPE_CHECKING:
    from chalicelib.ivr.history.comparing import Changes

__all__ = ["DiffOut", "DiffQuery", "RollbackIn", "VersionSummary"]


class RollbackIn(Body):
    """Which version is to answer again."""

    version: int = Field(ge=1, le=999_999)


class DiffQuery(Query):
    """What a version is compared with."""

    to: str = Field("draft", pattern="^(draft|[1-9][0-9]{0,5})$", description="A version's number.")


class RetargetedOut(Out):
    """An exit that leads elsewhere; null where there is none in one of the two."""

    node: str
    exit: str
    before: str | None
    after: str | None


class DiffOut(Out):
    """What changed from one document of a flow to another."""

    nodes_added: list[str]
    nodes_removed: list[str]
    nodes_changed: list[str]
    exits: list[RetargetedOut] = Field(description="Exits of nodes that are in both.")
    others: list[str] = Field(description="What else changed (JSON pointers).")
    diff: str = Field(description="Line by line, as `diff -u` tells it, of both as YAML.")

    @classmethod
    def of(cls, changes: Changes, diff: str) -> DiffOut:
        """Render changes."""
        return cls(
            nodes_added=list(changes.added),
            nodes_removed=list(changes.removed),
            nodes_changed=list(changes.changed),
            exits=[RetargetedOut(**asdict(each)) for each in changes.exits],
            others=list(changes.others),
            diff=diff,
        )
