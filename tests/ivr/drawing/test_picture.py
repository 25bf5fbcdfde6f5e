"""Pictures of flows: what is on them, where it stands, and that nothing in them can do harm."""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.drawing import mermaid, svg
from chalicelib.ivr.drawing.layout import MOST_SPAN, Edge, Layout, arrange
from chalicelib.ivr.drawing.picture import Notes, Picture, picture, word
from chalicelib.ivr.flow import sketch
from chalicelib.ivr.kinds import KINDS
from chalicelib.kernel.errors import Fault, Rejected
from tests.ivr.builders import SALES, a_dial, a_document, a_menu, a_say, a_voicemail, an_end
from tests.ivr.strategies import broken, documents

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = a_document(
    menu=a_menu(
        prompt={"prompt": "welcome"},
        listen="both",
        choices={"1": "sales", "2": "menu", "accueil": {"next": "end", "phrases": ["l'accueil"]}},
        no_input={"next": "box"},
    ),
    sales=a_dial(SALES, no_answer="box"),
    box=a_voicemail(greeting="Laissez un message."),
    end=an_end(),
) | {"prompts": {"welcome": {"by_language": {"fr-FR": "Bonjour, tapez 1."}}}}
NASTY = "\"'><script>alert(1)</script>]]>&lt;|{}[]()`#;\n\x00\x1b\ud83d"


def drawn(document: Any = DOCUMENT, **notes: Any) -> Picture:
    return picture(document, sketch(document), Notes(**notes))


def texts(drawing: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(drawing).iter() if each.text]


def classes(drawing: str) -> Iterator[str]:
    for each in ElementTree.fromstring(drawing).iter():
        yield from each.get("class", "").split()


def a_large_flow(count: int) -> dict[str, Any]:
    nodes = {
        f"n{at}": a_menu(
            choices={"1": f"n{min(at + 1 + at % 7, count - 1)}", "2": f"n{at // 2}"},
            no_input={"next": "box"},
        )
        for at in range(count)
    }
    return a_document(**nodes, box=a_voicemail())


# What is shown.


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_node_has_a_name_and_a_look(kind: str) -> None:
    (card,) = drawn({"nodes": {"a": {"kind": kind}}}).cards

    assert card.kind != word("unknown")
    assert card.sort in svg._ICONS


def test_cards_say_in_french_what_callers_meet() -> None:
    menu, sales, box, _ = drawn().cards

    assert (menu.kind, menu.about) == ("Menu", "Bonjour, tapez 1.")
    assert [(each.label, each.target) for each in menu.exits] == [
        ("touche 1", "sales"),
        ("touche 2", "menu"),
        ("accueil", "end"),
        ("silence", "box"),
    ]
    assert sales.about == SALES
    assert box.about == "Laissez un message."


def test_a_card_shows_the_words_of_speech_markup_without_its_tags() -> None:
    said = {"kind": "hangup", "ssml": "Au <break time='400ms'/> revoir, <p>à bientôt</p>"}
    document = {"name": "Fin", "start": "bye", "nodes": {"bye": said}}

    (card,) = picture(document, sketch(document), Notes()).cards

    assert card.about == "Au revoir, à bientôt"


def test_faults_untaken_exits_and_a_path_are_shown() -> None:
    told = drawn(
        faults=(Fault("/nodes/sales/destinations/0", "is an emergency number"),),
        untaken=frozenset({("menu", "choices/2")}),
        path=frozenset({("menu", "choices/1"), ("sales", None)}),
        test="Un appel",
    )

    seen = set(classes(svg.render(told)))

    assert {"w", "ux", "px", "q", "p"} <= seen
    assert "is an emergency number" in svg.render(told)
    assert "chemin du test « Un appel »" in texts(svg.render(told))
    assert not {"w", "u", "ux", "q", "p"} & set(classes(svg.render(drawn())))


def test_a_target_that_is_not_there_is_shown_as_missing() -> None:
    lost = a_document(hello=a_say(next="nowhere"))

    assert "↪ nowhere ?" in texts(svg.render(drawn(lost)))
    assert '"nowhere ?"]:::faulty' in mermaid.render(drawn(lost))


