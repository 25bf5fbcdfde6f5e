"""An import from its file's arrival to its start: looked at, understood, left on the queue."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final, Protocol

from chalicelib.campaigns.contacts import columns, imports, managing
from chalicelib.campaigns.contacts.files import MOST_BYTES
from chalicelib.campaigns.contacts.importing import message_for
from chalicelib.campaigns.contacts.imports import ImportStatus
from chalicelib.campaigns.contacts.previewing import Preview, preview
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from chalicelib.campaigns.contacts.importing import Imports, Messages
    from chalicelib.campaigns.contacts.imports import Import
    from chalicelib.campaigns.contacts.managing import Office
    from chalicelib.campaigns.contacts.previewing import Said

_MEGABYTE: Final = 1_000_000


class Arrivals(Protocol):
    """Files as they were put."""

    def there(self, key: str) -> tuple[str, int]:
        """Return the version of a file and how long it is. Raises NotFound."""

    def look(self, key: str, version: str) -> AbstractContextManager[IO[bytes]]:
        """Open the beginning of a text, or all of a workbook."""


def look(known: Import, said: Said, arrivals: Arrivals, office: Office) -> tuple[Preview, str]:
    """Look at the file of an import; return what is seen, and the file's version.

    Raises Rejected where there is no file yet, or it holds no list.
    """
    try:
        version, size = arrivals.there(known.key)
    except NotFound as error:
        fault = Fault("/file", "not there yet: send it by PUT to `upload_url`")
        raise Rejected("the import has no file", faults=(fault,)) from error
    if size > MOST_BYTES:
        reason = f"over {MOST_BYTES // _MEGABYTE} MB: cut it into several files"
        raise Rejected("the file is too long", faults=(Fault("/file", reason),))

    def remembered(signature: str) -> tuple[str, ...] | None:
        return office.lists.mapping(known.account_id, signature)

    with arrivals.look(known.key, version) as stream:
        return preview(stream, known.country, said, remembered), version


def start(
    known: Import,
    said: Said,
    now: datetime,
    *,
    arrivals: Arrivals,
    office: Office,
    imports_kept: Imports,
    queue: Messages,
) -> Import:
    """Have an import worked off, and remember what its columns hold. Raises Rejected.

    Done again, it only reminds the queue: a message may have been lost.
    """
    if known.status is ImportStatus.QUEUED:
        queue.put(message_for(known))
        return known
    seen, version = look(known, said, arrivals, office)
    mapping = columns.check(seen.mapping, len(seen.form.titles))
    started = imports.begun(known, seen.form, mapping, version, now)
    _widen(known, mapping, office)
    office.lists.remember(known.account_id, seen.signature, mapping)
    imports_kept.begin(started)
    queue.put(message_for(started))
    return started


def cancel(known: Import, imports_kept: Imports, queue: Messages) -> Import:
    """Have an import end as soon as its worker looks up, or before it begins."""
    if known.over:
        return known
    stopped = imports_kept.stop(known.account_id, known.import_id)
    queue.put(message_for(stopped))
    return stopped


def _widen(known: Import, mapping: tuple[str, ...], office: Office) -> None:
    """Let the list have the fields of the file."""
    names = [name for name in mapping if name not in (columns.NUMBER, columns.IGNORED)]
    for _ in range(3):
        there = office.lists.list(known.account_id, known.list_id)
        wider = managing.with_fields(there, names)
        try:
            if wider is not there:
                office.lists.save_list(wider)
            return
        except Conflict:
            continue
    raise Conflict("the list is being changed by others", list_id=known.list_id)
