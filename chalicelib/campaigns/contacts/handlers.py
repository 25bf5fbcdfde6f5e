"""Body of the queue that works imports off, empties lists that are deleted, and erases people.

Each message may come twice, so all of this may be done again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.contacts import erasing, importing, managing
from chalicelib.kernel.errors import Rejected
from chalicelib.runtime import jobs
from chalicelib.runtime.observability import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.contacts.importing import Desk
    from chalicelib.campaigns.contacts.managing import People


def import_contacts(bodies: Iterable[str], desk: Desk, people: People) -> None:
    """Work imports off, or go on with them; empty lists that are deleted; erase people."""

    def see_to(body: str) -> None:
        message = json.loads(body)
        if "emptied" in message:
            _empty(message, desk, people)
        elif "erased" in message:
            _erase(message, desk, people)
        else:
            _import(message, desk)

    jobs.every("import-contacts", bodies, see_to)


def _empty(message: dict[str, Any], desk: Desk, people: People) -> None:
    if not managing.empty(message["account_id"], message["emptied"], people, desk.seconds_left):
        desk.queue.put(message)


def _erase(message: dict[str, Any], desk: Desk, people: People) -> None:
    account_id, person = message["account_id"], message["erased"]
    if not erasing.go_on(account_id, person, desk.clock(), people, desk.seconds_left):
        desk.queue.put(message)


def _import(message: dict[str, Any], desk: Desk) -> None:
    known = desk.imports.claim(message["import_id"], desk.lease, desk.clock())
    if known.over:
        desk.imports.release(known.import_id, desk.lease)
        return
    failed: list[Exception] = []

    def work() -> None:
        try:
            importing.go_on(known, desk)
        except Rejected as error:  # the file's fault: not to be tried again
            failed.append(error)

    error = jobs.attempt("import-rows", work) or next(iter(failed), None)
    if error is None:
        return
    saved = desk.imports.load(known.account_id, known.import_id)
    logger().warning("an import failed", extra={"import": known.import_id, "error": str(error)})
    if not importing.give_up(saved, error, desk):
        raise error
