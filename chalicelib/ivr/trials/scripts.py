"""What is to happen in a call that is tried, and what must come of it. Plain values.

A script is a conversation, in order: what the caller does, what the world answers (who picks up,
what a customer's server says), and between these what must have come of it so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.actions import (
    BotEnded,
    DialEnded,
    HangUp,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Spoke,
)
from chalicelib.ivr.needs import Fetched, FetchFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.ivr.nodes import Value
    from chalicelib.kernel.tiers import Tier

# A mobile phone, and one of the numbers that the regulator keeps for fiction.
CALLER: Final = "+33600001234"
DIALLED: Final = "+33199001234"


@dataclass(frozen=True, slots=True)
class Declined:
    """Somebody we rang picked up, and did not accept the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSays:
    """What a queue says from here on: the caller's place, who is on duty, whether one is free.

    `wait_minutes` is None where nobody can tell; `down` says that the queue cannot be asked.
    """

    position: int = 1
    waiting: int = 1
    wait_minutes: int | None = None
    agents: int = 1
    free: bool = False
    down: bool = False


# What happens: the caller's doing, or the world's.
Act = (
    KeysPressed
    | Spoke
    | NoInput
    | DialEnded
    | Declined
    | MessageRecorded
    | BotEnded
    | HangUp
    | Fetched
    | FetchFailed
    | DeskSays
)


@dataclass(frozen=True, slots=True)
class Hears:
    """The caller must have heard this; "..." stands for anything."""

    text: str


@dataclass(frozen=True, slots=True)
class Whispers:
    """Whoever is rung must have heard this before the caller."""

    text: str


@dataclass(frozen=True, slots=True)
class Rings:
    """These numbers (E.164) must be ringing."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goes:
    """The call must have come through this node."""

    node: str


@dataclass(frozen=True, slots=True)
class Tags:
    """The call must have been given this tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class Sends:
    """The caller must have been sent a text with these words; "..." stands for anything."""

    text: str


@dataclass(frozen=True, slots=True)
class Records:
    """A message or the conversation must be recorded, or must not."""

    on: bool


@dataclass(frozen=True, slots=True)
class Knows:
    """Variables must have these values."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Ends:
    """The call must be over, or must not."""

    over: bool


Expectation = Hears | Whispers | Rings | Goes | Tags | Sends | Records | Knows | Ends
Step = Act | Expectation
EXPECTATIONS: Final = (Hears, Whispers, Rings, Goes, Tags, Sends, Records, Knows, Ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A call to try. Numbers are E.164; `caller` is None when withheld, `at` when it is not told.

    `facts` are what would be looked up of it: `caller.vip`, `call.campaign`.
    `pointer` is where it is written, "" where it stands by itself.
    """

    name: str = ""
    caller: str | None = CALLER
    dialled: str = DIALLED
    at: datetime | None = None
    source: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    service_price: Tier | None = None
    steps: tuple[Step, ...] = ()
    pointer: str = field(default="", compare=False)

    def acts(self) -> tuple[tuple[int, Act], ...]:
        """Return what happens, each with its place among the steps."""
        found = [(at, each) for at, each in enumerate(self.steps)]
        return tuple((at, each) for at, each in found if not isinstance(each, EXPECTATIONS))

    def nodes(self) -> tuple[tuple[int, str], ...]:
        """Return the nodes that it expects the call to come through, each with its place."""
        return tuple(
            (at, each.node) for at, each in enumerate(self.steps) if isinstance(each, Goes)
        )
