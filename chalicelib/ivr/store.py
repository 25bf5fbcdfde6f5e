"""Flows on DynamoDB: one row a flow, with its draft and what answers calls; one row a version.

Documents are kept as compressed JSON, so that the draft and the published version fit into the one
row that a call reads. Versions are written once and never changed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from pynamodb.attributes import (
    BinaryAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.transactions import TransactWrite

from chalicelib.ivr.flow import FlowRefused, restore
from chalicelib.ivr.packing import must_fit, packed, packed_text, unpacked, unpacked_text
from chalicelib.ivr.published import (
    Draft,
    FlowHeader,
    Page,
    Published,
    Version,
    VersionHeader,
    answering,
    name_of,
)
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.runtime.kept import Kept
from chalicelib.runtime.tables import Listed, TableMeta, bind, translated

if TYPE_CHECKING:
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.pagination import ResultIterator

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Document

HEADER: Final = "flow"
VERSION: Final = "v#"
# A large flow, read, takes a megabyte or two; a function has a few hundred.
FLOWS_KEPT: Final = 100

RowT = TypeVar("RowT", bound="IvrRow")


class IvrRow(Listed):
    """What all rows of the table have."""

    class Meta(TableMeta):
        table = "ivr"

    account_id = UnicodeAttribute()


class FlowRow(IvrRow):
    """A flow: `published` is the document that answers, `draft` the one being worked on."""

    name = UnicodeAttribute()
    revision = NumberAttribute()
    draft = BinaryAttribute(legacy_encoding=False)
    draft_text = BinaryAttribute(legacy_encoding=False, null=True)
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    published_version = NumberAttribute(null=True)
    published_revision = NumberAttribute(null=True)
    published_at = UTCDateTimeAttribute(null=True)
    published = BinaryAttribute(legacy_encoding=False, null=True)


class VersionRow(IvrRow):
    """A published version, for ever."""

    published_at = UTCDateTimeAttribute()
    document = BinaryAttribute(legacy_encoding=False)
    text = BinaryAttribute(legacy_encoding=False, null=True)
    restores = NumberAttribute(null=True)


ROWS: Final = (IvrRow, FlowRow, VersionRow)
_LONG: Final = ("draft", "draft_text", "published")
_LISTED: Final = [name for name in FlowRow.get_attributes() if name not in _LONG]


class FlowStore:
    """The ports `Flows` and `Drafts` on the table `ivr`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)
        # One client for the table: making another would cost a cold start some milliseconds.
        FlowRow._connection = VersionRow._connection = IvrRow._get_connection()
        self._published: Kept[str, Published] = Kept(self._read_published, size=FLOWS_KEPT)
        self._versions: Kept[tuple[str, int], Flow] = Kept(
            self._read_flow, fresh_seconds=math.inf, size=FLOWS_KEPT
        )

    # What calls read: kept in the process.

    def published(self, flow_id: str) -> Published:
        """Return what answers calls, at most 30 s old while the table answers."""
        return self._published.get(flow_id)

    def version(self, flow_id: str, version: int) -> Flow:
        """Return a version, which never changes."""
        return self._versions.get((flow_id, version))

    # What owners work on: always read anew.

    def create(
        self,
        account_id: str,
        flow_id: str,
        document: Document,
        now: datetime,
        text: str | None = None,
    ) -> Draft:
        """Store a new flow."""
        data, written = packed(document), packed_text(text)
        must_fit(data, written)
        row = FlowRow(
            pk=_pk(flow_id),
            sk=HEADER,
            account_pk=_owner(account_id),
            account_sk=flow_id,
            account_id=account_id,
            name=name_of(document),
            revision=1,
            draft=data,
            draft_text=written,
            created_at=now,
            updated_at=now,
        )
        with translated("create flow", flow_id=flow_id):
            row.save(condition=FlowRow.pk.does_not_exist())
        return Draft(header=_header(row), document=document, text=text)

    def draft(self, account_id: str, flow_id: str) -> Draft:
        """Return a flow with its draft."""
        row = _load(FlowRow, flow_id, HEADER, consistent_read=True)
        if row.account_id != account_id:
            raise NotFound("no such flow", flow_id=flow_id)
        text = unpacked_text(row.draft_text)
        return Draft(header=_header(row), document=unpacked(row.draft), text=text)

    def replace(
        self, header: FlowHeader, document: Document, now: datetime, text: str | None = None
    ) -> Draft:
        """Store the draft's next revision."""
        data, written = packed(document), packed_text(text)
        row = _load(FlowRow, header.flow_id, HEADER, consistent_read=True)
        must_fit(data, written, row.published)
        changes: list[Action] = [
            FlowRow.draft.set(data),
            FlowRow.draft_text.set(written) if written else FlowRow.draft_text.remove(),
            FlowRow.name.set(name_of(document)),
            FlowRow.revision.set(header.revision + 1),
            FlowRow.updated_at.set(now),
        ]
        try:
            with translated("save draft", flow_id=header.flow_id):
                row.update(actions=changes, condition=_unchanged(header))
        except Conflict as error:
            raise Stale("the draft was changed meanwhile", flow_id=header.flow_id) from error
        return Draft(header=_header(row), document=document, text=text)

    def publish(
        self,
        header: FlowHeader,
        document: Document,
        now: datetime,
        text: str | None = None,
        restores: int | None = None,
    ) -> VersionHeader:
        """Store the next version and make it answer, in one transaction."""
        number = (header.published_version or 0) + 1
        data, written, answers = packed(document), packed_text(text), packed(answering(document))
        must_fit(data, written, answers)
        kept = VersionRow(
            pk=_pk(header.flow_id),
            sk=_version_sk(number),
            account_id=header.account_id,
            published_at=now,
            document=data,
            text=written,
            restores=restores,
        )
        revision = FlowRow.published_revision
        changes: list[Action] = [
            FlowRow.published.set(answers),
            FlowRow.published_version.set(number),
            revision.set(header.revision) if restores is None else revision.remove(),
            FlowRow.published_at.set(now),
        ]
        connection = IvrRow._get_connection().connection
        flow = FlowRow(_pk(header.flow_id), HEADER)
        with (
            translated("publish flow", flow_id=header.flow_id, version=number),
            TransactWrite(connection=connection) as transaction,
        ):
            transaction.save(kept, condition=VersionRow.pk.does_not_exist())
            transaction.update(flow, actions=changes, condition=_unchanged(header))
        self._published.forget(header.flow_id)
        return _version_header(kept)

    def flows(self, account_id: str, limit: int, after: str | None = None) -> Page[FlowHeader]:
        """Return an account's flows, in order of id."""
        owner = _owner(account_id)
        start = after and {
            "pk": {"S": _pk(after)},
            "sk": {"S": HEADER},
            "account_pk": {"S": owner},
            "account_sk": {"S": after},
        }
        with translated("list flows", account_id=account_id):
            found = FlowRow.by_account.query(
                owner, limit=limit, last_evaluated_key=start or None, attributes_to_get=_LISTED
            )
            headers = tuple(_header(cast("FlowRow", row)) for row in found)
        return Page(headers, _next(found, "account_sk"))

    def versions(self, flow_id: str, limit: int, after: str | None = None) -> Page[VersionHeader]:
        """Return a flow's versions, newest first."""
        pk = _pk(flow_id)
        with translated("list versions", flow_id=flow_id):
            found = VersionRow.query(
                pk,
                VersionRow.sk.startswith(VERSION),
                scan_index_forward=False,
                limit=limit,
                last_evaluated_key={"pk": {"S": pk}, "sk": {"S": after}} if after else None,
                attributes_to_get=["pk", "sk", "account_id", "published_at", "restores"],
            )
            headers = tuple(_version_header(row) for row in found)
        return Page(headers, _next(found, "sk"))

    def document(self, account_id: str, flow_id: str, version: int) -> Version:
        """Return a version with its document; another account's is NotFound."""
        row = _load(VersionRow, flow_id, _version_sk(version))
        if row.account_id != account_id:
            raise NotFound("no such version", flow_id=flow_id, version=version)
        text = unpacked_text(row.text)
        return Version(header=_version_header(row), document=unpacked(row.document), text=text)

    def _read_published(self, flow_id: str) -> Published:
        row = _load(FlowRow, flow_id, HEADER)
        if row.published is None or row.published_version is None:
            raise NotFound("no version of the flow is published", flow_id=flow_id)
        version = int(row.published_version)
        flow = _restored(row.published, flow_id)
        self._versions.put((flow_id, version), flow)
        return Published(flow_id=flow_id, account_id=row.account_id, version=version, flow=flow)

    def _read_flow(self, key: tuple[str, int]) -> Flow:
        flow_id, version = key
        return _restored(_load(VersionRow, flow_id, _version_sk(version)).document, flow_id)


