"""What a call needs of the contact centre: a place in a queue, and how far it has come. Pure.

The room `desk` keeps agents, queues and places; these are the values and the port through which the
two meet in `runtime.wiring`, so that neither imports the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A caller's place in a queue: by `arrived_at`, whatever happens to the call meanwhile.

    Numbers are E.164; `caller` is None when withheld. `label` is what an agent is told of the call,
    `language` the one that its caller hears.
    """

    call_id: str
    dialled: str
    caller: str | None
    arrived_at: datetime
    language: str
    priority: int = 0
    skills: frozenset[str] = frozenset()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a callback may be placed: from one instant until another (aware)."""

    opens: datetime
    closes: datetime


class Offer(Protocol):
    """An agent who is free for the caller, and kept for them while they are rung."""

    @property
    def agent(self) -> str:
        """Who it is: at most 38 letters, digits, - and _, for it goes into URLs."""

    @property
    def number(self) -> str:
        """Where they are rung (E.164)."""

    @property
    def ring_seconds(self) -> int:
        """For how long."""


class Standing(Protocol):
    """Where a caller stands in a queue."""

    @property
    def position(self) -> int:
        """The caller's place: 1 is next."""

    @property
    def waiting(self) -> int:
        """How many wait in this queue, this caller among them."""

    @property
    def waited_seconds(self) -> int:
        """How long the caller has waited."""

    @property
    def expected_seconds(self) -> int | None:
        """How long the caller is likely to wait yet; None where nobody can tell."""

    @property
    def agents_on_duty(self) -> int:
        """How many agents could take the call now, were they free."""

    @property
    def offer(self) -> Offer | None:
        """An agent who is free now, already promised to this caller."""


class Booked(Protocol):
    """A callback that will be placed."""

    @property
    def position(self) -> int:
        """Its place in the queue: 1 is next."""

    @property
    def expected_seconds(self) -> int | None:
        """How long until it is placed; None where nobody can tell, or where it has a slot."""


class Desk(Protocol):
    """Queues, as a call in progress needs them.

    Everything may be asked twice with the same result. Everything raises NotFound for a queue that
    the account does not have, and Unavailable.
    """

    def join(self, account_id: str, queue: str, ticket: Ticket, now: datetime) -> Standing:
        """Take a place; a call that has one already keeps it."""

    def ask(self, account_id: str, queue: str, call_id: str, now: datetime) -> Standing:
        """Tell how far the caller has come, and keep an agent who is free for them."""

    def picked_up(
        self, account_id: str, queue: str, call_id: str, agent: str, now: datetime
    ) -> None:
        """Note that the agent took the call: the caller's wait is over."""

    def answered(self, account_id: str, queue: str, call_id: str, agent: str, now: datetime) -> int:
        """Note that the conversation is over, free the agent, and return the seconds waited."""

    def missed(
        self, account_id: str, queue: str, call_id: str, agent: str, now: datetime
    ) -> Standing:
        """Note that the agent did not take the call: it is somebody else's turn."""

    def leave(self, account_id: str, queue: str, call_id: str, how: str, now: datetime) -> int:
        """Give the place up, and return the seconds waited.

        `how` is "abandoned", "overflow", "voicemail" or "callback"; the last keeps the place for
        some minutes, for the caller to book.
        """

    def book(
        self,
        account_id: str,
        queue: str,
        ticket: Ticket,
        number: str,
        slot: Slot | None,
        now: datetime,
    ) -> Booked:
        """Have `number` rung back at its turn, or within a slot.

        A call that waited in this queue keeps its place by the arrival it had; another one takes
        a place by the ticket's.
        """
