"""Flows in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from chalicelib.ivr.flow import restore
from chalicelib.ivr.packing import must_fit, packed, packed_text
from chalicelib.ivr.published import Draft, FlowHeader, Published, Version, VersionHeader, name_of
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Document

ItemT = TypeVar("ItemT")


class FlowsInMemory:
    """The `Flows` and `Drafts` ports. `down = True` makes both unavailable."""

    def __init__(self) -> None:
        self.down = False
        self._drafts: dict[str, Draft] = {}
        self._versions: dict[tuple[str, int], Document] = {}
        self._headers: dict[tuple[str, int], tuple[VersionHeader, str | None]] = {}

    def published(self, flow_id: str) -> Published:
        self._answer()
        draft = self._drafts.get(flow_id)
        if draft is None or draft.header.published_version is None:
            raise NotFound("no version of the flow is published")
        version = draft.header.published_version
        return Published(
            flow_id=flow_id,
            account_id=draft.header.account_id,
            version=version,
            flow=self.version(flow_id, version),
        )

    def version(self, flow_id: str, version: int) -> Flow:
        self._answer()
        if (flow_id, version) not in self._versions:
            raise NotFound("no such version")
        return restore(self._versions[flow_id, version])

    def create(
        self,
        account_id: str,
        flow_id: str,
        document: Document,
        now: datetime,
        text: str | None = None,
    ) -> Draft:
        self._answer()
        must_fit(packed(document), packed_text(text))
        if flow_id in self._drafts:
            raise Conflict("there is a flow of that id")
        header = FlowHeader(
            flow_id=flow_id,
            account_id=account_id,
            name=name_of(document),
            revision=1,
            created_at=now,
            updated_at=now,
        )
        return self._keep(Draft(header=header, document=document, text=text))

    def draft(self, account_id: str, flow_id: str) -> Draft:
        self._answer()
        draft = self._drafts.get(flow_id)
        if draft is None or draft.header.account_id != account_id:
            raise NotFound("no such flow")
        return draft

    def replace(
        self, header: FlowHeader, document: Document, now: datetime, text: str | None = None
    ) -> Draft:
        self._answer()
        must_fit(packed(document), packed_text(text))
        if self._drafts[header.flow_id].header != header:
            raise Stale("the draft was changed meanwhile")
        changed = replace(
            header, name=name_of(document), revision=header.revision + 1, updated_at=now
        )
        return self._keep(Draft(header=changed, document=document, text=text))

    def publish(
        self,
        header: FlowHeader,
        document: Document,
        now: datetime,
        text: str | None = None,
        restores: int | None = None,
    ) -> VersionHeader:
        self._answer()
        must_fit(packed(document), packed(document))
        if self._drafts[header.flow_id].header != header:
            raise Conflict("the flow was changed meanwhile")
        version = (header.published_version or 0) + 1
        kept = VersionHeader(
            flow_id=header.flow_id, version=version, published_at=now, restores=restores
        )
        self._versions[header.flow_id, version] = document
        self._headers[header.flow_id, version] = (kept, text)
        published = replace(
            header,
            published_version=version,
            published_revision=None if restores else header.revision,
            published_at=now,
        )
        draft = self._drafts[header.flow_id]
        self._keep(Draft(header=published, document=draft.document, text=draft.text))
        return kept

    def document(self, account_id: str, flow_id: str, version: int) -> Version:
        self.draft(account_id, flow_id)
        if (flow_id, version) not in self._versions:
            raise NotFound("no such version")
        header, text = self._headers[flow_id, version]
        return Version(header=header, document=self._versions[flow_id, version], text=text)

    def _keep(self, draft: Draft) -> Draft:
        self._drafts[draft.header.flow_id] = draft
        return draft

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the table is down")
