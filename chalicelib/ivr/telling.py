"""What has to be looked up of a call, for the flows that ask for it: its source, and its caller.

It is looked up once, when the call comes to such a flow, and kept in the call's memory from then
on. What does not answer is left out: the call is then a stranger's, and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.ivr import facts
from chalicelib.ivr.callers.book import facts_of
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.call import CallRef
    from chalicelib.calls.events import Received
    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.callers.book import KnownCaller
    from chalicelib.ivr.nodes import Flow, Value


class Number(Protocol):
    """A number of an account's. Lines are."""

    @property
    def account_id(self) -> str:
        """Whose it is."""

    @property
    def number(self) -> str:
        """The number (E.164)."""


class Source(Protocol):
    """What made the phone ring."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def campaign(self) -> str | None:
        """The campaign that it belongs to, if any."""


class Sources(Protocol):
    """What makes phones ring."""

    def source_of(self, line: Number, now: datetime) -> str | None:
        """Return the source that a number stood for at that instant, None if for none."""

    def about(self, account_id: str, source_id: str) -> Source | None:
        """Return a source of the account's, None where nobody can tell."""


class Callers(Protocol):
    """How a caller is known in indexes."""

    def caller_hash(self, account_id: str, caller: str) -> str:
        """Return the account's own hash of a caller's number (E.164)."""


class Book(Protocol):
    """The callers whom an account knows."""

    def known(self, account_id: str, caller_id: str) -> KnownCaller | None:
        """Return a caller, None for a stranger and where nobody can tell."""


class Rings(Protocol):
    """Whoever is to know that a telephone rings. Never raises: a caller is waiting."""

    def rang(self, ref: CallRef, received: Received) -> None:
        """Tell of a call that has just been answered by its flow."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number that was dialled, of the account that has it."""

    account_id: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Tells the calls of one account. Without a `book`, everybody is a stranger."""

    account_id: str
    sources: Sources
    callers: Callers
    book: Book | None
    source_of: Callable[[Context], str | None]

    def tell(self, flow: Flow, context: Context) -> dict[str, Value]:
        """Return what a flow asks for and the call does not know yet."""
        wanted = facts.looked_up(flow.uses) - context.memory.keys()
        told = {**self._of_source(wanted, context), **self._of_caller(wanted, context)}
        return {name: told[name] for name in sorted(wanted & told.keys())}

    def _of_source(self, wanted: frozenset[str], context: Context) -> dict[str, Value]:
        if wanted.isdisjoint(facts.FROM_THE_LINE):
            return {}
        source_id = context.memory.get("call.source") or self.source_of(context)
        if not isinstance(source_id, str):
            return {}
        told: dict[str, Value] = {"call.source": source_id}
        if wanted - {"call.source"}:
            source = self.sources.about(self.account_id, source_id)
            about = {} if source is None else _facts_of(source)
            told |= {name: value for name, value in about.items() if value}
        return told

    def _of_caller(self, wanted: frozenset[str], context: Context) -> dict[str, Value]:
        asked = any(facts.from_the_book(name) for name in wanted)
        if not asked or self.book is None or context.caller is None:
            return {}
        caller_id = self.callers.caller_hash(self.account_id, context.caller)
        caller = self.book.known(self.account_id, caller_id)
        return {} if caller is None else facts_of(caller)


def source_of(line: Number, sources: Sources, now: datetime) -> str | None:
    """Return what made the phone ring; counting the call finds it later where nobody can tell."""
    try:
        return sources.source_of(line, now)
    except Unavailable:
        return None


def _facts_of(source: Source) -> dict[str, Value]:
    return {"call.source_name": source.name, "call.campaign": source.campaign or ""}
