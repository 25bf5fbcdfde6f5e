"""What conversions need of the world. Everything raises Unavailable when it does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.directory.ports import Page
    from chalicelib.tracking.conversions.conversion import Entry
    from chalicelib.tracking.conversions.deeds import Deed, Judged
    from chalicelib.tracking.conversions.destinations import Destination, Network
    from chalicelib.tracking.conversions.providers.provider import OAuth, Provider, Reply, Request
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.visits.visits import Remembered


class Busy(Unavailable):
    """Somebody is at this conversion at this moment."""

    code = "busy"


class AccessRefused(Rejected):
    """A network does not give an access token for the secrets that it was shown."""

    code = "access-refused"


class Destinations(Protocol):
    """Where destinations are kept."""

    def destination(self, destination_id: str) -> Destination:
        """Return a destination, archived or not. Raises NotFound."""

    def destinations(
        self, account_id: str, limit: int, after: str | None = None
    ) -> Page[Destination]:
        """Return an account's destinations that are not archived, in order of id."""

    def save_destination(self, destination: Destination) -> Destination:
        """Store a destination, new (version 0) or changed. Raises Stale."""


class Log(Protocol):
    """What became of conversions."""

    def entry(self, account_id: str, entry_id: str) -> Entry:
        """Return a line. Raises NotFound, also for another account's."""

    def find(self, account_id: str, entry_id: str) -> Entry | None:
        """Return a line, None if there is none."""

    def entries(self, account_id: str, limit: int, after: str | None = None) -> Page[Entry]:
        """Return an account's lines, the newest calls first."""

    def save(self, entry: Entry) -> Entry:
        """Store a line, new (version 0) or changed. Raises Conflict if it changed meanwhile."""


class Vault(Protocol):
    """Where the secrets of destinations are: nowhere else, and nobody lists them."""

    def put(self, destination_id: str, secrets: Mapping[str, str]) -> None:
        """Keep secrets in place of those there were."""

    def secrets(self, destination_id: str) -> Mapping[str, str]:
        """Return them. Raises NotFound."""

    def forget(self, destination_id: str) -> None:
        """Erase them."""


class Web(Protocol):
    """The networks' servers."""

    def ask(self, request: Request) -> Reply:
        """Send a request and return the answer, whatever its status."""

    def token(self, oauth: OAuth, destination_id: str, secrets: Mapping[str, str]) -> str:
        """Return an access token. Raises AccessRefused."""


class Later(Protocol):
    """The queue of conversions to see to."""

    def put(self, account_id: str, entry_id: str, at: datetime, now: datetime) -> None:
        """Have a conversion looked at, not before an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that telling networks needs.

    `open_destinations` may be some seconds old. `deed`, `journey` and `visit` raise NotFound.
    """

    destinations: Destinations
    open_destinations: Callable[[str], Sequence[Destination]]
    log: Log
    vault: Vault
    web: Web
    queue: Later
    providers: Mapping[Network, Provider]
    deed: Callable[[str, str], Deed]
    journey: Callable[[str, str], Journey]
    visit: Callable[[str, str], Remembered]
    judged: Callable[[str, str], Judged]
    clock: Callable[[], datetime]
