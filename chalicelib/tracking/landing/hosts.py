"""Names in the lists of hosts, and which of them stand for a host.

A name stands for its host and all hosts below it, and with `=` before it for the host alone. An
ending `*` is any country's: `google.*` is google.fr and google.co.uk.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A country's ending, or a company's under it: fr, com; co.uk, com.au.
_ENDINGS: Final = (re.compile(r"com?\.[a-z]{2}"), re.compile(r"[a-z]{2,3}"))


def names_of(host: str) -> Iterator[str]:
    """Return every name that would stand for a host, the longest first.

    >>> list(names_of("mail.orange.fr"))[:5]
    ['=mail.orange.fr', '=mail.orange.*', 'mail.orange.fr', 'mail.orange.*', 'orange.fr']
    """
    labels = host.split(".")
    yield from (f"={each}" for each in _spellings(labels))
    for start in range(len(labels)):
        yield from _spellings(labels[start:])


def _spellings(labels: Sequence[str]) -> Iterator[str]:
    yield ".".join(labels)
    for ending in _ENDINGS:
        many = ending.pattern.count(r"\.") + 1
        if len(labels) > many and ending.fullmatch(".".join(labels[-many:])):
            yield ".".join((*labels[:-many], "*"))
