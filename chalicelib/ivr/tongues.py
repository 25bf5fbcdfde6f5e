"""The languages in which the platform has words of its own, and where those words are kept.

`prompts/` holds whole sentences, `words/` what values are read with and answers understood by.
Each file is read once, and only when somebody speaks that language.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

# French first: it is also what callers of a flow in any other language hear.
SPOKEN: Final = ("fr", "en", "es", "de", "ar")

_HERE: Final = Path(__file__).parent
# ISO 639-3, for Modern Standard Arabic: the only tag of the carrier's that is not an ISO 639-1 one.
_SAME: Final = {"arb": "ar"}


def family(tag: str) -> str | None:
    """Return the language, among those spoken here, of a tag such as `es-MX`; None if it is none.

    >>> family("es-MX"), family("arb"), family("it-IT")
    ('es', 'ar', None)
    """
    primary = tag.partition("-")[0].lower()
    language = _SAME.get(primary, primary)
    return language if language in SPOKEN else None


@cache
def sentences(language: str) -> dict[str, str]:
    """Return the sentences of a language of `SPOKEN`, by name."""
    return dict(_load("prompts", language))


@cache
def words(language: str) -> dict[str, Any]:
    """Return the vocabulary of a language of `SPOKEN`."""
    return dict(_load("words", language))


def _load(folder: str, language: str) -> Any:
    return json.loads((_HERE / folder / f"{language}.json").read_text(encoding="utf-8"))
