"""Rows in DynamoDB's own notation, as tables and streams give them, read as values and calls."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from chalicelib.calls import keys, parsing
from chalicelib.calls.summary import call_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event
    from chalicelib.calls.summary import Summary

Image = dict[str, dict[str, Any]]


def call_in(image: Image) -> Call | None:
    """Read the call that a row holds, None for another kind of row or a call not begun yet."""
    row = plain(image)
    if row.get("sk") != keys.SUMMARY_ROW:
        return None
    return call_of(row["pk"], cast("Summary", row), _events(row.get("events", ())))


def plain(image: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Read a whole item.

    >>> plain({"seconds": {"N": "95"}, "events": {"L": [{"M": {"kind": {"S": "ended"}}}]}})
    {'seconds': 95, 'events': [{'kind': 'ended'}]}
    """
    return {name: _value(attribute) for name, attribute in image.items()}


def _events(rows: Iterable[dict[str, object]]) -> Iterator[Event]:
    """Read events; while two versions of us run at once, the older skips kinds it cannot know."""
    return (parsing.parse(row) for row in rows if row["kind"] in parsing.EVENTS)


def _value(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    return _READERS[kind](value)


def _number(text: str) -> int | Decimal:
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)


_READERS: dict[str, Callable[[Any], Any]] = {
    "S": str,
    "N": _number,
    "BOOL": bool,
    "NULL": lambda _: None,
    "SS": frozenset,
    "L": lambda values: [_value(value) for value in values],
    "M": plain,
}
