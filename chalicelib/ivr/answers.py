"""Values inside JSON that a stranger's server sent, by paths such as `/orders/0/status`.

Nothing here raises: what is not there, or would not do as a variable, is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

Value = str | int | bool

LONGEST_TEXT: Final = 500
LONGEST_PATH: Final = 200
# A whole number beyond what other programs count exactly is an identifier, not an amount.
_MOST_EXACT: Final = 2**53

_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~0|~1)*)+")
_DOTTED: Final = re.compile(r"[^./]+(?:\.[^./]+)*")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,5}")
# XML 1.0, section 2.2: what could be neither spoken nor stored.
_UNSENDABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_path(text: str) -> bool:
    """Tell whether a text is a JSON pointer (RFC 6901), or names joined by points.

    >>> is_path("/orders/0/status"), is_path("orders.0.status"), is_path("orders..status")
    (True, True, False)
    """
    sound = _POINTER.fullmatch(text) or _DOTTED.fullmatch(text)
    return bool(sound) and len(text) <= LONGEST_PATH


def value_at(data: object, path: str) -> Value | None:
    """Return what stands at a path, if it is a text, a number, true or false.

    A number with a point becomes a text. A text that is too long is not taken: half of an
    identifier would be another one.

    >>> value_at({"orders": [{"total": 12.5}]}, "/orders/0/total")
    '12.5'
    """
    at = data
    for part in _parts(path):
        at = _inside(at, part)
    return _value(at)


def _parts(path: str) -> list[str]:
    if not path.startswith("/"):
        return path.split(".")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _inside(at: object, part: str) -> object:
    if isinstance(at, Mapping):
        return at.get(part)
    if isinstance(at, list) and _INDEX.fullmatch(part):
        return at[int(part)] if int(part) < len(at) else None
    return None


def _value(found: object) -> Value | None:
    if isinstance(found, bool):
        return found
    if isinstance(found, int) and abs(found) <= _MOST_EXACT:
        return found
    if isinstance(found, int | float):
        found = _written(found)
    if not isinstance(found, str) or len(found) > LONGEST_TEXT or _UNSENDABLE.search(found):
        return None
    return found


def _written(number: float) -> str | None:
    if isinstance(number, int):
        # Python writes no number of more than 4,300 digits, and nobody needs a tenth of it.
        return str(number) if number.bit_length() <= 1_000 else None
    return str(Decimal(repr(number))) if abs(number) < float("inf") else None
