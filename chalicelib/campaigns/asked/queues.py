"""The contact centre's words, as this package takes them: how far a callback has come. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form


class Stage(StrEnum):
    """How far a callback of a queue has come, in its own words."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    REACHED = "reached"
    GIVEN_UP = "given-up"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Handed:
    """A callback: how far it has come, and how often the person was dialled."""

    stage: Stage
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a queue, of somebody who is rung first: as a caller's own.

    It is there before their telephone rings, so `call_id` is what they asked for.
    """

    account_id: str
    queue: str
    call_id: str
    dialled: str
    caller: str | None
    arrived_at: datetime
    language: str
    label: str = ""
    priority: int = 9
    skills: frozenset[str] = field(default_factory=frozenset)


def place_of(asking: Asking, form: Form) -> Place:
    """Return the place of somebody: at the head, since they asked, or since their slot opened."""
    return Place(
        account_id=asking.account_id,
        queue=form.queue,
        call_id=asking.id,
        dialled=form.shown,
        caller=asking.number,
        arrived_at=max(asking.ordered_at, asking.slot.opens),
        language="en-GB" if asking.language == "en" else "fr-FR",
        label=asking.label,
    )
