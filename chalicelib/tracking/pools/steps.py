"""Which steps of a visit are kept, and where: more of them than its row holds may come.

A browser is one visit for as long as it is remembered, so that some visits have hundreds of pages.
Whoever answers wants the newest; models of credit want what brought the visitor, each time; and
what the visitor agreed to counts until they say otherwise. So each of these kinds has shelves of
its own. A kind has two, on which the newest is first: what comes is put on one of them, and what is
too old is taken off the other, since DynamoDB changes no list twice in one request. That is one
request, and nobody reads what there is.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.pools.leases import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SIDES: Final = "ab"
_STAMP: Final = len(stamp(0)) + 2


@dataclass(frozen=True, slots=True)
class Kind:
    """Steps that are kept together: how many a shelf has room for, and how many go at once.

    More go than may come with one request, to catch up.
    """

    name: str
    room: int
    going: int

    @property
    def shelves(self) -> tuple[str, str]:
        """The names of its two shelves."""
        first, second = (f"{self.name}_{side}" for side in SIDES)
        return first, second

    def past(self) -> range:
        """The places on a shelf that are taken off, the last first."""
        return range(self.room + self.going - 1, self.room - 1, -1)


# A row has 400 KB at most (DynamoDB, quotas), a step 1,500 bytes in any alphabet.
PAGES: Final = Kind("pages", 80, 24)
TOUCHES: Final = Kind("touches", 20, 4)
# What was said of a thing counts until it is said anew.
LASTING: Final = {name: Kind(name, 10, 24) for name in ("consent", "ids")}
KINDS: Final = (PAGES, TOUCHES, *LASTING.values())
# So many of the newest are kept, and so many at most, but for a few that are about to go.
NEWEST: Final = PAGES.room
MOST_STEPS: Final = 2 * sum(each.room for each in KINDS)


def shelved(steps: Sequence[str], at: int) -> dict[str, list[str]]:
    """Return what is put first on which shelf, the newest first: all on the same side.

    Which side is a toss, so that neither is left alone for long.
    """
    side = zlib.crc32("".join((stamp(at), *steps)).encode()) % len(SIDES)
    found: dict[str, list[str]] = {}
    for order, step in reversed(list(enumerate(steps))):
        shelf = _kind(json.loads(step)).shelves[side]
        found.setdefault(shelf, []).append(f"{stamp(at)}{order:02}{step}")
    return found


def gathered(shelves: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the steps on all shelves, oldest first, and without gaps."""
    found = sorted(each for kind in KINDS for each in _whole(kind, shelves))
    return tuple(each[_STAMP:] for each in found)


def _whole(kind: Kind, shelves: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what is on both shelves of a kind, as far back as neither lacks any.

    Past its room a shelf may lack some.
    """
    pair = [shelves.get(shelf, ())[: kind.room] for shelf in kind.shelves]
    oldest = max((shelf[-1] for shelf in pair if len(shelf) == kind.room), default="")
    return (each for shelf in pair for each in shelf if each >= oldest)


def _kind(step: dict[str, Any]) -> Kind:
    if "channel" in step or "direct" in step:
        return TOUCHES
    named = LASTING.get(str(step.get("name")))
    return PAGES if named is None or not isinstance(step.get("data"), dict) else named
