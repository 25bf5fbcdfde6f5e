r"""Texts with values in them: `Bonjour {{caller.first_name}}, votre solde est de {{x|amount}}`.

A value is only ever spoken: it is never read as a template or as markup, whatever it holds. A value
that is missing is silent. `\{{` stands for two braces that mean themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import readings
from chalicelib.ivr.voices import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.ivr.readings import Value

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
LONGEST_NAME: Final = 64
# Longer than any value that one says aloud: the rest of a text must still be heard.
LONGEST_VALUE: Final = 500

FILTERS: Final[Mapping[str, Callable[[Value, str], str]]] = {
    "amount": readings.amount,
    "date": readings.date,
    "day": readings.day,
    "digits": readings.digits,
    "duration": readings.duration,
    "moment": readings.moment,
    "number": readings.number,
    "percent": readings.percent,
    "phone": readings.phone,
    "spell": readings.spell,
    "time": readings.time,
    "words": readings.plain,
}

_OPENING: Final = re.compile(r"\\\{\{|\{\{")
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<close>\}\})|(?P<sign>[|()])|(?P<name>[^\s|(){}"']+)"""
    r"""|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))""",
    re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value: its name, what is said when it is missing, and how it is read."""

    name: str
    default: str = ""
    filter: str = ""

    def is_read(self, read_as: Mapping[str, str]) -> bool:
        """Say whether the kind of its value decides how it is read: nobody else said."""
        return not self.filter and self.name in read_as

    def say(self, values: Mapping[str, Value], language: str) -> str:
        """Return what is heard in this place."""
        value = values.get(self.name)
        if value is None or value == "":
            # A default is read like the value it stands for, unless it has words instead of one:
            # an unknown order number is "inconnue", which nobody wants spelt.
            value = self.default
            if not any(map(str.isdigit, value)):
                return value[:LONGEST_VALUE]
        read = FILTERS.get(self.filter, _as_it_is)
        clipped = value[:LONGEST_VALUE] if isinstance(value, str) else value
        return read(clipped, language)[:LONGEST_VALUE]


@dataclass(frozen=True, slots=True)
class Template:
    """A text read once: its parts, and what is wrong with it, in words."""

    parts: tuple[str | Slot, ...]
    faults: tuple[str, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """Return the name of every value it asks for."""
        return frozenset(part.name for part in self.parts if isinstance(part, Slot))

    def reading(self, read_as: Mapping[str, str]) -> Template:
        """Return the text with a filter for each value of a known kind that has none of its own.

        >>> compile("Il est {{call.time}}.").reading({"call.time": "time"}).render(
        ...     {"call.time": "14:05"}, "fr-FR")
        'Il est quatorze heures cinq.'
        """
        if not any(isinstance(part, Slot) and part.is_read(read_as) for part in self.parts):
            return self
        parts = (
            replace(part, filter=read_as[part.name])
            if isinstance(part, Slot) and part.is_read(read_as)
            else part
            for part in self.parts
        )
        return Template(tuple(parts), self.faults)

    def render(self, values: Mapping[str, Value], language: str) -> str:
        """Fill the values in, and return a text that the carrier can say. Never raises."""
        said = (p if isinstance(p, str) else p.say(values, language) for p in self.parts)
        return fitted("".join(said))


@lru_cache(maxsize=1024)
def compile(text: str) -> Template:
    """Read a text. What is wrong in it is in `faults`, and is silent when it is rendered.

    >>> compile('Bonjour {{caller.name|default("à vous")}}').render({}, "fr-FR")
    'Bonjour à vous'
    >>> compile("{{total|euros}}").faults
    ('{{total|euros}}: no filter is named euros; known: amount, date, day, default, digits, \
duration, moment, number, percent, phone, spell, time, words',)
    """
    parts: list[str | Slot] = []
    faults: list[str] = []
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        parts.append(text[at : opening.start()])
        if opening[0] != "{{":
            parts.append("{{")
            at = opening.end()
            continue
        reader = _Reader(text, opening.end())
        slot = reader.slot()
        at = reader.at
        if reader.fault:
            faults.append(f"{text[opening.start() : at][:80]}: {reader.fault}")
        elif slot is not None:
            parts.append(slot)
    parts.append(text[at:])
    return Template(tuple(part for part in parts if part != ""), tuple(faults))


class _Reader:
    """Reads one `{{...}}`: a name, then filters."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.at = at
        self.fault = ""

    def slot(self) -> Slot | None:
        kind, name = self._next()
        if kind != "name":
            return self._refuse("a name is missing" if kind else "")
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            return self._refuse(
                f"{name!r} is no name: letters, digits and _, in parts joined by dots, "
                f"at most {LONGEST_NAME}"
            )
        return self._filters(Slot(name))

    def _filters(self, slot: Slot) -> Slot | None:
        while True:
            kind, token = self._next()
            if kind == "close":
                return slot
            if token != "|":
                return self._refuse("only a filter, after |, may follow a name" if kind else "")
            kind, token = self._next()
            if kind != "name":
                return self._refuse("the name of a filter is missing after |" if kind else "")
            filtered = self._default(slot) if token == "default" else self._filter(slot, token)
            if filtered is None:
                return None
            slot = filtered

    def _filter(self, slot: Slot, name: str) -> Slot | None:
        if name not in FILTERS:
            known = ", ".join(sorted([*FILTERS, "default"]))
            return self._refuse(f"no filter is named {name}; known: {known}")
        if slot.filter:
            return self._refuse(f"{slot.filter} and {name} cannot both read it")
        return Slot(slot.name, slot.default, name)

    def _default(self, slot: Slot) -> Slot | None:
        text = ""
        for wanted in ("(", "text", ")"):
            kind, token = self._next()
            if wanted not in {kind, token}:
                return self._refuse('default needs a text: default("...")' if kind else "")
            text = token if kind == "text" else text
        return Slot(slot.name, _ESCAPED.sub(r"\1", text[1:-1]), slot.filter)

    def _next(self) -> tuple[str, str]:
        """Return the next token and its kind; "" for the kind at the end of the text."""
        match = _TOKEN.match(self._text, self.at)
        if match is None:
            return "", ""
        self.at = match.end()
        kind = str(match.lastgroup)
        return kind, match[kind]

    def _refuse(self, why: str) -> Slot | None:
        """Note a fault, go to the end of the expression, and return no slot."""
        self.fault = why or "it is not closed by }}"
        before = self._text[: self.at]
        if not before.endswith("}}"):
            end = self._text.find("}}", self.at)
            self.fault = self.fault if end >= 0 else "it is not closed by }}"
            self.at = end + 2 if end >= 0 else len(self._text)
        return None


def _as_it_is(value: Value, language: str) -> str:
    """Leave a text as it is: the carrier's voice reads it."""
    return value if isinstance(value, str) else readings.plain(value, language)
