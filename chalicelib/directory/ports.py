"""What the directory's use cases ask of storage, and of the carrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.keys import Key
    from chalicelib.directory.lines import Line, Notice
    from chalicelib.kernel.errors import Fault

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some things in order. `next` is the position to go on from, None after the last one."""

    items: tuple[ItemT, ...]
    next: str | None = None


class Accounts(Protocol):
    """Accounts by id, and the clients of an agency."""

    def account(self, account_id: str) -> Account:
        """Return an account. Raises NotFound."""

    def clients(self, agency_id: str, limit: int, after: str | None = None) -> Page[Account]:
        """Return an agency's clients, in order of id."""

    def add_account(self, account: Account) -> Account:
        """Store a new account. Raises Conflict if the id is taken."""

    def save_account(self, account: Account) -> Account:
        """Store a changed account and return it as stored.

        Raises Stale unless its version is still the stored one.
        """


class Keys(Protocol):
    """API keys by id, and those of an account."""

    def key(self, key_id: str) -> Key:
        """Return a key. Raises NotFound."""

    def keys(self, account_id: str, limit: int, after: str | None = None) -> Page[Key]:
        """Return an account's keys, in order of id."""

    def add_key(self, key: Key) -> None:
        """Store a new key. Raises Conflict if the id is taken."""

    def revoke_key(self, key: Key) -> None:
        """Store that a key was revoked. Doing so twice keeps the first time."""


class FindsLines(Protocol):
    """What an incoming call needs: the line behind a number."""

    def line(self, number: str) -> Line:
        """Return a line by its number (E.164), in whatever state. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A line that answers with a flow, and what the flow has to tell of its price."""

    number: str
    notice: Notice


class AttachedLines(Protocol):
    """What publishing a flow asks: whom it answers for."""

    def lines_of_flow(self, account_id: str, flow_id: str) -> tuple[Attached, ...]:
        """Return an account's lines that answer with a flow, in order of number."""


class ChecksFlows(Protocol):
    """What a line's flow must be like."""

    def __call__(self, account_id: str, flow_id: str, line: Attached) -> tuple[Fault, ...]:
        """Return what the version of a flow that answers lacks, or has too much, for a line.

        None is published: nothing is wrong yet. Raises NotFound if the account has no such flow.
        """


class Lines(FindsLines, AttachedLines, Protocol):
    """Numbers, and those of an account."""

    def lines(self, account_id: str, limit: int, after: str | None = None) -> Page[Line]:
        """Return an account's lines, in order of number."""

    def put_line(self, line: Line, account: Account) -> Line:
        """Give a line to an account, as long as the account is active and unchanged.

        Raises Conflict when either changed meanwhile.
        """

    def save_line(self, line: Line) -> Line:
        """Store a changed line, save what it copies from its account. Raises Stale."""

    def drop_line(self, line: Line) -> None:
        """Forget a line that nothing came of. Raises Stale."""

    def copy_account(self, account: Account, line: Line) -> None:
        """Write the account's copies into one of its lines; no matter if it moved away."""


class Founds(Protocol):
    """The beginning of an installation."""

    def founded(self) -> str | None:
        """Return the id of the first account, None before there is one."""

    def found(self, account: Account, key: Key) -> None:
        """Store the first account and its key. Raises Conflict if there is one already."""


@dataclass(frozen=True, slots=True)
class Held:
    """A number as the carrier sees it: held by our carrier account, or for sale."""

    number: str
    carrier_id: str | None = None


class SellsNumbers(Protocol):
    """What the directory asks of a carrier; `fallback` is part of the webhooks' URLs."""

    def owned(self, number: str | None = None) -> Iterator[Held]:
        """Yield the numbers that our carrier account holds, or the one asked for."""

    def buy(self, number: str, fallback: str | None) -> Held:
        """Buy a number unless it is held already. Raises Rejected if it is not for sale."""

    def point(self, carrier_id: str, fallback: str | None) -> None:
        """Send a number's webhooks to us."""

    def release(self, carrier_id: str) -> None:
        """Give a number back. Releasing it twice is no error."""
