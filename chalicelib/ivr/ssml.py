"""The speech markup (SSML) that the carrier's `<Say>` takes: read, checked, and filled with values.

What it makes is a small tree; `twiml.py` writes it with the carrier's library. Values go in after
the markup was read, so that they are spoken whatever they hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from chalicelib.ivr import ssml_rules, templates
from chalicelib.ivr.voices import LONGEST_ENCODED, LONGEST_TEXT, encoded_length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.readings import Value

DEEPEST: Final = 20
NO_VOICE: Final = "the carrier's own voice"  # of a language for which we know no better one


@dataclass(frozen=True, slots=True)
class Element:
    """An element of markup: its name, its attributes, and what it holds."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Node, ...] = ()

    @property
    def method(self) -> str:
        """Return the method of the carrier's library that makes it.

        >>> Element("say-as").method, Element("break").method
        ('say_as', 'break_')
        """
        return "break_" if self.name == "break" else self.name.replace("-", "_")

    @property
    def arguments(self) -> dict[str, str]:
        """Return its attributes by the names that the carrier's library gives them."""
        return {name.replace(":", "_").replace("-", "_"): value for name, value in self.attributes}


Node = Element | str


@dataclass(frozen=True, slots=True)
class Markup:
    """A marked-up text as its author wrote it, read once; `faults` says what is wrong, in words."""

    children: tuple[Node, ...]
    faults: tuple[str, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """Return the name of every value it asks for."""
        named = (templates.compile(text).variables for text in texts_in(self.children))
        return frozenset[str]().union(*named)

    def render(self, values: Mapping[str, Value], language: str) -> tuple[Node, ...]:
        """Fill the values in. The whole stays within what the carrier says; never raises."""
        return _Filler(values, language).fill(self.children)


def parse(text: str, voice: str = "") -> Markup:
    """Read a marked-up text, for a voice if it is known: some markup is not for every voice.

    >>> parse('<p>Bonjour {{name}}</p><break time="2s"/>').faults
    ()
    >>> parse("<whisper>Bonjour</whisper>").faults
    ('<whisper> is not known; known: break, emphasis, lang, p, phoneme, prosody, s, say-as, sub, \
w',)
    """
    reader = _Reader(voice)
    children = reader.read(text)
    faults = [*reader.faults]
    for words in texts_in(children):
        faults.extend(templates.compile(words).faults)
    faults.extend(_length_faults(text, children))
    if not faults and not spoken(children):
        faults.append("says nothing")
    return Markup(children, tuple(dict.fromkeys(faults)))


def texts_in(nodes: tuple[Node, ...]) -> Iterator[str]:
    """Go through every text in order."""
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            yield from texts_in(node.children)


def spoken(nodes: tuple[Node, ...]) -> str:
    """Return what is heard, without the markup: for simulations and transcripts."""
    said = []
    for node in nodes:
        if isinstance(node, str):
            said.append(node)
        elif node.name == "sub":
            said.append(dict(node.attributes).get("alias", ""))
        else:
            inside = spoken(node.children)
            said.append(f" {inside} " if node.name in {"break", "p", "s"} else inside)
    return re.sub(r"\s+", " ", "".join(said)).strip()


def weight(nodes: tuple[Node, ...]) -> int:
    """Return about how many characters of XML it takes, so that an answer stays small enough."""
    size = 0
    for node in nodes:
        if isinstance(node, str):
            size += len(node)
        else:
            size += 2 * len(node.name) + len("</ ></>") + weight(node.children)
            size += sum(len(name) + len(value) + len(' =""') for name, value in node.attributes)
    return size


class _Refused(Exception):
    """The text is no markup at all: the message says why."""


class _Reader:
    """Reads the XML; what it refuses outright is what could reach outside the text."""

    def __init__(self, voice: str) -> None:
        self._voice = voice
        self._open: list[tuple[str, dict[str, str], list[Node]]] = []
        self.faults: list[str] = []

    def read(self, text: str) -> tuple[Node, ...]:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        self._open = []
        bare = re.sub(r"^\s*<speak>(.*)</speak>\s*$", r"\1", text, flags=re.DOTALL)
        try:
            parser.Parse(f"<speak>{bare}</speak>".encode(), True)
        except expat.ExpatError as error:
            self.faults.append(f"is not well-formed: {expat.ErrorString(error.code)}{_HINT}")
        except _Refused as error:
            self.faults.append(str(error))
        except UnicodeEncodeError:
            self.faults.append("holds half a character that cannot be sent")
        else:
            return tuple(self._open[0][2])
        return ()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise _Refused(f"is nested more than {DEEPEST} deep")
        if self._open:  # the root is ours
            self.faults.extend(ssml_rules.faults(name, self._open[-1][0], attributes, self._voice))
        self._open.append((name, attributes, []))

    def _end(self, _: str) -> None:
        if len(self._open) > 1:
            name, attributes, children = self._open.pop()
            if name == "break" and children:
                self.faults.append("<break> holds nothing: write <break/>")
            self._open[-1][2].append(Element(name, tuple(attributes.items()), tuple(children)))

    def _text(self, text: str) -> None:
        children = self._open[-1][2]
        # The carrier's library keeps one text between two elements.
        if children and isinstance(children[-1], str):
            children[-1] += text
        else:
            children.append(text)

    def _doctype(self, *_: object) -> None:
        raise _Refused("must not declare a document type")

    def _instruction(self, *_: object) -> None:
        raise _Refused("must not hold a processing instruction")


_HINT: Final = ": & is written &amp; and < is written &lt;; every element is closed"


def _length_faults(text: str, children: tuple[Node, ...]) -> Iterator[str]:
    said = sum(map(len, texts_in(children)))
    if said > LONGEST_TEXT:
        yield f"is too long: {said} characters are spoken, at most {LONGEST_TEXT}"
    try:
        encoded = encoded_length(text)
    except UnicodeEncodeError:
        return
    if encoded > LONGEST_ENCODED:
        reason = f"is too long for the carrier: {encoded} bytes once URL-encoded"
        yield f"{reason}, at most {LONGEST_ENCODED}"


class _Filler:
    """Fills values in until the carrier's limits are reached; then texts are cut short."""

    def __init__(self, values: Mapping[str, Value], language: str) -> None:
        self._values = values
        self._language = language
        self._characters = LONGEST_TEXT
        self._encoded = LONGEST_ENCODED

    def fill(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(self._filled(node) for node in nodes)

    def _filled(self, node: Node) -> Node:
        if isinstance(node, str):
            return self._within(templates.compile(node).render(self._values, self._language))
        tag = "".join(f"{name}{value}" for name, value in node.attributes)
        self._encoded -= encoded_length(f'<{node.name} ="">{tag}</{node.name}>')
        return Element(node.name, node.attributes, self.fill(node.children))

    def _within(self, text: str) -> str:
        cut = text[: max(self._characters, 0)]
        while cut and encoded_length(cut) > self._encoded:
            cut = cut[: len(cut) * 3 // 4]
        self._characters -= len(cut)
        self._encoded -= encoded_length(cut)
        return cut
