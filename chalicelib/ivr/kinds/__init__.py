"""Every kind of node, and how one is read. A module each: its fields, and what it does.

A module is imported when a flow first has a node of its kind: a call pays for what its flow uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.grammar import or_null, schema_of
from chalicelib.kernel.reading import Place, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.grammar import Entry, Reading, Schema
    from chalicelib.ivr.kinds.kind import Kind
    from chalicelib.ivr.nodes import Node

# Where each kind is: the module here that has it, under its name in capitals.
_MODULES: Final = {
    "say": "announce",
    "play": "announce",
    "menu": "menu",
    "collect": "collect",
    "hours": "hours",
    "branch": "branch",
    "lookup": "lookup",
    "dial": "dial",
    "queue": "queue",
    "callback": "callback",
    "voicemail": "voicemail",
    "sms": "sms",
    "voicebot": "voicebot",
    "survey": "survey",
    "transfer": "transfer",
    "return": "transfer",
    "tag": "marking",
    "set": "marking",
    "record": "recording",
    "price_notice": "price_notice",
    "hangup": "ending",
    "reject": "ending",
}


class _Kinds(Mapping[str, "Kind"]):
    """Kinds by name, each imported when it is first asked for."""

    def __getitem__(self, name: str) -> Kind:
        if name not in _loaded:
            _load(_MODULES[name])
        return _loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in _MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


KINDS: Final[Mapping[str, Kind]] = _Kinds()
_loaded: Final[dict[str, Kind]] = {}
_by_node: Final[dict[type[Any], Kind]] = {}


def _load(module: str) -> None:
    """Import a module of kinds. Where two share a node, the first named stands for both of them:
    they are read differently, and do the same.
    """
    home = import_module(f"{__name__}.{module}")
    for name in (name for name, place in _MODULES.items() if place == module):
        kind: Kind = getattr(home, name.upper())
        _loaded[name] = kind
        _by_node.setdefault(kind.node, kind)


def kinds() -> tuple[str, ...]:
    """Return the name of every kind of node."""
    return tuple(KINDS)


def kind_of(node: Node) -> Kind:
    """Return the kind of a node."""
    if type(node) not in _by_node:  # nobody read it in a document: all kinds are looked through
        for module in _MODULES.values():
            _load(module)
    return _by_node[type(node)]


def read_node(place: Place, about: Reading) -> Node | None:
    """Read one node; None when its kind is unknown. Faults go to the place's list."""
    fields = place.entries()
    if "kind" not in fields:
        if isinstance(place.value, dict):
            place.fault(f"`kind` is missing; known kinds: {', '.join(KINDS)}")
        return None
    name = fields["kind"].value
    if not isinstance(name, str) or name not in KINDS:
        fields["kind"].fault(f"must be one of {', '.join(KINDS)}, not {quoted(name)}")
        return None
    kind = KINDS[name]
    node = (kind.make or kind.node)(**_values(place, kind, about))
    about.sets.update(kind.sets)
    if kind.review is not None and about.judging:
        kind.review(place, node)
    return node


def _values(place: Place, kind: Kind, about: Reading) -> dict[str, Any]:
    folded = [name for names in kind.folded.values() for name in names]
    plain = {name: entry for name, entry in kind.entries.items() if name not in kind.folded}
    required = [name for name, entry in plain.items() if entry.required]
    optional = [name for name, entry in plain.items() if not entry.required]
    places = place.fields(("kind", *required), (*optional, *folded))
    values: dict[str, Any] = {
        name: entry.field.read(places[name], about) if name in places else entry.default
        for name, entry in plain.items()
    }
    for name, names in kind.folded.items():
        values[name] = _folded(place, places, kind.entries[name], names, about)
    return values


def _folded(
    place: Place, places: dict[str, Place], entry: Entry, names: tuple[str, ...], about: Reading
) -> Any:
    """Read a value whose fields are the node's own."""
    written = place.value if isinstance(place.value, dict) else {}
    own = {
        name: written[name]
        for name in names
        if name in places or (entry.required and name in written)
    }
    if own:
        return entry.field.read(Place(own, place.pointer, place.faults), about)
    if entry.required:
        place.fault(f"`{names[0]}` is missing")
    return entry.default


def node_schema(kind: Kind) -> Schema:
    """Describe a node of one kind as JSON Schema."""
    plain = {name: entry for name, entry in kind.entries.items() if name not in kind.folded}
    described = schema_of(plain, kind=kind.name)
    described["title"], described["description"] = kind.name, kind.about
    for name, names in kind.folded.items():
        required = kind.entries[name].required
        for each in names:
            written = {"$ref": f"#/$defs/{FOLDED[each]}"}
            body = required and each in BODIES
            described["properties"][each] = written if body else or_null(written)
        if required:
            bodies = [each for each in names if each in BODIES]
            described["oneOf"] = [{"required": [each]} for each in bodies]
    return described


BODIES: Final = ("text", "ssml", "url", "audio", "by_language", "prompt", "weekly", "calendar")
FOLDED: Final = {
    "text": "words",
    "ssml": "ssml",
    "language": "language",
    "voice": "voice",
    "url": "url",
    "audio": "audio",
    "version": "version",
    "by_language": "by_language",
    "prompt": "prompt_name",
    "weekly": "weekly",
    "zone": "zone",
    "public_holidays": "public_holidays",
    "exceptions": "exceptions",
    "calendar": "calendar_name",
}
