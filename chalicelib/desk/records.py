"""Things of the floor as JSON and back. Fields that a newer version added are ignored."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chalicelib.desk.agents import Agent, Tally
from chalicelib.desk.callbacks import Slot, Stage
from chalicelib.desk.tickets import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

# What is said of an agent; the other fields are what they are doing.
SAID: Final = frozenset(
    {"id", "name", "number", "created_at", "skills", "hours", "available", "wrap_up_seconds"}
)
COUNTERS: Final = frozenset({"version", "revision"})
DOING: Final = frozenset(each.name for each in fields(Agent)) - SAID - COUNTERS

# A floor of hundreds of rows is read with every poll: what is not there takes no room.
_EMPTY: Final[tuple[object, ...]] = (None, [], "")


def _slot(values: list[str] | None) -> Slot | None:
    return None if values is None else Slot(*map(datetime.fromisoformat, values))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "skills": frozenset,
    "phase": Phase,
    "stage": Stage,
    "slot": _slot,
    "day": date.fromisoformat,
    "tallies": lambda rows: tuple(Tally(*row) for row in rows),
    **dict.fromkeys(
        (
            "arrived_at",
            "asked_at",
            "began_at",
            "called_up_at",
            "created_at",
            "ended_at",
            "held_until",
            "idle_since",
            "lease_until",
            "left_at",
            "looked_at",
            "not_before",
            "rests_until",
            "seen_at",
            "talking_since",
            "until",
        ),
        _instant,
    ),
}


def written(thing: Any, names: Iterable[str] = ()) -> str:
    """Write a thing, or some of its fields, as JSON. Counters are kept beside it."""
    known = {each.name: each for each in fields(thing)}
    wanted = set(names) or known.keys() - COUNTERS
    values = {name: _plain(getattr(thing, name)) for name in sorted(wanted)}
    kept = {
        name: value
        for name, value in values.items()
        if value not in _EMPTY or known[name].default is MISSING
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read(kind: type[T], *texts: str, **counters: int) -> T:
    """Read a thing back from what was written of it."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    values = {name: value for text in texts for name, value in json.loads(text).items()}
    facts = {
        name: _READ[name](value) if name in _READ else value
        for name, value in values.items()
        if name in known
    }
    return kind(**facts, **counters)


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return [_plain(getattr(value, each.name)) for each in fields(value)]
    return value
