"""Which column of a list is what: told by its name, in French and in English, and by what is in it.

A mapping is, for each column, the name of what it holds: `number` (several, in order), a field, or
"" for what is left out. Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.contacts.contacts import MOST_FIELDS, MOST_NUMBERS, RESERVED, name_fault
from chalicelib.campaigns.contacts.numbers import Unusable
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.campaigns.contacts.numbers import Numbers

NUMBER: Final = "number"
IGNORED: Final = ""
MOST_COLUMNS: Final = 200
# What columns are called, without accents and in small letters.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": ("prenom", "first name", "firstname", "given name", "prenom contact"),
    "name": (
        *("nom", "name", "last name", "lastname", "surname", "family name", "nom de famille"),
        *("nom contact", "nom client", "full name", "nom complet", "nom et prenom", "contact"),
    ),
    "email": (
        *("email", "e mail", "mail", "courriel", "adresse mail", "adresse e mail"),
        *("adresse email", "email address", "e mail address"),
    ),
    # What our own files of refused rows begin with.
    IGNORED: ("cadran ligne", "cadran line", "cadran colonne", "cadran column")
    + ("cadran motif", "cadran reason", "cadran prise", "cadran kept"),
}
_KNOWN: Final = {name: target for target, names in NAMES.items() for name in names}
_OF_PHONES: Final = frozenset(
    {"telephone", "telephones", "tel", "phone", "phones", "telephon", "mobile", "portable", "gsm"}
    | {"cell", "cellphone", "msisdn", "fixe", "landline", "tel1", "tel2", "tel3"}
)
# Words that make of a column about telephones one that holds none.
_NOT_PHONES: Final = frozenset(
    {"date", "type", "model", "modele", "operateur", "operator", "statut", "status", "note", "ok"}
    | {"heure", "time", "jour", "day", "opt", "optin", "consent", "consentement"}
)
_NOT_WORDS: Final = re.compile(r"[^a-z0-9]+")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ENOUGH: Final = 0.6  # of a column's cells, to be what they look like


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was found: what it is called, what it was taken for, and some of its cells."""

    title: str
    target: str
    numbers: float  # the share of its cells that are telephone numbers
    filled: float
    examples: tuple[str, ...]


def plain(text: str) -> str:
    """Return a title without accents, capitals and punctuation.

    >>> plain("N° de Téléphone :")
    'n de telephone'
    """
    bare = unicodedata.normalize("NFKD", text)
    letters = "".join(each for each in bare if not unicodedata.combining(each))
    return _NOT_WORDS.sub(" ", letters.casefold()).strip()


def signature(titles: Sequence[str]) -> str:
    """Return what a mapping is remembered by: the titles, in their order."""
    return hashlib.sha256("\x1f".join(map(plain, titles)).encode()).hexdigest()[:32]


def recognise(
    titles: Sequence[str], rows: Sequence[Sequence[str]], numbers: Numbers
) -> tuple[Column, ...]:
    """Tell what each column seems to be, from its title and some rows."""
    taken: set[str] = set()
    found = []
    for at, title in enumerate(titles[:MOST_COLUMNS]):
        cells = [row[at].strip() for row in rows if at < len(row)]
        filled = [cell for cell in cells if cell]
        share = _share(filled, numbers)
        target = _target(title, at, filled, share, taken)
        taken.add(target)
        examples = tuple(dict.fromkeys(cell[:60] for cell in filled))[:3]
        found.append(Column(title, target, share, len(filled) / max(1, len(cells)), examples))
    return tuple(found)


def check(mapping: Sequence[str], width: int) -> tuple[str, ...]:
    """Refuse a mapping that cannot be followed. Raises Rejected with every fault."""
    faults = [
        Fault(f"/mapping/{at}", reason)
        for at, name in enumerate(mapping)
        if (reason := _fault_of(name, mapping[:at])) is not None
    ]
    if len(mapping) != width:
        faults.append(Fault("/mapping", f"the file has {width} columns, these are {len(mapping)}"))
    named = [name for name in mapping if name]
    if NUMBER not in named:
        faults.append(Fault("/mapping", "no column holds telephone numbers: name one `number`"))
    if named.count(NUMBER) > MOST_NUMBERS:
        faults.append(Fault("/mapping", f"at most {MOST_NUMBERS} columns of numbers"))
    if len(named) - named.count(NUMBER) > MOST_FIELDS:
        faults.append(Fault("/mapping", f"at most {MOST_FIELDS} fields: leave some out"))
    if faults:
        raise Rejected("the columns are not told", faults=tuple(faults))
    return tuple(mapping)


def _fault_of(name: str, before: Sequence[str]) -> str | None:
    if name in (NUMBER, IGNORED):
        return None
    return name_fault(name) or ("is another column's already" if name in before else None)


def _target(title: str, at: int, cells: Sequence[str], share: float, taken: set[str]) -> str:
    known = plain(title)
    words = set(known.split())
    if known in _KNOWN and (_KNOWN[known] not in taken or not _KNOWN[known]):
        return _KNOWN[known]
    if _is_of_phones(words, cells, share):
        return NUMBER
    if cells and sum(map(bool, map(_MAIL.fullmatch, cells))) >= _ENOUGH * len(cells):
        return _free("email", taken)
    return _free(_slug(known) or f"column_{at + 1}", taken)


def _is_of_phones(words: set[str], cells: Sequence[str], share: float) -> bool:
    if words & _NOT_PHONES:
        return False
    # Amounts and references may look like numbers; a title that speaks of phones need not.
    told = bool(words & _OF_PHONES) or (bool(words & {"numero", "number"}) and len(words) == 1)
    return share > 0 or not cells if told else share >= _ENOUGH and _are_written_as_phones(cells)


def _are_written_as_phones(cells: Sequence[str]) -> bool:
    """Say whether most cells begin as numbers of phones do, as no amount does."""
    written = sum(cell.lstrip("'( ").startswith(("0", "+")) for cell in cells)
    return written >= _ENOUGH * len(cells)


def _share(cells: Sequence[str], numbers: Numbers) -> float:
    return sum(_is_number(cell, numbers) for cell in cells) / len(cells) if cells else 0.0


def _is_number(cell: str, numbers: Numbers) -> bool:
    try:
        return bool(numbers.read(cell))
    except Unusable:
        return False


def _slug(known: str) -> str:
    slug = known.replace(" ", "_").lstrip("0123456789_")[:40].rstrip("_")
    return f"{slug}_" if slug in RESERVED else slug


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no column has yet."""
    several = (f"{name[:36]}_{count}" for count in range(2, MOST_COLUMNS + 2))
    return name if name not in taken else next(each for each in several if each not in taken)
