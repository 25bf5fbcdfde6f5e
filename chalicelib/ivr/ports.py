"""What owners of flows need of the world: where drafts are kept, and where tests are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Document, Draft, FlowHeader, Version, VersionHeader
    from chalicelib.ivr.trials.rehearsing import Report


class Drafts(Protocol):
    """Flows as their owner works on them. Everything raises NotFound and Unavailable."""

    def create(
        self,
        account_id: str,
        flow_id: str,
        document: Document,
        now: datetime,
        text: str | None = None,
    ) -> Draft:
        """Store a new flow. Raises Conflict if there is one of that id.

        `text` is the document as its author wrote it, where it is to be kept.
        """

    def draft(self, account_id: str, flow_id: str) -> Draft:
        """Return a flow with its draft; another account's is NotFound."""

    def replace(
        self, header: FlowHeader, document: Document, now: datetime, text: str | None = None
    ) -> Draft:
        """Store the draft's next revision. Raises Stale unless `header` is the one stored."""

    def publish(
        self,
        header: FlowHeader,
        document: Document,
        now: datetime,
        text: str | None = None,
        restores: int | None = None,
    ) -> VersionHeader:
        """Store the next version and make it answer, at once or not at all.

        It is what the draft says, or the old version that it `restores`.

        Raises Conflict if the draft or the versions changed since `header` was read.
        """

    def document(self, account_id: str, flow_id: str, version: int) -> Version:
        """Return a version with its document; another account's is NotFound."""


class Rehearsals(Protocol):
    """Where the tests of documents are tried."""

    def report(self, account_id: str, flow_id: str, flow: Flow) -> Report:
        """Try all the tests of a document that is not published yet."""
