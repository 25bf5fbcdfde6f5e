"""What scripts say of a contact: `{{contact.first_name|default("Madame, Monsieur")}}`. Pure.

Flows write it as they write any variable. Surveys and texts know no other variable and no other
filter, so that a call and a text message say the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from chalicelib.kernel import sealing
from chalicelib.kernel.reading import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FIELDS: Final = 10
# Bytes of one value: ten of them have to fit into a URL of the carrier's, sealed.
LONGEST_VALUE: Final = 200
_SLOT: Final = re.compile(
    r"""\{\{\s*contact\.([a-z][a-z0-9_]{0,39})\s*"""
    r"""(?:\|\s*default\(\s*(?:"([^"\\{}]*)"|'([^'\\{}]*)')\s*\)\s*)?\}\}"""
)
_OPENING: Final = re.compile(r"\{\{")


def fields_in(text: str) -> frozenset[str]:
    """Return the fields of a contact that a text says.

    >>> sorted(fields_in('Bonjour {{contact.name|default("à vous")}}, {{ contact.city }} ?'))
    ['city', 'name']
    """
    return frozenset(match[1] for match in _SLOT.finditer(text))


def faults_in(text: str) -> Iterator[str]:
    """Yield what is wrong with the braces of a text.

    >>> list(faults_in("Bonjour {{contact.name}}")), len(list(faults_in("Bonjour {{name}}")))
    ([], 1)
    """
    right = {match.start() for match in _SLOT.finditer(text)}
    for match in _OPENING.finditer(text):
        if match.start() not in right:
            written = quoted(text[match.start() : match.start() + 40])
            yield f'{written}: a text may say {{{{contact.first_name|default("...")}}}}, no more'


def filled(text: str, fields: Mapping[str, str]) -> str:
    """Return a text as somebody reads it. Values are never read as texts of ours.

    >>> filled('Bonjour {{contact.name|default("à vous")}}.', {"name": "{{contact.x}}"})
    'Bonjour {{contact.x}}.'
    """

    def said(match: re.Match[str]) -> str:
        return fields.get(match[1]) or match[2] or match[3] or ""

    return _SLOT.sub(said, text)


def seal(fields: Mapping[str, str], *, key: bytes, attempt: str) -> str:
    """Return fields as they travel in the URLs of a call: nobody reads them there."""
    if not fields:
        return ""
    short = {name: _cut(value) for name, value in list(fields.items())[:MOST_FIELDS]}
    text = json.dumps(short, separators=(",", ":"), ensure_ascii=False)
    return sealing.seal(text, key=key, about=attempt)


def unseal(sealed: str, *, key: bytes, attempt: str) -> dict[str, str]:
    """Return the fields that were sealed for an attempt; none of what was not.

    >>> sealed = seal({"name": "Zoé"}, key=b"k", attempt="camp_1.a-1")
    >>> unseal(sealed, key=b"k", attempt="camp_1.a-1"), unseal(sealed, key=b"k", attempt="x")
    ({'name': 'Zoé'}, {})
    """
    text = sealing.unseal(sealed, key=key, about=attempt) if sealed else None
    fields: dict[str, str] = {} if text is None else json.loads(text)
    return fields


def _cut(value: str) -> str:
    return value.encode()[:LONGEST_VALUE].decode(errors="ignore")
