"""A piece of a file worked off: people found again, merged, counted. Pure over its ports.

Working a piece off again does nothing that it did not do before, and counts the same: each contact
carries the import that brought it last, on which row, and whether it was new then.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from chalicelib.campaigns.contacts.contacts import Contact, Touch, merged
from chalicelib.campaigns.contacts.imports import Counts
from chalicelib.campaigns.contacts.refusals import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.campaigns.contacts.imports import Import
    from chalicelib.campaigns.contacts.reading import Person, Reader
    from chalicelib.campaigns.contacts.tables import Row


class Contacts(Protocol):
    """Contacts of lists, and who had themselves erased. Everything raises Unavailable."""

    def known(self, account_id: str, list_id: str, ids: Collection[str]) -> Mapping[str, Contact]:
        """Return those of some people who are in a list."""

    def erased(self, account_id: str, ids: Collection[str]) -> set[str]:
        """Return those of some people who had themselves erased."""

    def put(self, contacts: Iterable[Contact]) -> None:
        """Keep contacts, in place of what was known of them. Doing it twice changes nothing."""

    def erased_since(self, account_id: str, since: datetime) -> set[str]:
        """Return who had themselves erased since."""

    def drop(self, contacts: Iterable[Contact]) -> None:
        """Delete contacts; one that is not there is no error."""


@dataclass(slots=True)
class Piece:
    """What came of a piece: who is to be kept, on which rows they are, and what was refused."""

    first: int  # how many rows were done before it
    rows: int = 0
    people: dict[str, Contact] = field(default_factory=dict)
    places: dict[str, list[Row]] = field(default_factory=dict)
    refused: list[tuple[Refusal, Sequence[str]]] = field(default_factory=list)


class _Fate(Enum):
    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"  # another row of the same import had brought them


def read(
    rows: Iterable[Row],
    known: Import,
    reader: Reader,
    told: list[Refusal],
    hashed: Callable[[str], str],
    now: datetime,
) -> Piece:
    """Read the people of a piece, each once. `told` is where the reader puts what it refuses."""
    piece = Piece(known.counts.rows)
    for row in rows:
        piece.rows += 1
        person = reader.read(row)
        if told:
            piece.refused += [(each, row[1] or ()) for each in told]
            told.clear()
        if person is not None:
            contact = _contact(person, known, hashed, piece.first + piece.rows, now)
            older = piece.people.get(contact.id)
            piece.people[contact.id] = contact if older is None else merged(older, contact)
            piece.places.setdefault(contact.id, []).append(row)
    return piece


def keep(piece: Piece, known: Import, contacts: Contacts, since: datetime) -> Counts:
    """Keep the people of a piece that began after `since`, but for those who were erased."""
    account_id = known.account_id
    for each in contacts.erased(account_id, list(piece.people)):
        del piece.people[each]
        places = piece.places.pop(each)
        piece.refused += [(Refusal(line, "", Reason.ERASED), cells or ()) for line, cells in places]
    there = contacts.known(account_id, known.list_id, list(piece.people))
    fates: Counter[_Fate] = Counter()
    for each, contact in piece.people.items():
        older, rows = there.get(each), len(piece.places[each])
        fate = _fate(older, known, piece.first)
        fates[fate] += 1
        fates[_Fate.MERGED] += rows - 1
        piece.people[each] = contact if older is None else merged(older, contact)
    contacts.put(piece.people.values())
    late = contacts.erased_since(account_id, since) & piece.people.keys()
    contacts.drop([piece.people[each] for each in late])
    return _counts(piece, fates)


def _contact(
    person: Person, known: Import, hashed: Callable[[str], str], row: int, now: datetime
) -> Contact:
    first, *others = map(hashed, person.numbers)
    return Contact(
        id=first,
        account_id=known.account_id,
        list_id=known.list_id,
        numbers=person.numbers,
        others=tuple(others),
        fields=person.fields,
        created_at=now,
        updated_at=now,
        touched=Touch(known.import_id, row),
    )


def _fate(older: Contact | None, known: Import, first: int) -> _Fate:
    touched = None if older is None else older.touched
    if older is None or touched is None or touched.import_id != known.import_id:
        return _Fate.CREATED if older is None else _Fate.UPDATED
    if touched.row <= first:
        return _Fate.MERGED
    return _Fate.CREATED if touched.created else _Fate.UPDATED


def _counts(piece: Piece, fates: Mapping[_Fate, int]) -> Counts:
    remarks = sum(each.kept for each, _ in piece.refused)
    return Counts(
        rows=piece.rows,
        **{fate.value: fates[fate] for fate in _Fate},
        refused=len(piece.refused) - remarks,
        remarks=remarks,
    )
