"""What keeps members and attempts. Everything raises Unavailable when it is out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt, Member, Placed, Run
    from chalicelib.campaigns.attempts.changing import (
        Claiming,
        Ending,
        Enrolling,
        Moving,
        Refusing,
    )
    from chalicelib.campaigns.attempts.counting import Counts
    from chalicelib.campaigns.attempts.past import Call, Person, Rung
    from chalicelib.campaigns.consents.consents import Withdrawal
    from chalicelib.campaigns.consents.ports import Ledger
    from chalicelib.campaigns.consents.suppressions import Suppression
    from chalicelib.campaigns.pacing.habits import Habits
    from chalicelib.campaigns.pacing.life import Told
    from chalicelib.campaigns.pacing.outcomes import Outcome
    from chalicelib.campaigns.pacing.tallies import Tally
    from chalicelib.directory.ports import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is stored of a person: the ledger of their first number, and what others add to it.

    `elsewhere` are calls of the account's other professionals to that number.
    """

    ledger: Ledger
    rungs: Mapping[str, Rung]
    withdrawals: tuple[Withdrawal, ...] = ()
    suppressions: tuple[Suppression, ...] = field(default=())
    elsewhere: tuple[Call, ...] = ()


class Memory(Protocol):
    """What the law remembers of calls that are none of a campaign's."""

    def note(self, person: Person, seen: Rung, name: str, call: Call) -> bool:
        """Remember a call; False if more is known of the person than was seen."""

    def end(self, person: Person, name: str, outcome: Outcome | None) -> None:
        """Note how a call ended, or forget it if none came of it. Idempotent."""

    def refuse(self, person: Person, at: datetime) -> None:
        """Note that the person refused."""


class Members(Protocol):
    """Contacts in campaigns."""

    def run(self, account_id: str, campaign_id: str) -> Run:
        """Return how far a campaign has gone through its list."""

    def enrol(self, enrolling: Enrolling) -> int:
        """Store members who are not there yet; return how many were not.

        Raises Conflict if the list was gone through further meanwhile.
        """

    def due(self, campaign_id: str, now: datetime, limit: int, turn: int = 0) -> tuple[Member, ...]:
        """Return some members who are due. Those of another part come first each turn."""

    def lease(self, members: Sequence[Member], until: datetime) -> tuple[Member, ...]:
        """Have members be due no more until then; return those who were as they were seen."""

    def members(self, campaign_id: str, contact_ids: Collection[str]) -> dict[str, Member]:
        """Return members by their contacts; who is none is left out."""

    def put(self, moving: Moving) -> bool:
        """Store where a member stands now; False if they stood elsewhere by then."""


class Attempts(Members, Protocol):
    """Calls of campaigns, and what the law remembers of them."""

    def stored(
        self, account_id: str, siren: str, hashes: Sequence[str], campaign_id: str, now: datetime
    ) -> Stored:
        """Return what is stored of a person: one request for one number, two for more."""

    def claim(self, claiming: Claiming) -> Attempt:
        """Store an attempt that begins, all or nothing.

        Raises Conflict if the member, or what the law knows of the person, is not as it was seen.
        """

    def reclaim(self, seen: Attempt, now: datetime) -> Attempt:
        """Store that an attempt is ordered again. Raises Conflict if it does not stand as seen."""

    def told(self, seen: Attempt, told: Told, retry_at: datetime | None = None) -> Attempt:
        """Store what the carrier has told of an order. Raises Conflict likewise."""

    def placed(self, campaign_id: str, attempt_id: str, call_id: str, at: datetime) -> bool:
        """Store that the carrier has the call; False if it is old news."""

    def placed_all(self, placed: Sequence[Placed]) -> None:
        """Store that the carrier has some calls, fifty with one request; old news is left out.

        Whoever dies with calls that they did not store yet leaves them to be looked for.
        """

    def note(self, attempt: Attempt, facts: Mapping[str, str]) -> bool:
        """Store more of what the dialler wants to know of an attempt; False if there is none."""

    def end(self, ending: Ending) -> bool:
        """Store that an attempt is over, with all that follows; False if it was already."""

    def refuse(self, refusing: Refusing) -> None:
        """Store that a person refused. Raises Conflict if the attempt moved on meanwhile."""

    def attempt(self, campaign_id: str, attempt_id: str) -> Attempt:
        """Return an attempt. Raises NotFound."""

    def looked_at(self, attempt: Attempt, again: datetime) -> None:
        """Have an open attempt be looked at again then, if it stands as it was seen."""

    def open(self, account_id: str, limit: int) -> tuple[Attempt, ...]:
        """Return attempts of an account that are not over, whose look is due the longest first."""

    def of_campaign(self, campaign_id: str, limit: int, after: str | None) -> Page[Attempt]:
        """Return attempts that are over, by when they were, in parts one after the other."""

    def of_person(
        self, account_id: str, person: str, limit: int, after: str | None
    ) -> Page[Attempt]:
        """Return an account's attempts to a person, the newest first."""

    def forget(self, account_id: str, people: Collection[str]) -> None:
        """Take people's numbers out of attempts. They stay known by their hashes."""

    def counts(self, campaign_id: str) -> Counts:
        """Return what a campaign has come to."""

    def tally(self, campaign_id: str, now: datetime) -> Tally:
        """Return who answered and who was abandoned, for as long as a law asks."""

    def learnt(
        self, campaign_id: str, now: datetime, wraps: Collection[float]
    ) -> tuple[Tally, Habits]:
        """Return that, and the habits of a campaign that rings ahead of its agents."""
