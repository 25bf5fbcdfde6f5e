"""What the contact centre needs of the world. Everything raises Unavailable when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Event
    from chalicelib.desk.agents import Agent
    from chalicelib.desk.callbacks import Callback
    from chalicelib.desk.floor import Change, Floor
    from chalicelib.desk.queues import Queue
    from chalicelib.desk.tickets import Past
    from chalicelib.desk.visits import Asked, Visit
    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Page


class Floors(Protocol):
    """Accounts' floors."""

    def floor(self, account_id: str) -> Floor:
        """Return everything of a floor, as it is now."""

    def apply(self, account_id: str, change: Change) -> None:
        """Store a change, all of it or nothing. Raises Conflict if anything is not as it was."""

    def past(self, account_id: str, queue: str, call_id: str) -> Past | None:
        """Return a place that was given up within the last day."""


class Furniture(Floors, Protocol):
    """Queues and agents, as their owner arranges them."""

    def save_queue(self, account_id: str, queue: Queue) -> Queue:
        """Store a queue, new (version 0) or changed. Raises Conflict."""

    def drop_queue(self, account_id: str, name: str) -> None:
        """Forget a queue. One that is not there is no error."""

    def save_agent(self, account_id: str, agent: Agent) -> Agent:
        """Store an agent, new (version 0) or changed. Raises Conflict, also if they are at work."""

    def drop_agent(self, account_id: str, agent_id: str) -> None:
        """Forget an agent. One that is not there is no error."""


class Callbacks(Floors, Protocol):
    """Callbacks, the pending ones on the floor and those that are over."""

    def over(self, account_id: str, callback_id: str) -> Callback:
        """Return a callback that is over. Raises NotFound."""

    def history(self, account_id: str, limit: int, after: str | None = None) -> Page[Callback]:
        """Return callbacks that are over, in order of id."""

    def awaited(self) -> Iterator[tuple[str, str]]:
        """Yield the accounts that have callbacks, each with a stamp of when that was noted."""

    def settle(self, account_id: str, stamp: str) -> None:
        """Note that an account has no callback any more, unless one came since the stamp."""


class Counts(Protocol):
    """What reports are made of."""

    def put_visit(self, account_id: str, shard: int, visit: Visit) -> None:
        """Store a visit, unless it was stored when more of its call was known."""

    def visits(self, account_id: str, day: date, shards: int) -> Iterator[Visit]:
        """Yield the visits that began on a day."""

    def asked(self, account_id: str, day: date) -> Iterator[Asked]:
        """Yield the callbacks that were asked for on a day."""


class Notes(Floors, Counts, Protocol):
    """Both, where a call that ended is taken note of."""


class Nudges(Protocol):
    """How whoever places callbacks learns that there may be something to do."""

    def nudge(self, account_id: str, after_seconds: int = 0) -> None:
        """Have an account's callbacks looked at. Never raises: every minute they are anyway."""


class Carrier(Protocol):
    """How an agent is rung for a callback."""

    def ring(
        self, account_id: str, callback: Callback, agent: Agent, ring_seconds: int, *, retry: bool
    ) -> str:
        """Ring an agent, and return the carrier's id of the call.

        With `retry`, first look whether it rings already. Raises Rejected if the carrier will not.
        """


class Law(Protocol):
    """What is against ringing people, and who wants to know what became of it."""

    def from_when(self, account_id: str, callback: Callback, now: datetime) -> datetime | None:
        """Return from when on somebody may be rung: now, later, or never (None)."""

    def told(self, account_id: str, callback: Callback) -> None:
        """Tell that a callback has come further. Never raises."""


class Lines(Protocol):
    """The numbers that callbacks show."""

    def line(self, number: str) -> Line:
        """Return a line. Raises NotFound."""


class Uses(Protocol):
    """Which flows need a queue."""

    def retire(self, account_id: str, queue: str, now: datetime) -> None:
        """Let no flow use a queue any more. Raises Conflict, naming the flows that do."""

    def admit(self, account_id: str, queue: str) -> None:
        """Let flows use a queue whose name was in use before."""


class Log(Protocol):
    """The log of the call in which a callback was asked for."""

    def record(self, ref: CallRef, event: Event) -> None:
        """Store an event, now or later."""


class Speech(Protocol):
    """Something that is said to an agent."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def language(self) -> str:
        """Their language, as the carrier names it."""

    @property
    def voice(self) -> str | None:
        """Who says them."""


class Phrases(Protocol):
    """What agents are told, in the language of whom it is about."""

    def whisper(self, callback: Callback) -> Speech:
        """Say whom to ring back, since when they wait, and to press 1."""

    def gone(self, language: str) -> Speech:
        """Say that nobody needs to be rung any more."""
