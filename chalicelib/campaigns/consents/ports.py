"""What the ledger needs of the world. All raise Unavailable when it is out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from chalicelib.campaigns.consents.lines import Book, Head, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Standing, Withdrawal
    from chalicelib.campaigns.consents.lines import Line, Whose
    from chalicelib.campaigns.consents.suppressions import Listed, Prefixes, Suppression
    from chalicelib.directory.ports import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All that is written of a person, but for who looked at it.

    `kept` are the last withdrawals, from each and from all: they stay when lines are over.
    """

    lines: tuple[Line, ...] = ()
    head: Head = field(default_factory=Head)
    suppressions: tuple[Suppression, ...] = ()
    kept: tuple[Withdrawal, ...] = ()

    @property
    def standing(self) -> Standing:
        """Return what it adds up to."""
        return fold(self.lines, self.kept)


class Ledgers(Protocol):
    """Ledgers of consents, and who looked at them."""

    def ledger(self, whose: Whose, now: datetime) -> Ledger:
        """Return a person's, with one request; an empty one of whom nothing is known."""

    def append(
        self, whose: Whose, line: Line, *, book: Book = Book.CONSENTS, number: str | None = None
    ) -> None:
        """Add a line, and remember the number, all or nothing.

        Raises Conflict if the ledger does not end with the line before it.
        """

    def keep(self, whose: Whose, withdrawal: Withdrawal) -> None:
        """Keep a withdrawal for ever, in place of an earlier one from the same."""

    def head(self, whose: Whose, book: Book, now: datetime) -> Head:
        """Return how a ledger ends."""

    def accesses(self, whose: Whose, now: datetime, limit: int) -> tuple[Line, ...]:
        """Return who looked last, in order."""

    def whose(self, account_id: str | None, consent_id: str) -> Whose:
        """Return whose a consent is. Raises NotFound, also if it is another account's.

        Without an account, whoever asks has to have proved that they may.
        """

    def number(self, whose: Whose) -> str | None:
        """Return a person's number, unless it was erased."""

    def forget(self, whose: Whose, until: datetime) -> None:
        """Forget a person's number; the rest until then. Doing it again does no more."""


class Suppressions(Protocol):
    """Do-not-call lists."""

    def suppress(self, account_id: str, entries: Iterable[Suppression]) -> None:
        """Put people on lists; who is on one already stays on it."""

    def release(self, account_id: str, person: str, off: Listed) -> None:
        """Take somebody off a list. Raises NotFound if they are not on it."""

    def history(self, account_id: str, person: str, limit: int) -> tuple[Listed, ...]:
        """Return when somebody was put on lists and taken off them, the last first."""

    def page(self, account_id: str, limit: int, after: str | None) -> Page[Suppression]:
        """Return who is on an account's lists, newest first."""

    def prefixes(self, account_id: str) -> Prefixes:
        """Return an account's prefixes."""

    def save_prefixes(self, prefixes: Prefixes) -> Prefixes:
        """Store them, a version on. Raises Conflict if somebody else did."""


class Hashing(Protocol):
    """How people are known in indexes."""

    def caller_hash(self, account_id: str, caller: str) -> str:
        """Return the account's own hash of a number (E.164)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that keeping ledgers takes. `key` is that of an account's seals."""

    ledgers: Ledgers
    suppressions: Suppressions
    hashing: Hashing
    key: Callable[[str], bytes]
    clock: Callable[[], datetime]
