"""Codes of letters and digits as callers spell them: "c'est le AB-123", "B comme Bernard 42".

Digits, numbers, single letters and capitals are spelt; the words of a sentence are left out. A word
that may be either is tried both ways: where both fit, nothing is understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import hearing
from chalicelib.ivr.spelling import Word, spelt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_WORDS: Final = 40
_SHORT: Final = 3  # nobody spells with longer words, but "ab" may be letters that were run together


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of what was said: how it may be read, and whether it is surely part of a code."""

    ways: dict[str, int]
    sure: bool
    short: bool = True


def read(said: str, tongue: str, fits: Callable[[str], bool]) -> str:
    """Return the one code that fits in what was said; "" where there is none, or several.

    >>> read("référence AB 123 s'il vous plaît", "fr", lambda code: len(code) <= 20)
    'AB123'
    """
    parts = [spelt(part, tongue) for part in hearing.pauses(said)]
    if not 0 < sum(map(len, parts)) <= _MOST_WORDS:
        return ""
    pieces = [piece for part in parts for piece in _pieces(part, tongue)]
    alone = len(hearing.split(said)) == 1
    # At first everything short is needed; then "est" or "oui" may be no letters after all.
    for needed in ([each.sure or each.short for each in pieces], [each.sure for each in pieces]):
        if not any(needed) and not alone:
            return ""  # nothing was spelt
        found = _fitting(pieces, needed, fits)
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _fitting(pieces: list[_Piece], needed: list[bool], fits: Callable[[str], bool]) -> set[str]:
    """Return the codes in the stretches that hold all that is needed; "" for an unsure one."""
    places = [at for at, each in enumerate(needed) if each]
    first, last = (places[0], places[-1]) if places else (0, 0)
    found: set[str] = set()
    for start in range(first + 1):
        ways = {"": 0}
        for at in range(start, len(pieces)):
            ways = hearing.joined(ways, pieces[at].ways)
            fitting = {code: parts for code, parts in ways.items() if at >= last and fits(code)}
            if fitting:
                found.add(hearing.likeliest(fitting) or "")
    return found


def _pieces(said: list[Word], tongue: str) -> Iterator[_Piece]:
    """Go through numbers, each a piece however many words it has, and letters."""

    def counts(word: Word) -> bool:
        return hearing.numeric(word.bare, tongue) and not word.letters

    for numbers, run in groupby(said, counts):
        if numbers:
            ways = hearing.readings(tuple(word.bare for word in run), tongue)
            yield _Piece(ways, sure=True)
        else:
            yield from map(_lettered, run)


def _lettered(word: Word) -> _Piece:
    spelt = word.letters or len(word.bare) == 1 or any(map(str.isdigit, word.bare))
    return _Piece({word.bare.upper(): 1}, sure=spelt, short=len(word.bare) <= _SHORT)
