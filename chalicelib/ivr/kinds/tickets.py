"""What waiting for an agent and being rung back have in common: a queue, and a place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.ivr.grammar import Field, Listed, Matching, Reading, Whole, may, must
from chalicelib.ivr.kinds.marking import AssignedText
from chalicelib.ivr.nodes import NamedQueue
from chalicelib.ivr.queueing import Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.grammar import Schema
    from chalicelib.ivr.templates import Template
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.reading import Place

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NAME: Final = Matching(NAME, "a queue's name: small letters, digits, - and _, at most 40")
_SKILL: Final = Matching(NAME, "a skill's name: small letters, digits, - and _, at most 40")
LONGEST_LABEL: Final = 100


class Placed(Protocol):
    """A node that takes a place in a queue."""

    @property
    def queue(self) -> str:
        """The name of the queue."""

    @property
    def skills(self) -> tuple[str, ...]:
        """What an agent must know."""

    @property
    def priority(self) -> int:
        """Higher goes first."""

    @property
    def label(self) -> Template | None:
        """What the agent is told of the call."""


@dataclass(frozen=True, slots=True)
class QueueName(Field[str]):
    """The name of one of the account's queues: publishing looks whether there is one."""

    def read(self, place: Place, about: Reading) -> str:
        """Read it, and note where it is named."""
        name = _NAME.read(place, about)
        if name:
            about.queues.append(NamedQueue(place.pointer, name))
        return name

    def schema(self) -> Schema:
        """Describe it."""
        return _NAME.schema()


def entries() -> dict[str, Any]:
    """Return the fields of a node that takes a place in a queue."""
    return {
        "queue": must(QueueName(), "The name of the queue.", ""),
        "skills": may(Listed(_SKILL, 1, 10, "skills"), "What an agent must know.", ()),
        "priority": may(Whole(0, 9, 0), "Higher goes first.", 0),
        "label": may(AssignedText(LONGEST_LABEL), "What the agent is told of the call."),
    }


def ticket(node: Placed, arrived_at: datetime, turn: Turn) -> Ticket:
    """Return the place that a caller takes, or has taken, by their arrival."""
    return Ticket(
        call_id=turn.context.call_id,
        dialled=turn.context.dialled,
        caller=turn.context.caller,
        arrived_at=arrived_at,
        language=turn.language,
        priority=node.priority,
        skills=frozenset(node.skills),
        label=label(node, turn),
    )


def label(node: Placed, turn: Turn) -> str:
    """Return what an agent is told of the call; "" if nothing."""
    said = node.label.render(turn.values, turn.language) if node.label else ""
    return said[:LONGEST_LABEL]
