"""What owners do with lists and people: lists made and deleted, people told by the API.

Every function takes the account that the request acts for; another account's list is NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.campaigns.contacts import segments
from chalicelib.campaigns.contacts.contacts import (
    MOST_FIELDS,
    MOST_NUMBERS,
    Contact,
    ContactList,
    check_fields,
    merged,
    name_fault,
)
from chalicelib.campaigns.contacts.erasing import hashes_of, see_again
from chalicelib.campaigns.contacts.numbers import Numbers, Unusable
from chalicelib.campaigns.contacts.pieces import Contacts
from chalicelib.campaigns.contacts.refusals import Reason, words
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Fault, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from chalicelib.campaigns.contacts.importing import Messages

MOST_LISTS: Final = 500
MOST_AT_ONCE: Final = 100
MOST_SEGMENTS: Final = 100
_PAGE: Final = 200
_STOP_SECONDS: Final = 15.0
_TRIES: Final = 8
# A page with a segment looks at so many contacts, and then says where it goes on.
MOST_LOOKED_AT: Final = 2_000


class People(Contacts, Protocol):
    """Contacts, and all of a person."""

    def of_person(self, account_id: str, person: str) -> Iterator[Contact]:
        """Yield a person's contacts in every list, those first whose first number it is."""

    def mark_erased(self, account_id: str, people: Collection[str], now: datetime) -> None:
        """Remember that people had themselves erased: by their hashes alone."""

    def page(self, known: ContactList, limit: int, after: str | None = None) -> Page[Contact]:
        """Return some of a list's contacts."""


class Lists(Protocol):
    """Lists of contacts, and what columns of files hold."""

    def create_list(self, new: ContactList) -> None:
        """Keep a new list."""

    def list(self, account_id: str, list_id: str) -> ContactList:
        """Return a list of this account. Raises NotFound."""

    def all_lists(self, account_id: str) -> Sequence[ContactList]:
        """Return an account's lists, oldest first."""

    def save_list(self, known: ContactList) -> ContactList:
        """Store a change. Raises Stale if somebody was first."""

    def delete_list(self, known: ContactList) -> None:
        """Delete a list's own row."""

    def mapping(self, account_id: str, signature: str) -> tuple[str, ...] | None:
        """Return what the columns of a file held the last time; None if it is the first."""

    def remember(self, account_id: str, signature: str, mapping: Sequence[str]) -> None:
        """Keep what the columns of a file hold, for the next that is alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """All that looking after contacts takes. `hashing` makes an account's hash of numbers;
    `forget` has the rest of the room forget people, who are never to be rung again.
    """

    people: People
    lists: Lists
    hashing: Callable[[str], Callable[[str], str]]
    forget: Callable[[str, Collection[str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the API tells of somebody."""

    numbers: Sequence[str]
    fields: Mapping[str, str] = field(default_factory=dict)


def create(new: ContactList, office: Office) -> ContactList:
    """Make a list. Raises Rejected for one too many."""
    if len(office.lists.all_lists(new.account_id)) >= MOST_LISTS:
        fault = Fault("/name", f"at most {MOST_LISTS} lists: delete one")
        raise Rejected("too many lists", faults=(fault,))
    office.lists.create_list(new)
    return new


def delete(known: ContactList, office: Office, queue: Messages) -> None:
    """Delete a list; its contacts follow, as many as they are.

    The list goes first, so that an import which runs sees it before the contacts are gone.
    """
    office.lists.delete_list(known)
    try:
        queue.put({"account_id": known.account_id, "emptied": known.id})
    except Unavailable:
        office.lists.create_list(known)  # so that it can be deleted again
        raise


def empty(account_id: str, list_id: str, people: People, seconds_left: Callable[[], float]) -> bool:
    """Delete the contacts of a list that is deleted; False if time ran short. May be done again."""
    gone = ContactList(
        id=list_id, account_id=account_id, name="", created_at=datetime.fromtimestamp(0, UTC)
    )
    while (found := people.page(gone, _PAGE)).items:
        people.drop(found.items)
        if seconds_left() < _STOP_SECONDS:
            return False
    return True


def with_segment(known: ContactList, name: str, text: str) -> ContactList:
    """Return a list with a segment under a name. Raises Rejected."""
    reason = name_fault(name)
    if reason is None and len({*known.segments, name}) > MOST_SEGMENTS:
        reason = f"at most {MOST_SEGMENTS} segments"
    if reason is not None:
        raise Rejected("the segment cannot be kept", faults=(Fault("/name", reason),))
    understood = segments.parse(text, known.fields)
    return replace(known, segments={**known.segments, name: understood.text})


