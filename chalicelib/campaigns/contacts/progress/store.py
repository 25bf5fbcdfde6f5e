"""Imports on the table `campaigns`: a document, its worker's lease, and if it was cancelled."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.campaigns.contacts.imports import (
    KEPT,
    LEASE,
    Import,
    ImportStatus,
    from_document,
    to_document,
)
from chalicelib.campaigns.store import CampaignRow
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from datetime import datetime

    from pynamodb.expressions.update import Action

_ROW: Final = "import"
_WAITING: Final = timedelta(days=2)  # for a file that never came


class ImportRow(CampaignRow):
    """An import. `stopping` is apart from the document, which a worker writes whole."""

    account_id = UnicodeAttribute()
    document = UnicodeAttribute()
    status = UnicodeAttribute()
    attempts = NumberAttribute(default=0)
    stopping = BooleanAttribute(default=False)
    lease = UnicodeAttribute(null=True)
    leased_until = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class ImportStore:
    """The port `Imports`."""

    def __init__(self, table_name: str) -> None:
        bind(ImportRow, table_name)

    def create(self, new: Import) -> None:
        """Keep a new import."""
        row = ImportRow(
            pk=_pk(new.import_id),
            sk=_ROW,
            gsi1pk=_owner(new.account_id),
            gsi1sk=f"{new.requested_at.isoformat()}#{new.import_id}",
            account_id=new.account_id,
            document=_written(new),
            status=new.status.value,
            expires_at=int((new.requested_at + _WAITING).timestamp()),
        )
        with translated("create import", import_id=new.import_id):
            row.save(ImportRow.pk.does_not_exist())

    def load(self, account_id: str, import_id: str) -> Import:
        """Return an import of this account. Raises NotFound."""
        with translated("load import", import_id=import_id):
            known = _read(ImportRow.get(_pk(import_id), _ROW, consistent_read=True))
        if known.account_id != account_id:
            raise NotFound("no such import", import_id=import_id)
        return known

    def page(self, account_id: str, limit: int, after: str | None = None) -> Page[Import]:
        """Return an account's imports, the newest first."""
        older = None if after is None else ImportRow.gsi1sk < after
        with translated("list imports", account_id=account_id):
            found = ImportRow.gsi1.query(
                _owner(account_id), older, limit=limit, scan_index_forward=False
            )
            rows = list(found)
        more = found.last_evaluated_key is not None
        return Page(tuple(map(_read, rows)), rows[-1].gsi1sk if more and rows else None)

    def begin(self, started: Import) -> None:
        """Keep an import whose file is there. Raises Conflict if it was started or cancelled."""
        waiting = ImportRow.status == ImportStatus.AWAITING_FILE.value
        actions: list[Action] = [
            ImportRow.document.set(_written(started)),
            ImportRow.status.set(started.status.value),
            ImportRow.expires_at.set(int((started.requested_at + KEPT).timestamp())),
        ]
        with translated("begin import", import_id=started.import_id):
            _keyed(started.import_id).update(
                actions,
                condition=waiting
                & (ImportRow.account_id == started.account_id)
                & (ImportRow.stopping == False),  # noqa: E712  a condition, not a comparison
            )

    def claim(self, import_id: str, lease: str, now: datetime) -> Import:
        """Take the lease if nobody holds it, or whoever did is dead."""
        row, instant = _keyed(import_id), now.isoformat()
        until = ImportRow.leased_until
        free = until.does_not_exist() | (until < instant) | (ImportRow.lease == lease)
        with translated("claim import", import_id=import_id):
            row.update(
                [
                    ImportRow.lease.set(lease),
                    until.set((now + LEASE).isoformat()),
                    ImportRow.attempts.set((ImportRow.attempts | 0) + 1),
                ],
                condition=ImportRow.document.exists() & free,
            )
        return _read(row)

    def save(self, known: Import, lease: str, now: datetime, *, release: bool = False) -> bool:
        """Write a checkpoint and renew the lease, or end it; say if it was cancelled meanwhile."""
        until, row = ImportRow.leased_until, _keyed(known.import_id)
        actions: list[Action] = [
            ImportRow.document.set(_written(known)),
            ImportRow.status.set(known.status.value),
            ImportRow.attempts.set(known.attempts),
            until.remove() if release else until.set((now + LEASE).isoformat()),
        ]
        with translated("save import", import_id=known.import_id):
            row.update(actions, condition=ImportRow.lease == lease)
        return bool(row.stopping)

    def release(self, import_id: str, lease: str) -> None:
        """End the lease, unless another worker has it by now."""
        ends: list[Action] = [ImportRow.leased_until.remove()]
        try:
            with translated("release import", import_id=import_id):
                _keyed(import_id).update(ends, condition=ImportRow.lease == lease)
        except Conflict:
            return

    def stop(self, account_id: str, import_id: str) -> Import:
        """Have an import cancelled. Raises NotFound."""
        row = _keyed(import_id)
        try:
            with translated("stop import", import_id=import_id):
                row.update(
                    [ImportRow.stopping.set(True)],
                    condition=ImportRow.account_id == account_id,
                )
        except Conflict as error:
            raise NotFound("no such import", import_id=import_id) from error
        return _read(row)


def _pk(import_id: str) -> str:
    return f"contact-import#{import_id}"


def _owner(account_id: str) -> str:
    return f"{account_id}#contact-imports"


def _keyed(import_id: str) -> Any:
    return ImportRow(_pk(import_id), _ROW)


def _written(known: Import) -> str:
    return json.dumps(to_document(known), separators=(",", ":"))


def _read(row: Any) -> Import:
    document = json.loads(row.document)
    return from_document(document, attempts=int(row.attempts), stopping=bool(row.stopping))
