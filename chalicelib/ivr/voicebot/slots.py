"""What a caller answered when asked for something: a number, a code, a choice or any words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.voicebot import matching

if TYPE_CHECKING:
    from chalicelib.ivr.voicebot.brief import Slot

_LONGEST: Final = 200
_GAPS: Final = re.compile(r"[\s.,;:/-]+")
# People spell numbers out a digit at a time; recognisers write some of those as words.
_DIGITS: Final = {
    word: str(digit)
    for digit, words in enumerate(
        ("zero oh", "un une one", "deux two", "trois three", "quatre four", "cinq five",
         "six", "sept seven", "huit eight", "neuf nine")
    )
    for word in words.split()
}  # fmt: skip
_KINDS: Final = {"9": "[0-9]", "A": "[A-Za-z]"}


def filled(slot: Slot, text: str) -> str | None:
    """Return the value that an answer gives a slot, None if it gives none."""
    if slot.digits is not None:
        return _number(text, slot.digits.least, slot.digits.most)
    if slot.shape:
        return _code(text, slot.shape)
    if slot.choices:
        found = matching.best(text, ((v, (v, *said)) for v, said in slot.choices.items()))
        return found.name if found else None
    return text.strip()[:_LONGEST] or None


def _number(text: str, least: int, most: int) -> str | None:
    """Read the one number of the right length in a sentence: "c'est le 12 34, 56"."""
    runs = re.findall(r"[0-9]+", _joined(_in_figures(text)))
    fitting = [run for run in runs if least <= len(run) <= most]
    return fitting[0] if len(fitting) == 1 else None


def _code(text: str, shape: str) -> str | None:
    """Read a code of a given shape wherever it stands; gaps and dashes may be left out."""
    bare_shape = _GAPS.sub("", shape)
    pattern = "".join(_KINDS.get(each, re.escape(each)) for each in bare_shape)
    bounded = rf"(?<![0-9A-Za-z]){pattern}(?![0-9A-Za-z])"
    figures = _in_figures(text)
    for spelt in (figures, _joined(figures), _GAPS.sub("", figures)):
        found = re.search(bounded, spelt, re.IGNORECASE)
        if found:
            return _as_shaped(found[0].upper(), shape)
    return None


def _as_shaped(code: str, shape: str) -> str:
    """Put back what the shape has between its letters and digits.

    >>> _as_shaped("A1234", "A-9999")
    'A-1234'
    """
    left = iter(code)
    return "".join(each if _GAPS.fullmatch(each) else next(left) for each in shape)


def _in_figures(text: str) -> str:
    words = text[:_LONGEST].split()
    return " ".join(_DIGITS.get(matching.normalised(word), word) for word in words)


def _joined(text: str) -> str:
    """Bring together what stands apart: digits by digits, and a letter by its digits."""
    together = re.sub(r"(?<=[0-9])[\s.,;:/-]+(?=[0-9])", "", text)
    return re.sub(r"(?<=\b[A-Za-z])[\s.-]+(?=[0-9A-Za-z]\b|[0-9])", "", together)
