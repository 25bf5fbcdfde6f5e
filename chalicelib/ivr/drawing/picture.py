"""What a picture of a flow shows: its nodes with what they say, and where their exits lead. Pure.

Made of the document itself, so that one with faults can be drawn as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.reading import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Document
    from chalicelib.kernel.errors import Fault

    Way = tuple[str, str]  # a node, and an exit of it

# Where a node says what it is about, in the order in which they are looked at.
_TELLING: Final = ("text", "ssml", "prompt", "by_language", "greeting", "destinations", "queue",
                   "url", "audio", "calendar", "flow", "tag", "variables", "reason")  # fmt: skip
_LONGEST: Final = 120
_DEEP: Final = 6
_TAG: Final = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A way out. `known` says whether its target is there, `untaken` that no test takes it."""

    name: str
    label: str
    target: str
    known: bool = True
    untaken: bool = False
    passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A node: its kind in French, the sort of thing it is, what it says, and its exits."""

    name: str
    kind: str
    sort: str
    about: str
    exits: tuple[Exit, ...] = ()
    faults: tuple[str, ...] = ()
    passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A flow to be drawn. `test` is the name of the test whose path is shown."""

    name: str
    start: str
    cards: tuple[Card, ...]
    test: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What is known of a flow besides its document: faults, exits no test takes, a test's path."""

    faults: tuple[Fault, ...] = ()
    untaken: frozenset[Way] = frozenset()
    path: frozenset[tuple[str, str | None]] = frozenset()
    test: str | None = None


def picture(document: Document, flow: Flow, notes: Notes) -> Picture:
    """Return what is to be drawn of a document; `flow` is what can be read of it."""
    nodes = document.get("nodes")
    nodes = nodes if isinstance(nodes, dict) else {}
    passed = {node for node, _ in notes.path}
    wrong = _by_node(notes.faults, nodes)
    cards = [
        Card(
            name=name,
            kind=_kind(node)[0],
            sort=_kind(node)[1],
            about=_about(node, document),
            exits=tuple(_exits(name, node, flow, notes, nodes)),
            faults=wrong.get(name, ()),
            passed=name in passed,
        )
        for name, node in nodes.items()
    ]
    return Picture(name=flow.name, start=flow.start, cards=tuple(cards), test=notes.test)


def _exits(
    name: str, node: Any, flow: Flow, notes: Notes, nodes: Collection[str]
) -> Iterable[Exit]:
    for way in flow.exits(name):
        here = (name, way.name)
        yield Exit(
            name=way.name,
            label=_label(way.name, node),
            target=way.target,
            known=way.target in nodes,
            untaken=here in notes.untaken,
            passed=here in notes.path,
        )


def word(name: str, *values: object) -> str:
    """Return one of the picture's own words."""
    return str(_labels()["words"][name]).format(*values)


def _kind(node: Any) -> tuple[str, str]:
    name = node.get("kind") if isinstance(node, dict) else None
    known = _labels()["kinds"].get(name) if isinstance(name, str) else None
    return (known[0], known[1]) if known else (word("unknown"), "end")


def _label(exit: str, node: Any) -> str:
    """Name an exit in French: "touche 1", "règle 2", "pas de réponse"."""
    first, _, rest = exit.partition("/")
    part = rest.partition("/")[0]
    label = _labels()["exits"].get(first)
    if label is None:
        return exit
    if first == "intents":
        return str(label).format(part, _intent(node, part))
    if first == "choices" and part[:1].isalpha():
        return part  # a choice that is only said goes by its name
    return str(label).format(part, int(part) + 1 if part.isdigit() else part)


def _intent(node: Any, at: str) -> str:
    intents = node.get("intents") if isinstance(node, dict) else None
    found = intents[int(at)] if isinstance(intents, list) and int(at) < len(intents) else {}
    return str(found.get("name", at)) if isinstance(found, dict) else at


def _about(node: Any, document: Document) -> str:
    """Return in a few words what a node says, rings or looks at."""
    if not isinstance(node, dict):
        return ""
    told = next((_bare(name, node[name]) for name in _TELLING if node.get(name)), "")
    words = " ".join(_words(told, document, _DEEP).split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"


def _words(told: Any, document: Document, depth: int) -> str:
    if isinstance(told, list):
        return ", ".join(
            _words(each, document, depth - 1) for each in told[: 3 if depth > 0 else 0]
        )
    if not isinstance(told, dict):
        return str(_named(told, document, depth))
    for name in ("text", "ssml", "prompt", "number", "variable", "url", "audio", "by_language"):
        if told.get(name) and depth > 0:
            return _words(_bare(name, told[name]), document, depth - 1)
    return _words(next(iter(told.values()), ""), document, depth - 1) if depth > 0 else ""


def _bare(name: str, told: Any) -> Any:
    """Leave out the tags of speech markup: people look at words."""
    return _TAG.sub(" ", told) if name == "ssml" and isinstance(told, str) else told


def _named(told: Any, document: Document, depth: int) -> Any:
    """Follow the name of one of the document's own prompts to what it says."""
    prompts = document.get("prompts")
    found = prompts.get(told) if isinstance(prompts, dict) and isinstance(told, str) else None
    return _words(found, document, depth - 1) if found and depth > 0 else told


def _by_node(faults: Iterable[Fault], nodes: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    names = {escape(name): name for name in nodes}
    found: dict[str, tuple[str, ...]] = {}
    for fault in faults:
        parts = fault.pointer.split("/")
        name = names.get(parts[2]) if fault.pointer.startswith("/nodes/") else None
        if name is not None:
            found[name] = (*found.get(name, ()), fault.reason)
    return found


@cache
def _labels() -> dict[str, Any]:
    text = (Path(__file__).parent / "labels.json").read_text(encoding="utf-8")
    labels: dict[str, Any] = json.loads(text)
    return labels
