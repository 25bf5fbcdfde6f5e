"""Who had themselves erased, and stays so whoever writes meanwhile. Pure over its ports.

A number is one person's, whichever place it has: it does not come back as somebody's second one.
Whoever writes looks twice, before and after; whoever erases marks first and deletes then. So one of
the two sees the other, in any order.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.contacts.importing import Messages
    from chalicelib.campaigns.contacts.managing import Office, People
    from chalicelib.campaigns.contacts.pieces import Contacts

_AT_ONCE: Final = 100
_ROUNDS: Final = 5  # in a request; the rest of a number that so many have is the queue's
_STOP_SECONDS: Final = 15.0


def hashes_of(contacts: Iterable[Contact]) -> set[str]:
    """Return the hashes of all numbers of some people."""
    return {each for contact in contacts for each in (contact.id, *contact.others)}


def without(contact: Contact, gone: Collection[str]) -> Contact:
    """Return a contact without those of its other numbers that are gone."""
    pairs = zip(contact.numbers[1:], contact.others, strict=True)
    left = [(number, other) for number, other in pairs if other not in gone]
    if len(left) == len(contact.others):
        return contact
    return replace(
        contact,
        numbers=(contact.numbers[0], *(number for number, _ in left)),
        others=tuple(other for _, other in left),
    )


def see_again(account_id: str, kept: Collection[Contact], contacts: Contacts) -> None:
    """Take out again what was written of people who were erased meanwhile.

    What somebody else changed since is left to them: they look after it as we do.
    """
    late = contacts.erased(account_id, hashes_of(kept))
    if not late:
        return
    contacts.drop([each for each in kept if each.id in late])
    stay = [(each, without(each, late)) for each in kept if each.id not in late]
    contacts.swap([(old, new) for old, new in stay if new is not old])


def erase(account_id: str, person: str, now: datetime, office: Office, queue: Messages) -> int:
    """Erase a person from every list; return how many contacts that were.

    Their other numbers go with them, but for those that somebody else has too: a switchboard or a
    family's landline is not theirs to silence. The hashes stay, so that no list brings them back
    and nobody rings them. A number that thousands have goes from the rest of them by the queue.
    """
    people = office.people
    own = list(takewhile(lambda each: each.id == person, people.of_person(account_id, person)))
    others = {other for each in own for other in each.others}
    alone = (each for each in others if _is_theirs_alone(account_id, each, person, people))
    hashes = {person, *alone}
    people.mark_erased(account_id, hashes, now)
    office.forget(account_id, hashes)
    count = 0
    for _ in range(_ROUNDS):
        erased, left = _take_out(account_id, person, now, people)
        count += erased
        if not left:
            return count
    queue.put({"account_id": account_id, "erased": person})
    return count


def go_on(
    account_id: str,
    person: str,
    now: datetime,
    people: People,
    seconds_left: Callable[[], float],
) -> bool:
    """Take a number out of all contacts that still have it; False if time ran short."""
    while _take_out(account_id, person, now, people)[1]:
        if seconds_left() < _STOP_SECONDS:
            return False
    return True


def _take_out(account_id: str, person: str, now: datetime, people: People) -> tuple[int, bool]:
    """Take a number out of some contacts; say of how many, and whether there may be more."""
    found = list(islice(people.of_person(account_id, person), _AT_ONCE))
    people.drop([each for each in found if each.id == person])
    others = [each for each in found if each.id != person]
    changes = [(each, replace(without(each, {person}), updated_at=now)) for each in others]
    changed = people.swap(changes)
    return len(found) - len(changed), bool(changed) or len(found) == _AT_ONCE


def _is_theirs_alone(account_id: str, number: str, person: str, people: People) -> bool:
    return all(each.id == person for each in people.of_person(account_id, number))