def with_fields(known: ContactList, names: Iterable[str]) -> ContactList:
    """Return a list whose contacts may have these fields too. Raises Rejected for too many."""
    fields = tuple(sorted({*known.fields, *names}))
    if len(fields) > 2 * MOST_FIELDS:
        fault = Fault("/fields", f"a list has {2 * MOST_FIELDS} different fields at most")
        raise Rejected("too many fields", faults=(fault,))
    return known if fields == known.fields else replace(known, fields=fields)


def upsert(
    known: ContactList, told: Sequence[Told], now: datetime, office: Office
) -> tuple[Contact, ...]:
    """Tell of people, in order; who is in the list is merged with what is known of them.

    Raises Rejected with every fault: all are kept, or none.
    """
    contacts = _contacts(known, told, now, office)
    _refuse(known, told, office.people.erased(known.account_id, hashes_of(contacts)), office)
    wider = with_fields(known, {name for each in contacts for name in each.fields})
    if wider is not known:
        office.lists.save_list(wider)
    kept = _kept(known, contacts, office.people)
    see_again(known.account_id, kept.values(), office.people)
    return tuple(kept.values())


def _kept(known: ContactList, contacts: Sequence[Contact], people: People) -> dict[str, Contact]:
    """Keep contacts, merged with what is known of them; whoever changes meanwhile, once more."""
    kept: dict[str, Contact] = {}
    left = {each.id for each in contacts}
    for _ in range(_TRIES):
        there = people.known(known.account_id, known.id, left)
        new = dict(there)
        for each in contacts:
            if each.id in left:
                older = new.get(each.id)
                new[each.id] = each if older is None else merged(older, each)
        kept |= {each.id: new[each.id] for each in contacts if each.id in left}
        left = people.swap([(there.get(each), kept[each]) for each in kept if each in left])
        if not left:
            return kept
    raise Unavailable("contacts changed all the time", list_id=known.id)


def page(
    known: ContactList,
    segment: segments.Segment | None,
    limit: int,
    after: str | None,
    office: Office,
) -> Page[Contact]:
    """Return some of a list's contacts, those of a segment if one is given.

    With a segment a page may be short, or empty, though others follow.
    """
    if segment is None:
        return office.people.page(known, limit, after)
    found: list[Contact] = []
    looked = 0
    while len(found) < limit and looked < MOST_LOOKED_AT:
        part = office.people.page(known, min(limit - len(found), _PAGE), after)
        found += filter(segment.matches, part.items)
        looked, after = looked + max(1, len(part.items)), part.next
        if after is None:
            break
    return Page(tuple(found), after)


def load(account_id: str, list_id: str, contact_id: str, office: Office) -> Contact:
    """Return somebody in a list. Raises NotFound."""
    found = office.people.known(account_id, list_id, [contact_id]).get(contact_id)
    if found is None:
        raise NotFound("no such contact", contact_id=contact_id)
    return found


def _contacts(
    known: ContactList, told: Sequence[Told], now: datetime, office: Office
) -> list[Contact]:
    numbers, hashed = Numbers(known.country), office.hashing(known.account_id)
    faults: list[Fault] = []
    found = []
    for at, each in enumerate(told):
        read = tuple(dict.fromkeys(_read(each.numbers, f"/contacts/{at}", numbers, faults)))
        try:
            check_fields(each.fields, f"/contacts/{at}/fields")
        except Rejected as error:
            faults += error.faults
        if read:
            first, *others = map(hashed, read)
            found.append(
                Contact(
                    id=first,
                    account_id=known.account_id,
                    list_id=known.id,
                    numbers=read,
                    others=tuple(others),
                    fields={name: value for name, value in each.fields.items() if value},
                    created_at=now,
                    updated_at=now,
                )
            )
    if faults:
        raise Rejected("the contacts cannot be kept", faults=tuple(faults))
    return found


def _read(
    written: Sequence[str], pointer: str, numbers: Numbers, faults: list[Fault]
) -> Iterator[str]:
    for at, each in enumerate(written[:MOST_NUMBERS]):
        try:
            yield numbers.read(each)
        except Unusable as error:
            faults.append(Fault(f"{pointer}/numbers/{at}", words(error.reason, "en")))


def _refuse(known: ContactList, told: Sequence[Told], gone: set[str], office: Office) -> None:
    """Refuse numbers of people who were erased. Raises Rejected with every fault."""
    if not gone:
        return
    numbers, hashed = Numbers(known.country), office.hashing(known.account_id)
    faults = tuple(
        Fault(f"/contacts/{at}/numbers/{place}", words(Reason.ERASED, "en"))
        for at, each in enumerate(told)
        for place, written in enumerate(each.numbers[:MOST_NUMBERS])
        if hashed(numbers.read(written)) in gone
    )
    raise Rejected("the contacts cannot be kept", faults=faults)
