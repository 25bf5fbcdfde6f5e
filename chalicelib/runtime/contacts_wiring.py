"""Where contacts and their imports meet the bucket, the queue and consents. Built on first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.kernel import privacy
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import attempts_wiring, consents_wiring, secrets, wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from chalicelib.campaigns.contacts.gateway import ListFiles
    from chalicelib.campaigns.contacts.importing import Desk
    from chalicelib.campaigns.contacts.managing import Office
    from chalicelib.campaigns.contacts.progress.store import ImportStore
    from chalicelib.campaigns.contacts.store import ContactStore


@cache
def store() -> ContactStore:
    """Return contacts and their lists."""
    from chalicelib.campaigns.contacts.store import ContactStore

    return ContactStore(settings().campaigns_table)


@cache
def imports() -> ImportStore:
    """Return imports, and how far they have come."""
    from chalicelib.campaigns.contacts.progress.store import ImportStore

    return ImportStore(settings().campaigns_table)


@cache
def files() -> ListFiles:
    """Return the bucket that lists are put into."""
    from chalicelib.campaigns.contacts.gateway import ListFiles

    return ListFiles(wiring.aws("s3"), secrets.files_bucket())


@cache
def queue() -> Queue:
    """Return the queue of imports to work off."""
    return Queue(settings().contacts_queue)


@cache
def office() -> Office:
    """Return all that looking after contacts takes."""
    from chalicelib.campaigns.contacts.managing import Office

    return Office(people=store(), lists=store(), hashing=hashing, forget=forget)


def hashing(account_id: str) -> Callable[[str], str]:
    """Return what makes an account's own hashes of numbers."""
    return privacy.hasher(privacy.account_key(secrets.pepper(), account_id))


def listed(account_id: str, list_id: str) -> bool:
    """Say whether a list is there."""
    try:
        store().list(account_id, list_id)
    except NotFound:
        return False
    return True


def erase(account_id: str, person: str, now: datetime) -> int:
    """Erase a person from every list, and from all else; return how many contacts that were."""
    from chalicelib.campaigns.contacts import erasing

    return erasing.erase(account_id, person, now, office(), queue())


def forget(account_id: str, people: Collection[str]) -> None:
    """Have the rest of the room forget people, who are not to be rung again, but for hashes."""
    from chalicelib.campaigns.asked import erasing as askings
    from chalicelib.campaigns.consents.suppressions import ACCOUNT, Suppression
    from chalicelib.campaigns.consents.usecases import erase
    from chalicelib.campaigns.reminders import reminding
    from chalicelib.runtime import asked_wiring, reminders_wiring, surveys_wiring

    desk = consents_wiring.desk()
    now = desk.clock()
    for each in people:
        erase(account_id, each, "contacts", desk)
        consents_wiring.forms().forget(account_id, each)
        askings.erase(account_id, each, asked_wiring.desk())
        reminding.erase(account_id, each, reminders_wiring.desk())
    entries = [
        Suppression(
            person=each, scope=ACCOUNT, since=now, number=None, reason="erased", by="erasure"
        )
        for each in people
    ]
    desk.suppressions.suppress(account_id, entries)
    surveys_wiring.forget(account_id, people)
    attempts_wiring.store().forget(account_id, people)


def desk(seconds_left: Callable[[], float]) -> Desk:
    """Return what a worker needs to work imports off, until its function is cut."""
    from chalicelib.campaigns.contacts.importing import Desk

    return Desk(
        imports=imports(),
        files=files(),
        contacts=store(),
        queue=queue(),
        hashing=hashing,
        listed=listed,
        clock=wiring.clock,
        seconds_left=seconds_left,
        lease=wiring.new_id(),
        pause=wiring.pause,
    )
