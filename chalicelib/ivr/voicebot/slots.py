"""What a caller answered when asked for something: a number, a code, a choice or any words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import replies
from chalicelib.ivr.voicebot import matching

if TYPE_CHECKING:
    from chalicelib.ivr.voicebot.brief import Slot

_LONGEST: Final = 200
_GAPS: Final = re.compile(r"[\s.,;:/-]+")
_KINDS: Final = {"9": "[0-9]", "A": "[A-Za-z]"}


def filled(slot: Slot, text: str, language: str) -> str | None:
    """Return the value that an answer gives a slot, None if it gives none."""
    if slot.digits is not None:
        return replies.number_of(text, language, slot.digits.least, slot.digits.most) or None
    if slot.shape:
        return _code(text, slot.shape, language)
    if slot.choices:
        found = matching.best(text, ((v, (v, *said)) for v, said in slot.choices.items()))
        return found.name if found else None
    return text.strip()[:_LONGEST] or None


def _code(text: str, shape: str, language: str) -> str | None:
    """Read a code of a given shape wherever it stands; gaps and dashes may be left out."""
    pattern = "".join(_KINDS.get(each, re.escape(each)) for each in _GAPS.sub("", shape))
    bounded = rf"(?<![0-9A-Za-z]){pattern}(?![0-9A-Za-z])"
    for written in (text, _joined(text), _GAPS.sub("", text)):
        found = re.search(bounded, written, re.IGNORECASE)
        if found:
            return _as_shaped(found[0].upper(), shape)
    fits = re.compile(pattern, re.IGNORECASE).fullmatch
    spelt = replies.code(text, language, lambda code: fits(code) is not None)
    return _as_shaped(spelt, shape) if spelt else None


def _as_shaped(code: str, shape: str) -> str:
    """Put back what the shape has between its letters and digits.

    >>> _as_shaped("A1234", "A-9999")
    'A-1234'
    """
    left = iter(code)
    return "".join(each if _GAPS.fullmatch(each) else next(left) for each in shape)


def _joined(text: str) -> str:
    """Bring together what stands apart: digits by digits, and a letter by its digits."""
    together = re.sub(r"(?<=[0-9])[\s.,;:/-]+(?=[0-9])", "", text)
    return re.sub(r"(?<=\b[A-Za-z])[\s.-]+(?=[0-9A-Za-z]\b|[0-9])", "", together)
