"""A contact: somebody in a list, with their numbers in order and what a script may say of them.

A person is known by their first number: the same one twice in a list is one contact. Which of two
cells stands, `merged` says. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.reading import escape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MOST_NUMBERS: Final = 5
MOST_FIELDS: Final = 50
LONGEST_VALUE: Final = 500
# What a row may weigh at most: a store's item is 400 KB, and twenty-five of them one request.
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
# Names that every list has, as scripts and segments know them; all others are the customer's own.
KNOWN_FIELDS: Final = ("first_name", "name", "email")
# What a segment may ask that no field may be called.
RESERVED: Final = frozenset({"number", "numbers", "and", "or", "not", "in", "is", "empty"})


@dataclass(frozen=True, slots=True)
class Touch:
    """The import that brought a contact last: on which of its rows, and whether it was new then.

    A piece of a file that is worked off again counts as it did the first time.
    """

    import_id: str
    row: int
    created: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody in a list. `id` is the account's own keyed hash of their first number, `others` are
    those of the rest.
    """

    id: str
    account_id: str
    list_id: str
    numbers: tuple[str, ...]
    others: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
    touched: Touch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """A list of contacts. `country` is how its numbers are written; `zone` whose clock counts
    where a number does not tell; `fields` are those that any contact has; `segments` have names.
    """

    id: str
    account_id: str
    name: str
    country: str = "FR"
    zone: str | None = None
    fields: tuple[str, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime
    version: int = 1


def merged(older: Contact, newer: Contact) -> Contact:
    """Return what is known of a person who is there twice.

    A cell that says something stands before an older one, an empty one before none; numbers keep
    their order, and new ones come last. Merging the same again changes nothing.
    """
    hashes = dict(zip(older.numbers, (older.id, *older.others), strict=True))
    hashes |= zip(newer.numbers, (newer.id, *newer.others), strict=True)
    numbers = tuple(hashes)[:MOST_NUMBERS]
    return replace(
        newer,
        numbers=numbers,
        others=tuple(hashes[each] for each in numbers[1:]),
        fields={**older.fields, **newer.fields},
        created_at=older.created_at,
        touched=_touched(older, newer),
    )


def _touched(older: Contact, newer: Contact) -> Touch | None:
    """Return the import that brought a contact last, on the first of its rows."""
    before, after = older.touched, newer.touched
    if after is None or (before is not None and before.import_id == after.import_id):
        return before
    return replace(after, created=False)


def check_fields(fields: Mapping[str, str], pointer: str = "/fields") -> None:
    """Refuse fields that no script could name. Raises Rejected with every fault."""
    faults = [
        Fault(f"{pointer}/{escape(name[:60])}", reason)
        for name in fields
        if (reason := name_fault(name)) is not None
    ]
    if len(fields) > MOST_FIELDS:
        faults.append(Fault(pointer, f"at most {MOST_FIELDS} fields, these are {len(fields)}"))
    if faults:
        raise Rejected("the fields cannot be kept", faults=tuple(faults))


def name_fault(name: str) -> str | None:
    """Say what is wrong with the name of a field; None if nothing is."""
    if not NAME.fullmatch(name):
        return "a field's name is a small letter, then small letters, digits and _, 40 at most"
    return f"`{name}` is a word of segments: take another" if name in RESERVED else None
