"""Where the cards of a picture stand: in columns from left to right, few lines crossing. Pure.

After Sugiyama: exits that lead back or far are told in words on the card; the others become lines
from a column to one of the next. Columns are put in order by the middle of what leads into them,
then moved up and down towards it. All of it takes time about in proportion to what is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MOST_SPAN: Final = 3  # columns that a line may pass
MOST_ENTERING: Final = 8  # lines into one card: beyond, only those from the column before it
_SWEEPS: Final = 7  # the last one looks at what leads in
_GAP: Final = 26  # between two cards of a column
_THIN: Final = 14  # what a line that passes a column takes of its height

Key = int  # a card by its number, or a line's bend by the numbers after those


@dataclass(frozen=True, slots=True)
class Edge:
    """An exit as a line: from the `row` of a card to another card."""

    source: int
    row: int
    target: int


@dataclass(slots=True)
class Layout:
    """Columns of cards (by number), where each begins, and the bends of each line."""

    rank: list[int] = field(default_factory=list)
    top: dict[Key, float] = field(default_factory=dict)
    lines: dict[Edge, tuple[Key, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max(self.rank, default=-1) + 1


def arrange(
    heights: Sequence[float], edges: Sequence[Edge], start: int, port: Callable[[Edge], float]
) -> Layout:
    """Return where cards of these heights stand; `port` tells how far down a line leaves its card.

    An edge that is not in `lines` leads back or far: it is told in words.
    """
    forward = _forward(len(heights), edges, start)
    layout = Layout(rank=_ranks(len(heights), forward))
    board = _Board(list(heights), layout, _drawn(forward, layout.rank), port)
    board.order()
    board.settle()
    return layout


def _forward(count: int, edges: Iterable[Edge], start: int) -> list[Edge]:
    """Leave out what leads back to where the call has been."""
    ways: list[list[Edge]] = [[] for _ in range(count)]
    for edge in edges:
        ways[edge.source].append(edge)
    state, kept = [0] * count, list[Edge]()
    for root in (*range(count)[start : start + 1], *range(count)):
        if state[root]:
            continue
        state[root], walk = 1, [(root, iter(ways[root]))]
        while walk:
            at, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                state[at] = 2
                walk.pop()
            elif state[following.target] != 1:
                kept.append(following)
                if not state[following.target]:
                    state[following.target] = 1
                    walk.append((following.target, iter(ways[following.target])))
    return kept


def _ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """Put each card in the column after the last one that leads to it."""
    rank, missing = [0] * count, [0] * count
    ways: list[list[int]] = [[] for _ in range(count)]
    for edge in edges:
        ways[edge.source].append(edge.target)
        missing[edge.target] += 1
    ready = [at for at in range(count) if not missing[at]]
    for at in ready:  # grows while it is read
        for target in ways[at]:
            rank[target] = max(rank[target], rank[at] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return rank


def _drawn(edges: Sequence[Edge], rank: Sequence[int]) -> list[Edge]:
    """Choose the edges that become lines: short ones, and not too many into one card."""
    near = [edge for edge in edges if rank[edge.target] - rank[edge.source] <= MOST_SPAN]
    entering: dict[int, int] = {}
    for edge in near:
        entering[edge.target] = entering.get(edge.target, 0) + 1
    found: list[Edge] = []
    into: dict[int, int] = {}
    for edge in sorted(near, key=lambda each: rank[each.target] - rank[each.source]):
        span, crowded = rank[edge.target] - rank[edge.source], into.get(edge.target, 0)
        if crowded < MOST_ENTERING and (span == 1 or entering[edge.target] <= MOST_ENTERING):
            found.append(edge)
            into[edge.target] = crowded + 1
    return found


class _Board:
    """The columns in the making, with the bends of lines among the cards."""

    def __init__(
        self,
        heights: list[float],
        layout: Layout,
        edges: Sequence[Edge],
        port: Callable[[Edge], float],
    ) -> None:
        self._heights, self._layout = heights, layout
        self._columns: list[list[Key]] = [[] for _ in range(layout.columns)]
        self._before: dict[Key, list[tuple[Key, float]]] = {}
        self._after: dict[Key, list[tuple[Key, float]]] = {}
        for card, rank in enumerate(layout.rank):
            self._columns[rank].append(card)
        for edge in edges:
            self._line(edge, port(edge))

    def _line(self, edge: Edge, port: float) -> None:
        rank, bends, before = self._layout.rank, [], edge.source
        for column in range(rank[edge.source] + 1, rank[edge.target]):
            bend = len(self._heights)
            self._heights.append(_THIN)
            self._columns[column].append(bend)
            self._join(before, bend, port if before == edge.source else _THIN / 2)
            bends.append(bend)
            before = bend
        self._join(before, edge.target, port if before == edge.source else _THIN / 2)
        self._layout.lines[edge] = tuple(bends)

    def _join(self, one: Key, other: Key, port: float) -> None:
        self._before.setdefault(other, []).append((one, port))
        self._after.setdefault(one, []).append((other, port))

    def order(self) -> None:
        """Put each column in the order of the middle of what leads into it, and out of it."""
        place = {key: float(at) for column in self._columns for at, key in enumerate(column)}
        for sweep in range(_SWEEPS):
            back = sweep % 2 == 1
            sides = self._after if back else self._before
            for column in reversed(self._columns) if back else self._columns:
                middle = {key: _middle(sides.get(key, ()), place, key) for key in column}
                column.sort(key=middle.__getitem__)
                place.update((key, float(at)) for at, key in enumerate(column))

    def settle(self) -> None:
        """Move cards towards the lines that lead into them, then out of them, then in again."""
        top = self._layout.top
        for column in self._columns:
            self._spread(column, {})
        for sweep in range(_SWEEPS):
            back = sweep % 2 == 1
            for column in reversed(self._columns) if back else self._columns:
                wanted = {key: self._wanted(key, back) for key in column}
                self._spread(column, wanted)
        least = min(top.values(), default=0)
        for key in top:
            top[key] -= least

    def _wanted(self, key: Key, back: bool) -> float | None:
        top, half = self._layout.top, _entry(self._heights[key])
        sides = (self._after if back else self._before).get(key, ())
        if back:
            ends = [top[o] + _entry(self._heights[o]) - port for o, port in sides]
        else:
            ends = [top[o] + port - half for o, port in sides]
        return sum(ends) / len(ends) if ends else None

    def _spread(self, column: Sequence[Key], wanted: Mapping[Key, float | None]) -> None:
        """Place a column's keys as near as they can be to where they want, none on another.

        The least sum of squares, by pooling neighbours that would overlap.
        """
        top, pools, down = self._layout.top, list[list[float]](), 0.0
        for key in column:
            want = wanted.get(key)
            pools.append([(top.get(key, 0.0) if want is None else want) - down, 1.0])
            down += self._heights[key] + _GAP
            while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
                (one, some), (other, more) = pools[-2], pools[-1]
                pools[-2:] = [[(one * some + other * more) / (some + more), some + more]]
        at, down = iter(column), 0.0
        for middle, count in pools:
            for _ in range(int(count)):
                key = next(at)
                top[key] = middle + down
                down += self._heights[key] + _GAP


def _entry(height: float) -> float:
    """Return how far down a line enters: at a card's head, or in the middle of a bend."""
    return min(height / 2, 22.0)


def _middle(sides: Iterable[tuple[Key, float]], place: Mapping[Key, float], key: Key) -> float:
    found = [place[other] + port / 10_000 for other, port in sides]
    return sum(found) / len(found) if found else place[key]
