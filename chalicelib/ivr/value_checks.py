"""What is wrong with a question for a value: one that nobody could answer, or says two things."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import values
from chalicelib.ivr.actions import Listening
from chalicelib.ivr.values import CheckDigit, What

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from chalicelib.ivr.values import Shape

_PATTERN: Final = re.compile(r"[9A*0-8B-Z./ -]{1,40}")
_DIGITS: Final = "0123456789"
_COUNTED: Final = (What.DIGITS, What.CODE)


def faults(
    shape: Shape, listen: Listening, finish_key: str | None, given: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong: the field, and why. `given` are the fields that the author wrote."""
    if shape.least > shape.most:
        yield "least", f"is above `most`, which is {shape.most}"
    yield from _pattern(shape)
    yield from _bounds(shape, given)
    yield from _check_digit(shape)
    if "period" in given and shape.what is not What.DATE:
        yield "period", f"means nothing for a value of the kind {shape.what}"
    yield from _keys(shape, listen, finish_key)


def _pattern(shape: Shape) -> Iterator[tuple[str, str]]:
    if shape.pattern and not _PATTERN.fullmatch(shape.pattern):
        yield "pattern", "may hold 9 (a digit), A (a letter), * (either), capitals and digits"
    if shape.pattern and shape.what not in _COUNTED:
        yield "pattern", f"means nothing for a value of the kind {shape.what}"
    if shape.what is What.DIGITS and _has_letters(shape):
        yield "pattern", "holds letters: `what` must be code, and `listen` speech or both"


def _bounds(shape: Shape, given: Collection[str]) -> Iterator[tuple[str, str]]:
    places = len(values.significant(shape.pattern))
    for name, wanted in (("least", shape.least), ("most", shape.most)):
        if name not in given:
            continue
        if shape.what not in _COUNTED:
            yield name, f"means nothing for a value of the kind {shape.what}"
        elif places and wanted != places:
            yield name, f"does not agree with the pattern, whose length is {places}"


def _check_digit(shape: Shape) -> Iterator[tuple[str, str]]:
    if shape.check_digit is CheckDigit.NONE:
        return
    if shape.what is not What.DIGITS:
        yield "check_digit", "can check digits only"
    elif not _may_pass(shape):
        yield "check_digit", "is right for no value that has the pattern"


def _may_pass(shape: Shape) -> bool:
    """Tell whether a value of the pattern may pass the check; with three free digits one does."""
    pattern = values.significant(shape.pattern)
    free = [_DIGITS if each in "9*" else each for each in pattern]
    if not pattern.strip("*").isdigit() or free.count(_DIGITS) > 2:
        return True
    return any(values.checks(shape, "".join(each)) for each in product(*free))


def _keys(shape: Shape, listen: Listening, finish_key: str | None) -> Iterator[tuple[str, str]]:
    if listen is Listening.KEYS and shape.what is What.SPEECH:
        yield "", "free speech cannot be typed: `listen` must be speech"
    elif listen is Listening.KEYS and shape.what is What.CODE and _has_letters(shape):
        yield "listen", "`listen` must be speech or both: nobody can key in letters of a pattern"
    if finish_key is None or finish_key == "none":
        return
    if finish_key in _DIGITS or (shape.what is What.AMOUNT and finish_key == "*"):
        yield "finish_key", "may be part of the value, which it would end too early"


def _has_letters(shape: Shape) -> bool:
    return re.search(r"[A-Z]", shape.pattern) is not None
