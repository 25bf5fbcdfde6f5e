"""A picture of a flow as Mermaid's text, for pages that draw it themselves. Pure.

Texts are quoted; what could end a quotation, or mean something inside one, is an entity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.ivr.drawing.picture import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.ivr.drawing.picture import Card, Exit, Picture

_ENTITIES: Final = {each: f"#{ord(each)};" for each in "\"'`#&<>\\[](){}|*_~"}
_ESCAPED: Final = str.maketrans({**_ENTITIES, ";": "#59;", "\n": " ", "\r": " ", "\t": " "})
_COLOURS: Final = {
    "speech": "#2f6fb0",
    "question": "#6a4fb3",
    "decision": "#a86200",
    "data": "#4f5d75",
    "people": "#1e7d4f",
    "message": "#0f7784",
    "end": "#596273",
}
_ARROWS: Final = {"passed": "==>", "untaken": "-.->", "": "-->"}


def render(picture: Picture) -> str:
    """Return the picture as a flow chart."""
    ids = {card.name: f"n{at}" for at, card in enumerate(picture.cards)}
    lines = ["flowchart LR", *_cards(picture, ids), *_exits(picture, ids), *_looks(picture, ids)]
    return "\n".join(lines) + "\n"


def _cards(picture: Picture, ids: dict[str, str]) -> Iterable[str]:
    if picture.start in ids:
        yield f'  start(["{_safe(word("start"))}"]) --> {ids[picture.start]}'
    for card in picture.cards:
        told = (f"<b>{_safe(card.kind)}</b> {_safe(card.name)}", _safe(card.about))
        yield f'  {ids[card.name]}["{"<br>".join(each for each in told if each)}"]'


def _exits(picture: Picture, ids: dict[str, str]) -> Iterable[str]:
    missing = dict.fromkeys(
        exit.target for card in picture.cards for exit in card.exits if exit.target not in ids
    )
    lost = {name: f"m{at}" for at, name in enumerate(missing)}
    for name, id in lost.items():
        yield f'  {id}["{_safe(name)} ?"]:::faulty'
    for card in picture.cards:
        for exit in card.exits:
            target = ids.get(exit.target) or lost[exit.target]
            yield f'  {ids[card.name]} {_arrow(exit)}|"{_safe(exit.label)}"| {target}'


def _arrow(exit: Exit) -> str:
    return _ARROWS["passed" if exit.passed else "untaken" if exit.untaken else ""]


def _looks(picture: Picture, ids: dict[str, str]) -> Iterable[str]:
    for sort, colour in _COLOURS.items():
        yield f"  classDef {sort}_ fill:{colour},stroke:{colour},color:#fff"
    yield "  classDef faulty stroke:#c62828,stroke-width:4px"
    yield "  classDef passed stroke:#1d6fe0,stroke-width:4px"
    for card in picture.cards:
        for look in _look(card):
            yield f"  class {ids[card.name]} {look}"


def _look(card: Card) -> Iterable[str]:
    yield f"{card.sort}_"
    if card.passed:
        yield "passed"
    if card.faults:
        yield "faulty"


def _safe(text: str) -> str:
    return "".join(each for each in text.translate(_ESCAPED) if each.isprintable())
