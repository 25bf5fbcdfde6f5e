"""Which steps of a visit are kept when it has taken more than its row holds.

A browser is one visit for as long as it is remembered, so that some visits have hundreds of pages.
Whoever answers wants the newest; models of credit want what brought the visitor, each time; and
what the visitor agreed to counts until they say otherwise.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# A row has 400 KB at most (DynamoDB, quotas), a step 1,500 bytes in any alphabet.
MOST_STEPS: Final = 200
NEWEST: Final = 100
# Of the older ones: what brought the visitor, and of events that count until they say otherwise
# those that said something last, so many of each name.
MOST_TOUCHES: Final = 30
MOST_SAID: Final = 20
LASTING: Final = ("consent", "ids")


def trimmed(steps: Sequence[str]) -> tuple[str, ...]:
    """Return what is kept of a visit's steps, in their order, oldest first.

    Half of what there is room for at least is left free, so that it happens rarely.
    """
    older, newest = steps[:-NEWEST], steps[-NEWEST:]
    read: list[dict[str, Any]] = [json.loads(each) for each in older]
    touches = [at for at, step in enumerate(read) if "channel" in step or "direct" in step]
    said = {at for name in LASTING for at in _said_last(name, read)}
    kept = sorted({*touches[-MOST_TOUCHES:], *said})
    return (*(older[at] for at in kept), *newest)


def _said_last(name: str, steps: Sequence[dict[str, Any]]) -> list[int]:
    """Return where the last word on each thing is that events of a name speak of."""
    kept: list[int] = []
    known: set[str] = set()
    for at in reversed(range(len(steps))):
        data = steps[at].get("data")
        if steps[at].get("name") != name or not isinstance(data, dict):
            continue
        told = {key for key, value in data.items() if isinstance(value, str | bool)}
        if not known.issuperset(told):
            known |= told
            kept.append(at)
    return kept[:MOST_SAID]