def _pk(flow_id: str) -> str:
    return f"flow#{flow_id}"


def _owner(account_id: str) -> str:
    return f"{account_id}#flows"


def _version_sk(version: int) -> str:
    return f"{VERSION}{version:06}"


def _load(row: type[RowT], flow_id: str, sk: str, *, consistent_read: bool = False) -> RowT:
    with translated("load flow", flow_id=flow_id):
        return row.get(_pk(flow_id), sk, consistent_read=consistent_read)


def _next(found: ResultIterator[Any], position: str) -> str | None:
    last = found.last_evaluated_key
    return None if last is None else str(last[position]["S"])


def _unchanged(header: FlowHeader) -> Condition:
    """The row is as it was read: neither another draft nor another version came in between."""
    same: Condition = FlowRow.revision == header.revision
    first: Condition = FlowRow.published_version.does_not_exist()
    if header.published_version is not None:
        first = FlowRow.published_version == header.published_version
    unchanged: Condition = same & first
    return unchanged


def _header(row: FlowRow) -> FlowHeader:
    return FlowHeader(
        flow_id=_flow_id(row),
        account_id=row.account_id,
        name=row.name,
        revision=int(row.revision),
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_version=_whole(row.published_version),
        published_revision=_whole(row.published_revision),
        published_at=row.published_at,
    )


def _version_header(row: VersionRow) -> VersionHeader:
    return VersionHeader(
        flow_id=_flow_id(row),
        version=int(row.sk.removeprefix(VERSION)),
        published_at=row.published_at,
        restores=_whole(row.restores),
    )


def _flow_id(row: IvrRow) -> str:
    return row.pk.partition("#")[2]


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _restored(data: bytes, flow_id: str) -> Flow:
    try:
        return restore(unpacked(data))
    except FlowRefused as error:
        # It was fit to answer when it was published: that we cannot read it is our fault, and
        # the caller goes to the fallback.
        raise Unavailable("a published flow cannot be read", flow_id=flow_id) from error
