"""What an import would do, told of a file's first rows before anything is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from chalicelib.campaigns.contacts import columns, files
from chalicelib.campaigns.contacts.numbers import Numbers
from chalicelib.campaigns.contacts.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.campaigns.contacts.columns import Column
    from chalicelib.campaigns.contacts.files import Form
    from chalicelib.campaigns.contacts.reading import Person
    from chalicelib.campaigns.contacts.refusals import Refusal

_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file is read: `mapping` is what would be followed, and whence it is.

    `rows` are how many were looked at; `people` and `refused` the first of what came of them.
    """

    form: Form
    signature: str
    columns: tuple[Column, ...]
    mapping: tuple[str, ...]
    remembered: bool
    rows: int
    people: tuple[Person, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a file by hand; None of each is told from the file."""

    charset: str | None = None
    separator: str | None = None
    heading: bool | None = None
    mapping: Sequence[str] | None = None


def preview(
    stream: IO[bytes],
    country: str,
    said: Said,
    remembered: Callable[[str], Sequence[str] | None],
) -> Preview:
    """Look at a file. `remembered` finds the mapping of the last file with the same columns.

    Raises Rejected for no list, or a mapping by hand that cannot be followed.
    """
    found = files.look(stream, said.charset, said.separator, said.heading)
    numbers = Numbers(country)
    titles, rows = found.form.titles, [cells for _, cells in found.rows if cells]
    seem = columns.recognise(titles, rows, numbers)
    mark = columns.signature(titles)
    known = None if said.mapping is not None else remembered(mark)
    mapping = said.mapping or known or [each.target for each in seem]
    if said.mapping is not None or known is not None:
        mapping = columns.check(mapping, len(titles))
    people, refused = _read(found, mapping, numbers)
    return Preview(
        form=found.form,
        signature=mark,
        columns=seem,
        mapping=tuple(mapping),
        remembered=known is not None,
        rows=len(found.rows),
        people=tuple(people[:_SHOWN]),
        refused=tuple(refused[:_SHOWN]),
    )


def _read(
    found: files.Found, mapping: Sequence[str], numbers: Numbers
) -> tuple[list[Person], list[Refusal]]:
    refused: list[Refusal] = []
    reader = Reader(found.form.titles, mapping, numbers, refused.append, padded=found.form.padded)
    people = [person for row in found.rows if (person := reader.read(row)) is not None]
    return people, refused
