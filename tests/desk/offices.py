"""An office that places callbacks, with everything around it kept in memory, and a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.desk import placing
from chalicelib.desk.placing import Office
from chalicelib.directory.lines import Line, LineState
from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from tests.desk.builders import ACCOUNT, CUSTOMER, LINE, NINE, Caller, a_queue, an_agent
from tests.fakes import FloorsInMemory, NudgesInMemory

if TYPE_CHECKING:
    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Event
    from chalicelib.desk.agents import Agent
    from chalicelib.desk.callbacks import Callback


class Killed(BaseException):
    """The worker dies here: nobody catches that."""


@dataclass
class Carrier:
    """Rings agents. `dies` before it does, or after; `lost` does not tell that it did."""

    rung: list[tuple[str, str, int]] = field(default_factory=list)
    refuses: bool = False
    lost: bool = False

    def ring(
        self, account_id: str, callback: Callback, agent: Agent, ring_seconds: int, *, retry: bool
    ) -> str:
        """Ring, unless it was told to and looks first."""
        if self.refuses:
            raise Rejected("no such number")
        offer = (callback.id, agent.id, callback.offer)
        if not (retry and offer in self.rung):
            self.rung.append(offer)
        if self.lost:
            self.lost = False
            raise Unavailable("no answer")
        return f"CA{self.rung.index(offer)}"


@dataclass
class Log:
    """Events of calls, each once."""

    events: dict[tuple[str, str], Any] = field(default_factory=dict)

    def record(self, ref: CallRef, event: Event) -> None:
        """Keep an event."""
        self.events.setdefault((ref.call_id, event.id), event)

    def told(self) -> list[tuple[int, str]]:
        """Return the attempts and how they ended."""
        return [(each.attempt, each.status) for each in self.events.values()]


class Lines:
    """One line, of the account."""

    def line(self, number: str) -> Line:
        """Return it."""
        if number != LINE:
            raise NotFound("no such line")
        return Line(number=LINE, account_id=ACCOUNT, state=LineState.ACTIVE, family="polyvalent")


class AnOffice:
    """An account with one queue and one agent, who rings people back."""

    def __init__(self, *, agents: int = 1, **queue: Any) -> None:
        self.now = NINE
        self.floors = FloorsInMemory()
        self.carrier, self.log, self.nudges = Carrier(), Log(), NudgesInMemory()
        self.office = Office(
            floors=self.floors,
            nudges=self.nudges,
            carrier=self.carrier,
            lines=Lines(),
            log=self.log,
            clock=lambda: self.now,
        )
        self.floors.save_queue(ACCOUNT, a_queue(**queue))
        for n in range(1, agents + 1):
            self.floors.save_agent(ACCOUNT, an_agent(f"agt_{n}", f"+3316201000{n}"))

    def books(self, call_id: str = "CA1", **facts: Any) -> str:
        """Have a caller ask to be rung back; return the callback's id."""
        from chalicelib.desk.usecases import FloorDesk

        number, slot = facts.pop("number", CUSTOMER), facts.pop("slot", None)
        caller = Caller(call_id=call_id, **{"arrived_at": self.now, **facts})
        desk = FloorDesk(self.floors, self.nudges)
        return desk.book(ACCOUNT, "support", caller, number, slot, self.now).id

    def looks(self, **later: float) -> None:
        """Let time pass, and have the account looked at."""
        self.now += timedelta(**later)
        placing.look(ACCOUNT, self.office)

    def callback(self, id: str) -> Callback:
        """Return a callback, over or not."""
        waiting = self.floors.floor(ACCOUNT).callbacks.get(f"callback#{id}")
        return waiting or self.floors.over(ACCOUNT, id)

    def agent(self, id: str = "agt_1") -> Agent:
        """Return an agent."""
        return self.floors.floor(ACCOUNT).agents[id]

    def passes(self, **later: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**later)
        return self.now
