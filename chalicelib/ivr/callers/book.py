"""The people whom an account knows by their number, and what its flows learn of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.facts import OWN_FIELDS
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.ivr.nodes import Value

MOST_FIELDS: Final = 50
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCaller:
    """Somebody in the book. `id` is the account's own keyed hash of the number (E.164)."""

    id: str
    account_id: str
    number: str
    updated_at: datetime
    first_name: str = ""
    name: str = ""
    vip: bool = False
    blocked: bool = False
    fields: Mapping[str, Value] = field(default_factory=dict)


def facts_of(caller: KnownCaller) -> dict[str, Value]:
    """Return what flows learn of a caller; names that nobody wrote down have no value."""
    names = {"caller.first_name": caller.first_name, "caller.name": caller.name}
    return {
        "caller.known": True,
        "caller.vip": caller.vip,
        "caller.blocked": caller.blocked,
        **{name: value for name, value in names.items() if value},
        **{f"{OWN_FIELDS}{name}": value for name, value in caller.fields.items()},
    }


def demand_distinct(numbers: Sequence[str]) -> None:
    """Refuse a list that names a caller twice: which of the two is meant, nobody knows."""
    first: dict[str, int] = {}
    faults = tuple(
        Fault(f"/callers/{at}/number", f"is the number of /callers/{first[number]} as well")
        for at, number in enumerate(numbers)
        if first.setdefault(number, at) != at
    )
    if faults:
        raise Rejected("the list names callers twice", faults=faults)
