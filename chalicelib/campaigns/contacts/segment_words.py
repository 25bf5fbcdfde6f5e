"""The words of a segment: names, values, signs, each with its column. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.contacts.comparing import Value

_TOKEN: Final = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")
    | (?P<day>\d{4}-\d\d-\d\d(?![\w.]))
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    | (?P<wrong>"[^"]*$|\S[^\s()]*)""",
    re.VERBOSE,
)
_KEYWORDS: Final = frozenset(
    {"and", "or", "not", "in", "is", "empty", "contains", "starts", "with", "true", "false"}
)
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word. `value` is what may be compared with, None of what may not."""

    kind: str
    text: str
    column: int
    value: Value | None = None

    @property
    def keyword(self) -> bool:
        """Say whether it is a word of the language."""
        return self.text.lower() in _KEYWORDS


def tokens(text: str) -> list[Token]:
    """Take a line apart; the last one is its end."""
    return [*_tokens(text), Token("end", "", len(text) + 1)]


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        yield Token(kind, word, match.start() + 1, _value(kind, word))


def _value(kind: str, word: str) -> Value | None:
    if kind == "text":
        return _ESCAPED.sub(r"\1", word[1:-1])
    if kind == "number":
        return float(word)
    if kind == "day":
        return _day(word)
    return word.lower() if word.lower() in ("true", "false") else None


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
