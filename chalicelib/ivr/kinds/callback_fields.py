"""How a `callback` node is written, and what its questions keep in the URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.actions import Listening
from chalicelib.ivr.callback_slots import Length, Slots
from chalicelib.ivr.grammar import Flag, OneOf, Record, Target, Whole, may, must
from chalicelib.ivr.kinds import tickets
from chalicelib.ivr.kinds.hours import ALWAYS, CalendarField
from chalicelib.ivr.kinds.prompts import PromptField

if TYPE_CHECKING:
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.templates import Template
    from chalicelib.kernel.reading import Place

MOST_SLOTS: Final = 8  # keys 1 to 9, of which one is for "as soon as it is my turn"
_MARK: Final = re.compile(r"(own|number|check|slot|book)(?:-([mo])-([0-9a-f]{1,8})-([0-9]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The queue that rings back, what the caller is asked, and where the call goes."""

    queue: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    label: Template | None = None
    prompt: Prompt | None = None
    listen: Listening = Listening.KEYS
    abroad: bool = False
    soon: bool = True
    slots: Slots | None = None
    attempts: int = 3
    booked: str | None = None
    refused: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the caller was asked: at which stage, of whose number, and what was on offer when.

    `mine` says that it is the number they call from; slots are those that were next at `minute`
    (since 1970), of which `choice` was taken (0 for the caller's turn).
    """

    stage: str = "own"
    mine: bool = True
    minute: int = 0
    choice: int = 0

    @classmethod
    def of(cls, mark: str) -> Asked | None:
        """Read it back from a position's mark; None where it holds no such thing."""
        found = _MARK.fullmatch(mark)
        if found is None:
            return None
        if found[2] is None:
            return cls(stage=found[1])
        mine, minute = found[2] == "m", int(found[3], 16)
        return cls(stage=found[1], mine=mine, minute=minute, choice=int(found[4]))

    @property
    def mark(self) -> str:
        """Write it as a position's mark."""
        return f"{self.stage}-{'m' if self.mine else 'o'}-{self.minute:x}-{self.choice}"

    @property
    def at(self) -> datetime:
        """When the slots were worked out."""
        return datetime.fromtimestamp(self.minute * 60, UTC)


def review(place: Place, node: Callback) -> None:
    """Note a callback that nobody could choose."""
    if not node.soon and node.slots is None:
        place.fault("offers nothing: give `slots`, or let callers be rung back at their turn")


_SLOTS: Final = Record(
    {
        "calendar": must(CalendarField(), "When callbacks may be placed.", ALWAYS),
        "length": may(OneOf(Length, Length.HALF_DAY), "How long a slot is.", Length.HALF_DAY),
        "most": may(Whole(1, MOST_SLOTS, 3), "How many are offered.", 3),
        "days": may(Whole(0, 30, 7), "How many days ahead.", 7),
        "notice_minutes": may(Whole(0, 1_440, 0), "How soon a slot may begin.", 0),
    },
    Slots,
)


def entries() -> dict[str, Any]:
    """Return the fields of a `callback` node."""
    return {
        **tickets.entries(),
        "prompt": may(PromptField(), "What is said first."),
        "listen": may(OneOf(Listening, Listening.KEYS), "Keys, speech or both.", Listening.KEYS),
        "abroad": may(Flag(False), "Whether numbers abroad may be rung back.", False),
        "soon": may(Flag(True), "Whether being rung back at one's turn is offered.", True),
        "slots": may(_SLOTS, "Slots to choose from."),
        "attempts": may(Whole(1, 10, 3), "How often to ask.", 3),
        "booked": may(Target(), "Where the call goes once it is booked."),
        "refused": may(Target(), "Where it goes if the caller wants none, or gives no number."),
        "failed": may(Target(), "Where it goes if none can be booked."),
    }
