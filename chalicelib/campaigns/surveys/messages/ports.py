"""What surveys by text message need of the world. Everything raises Unavailable when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.surveys.answers import Told
    from chalicelib.campaigns.surveys.messages.session import Session, Understand
    from chalicelib.campaigns.surveys.survey import Published
    from chalicelib.directory.lines import Line
    from chalicelib.kernel.telling import TextOrder


class Sessions(Protocol):
    """Who is being asked what."""

    def session(self, account_id: str, ours: str, person: str) -> Session | None:
        """Return somebody's session with one of our numbers, the last one that there was."""

    def save(self, session: Session) -> Session:
        """Store a session over the `rev` that was read. Raises Conflict if somebody was first."""

    def drop(self, session: Session) -> None:
        """Forget a session that never began; one that changed meanwhile is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that asking by text message takes.

    `line` raises NotFound for a number that is none of ours, `contact` and `survey` for another
    account's. `known` is what the ledger and the lists have of a number, `hashed` the account's
    hash of it. `send` sends one, and with `retry` looks first whether it was; raises NotSendable.
    """

    sessions: Sessions
    line: Callable[[str], Line]
    contact: Callable[[str, str, str], Contact]
    survey: Callable[[str, str, int], Published]
    known: Callable[[str, str], Facts]
    hashed: Callable[[str, str], str]
    take: Callable[[Told], None]
    understand: Understand
    send: Callable[[TextOrder, bool], None]