def test_who_cannot_see_the_picture_is_told_of_it() -> None:
    root = ElementTree.fromstring(svg.render(drawn()))

    assert root.get("role") == "img"
    title, description = list(root)[:2]
    assert title.text == "Scénario « Standard »"
    assert "menu (Menu) : touche 1 → sales" in str(description.text)


# Where it stands.


def arranged(document: Any) -> tuple[Layout, list[float]]:
    told = drawn(document)
    at = {card.name: number for number, card in enumerate(told.cards)}
    heights = [60.0 + 25 * len(card.exits) for card in told.cards]
    edges = [
        Edge(at[card.name], row, at[each.target])
        for card in told.cards
        for row, each in enumerate(card.exits)
        if each.known
    ]
    return arrange(heights, edges, at.get(told.start, 0), lambda edge: 25.0 * edge.row), heights


@given(documents())
def test_no_card_lies_on_another_and_lines_lead_to_the_right(document: dict[str, Any]) -> None:
    layout, heights = arranged(document)

    for column in range(layout.columns):
        cards = sorted(
            (layout.top[at], heights[at]) for at, rank in enumerate(layout.rank) if rank == column
        )
        for (top, height), (following, _) in zip(cards, cards[1:], strict=False):
            assert top + height < following
    for edge in layout.lines:
        assert 1 <= layout.rank[edge.target] - layout.rank[edge.source] <= MOST_SPAN


def test_a_node_that_can_be_reached_has_a_line_from_the_column_before_it() -> None:
    layout, _ = arranged(a_large_flow(60))

    entered = {edge.target for edge in layout.lines}
    assert all(at in entered or rank == 0 for at, rank in enumerate(layout.rank))


def test_the_same_flow_is_drawn_the_same() -> None:
    assert svg.render(drawn()) == svg.render(drawn())


# What it is made of.


@given(broken())
def test_whatever_is_stored_can_be_drawn(document: Any) -> None:
    if isinstance(document, dict):
        told = drawn(document)
        ElementTree.fromstring(svg.render(told))
        assert mermaid.render(told).startswith("flowchart LR\n")


@given(st.text(max_size=40) | st.just(NASTY))
def test_no_text_of_a_document_becomes_markup(text: str) -> None:
    nodes = {
        "a": {"kind": "tag", "tag": text, "next": text},
        text: {"kind": "hangup", "text": text},
    }
    document = {"name": text, "start": "a", "nodes": nodes}
    faults = (Fault("/nodes/a", text),)

    root = ElementTree.fromstring(svg.render(drawn(document, faults=faults, test=text)))

    known = {"svg", "title", "desc", "style", "rect", "g", "text", "path", "circle"}
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= known
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]


SAFE = r'[^"\\<>`{}|\[\]]'
LINE = re.compile(
    rf'  start\(\["{SAFE}*"\]\) --> n\d+'
    rf'|  [nm]\d+\["(<b>{SAFE}*</b>)?{SAFE}*(<br>{SAFE}*)?"\](:::faulty)?'
    rf'|  n\d+ (-->|==>|-\.->)\|"{SAFE}*"\| [nm]\d+'
    r"|  classDef \w+ [\w:#,-]+|  class n\d+ \w+"
)


@given(broken() | st.just({"name": NASTY, "nodes": {NASTY: {"kind": "tag", "tag": NASTY}}}))
def test_every_line_of_mermaid_is_of_a_known_shape(document: Any) -> None:
    if isinstance(document, dict):
        first, *lines = mermaid.render(drawn(document)).splitlines()
        assert first == "flowchart LR"
        assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_a_large_flow_is_drawn_at_once_and_a_huge_one_not_at_all() -> None:
    told, began = drawn(a_large_flow(1_999)), perf_counter()

    drawing = svg.render(told)

    assert perf_counter() - began < 20  # a fifth of a second on a quiet machine
    assert len(drawing.encode()) < svg.MOST_BYTES
    with pytest.raises(Rejected):
        svg.render(drawn(a_large_flow(2_001)))
    assert mermaid.render(drawn(a_large_flow(2_001)))
