"""Whose turn it is, when several campaigns have calls to make and the carrier takes few.

Stride scheduling (C. Waldspurger, W. Weihl, 1995): each campaign walks, with a step that is the
shorter the higher its priority; the one who is least far goes next. Everybody gets on, so nobody
starves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIORITIES: Final = range(1, 11)
# Each priority's step is a whole number: it is the least number that 1 to 10 divide.
_WAY: Final = 2520


@dataclass(frozen=True, slots=True)
class Ask:
    """What a campaign wants: so many calls, with a priority of 1 to 10 (ten is ten times one)."""

    wanted: int
    priority: int = 1

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            fault = Fault("/priority", f"{PRIORITIES[0]} to {PRIORITIES[-1]}")
            raise Rejected("no such priority", faults=(fault,))


@dataclass(frozen=True, slots=True)
class Turns:
    """How far each campaign has walked, and how far whoever comes new begins."""

    walked: Mapping[str, int] = field(default_factory=dict)
    now_at: int = 0


def next_turns(turns: Turns, asks: Mapping[str, Ask], slots: int) -> tuple[Turns, tuple[str, ...]]:
    """Return whose turn it is for so many calls, in order, and how far everybody is then.

    Whoever asks for nothing is not waited for, and saves nothing up.

    >>> next_turns(Turns(), {"a": Ask(9, 2), "b": Ask(9, 1)}, 6)[1]
    ('a', 'b', 'a', 'a', 'b', 'a')
    """
    left = {name: ask.wanted for name, ask in asks.items() if ask.wanted > 0}
    heap = [(max(turns.walked.get(name, 0), turns.now_at), name) for name in left]
    heapify(heap)
    at, order, walked = turns.now_at, list[str](), dict[str, int]()
    while heap and len(order) < slots:
        at, name = heap[0]
        order.append(name)
        left[name] -= 1
        walked[name] = at + _WAY // asks[name].priority
        if left[name]:
            heapreplace(heap, (walked[name], name))
        else:
            heappop(heap)
    known = {**turns.walked, **walked}
    # Who is not ahead of the others begins where they are: no need to remember them.
    return Turns({name: far for name, far in known.items() if far > at}, at), tuple(order)
