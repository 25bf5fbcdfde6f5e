"""Flow documents as people write them: YAML 1.2 and JSON, with the place of each part.

YAML is read as the JSON it stands for, and by JSON's rules for what is a number: `no`, `12:30`,
`2026-12-24`, `01` and +33612345678 are texts. PyYAML is imported with the first YAML that comes.
"""

from __future__ import annotations

import copy
import json
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.places import JsonPlaces, Spot, Written
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.reading import escape, quoted
from chalicelib.runtime.problems import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DEEP: Final = 50
MOST_VALUES: Final = 100_000  # aliases count with all that they stand for
_LONGEST_NUMBER: Final = 300
_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_PLAIN_TAGS: Final = (None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq")))
_SIGNS: Final = "*&!%@`|>"
_WIDTH: Final = 100


def read_json(text: str, document: dict[str, Any], root: str) -> Written:
    """Note where a document that was read from JSON stands in it, from `root` down.

    Raises Malformed where an object names a field twice: one of the two would be lost.
    """
    places = JsonPlaces(text)
    if places.repeated:
        raise _unreadable(*(_twice(pointer, spot) for pointer, spot in places.repeated))
    return Written(document, places.spots, root)


def read_yaml(text: str) -> Written:
    """Read a document. Raises Malformed with the line and column of what is wrong."""
    import yaml

    text = text.removeprefix("\ufeff")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(yaml.parse(text, Loader=loader))
    try:
        document = builder.document()
    except yaml.YAMLError as error:
        raise _unreadable(_not_yaml(error, text)) from None
    if builder.faults:
        raise _unreadable(*builder.faults)
    return Written(document, builder.spots, text=text)


def written(document: dict[str, Any], text: str | None) -> Written:
    """Find the places of a document again in the text that was kept of it, if any was."""
    try:
        return Written(document) if text is None else read_yaml(text)
    except Malformed:  # it was read by the rules of its day; its places are not worth a failure
        return Written(document)


def write_yaml(document: dict[str, Any]) -> str:
    """Write a document in the order it has. Half a character, which YAML cannot hold, becomes ?."""
    import yaml

    whole = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    text: str = yaml.dump(
        json.loads(whole), Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    return text


class _Builder:
    """JSON values made of YAML's events. What cannot be one is noted, or ends the reading."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0
        self.spots: dict[str, Spot] = {}
        self.faults: list[Fault] = []

    def document(self) -> dict[str, Any]:
        """Return the document, the only one in its stream."""
        documents = 0
        read: Any = None
        for event in self._events:
            if type(event).__name__ == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise _unreadable(_at(event, "", "begins a second document: send one"))
                read = self._value(next(self._events), "", 0)
        if not documents:
            raise _unreadable(Fault("", "the text is empty"))
        if not isinstance(read, dict):
            self.faults.append(Fault("", "must be an object: lines such as `name: Standard`"))
            return {}
        return read

    def _value(self, event: Any, pointer: str, depth: int) -> Any:
        if depth > MOST_DEEP:
            raise _unreadable(_at(event, pointer, f"is nested more than {MOST_DEEP} deep"))
        self.spots.setdefault(pointer, _spot(event))
        before = self._count
        self._counted(event, pointer, 1)
        value = _READERS[type(event).__name__](self, event, pointer, depth)
        if event.anchor is not None and type(event).__name__ != "AliasEvent":
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _counted(self, event: Any, pointer: str, more: int) -> None:
        self._count += more
        if self._count > MOST_VALUES:
            reason = f"holds more than {MOST_VALUES} values, with those that aliases stand for"
            raise _unreadable(_at(event, pointer, reason))

    def alias(self, event: Any, pointer: str, depth: int) -> Any:
        """Repeat what an anchor stands for; a copy, so that no change ever shows in two places."""
        if event.anchor not in self._anchors:
            raise _unreadable(_at(event, pointer, f"no anchor is called {quoted(event.anchor)}"))
        value, size = self._anchors[event.anchor]
        self._counted(event, pointer, size)
        return copy.deepcopy(value)

    def scalar(self, event: Any, pointer: str, depth: int) -> Any:
        """Read a text, or one of the few things that are no texts."""
        self._untagged(event, pointer)
        plain = event.implicit[0]
        return _meant(event.value) if plain else event.value

    def sequence(self, event: Any, pointer: str, depth: int) -> list[Any]:
        """Read a list."""
        self._untagged(event, pointer)
        items: list[Any] = []
        for inner in self._events:
            if type(inner).__name__ == "SequenceEndEvent":
                break
            items.append(self._value(inner, f"{pointer}/{len(items)}", depth + 1))
        return items

    def mapping(self, event: Any, pointer: str, depth: int) -> dict[str, Any]:
        """Read an object: its names are texts, however they look."""
        self._untagged(event, pointer)
        entries: dict[str, Any] = {}
        for key in self._events:
            if type(key).__name__ == "MappingEndEvent":
                break
            if type(key).__name__ != "ScalarEvent":
                raise _unreadable(_at(key, pointer, "a name must be a text: quote it"))
            inner = f"{pointer}/{escape(key.value)}"
            if key.value in entries:
                self.faults.append(_twice(inner, _spot(key)))
            self.spots[inner] = _spot(key)
            entries[key.value] = self._value(next(self._events), inner, depth + 1)
        return entries

    def _untagged(self, event: Any, pointer: str) -> None:
        if event.tag not in _PLAIN_TAGS:
            self.faults.append(
                _at(event, pointer, f"tags such as {quoted(event.tag)} mean nothing")
            )


_READERS: Final = {
    "AliasEvent": _Builder.alias,
    "ScalarEvent": _Builder.scalar,
    "SequenceStartEvent": _Builder.sequence,
    "MappingStartEvent": _Builder.mapping,
}


def _meant(written: str) -> Any:
    if written in _WORDS:
        return _WORDS[written]
    if len(written) > _LONGEST_NUMBER or not _NUMBER.fullmatch(written):
        return written
    if _INTEGER.fullmatch(written):
        return int(written)
    number = float(written)
    return number if math.isfinite(number) else written


def _spot(event: Any) -> Spot:
    return Spot(event.start_mark.line + 1, event.start_mark.column + 1)


def _at(event: Any, pointer: str, reason: str) -> Fault:
    spot = _spot(event)
    return Fault(pointer, reason, spot.line, spot.column)


def _twice(pointer: str, spot: Spot) -> Fault:
    return Fault(pointer, "stands twice in the same object", spot.line, spot.column)


def _not_yaml(error: Any, text: str) -> Fault:
    """Say where the reader gave up, and what often helps."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", "it cannot be read")
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    known = [mark for mark in marks if mark is not None]
    for mark in known:
        sign = _sign(text, mark)
        if sign and sign in _SIGNS:
            reason = f"is not YAML: {problem}; quote a text that begins with {sign}"
            return Fault("", reason, mark.line + 1, mark.column + 1)
    where = (known[0].line + 1, known[0].column + 1) if known else (None, None)
    return Fault("", f"is not YAML: {problem}", *where)


def _sign(text: str, mark: Any) -> str:
    lines = text.split("\n")
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


def _unreadable(*faults: Fault) -> Malformed:
    return Malformed("the document cannot be read", faults=faults)


@cache
def _dumper() -> Any:
    """Return how documents are written: without aliases, and quoted where either YAML would err."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    number = re.compile(f"^(?:{_NUMBER.pattern})$")
    Dumper.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-0123456789"))
    Dumper.add_representer(str, text)
    return Dumper
