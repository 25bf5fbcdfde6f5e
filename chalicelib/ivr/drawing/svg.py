"""A picture of a flow as SVG: cards in columns, exits as lines. Pure; every text is escaped."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from chalicelib.ivr.drawing.layout import Edge, arrange
from chalicelib.ivr.drawing.picture import word
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.ivr.drawing.layout import Key, Layout
    from chalicelib.ivr.drawing.picture import Card, Exit, Picture

WIDTH: Final = 264  # of a card
_GAP: Final = 96  # between columns
_MARGIN: Final = 40
_TITLE: Final = 64
_HEAD: Final = 40
_LINE: Final = 17
_ROW: Final = 25
_COLUMNS: Final = 34  # characters in a line of a card
_MOST_LINES: Final = 3
_LONGEST_TARGET: Final = 15
_LONGEST_LABEL: Final = 19
_LONGEST_NAME: Final = 17
_MOST_DESCRIBED: Final = 100  # cards that are told in words as well, for those who listen
_CALLER: Final = 126  # what the caller at the left takes

# What is drawn in a card's corner, in a square of 16: a bubble, keys, a fork, a receiver ...
_ICONS: Final = {
    "speech": "M2 3h12v8H7l-3 3v-3H2z",
    "question": "M3 2h2v2H3zM7 2h2v2H7zM11 2h2v2h-2zM3 6h2v2H3zM7 6h2v2H7zM11 6h2v2h-2z"
    "M3 10h2v2H3zM7 10h2v2H7zM11 10h2v2h-2z",
    "decision": "M8 1l7 7-7 7-7-7zM8 4.5L4.5 8 8 11.5 11.5 8z",
    "data": "M2 3h12v2.5H2zM2 7h12v2.5H2zM2 11h12v2.5H2z",
    "people": "M8 2a3 3 0 110 6 3 3 0 010-6zM2 14c0-3.5 3-5 6-5s6 1.500 6 5z",
    "message": "M1.500 3h13v10h-13zM3 5v6.500h10V5L8 9z",
    "end": "M8 1a7 7 0 110 14A7 7 0 018 1zM4 7v2h8V7z",
}
_STYLE: Final = (
    "text{font-family:system-ui,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif;"
    "font-size:13px;fill:#1f2733}.k{font-weight:600;fill:#fff}.n{font-size:11.5px;fill:#fff;"
    "fill-opacity:.85}.a{fill:#3c4657}.x{font-size:12px}.g{font-size:12px;fill:#56617a}"
    ".t{font-size:21px;font-weight:600}.s{fill:#5b6678}.b{fill:#fff;stroke:#ccd3de}"
    ".w,.l.w{stroke:#c62828;stroke-width:2.5}.p{stroke:#1d6fe0;stroke-width:3}"
    ".l{fill:none;stroke:#8a96aa;stroke-width:1.6}.u{stroke-dasharray:5 4;stroke:#a9b2c1}"
    ".q{stroke:#1d6fe0;stroke-width:3.2}.o{fill:#8a96aa}.oq{fill:#1d6fe0}.d{fill:#c62828}"
    ".i{fill:#fff}.e{stroke:#eceff4}.x.ux{fill:#7a8598;font-style:italic}.x.px{font-weight:600;"
    "fill:#1556b5}.speech{fill:#2f6fb0}.question{fill:#6a4fb3}.decision{fill:#a86200}"
    ".data{fill:#4f5d75}.people{fill:#1e7d4f}.message{fill:#0f7784}.end{fill:#596273}"
)


MOST_CARDS: Final = 2_000
MOST_BYTES: Final = 5_000_000  # Lambda answers with six at most


def render(picture: Picture) -> str:
    """Return the picture as a document of its own. Raises Rejected where it would be too large."""
    if len(picture.cards) > MOST_CARDS:
        raise _too_large(len(picture.cards))
    drawn = _Drawing(picture).document()
    if len(drawn.encode()) > MOST_BYTES:
        raise _too_large(len(picture.cards))
    return drawn


def _too_large(nodes: int) -> Rejected:
    reason = f"{nodes} nodes are too many to draw as SVG; Mermaid's text has no such limit"
    faults = (Fault("/format", reason),)
    return Rejected("the flow is too large to draw", faults=faults, nodes=nodes)


class _Drawing:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._cards = picture.cards
        self._at = {card.name: at for at, card in enumerate(self._cards)}
        self._texts = [_wrapped(card.about) for card in self._cards]
        heights = [_height(*each) for each in zip(self._cards, self._texts, strict=True)]
        edges = [
            Edge(at, row, self._at[exit.target])
            for at, card in enumerate(self._cards)
            for row, exit in enumerate(card.exits)
            if exit.known
        ]
        self._heights, start = heights, self._at.get(picture.start, 0)
        self._layout: Layout = arrange(heights, edges, start, self._port)
        self._lines = {(edge.source, edge.row): edge for edge in self._layout.lines}

    def document(self) -> str:
        """Put the parts together: lines lie under cards."""
        bottoms = (self._layout.top[at] + height for at, height in enumerate(self._heights))
        width = _MARGIN * 2 + _CALLER + self._layout.columns * (WIDTH + _GAP) - _GAP
        height = _TITLE + _MARGIN * 2 + max(bottoms, default=0) + 40
        name, count = self._picture.name, word("steps", len(self._cards))
        body = "".join((*self._edges(), *map(self._card, range(len(self._cards)))))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="title desc">'
            f'<title id="title">{_safe(word("title", name))}</title>'
            f'<desc id="desc">{_safe(self._described())}</desc><style>{_STYLE}</style>'
            f'<rect width="100%" height="100%" fill="#f6f8fb"/>'
            f"{_text(_MARGIN, 44, name, 't')}"
            f"{_text(_MARGIN, 64, count, 's')}{self._caller()}{body}"
            f"{self._legend(height - 24)}</svg>"
        )

    def _described(self) -> str:
        told = [word("steps", len(self._cards)), f"{word('start')} → {self._picture.start}"]
        told += [
            f"{card.name} ({card.kind}) : "
            + (", ".join(f"{exit.label} → {exit.target}" for exit in card.exits) or "—")
            for card in self._cards[:_MOST_DESCRIBED]
        ]
        return ". ".join(told)

    def _spot(self, key: Key) -> tuple[float, float]:
        column = self._layout.rank[key]
        x = _MARGIN + _CALLER + column * (WIDTH + _GAP)
        return x, _TITLE + _MARGIN + self._layout.top[key]

    def _port(self, edge: Edge) -> float:
        return _HEAD + len(self._texts[edge.source]) * _LINE + 10 + (edge.row + 0.5) * _ROW

    # Lines.

    def _edges(self) -> Iterable[str]:
        for edge, bends in self._layout.lines.items():
            exit = self._cards[edge.source].exits[edge.row]
            x, y = self._spot(edge.source)
            x, y = x + WIDTH, y + self._port(edge)
            path = f"M{x:.1f} {y:.1f}"
            for bend in bends:
                x += _GAP
                down = _TITLE + _MARGIN + self._layout.top[bend] + 7
                path += f"{_curve(x - _GAP, y, x, down)}H{x + WIDTH:.1f}"
                x, y = x + WIDTH, down
            to_x, to_y = self._spot(edge.target)
            yield f'<path class="l{_look(exit, " u", " q")}" d="{path}'
            yield f'{_curve(x, y, to_x - 7, to_y + 20)}"/>'
            dot = "oq" if exit.passed else "o"
            yield f'<path class="{dot}" d="M{to_x:.1f} {to_y + 20:.1f}l-9 -5v10z"/>'

    def _caller(self) -> str:
        if self._picture.start not in self._at:
            return ""
        x, y = self._spot(self._at[self._picture.start])
        left, middle = _MARGIN, y + 20
        passed = self._cards[self._at[self._picture.start]].passed
        line, head = ("l q", "oq") if passed else ("l", "o")
        return (
            f'<path class="{line}" d="M{left + 100} {middle:.1f}H{x - 7:.1f}"/>'
            f'<path class="{head}" d="M{x:.1f} {middle:.1f}l-9 -5v10z"/>'
            f'<rect class="people" x="{left}" y="{middle - 16:.1f}" width="104" height="32"'
            f' rx="16"/>{_text(left + 52, middle + 4.5, word("start"), "n", "middle")}'
        )

    # Cards.

    def _card(self, at: int) -> str:
        card, lines, height = self._cards[at], self._texts[at], self._heights[at]
        x, y = self._spot(at)
        look = (" w" if card.faults else "") + (" p" if card.passed else "")
        told = "\n".join((f"{card.kind} : {card.name}", card.about, *card.faults))
        words = (_text(12, _HEAD + 17 + row * _LINE, line, "a") for row, line in enumerate(lines))
        return (
            f'<g transform="translate({x:.1f} {y:.1f})"><title>{_safe(told)}</title>'
            f'<rect class="b{look}" width="{WIDTH}" height="{height:.0f}" rx="9"/>'
            f'<path class="{card.sort}" d="M0 {_HEAD}V9q0-9 9-9H{WIDTH - 9}q9 0 9 9V{_HEAD}z"/>'
            f'<path class="i" transform="translate(12 12)" fill-rule="evenodd"'
            f' d="{_ICONS[card.sort]}"/>{_text(36, 25, card.kind, "k")}'
            f"{_text(WIDTH - 12, 25, _cut(card.name, _LONGEST_NAME), 'n', 'end')}"
            f"{''.join(words)}{self._rows(at)}{_badge(len(card.faults))}</g>"
        )

    def _rows(self, at: int) -> str:
        top = _HEAD + len(self._texts[at]) * _LINE + 10
        return "".join(
            self._row(exit, top + row * _ROW, (at, row) in self._lines)
            for row, exit in enumerate(self._cards[at].exits)
        )

    def _row(self, exit: Exit, y: float, drawn: bool) -> str:
        look = "x" + _look(exit, " ux", " px")
        rule = f'<path class="e" d="M1 {y:.0f}H{WIDTH - 1}"/>'
        label = _text(12, y + 17, _cut(exit.label, _LONGEST_LABEL), look)
        if drawn:
            dot = "oq" if exit.passed else "o"
            return f'{rule}{label}<circle class="{dot}" cx="{WIDTH}" cy="{y + _ROW / 2}" r="4"/>'
        target = f"↪ {_cut(exit.target, _LONGEST_TARGET)}"
        if not exit.known:
            look, target = "x d", f"{target} ?"
        return f"{rule}{label}{_text(WIDTH - 12, y + 17, target, look, 'end')}"

    def _legend(self, y: float) -> str:
        exits = [exit for card in self._cards for exit in card.exits]
        told = []
        if self._picture.test is not None:
            told.append(("l q", word("passed", self._picture.test)))
        if any(exit.untaken for exit in exits):
            told.append(("l u", word("untaken")))
        if any(card.faults for card in self._cards):
            told.append(("l w", word("faulty")))
        x, drawn = float(_MARGIN), ""
        for look, words in told:
            drawn += f'<path class="{look}" d="M{x:.0f} {y - 4:.0f}h34"/>'
            drawn += _text(x + 42, y, words, "g")
            x += 42 + 7 * len(words) + 26
        return drawn


def _height(card: Card, lines: list[str]) -> float:
    rows = len(card.exits)
    return _HEAD + len(lines) * _LINE + 10 + rows * _ROW + 2


def _wrapped(about: str) -> list[str]:
    return textwrap.wrap(about, _COLUMNS, max_lines=_MOST_LINES, placeholder=" …")


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (to_x - x) / 2
    return f"C{x + half:.1f} {y:.1f} {to_x - half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


def _look(exit: Exit, untaken: str, passed: str) -> str:
    return passed if exit.passed else untaken if exit.untaken else ""


def _badge(count: int) -> str:
    if not count:
        return ""
    circle = f'<circle class="d" cx="{WIDTH}" cy="0" r="11"/>'
    return circle + _text(WIDTH, 4.5, str(count), "k", "middle")


def _text(x: float, y: float, words: str, look: str, anchor: str = "") -> str:
    end = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class={quoteattr(look)}{end}>{_safe(words)}</text>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _safe(text: str) -> str:
    """Escape a text, without what XML cannot hold."""
    return escape("".join(each for each in text if _sendable(each)))


def _sendable(character: str) -> bool:
    code = ord(character)
    plain = code >= 0x20 or character in "\t\n"
    return plain and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)
