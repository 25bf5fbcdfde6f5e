"""What ringing people back who asked for it needs of the world. All raise Unavailable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.queues import Handed, Place
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.attempts.ports import Memory
    from chalicelib.campaigns.consents.checking import Captured
    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Page
    from chalicelib.kernel.telling import Texts


class Book(Protocol):
    """Forms, and what was asked for by them."""

    def save_form(self, form: Form) -> None:
        """Store one: a new one, or one that is archived."""

    def form(self, account_id: str, form_id: str) -> Form:
        """Return one. Raises NotFound."""

    def forms(self, account_id: str) -> tuple[Form, ...]:
        """Return all of an account's."""

    def hold(self, asking: Asking) -> None:
        """Keep one whose code is awaited: nothing else knows of it yet."""

    def tried(self, account_id: str, asking_id: str) -> Asking:
        """Count a try at its code, and return it as it was before. Raises NotFound."""

    def take(self, asking: Asking, capacity: int, token: str, now: datetime) -> Asking:
        """Store one that will be seen to, with its place in the slot, its number and its link.

        All or nothing. Raises AlreadyAsked if the number has one that is not over, SlotFull.
        """

    def asking(self, account_id: str, asking_id: str) -> Asking:
        """Return one. Raises NotFound, also if it is another account's."""

    def save(self, before: Asking, after: Asking) -> Asking:
        """Store a change; what is over gives its place and its number free. Raises Conflict."""

    def askings(self, account_id: str, limit: int, after: str | None) -> Page[Asking]:
        """Return an account's, newest first."""

    def of_person(self, account_id: str, person: str) -> tuple[str, ...]:
        """Return the ids of all that somebody asked for, over or not."""

    def places(self, account_id: str, form_id: str) -> Mapping[str, int]:
        """Return how many places are taken, by slot."""

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Yield what is to be looked at, by account and id."""

    def linked(self, token: str) -> tuple[str, str]:
        """Return the account and the id that a link is of. Raises NotFound."""


class Counts(Protocol):
    """How often things were done on a day."""

    def count(self, account_id: str, what: str, day: str, most: int) -> bool:
        """Count one more of something; False if there were so many already."""


class Queues(Protocol):
    """The contact centre, as whoever rings people back needs it."""

    def names(self, account_id: str) -> Collection[str]:
        """Return an account's queues."""

    def hand(self, asking: Asking, form: Form, callback_id: str) -> None:
        """Have an agent rung for it first. Handed over twice, it is one. Raises Rejected."""

    def handed(self, account_id: str, callback_id: str) -> Handed | None:
        """Return how far a callback has come; None if it is not there, or was forgotten."""

    def call_off(self, account_id: str, callback_id: str) -> bool:
        """Call a callback off. False if it is too late."""

    def keep(self, place: Place, now: datetime) -> bool:
        """Keep an agent for somebody who is rung next. False if none is free for them."""

    def leave(self, place: Place, now: datetime) -> None:
        """Let the agent go."""


class Rings(Protocol):
    """The carrier."""

    def ring(self, asking: Asking, form: Form, *, retry: bool) -> str:
        """Ring the person, and return the carrier's id of the call.

        With `retry`, first look whether it rings already. Raises Rejected if the carrier will not.
        """

    def is_over(self, call_id: str) -> bool:
        """Tell whether a call has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that it takes. `known` returns what consents, do-not-call lists and calls have of a
    number, for a professional of the account's; `memory` is told of more calls.

    `nudge` has an asking looked at soon, and never raises. `publish` tells the account's servers:
    account, event, its id, data. `line` is a number of the account's that is in service. `record`
    writes into the ledger. `link` is where a token leads; `seal` is an account's HMAC.
    """

    book: Book
    counts: Counts
    queues: Queues
    rings: Rings
    known: Callable[[str, str, str, datetime], Known]
    memory: Memory
    person: Callable[[str, str], str]
    record: Callable[[Captured, str, str], None]
    line: Callable[[str, str], Line | None]
    texts: Texts
    sender: str
    publish: Callable[[str, str, str, Mapping[str, Any]], None]
    nudge: Callable[[str, str], None]
    token: Callable[[Asking], str]
    link: Callable[[str], str]
    seal: Callable[[str, str], str]
    random: Callable[[], str]
    clock: Callable[[], datetime]
