"""What a call itself tells: variables that no node has to set. Pure.

Families of names that belong to the platform: `caller.*`, `call.*`, `line.*`, `queue.*`. What has
to be looked up (the source, the caller book: see `telling.py`) is put into the call's memory when
it comes to a flow that uses it; the rest is worked out of the call on the spot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.kernel import numbering
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.nodes import Value

_PARIS: Final = ZoneInfo("Europe/Paris")

# Kept in memory from the call's arrival on, when a flow uses it.
FROM_THE_LINE: Final = ("call.source", "call.source_name", "call.campaign")
FROM_THE_BOOK: Final = ("caller.known", "caller.vip", "caller.blocked", "caller.first_name",
                        "caller.name")  # fmt: skip
OWN_FIELDS: Final = "caller.fields."  # what owners write into their book beside that
OF_CONTACT: Final = "contact."  # what a campaign's list has of whoever it rings
OF_THE_CALL: Final = ("call.language", "call.recorded")


def _family(context: Context) -> str:
    try:
        return numbering.classify(context.caller or "").family.value
    except Rejected:
        return "foreign" if context.caller else "withheld"


def _territory(context: Context) -> str:
    try:
        return numbering.classify(context.caller or "").territory.value
    except Rejected:
        return "abroad" if context.caller else "unknown"


def _price_mode(context: Context) -> str:
    if context.tier is None:
        return "none"
    return "minute" if context.tier.per_minute else "call"


_TOLD: Final[dict[str, Callable[[Context], Value]]] = {
    "caller.number": lambda context: context.caller or "",
    "caller.withheld": lambda context: context.caller is None,
    "caller.family": _family,
    "caller.territory": _territory,
    # Of a caller who is in no book; what a book says comes before.
    "caller.known": lambda context: False,
    "caller.vip": lambda context: False,
    "caller.blocked": lambda context: False,
    "caller.mobile": lambda context: _family(context) == numbering.Family.MOBILE.value,
    "line.price": lambda context: str(context.tier.euros) if context.tier else "",
    "line.price_mode": _price_mode,
    "call.dialled": lambda context: context.dialled,
    "call.date": lambda context: context.now.astimezone(_PARIS).date().isoformat(),
    "call.time": lambda context: context.now.astimezone(_PARIS).strftime("%H:%M"),
}

# How values that the platform tells are read aloud, by filters of texts; the others as they stand.
READ_AS: Final[Mapping[str, str]] = {
    "caller.number": "phone",
    "call.dialled": "phone",
    "call.date": "date",
    "call.time": "time",
    "line.price": "amount",
}

_KNOWN: Final = frozenset({*_TOLD, *FROM_THE_LINE, *FROM_THE_BOOK, *OF_THE_CALL})


def is_told(name: str) -> bool:
    """Say whether a variable has its value from the platform, or may have."""
    return name in _KNOWN or name.startswith((OWN_FIELDS, OF_CONTACT))


def from_the_book(name: str) -> bool:
    """Say whether a variable is what an account knows of a caller."""
    return name in FROM_THE_BOOK or name.startswith(OWN_FIELDS)


def looked_up(names: Iterable[str]) -> frozenset[str]:
    """Return those of the variables that somebody has to be asked for."""
    return frozenset(
        each
        for each in names
        if each in FROM_THE_LINE or from_the_book(each) or each.startswith(OF_CONTACT)
    )


class Values(Mapping[str, "Value"]):
    """A call's variables: its memory, else what it tells, else what the flow begins with."""

    __slots__ = ("_begin", "_context", "_language")

    def __init__(self, context: Context, begin: Mapping[str, Value], language: str) -> None:
        self._context = context
        self._begin = begin
        self._language = language

    def __getitem__(self, name: str) -> Value:
        memory = self._context.memory
        if name in memory:
            return memory[name]
        told = _TOLD.get(name)
        if name == "call.language":
            return self._language  # the flow's own, until a node chooses another
        return self._begin[name] if told is None else told(self._context)

    def __iter__(self) -> Iterator[str]:
        return iter(
            {**self._begin, **dict.fromkeys((*_TOLD, "call.language")), **self._context.memory}
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)
