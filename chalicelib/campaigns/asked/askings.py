"""What somebody asked for on the web, and what became of it. Pure.

An asking is what proves that they wanted to be rung: when, about what, by which text, on which
page. It is changed by those who see it as it is: each change counts its version.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.asked.slots import Slot


CODE_LASTS: Final = timedelta(minutes=15)
MOST_TRIES: Final = 5
# What proves that somebody asked is kept as long as what proves a consent.
KEPT: Final = timedelta(days=3 * 365)
LOOKED_AT_EVERY: Final = timedelta(minutes=1)
# Whoever places a call is given less than this: then another one looks whether they did.
DOUBT: Final = timedelta(seconds=90)
# No status callback came by then: the carrier is asked.
LONGEST_RING: Final = timedelta(minutes=5)
_PURPOSE: Final = b"cadran/askings/1:"
PREFIX: Final = "ask_"
# Four attempts are all that the law counts before, too; more are kept of nobody.
MOST_DECISIONS: Final = 10


class State(StrEnum):
    """How far it has come."""

    ASKED = "asked"  # a code was sent, and is awaited
    CONFIRMED = "confirmed"  # its time is to come
    WAITING = "waiting"  # for its turn, or for another try
    RINGING = "ringing"
    DONE = "done"
    MISSED = "missed"  # they did not answer, as often as they were tried
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody had time for it
    REFUSED = "refused"  # the law, or the carrier, has something against it


OVER: Final = frozenset({State.DONE, State.MISSED, State.CANCELLED, State.EXPIRED, State.REFUSED})


class Todo(StrEnum):
    """What is to be done, once, and was not yet."""

    CONSENT = "consent"  # what was agreed to is written into the ledger
    TEXT = "text"
    ASKED = "callback.asked"
    DONE = "callback.done"


class TooLate(Conflict):
    """It is being rung, or is over: nothing is left to call off."""

    code = "too-late"


@dataclass(frozen=True, slots=True)
class Proof:
    """On what page it was asked for; `address` is a keyed hash of where the request came from."""

    origin: str
    address: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody asked to be rung at `number`, in a slot. `person` is the account's hash of it.

    `tried` are the instants at which they were rung; `decisions` what the law said each time, and
    what it last said when it did not allow it. `place` is the slot in which it takes one of so
    many. `ringing_since` is when the carrier was asked, `looked_at` when somebody last set about
    it. `seal` is the HMAC of a code that is awaited.
    """

    id: str
    account_id: str
    form_id: str
    number: str
    person: str
    slot: Slot
    asked_at: datetime
    language: str
    proof: Proof
    label: str = ""
    place: str = ""
    state: State = State.CONFIRMED
    todo: frozenset[Todo] = frozenset()
    due_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    callback_id: str = ""
    tried: tuple[datetime, ...] = ()
    decisions: tuple[Mapping[str, Any], ...] = ()
    ringing_since: datetime | None = None
    looked_at: datetime | None = None
    call_id: str = ""
    reached: bool = False
    texted: str = ""
    why: str = ""
    seal: str = ""
    tries: int = 0
    version: int = 0

    @property
    def over(self) -> bool:
        """Tell whether nobody will ring."""
        return self.state in OVER

    @property
    def ordered_at(self) -> datetime:
        """Since when they are to be rung: what texts about it are told apart by."""
        return self.confirmed_at or self.asked_at

    def call(self, n: int) -> str:
        """Name one of its calls, the first is 1, among all that the law remembers."""
        return f"{self.id}~{n}"

    def is_to_come(self, now: datetime) -> bool:
        """Tell whether its slot has not begun."""
        return now < self.slot.opens

    def has_lapsed(self, now: datetime) -> bool:
        """Tell whether its slot is over."""
        return now >= self.slot.closes

    def confirmed(self, now: datetime, todo: frozenset[Todo]) -> Asking:
        """Return it as one that will be seen to."""
        return replace(
            self,
            state=State.CONFIRMED,
            confirmed_at=now,
            due_at=now,
            todo=todo,
            seal="",
        )

    def later(self, due_at: datetime, state: State | None = None, **facts: Any) -> Asking:
        """Return it as one that is looked at again then."""
        return replace(self, due_at=due_at, state=state or self.state, **facts)

    def ended(self, state: State, now: datetime, why: str = "") -> Asking:
        """Return it over: what is left is to tell of it."""
        told = self.todo | {Todo.DONE}
        return replace(self, state=state, ended_at=now, due_at=now, todo=told, why=why)

    def without(self, todo: Todo, **facts: Any) -> Asking:
        """Return it with something told; once it is over and all is told, it rests."""
        left = self.todo - {todo}
        due = None if self.over and not left else self.due_at
        return replace(self, todo=left, due_at=due, **facts)

    def decided(self, decision: Mapping[str, Any]) -> Asking:
        """Return it with what the law said."""
        return replace(self, decisions=(*self.decisions, decision)[-MOST_DECISIONS:])

    def is_in_doubt(self, now: datetime) -> bool:
        """Tell whether whoever was to place a call must have failed on the way."""
        unknown = self.state is State.RINGING and not self.call_id and not self.callback_id
        return unknown and self.looked_at is not None and now - self.looked_at >= DOUBT

    def is_awaited(self, now: datetime) -> bool:
        """Tell whether a code still helps."""
        awaited = self.state is State.ASKED and self.tries < MOST_TRIES
        return awaited and now <= self.asked_at + CODE_LASTS

    def cancelled(self, now: datetime) -> Asking:
        """Call it off. Raises TooLate."""
        if self.state is State.RINGING or (self.over and self.state is not State.CANCELLED):
            raise TooLate("it is too late to call it off", state=self.state)
        return self if self.over else self.ended(State.CANCELLED, now)

    def erased(self, now: datetime) -> Asking:
        """Return it without whoever asked: what proves that somebody did stays, by their hash.

        Nobody rings them any more. What was never confirmed took no place, and is told to nobody.
        """
        gone = self if self.over else self.ended(State.CANCELLED, now, why="erased")
        if self.state is State.ASKED:
            gone = replace(gone, due_at=None, place="", todo=frozenset())
        page = replace(self.proof, page="")
        left = gone.todo - {Todo.CONSENT, Todo.TEXT}
        return replace(gone, number="", label="", texted="", seal="", proof=page, todo=left)


def new_id(at: datetime, random: str) -> str:
    """Name an asking: later ones come after, and nobody can guess them.

    >>> from datetime import UTC, datetime
    >>> new_id(datetime(2026, 11, 27, tzinfo=UTC), "0123456789abcdef0123")
    'ask_006b08c8000123456789abcdef01'
    """
    return f"{PREFIX}{int(at.timestamp()):010x}{random[:18]}"


def callback_of(asking: Asking) -> str:
    """Name the callback of a queue: asked for twice, it is one.

    A callback that is over leaves its name to nobody, so that a worker who comes late asks for
    nothing more.
    """
    return "cb_" + hashlib.sha256(f"asked#{asking.id}".encode()).hexdigest()[:20]


def token_of(asking: Asking, pepper: bytes) -> str:
    """Return what the link to call it off ends with: nobody can guess it, or tell whose it is."""
    key = hmac.digest(pepper, _PURPOSE, "sha256")
    named = f"{asking.account_id}\n{asking.id}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, named, "sha256")[:12]).decode()
