"""What dialling needs of the world. Everything raises Unavailable when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.pacing.bucket import Limit
    from chalicelib.campaigns.pacing.granting import Pace, Taken


class Paces(Protocol):
    """An account's pace: what all of its workers change, one after the other."""

    def pace(self, account_id: str) -> tuple[Pace, Limit]:
        """Return it as it is stored, and what the account's carrier takes."""

    def take(self, account_id: str, seen: Pace, taken: Taken) -> None:
        """Store what was granted. Raises Conflict if what was seen does not hold any more."""

    def ended(self, account_id: str, calls: Iterable[int]) -> None:
        """Give back the room of calls that ended; doing so twice is no error."""

    def renewed(self, account_id: str, seen: Pace, up: Iterable[int], now: int) -> None:
        """Have calls that are up count as such for longer. Raises Conflict as `take` does."""

    def limit(self, account_id: str, limit: Limit) -> None:
        """Store what an account's carrier takes: it holds from the next grant on."""


class Moves(Protocol):
    """Campaigns as they start, pause, go on and end."""

    def move(self, campaign: Campaign) -> Campaign:
        """Store a campaign in its new state, with its pace and its place in the rounds, at once.

        Raises Stale if somebody was first.
        """

    def running(self) -> Mapping[str, tuple[str, ...]]:
        """Return the campaigns that are to be looked at, by their account."""

    def settled(self, campaign: Campaign) -> None:
        """Look no more at a campaign that is not running, and of which no call is up any more."""
