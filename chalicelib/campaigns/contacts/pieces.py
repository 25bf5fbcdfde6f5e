"""A piece of a file worked off: people found again, merged, counted. Pure over its ports.

Working a piece off again does nothing that it did not do before, and counts the same: each contact
carries the import that brought it last, on which row, and whether it was new then.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.campaigns.contacts.columns import NUMBER
from chalicelib.campaigns.contacts.contacts import Contact, Touch, merged
from chalicelib.campaigns.contacts.erasing import hashes_of, see_again, without
from chalicelib.campaigns.contacts.imports import Counts
from chalicelib.campaigns.contacts.refusals import Reason, Refusal
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from chalicelib.campaigns.contacts.imports import Import
    from chalicelib.campaigns.contacts.reading import Person, Reader
    from chalicelib.campaigns.contacts.tables import Row

    # What was known of somebody, None if nothing was; and what is to be kept in its place.
    Change = tuple[Contact | None, Contact]

_TRIES: Final = 8


class Contacts(Protocol):
    """Contacts of lists, and who had themselves erased. Everything raises Unavailable."""

    def known(self, account_id: str, list_id: str, ids: Collection[str]) -> Mapping[str, Contact]:
        """Return those of some people who are in a list."""

    def erased(self, account_id: str, ids: Collection[str]) -> set[str]:
        """Return those of some people who had themselves erased."""

    def swap(self, changes: Iterable[Change]) -> set[str]:
        """Keep contacts in place of what was known of them, where that is still so.

        Returns who was changed meanwhile: of them nothing is kept.
        """

    def drop(self, contacts: Iterable[Contact]) -> None:
        """Delete contacts; one that is not there is no error."""


@dataclass(slots=True)
class Piece:
    """What came of a piece: who is to be kept, on which rows they are, and what was refused."""

    first: int  # how many rows were done before it
    rows: int = 0
    people: dict[str, Contact] = field(default_factory=dict)
    kept: dict[str, Contact] = field(default_factory=dict)  # merged with what was known of them
    places: dict[str, list[tuple[Row, Contact]]] = field(default_factory=dict)
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
            piece.places.setdefault(contact.id, []).append((row, contact))
    return piece


def keep(piece: Piece, known: Import, contacts: Contacts) -> Counts:
    """Keep the people of a piece, but for those who were erased."""
    fates: dict[str, _Fate] = {}
    changed = set(piece.people)
    for _ in range(_TRIES):
        there = contacts.known(known.account_id, known.list_id, changed)
        _leave_out(piece, there, known.account_id, contacts)
        changed &= piece.people.keys()
        fates |= {each: _fate(there.get(each), known, piece.first) for each in changed}
        changed = contacts.swap(_changes(piece, there, changed))
        if not changed:
            see_again(known.account_id, piece.kept.values(), contacts)
            return _counts(piece, fates)
    raise Unavailable("contacts of a list changed all the time", list_id=known.list_id)


def _leave_out(
    piece: Piece, there: Mapping[str, Contact], account_id: str, contacts: Contacts
) -> None:
    """Refuse who was erased, as a person or as somebody's other number.

    A worker that was killed may have written them, and not have looked again: they are deleted.
    """
    wanted = hashes_of((*piece.people.values(), *there.values()))
    gone = contacts.erased(account_id, wanted)
    if not gone:
        return
    contacts.drop([there[each] for each in gone & there.keys()])
    for each in gone & piece.people.keys():
        del piece.people[each]
        piece.refused += [
            (Refusal(line, "", Reason.ERASED), cells or ())
            for (line, cells), _ in piece.places.pop(each)
        ]
    for each, contact in piece.people.items():
        left = without(contact, gone)
        if left is not contact:
            piece.people[each] = left
            piece.refused += [
                (Refusal(line, NUMBER, Reason.ERASED, kept=True), cells or ())
                for (line, cells), told in piece.places[each]
                if gone.intersection(told.others)
            ]


def _changes(
    piece: Piece, there: Mapping[str, Contact], wanted: Collection[str]
) -> Iterator[Change]:
    for each, contact in piece.people.items():
        if each not in wanted:
            continue
        older = there.get(each)
        piece.kept[each] = contact if older is None else merged(older, contact)
        yield older, piece.kept[each]


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


def _counts(piece: Piece, fates: Mapping[str, _Fate]) -> Counts:
    remarks = sum(each.kept for each, _ in piece.refused)
    counted = Counter(fates[each] for each in piece.people)
    counted[_Fate.MERGED] += sum(len(piece.places[each]) - 1 for each in piece.people)
    return Counts(
        rows=piece.rows,
        **{fate.value: counted[fate] for fate in _Fate},
        refused=len(piece.refused) - remarks,
        remarks=remarks,
    )
