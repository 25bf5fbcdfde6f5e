"""In which bytes a file writes its letters: UTF-8, UTF-16, Windows-1252 or Mac. Pure.

Lists of people come from spreadsheets, which never say. A guess among all encodings of the world
takes `é` for Greek or Polish (docs/decisions/0030-lists-are-read-by-hand.md); among those that
French spreadsheets write, the bytes decide.
"""

from __future__ import annotations

import codecs
from typing import Final

# What may be said of a file by hand, and what Python calls it.
CHARSETS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "macroman": "mac_roman",
    "iso-8859-15": "iso8859_15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1256": "cp1256",
}
# For UTF-8 whose sample looked so, and that is something else further on.
ERRORS: Final = "cadran-windows-1252"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SMALL: Final = frozenset("àâäçéèêëîïôöùûüÿœæñáíóú")
_CAPITAL: Final = frozenset("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆÑÁÍÓÚ")
_SHARE_OF_NULLS: Final = 0.3  # of every second byte: Latin letters in UTF-16 have one each


def recognise(sample: bytes, *, whole: bool = True) -> str:
    """Return Python's name of the encoding that a file, or its beginning, is in.

    >>> recognise("Zoé".encode()), recognise("Zoé".encode("cp1252"))
    ('utf-8-sig', 'cp1252')
    """
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    return marked or _wide(sample) or _unmarked(sample, whole=whole)


def _wide(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zeros."""
    half = len(sample) // 2
    if not half:
        return None
    if sample[1::2].count(0) > half * _SHARE_OF_NULLS:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) > half * _SHARE_OF_NULLS else None


def _unmarked(sample: bytes, *, whole: bool) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=whole)
    except UnicodeDecodeError:
        return max(("cp1252", "mac_roman"), key=lambda name: _likeness(sample, name))
    return "utf-8-sig"


def _likeness(sample: bytes, name: str) -> int:
    """Count the letters that French has: in the wrong table, small ones come out as capitals."""
    text = sample.decode(name, errors="replace")
    small = sum(text.count(each) for each in _SMALL)
    return 2 * small + sum(text.count(each) for each in _CAPITAL)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error(ERRORS, _as_windows)
