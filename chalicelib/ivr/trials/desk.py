"""The contact centre of a call that is tried: it says what the script says. Pure.

Until the script says otherwise, somebody is on duty, nobody is free, and nobody waits before the
caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.needs import (
    AskQueue,
    BookCallback,
    CallbackBooked,
    InQueue,
    JoinQueue,
    OfferOver,
    OutOfQueue,
    QueueFailed,
)
from chalicelib.ivr.trials.scripts import DeskSays

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.needs import DeskAnswer, DeskNeed

# One of the numbers that the regulator keeps for fiction.
AGENT: Final = "+33199001299"
_RING_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent who is free."""

    agent: str = "agent"
    number: str = AGENT
    ring_seconds: int = _RING_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the caller stands."""

    position: int
    waiting: int
    waited_seconds: int
    expected_seconds: int | None
    agents_on_duty: int
    offer: Agent | None


class ScriptedDesk:
    """A desk that says what it was told to, until it is told something else."""

    def __init__(self) -> None:
        self._says = DeskSays()
        self._joined: datetime | None = None

    def says(self, says: DeskSays) -> None:
        """Say something else from here on."""
        self._says = says

    def answer(self, need: DeskNeed, now: datetime) -> DeskAnswer:
        """Answer a call's need."""
        if self._says.down:
            return QueueFailed("ours", passing=True)
        self._joined = self._joined or now
        if isinstance(need, BookCallback):
            return CallbackBooked(self._place(now))
        return InQueue(self._place(now)) if is_asked(need) else OutOfQueue(self._waited(now))

    def _place(self, now: datetime) -> Place:
        said = self._says
        return Place(
            position=said.position,
            waiting=max(said.position, said.waiting),
            waited_seconds=self._waited(now),
            expected_seconds=None if said.wait_minutes is None else said.wait_minutes * 60,
            agents_on_duty=max(said.agents, said.free),
            offer=Agent() if said.free else None,
        )

    def _waited(self, now: datetime) -> int:
        return 0 if self._joined is None else int((now - self._joined).total_seconds())


def is_asked(need: DeskNeed) -> bool:
    """Tell whether a need asks where the caller stands: the script may say so then."""
    missed = isinstance(need, OfferOver) and not need.answered
    return missed or isinstance(need, JoinQueue | AskQueue | BookCallback)
