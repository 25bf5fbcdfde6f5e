"""Paces of accounts, campaigns that move, and agents on duty for them, in memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.pacing import granting
from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.granting import Pace
from chalicelib.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.campaigns.pacing.granting import Taken
    from tests.fakes.attempts import AttemptsInMemory
    from tests.fakes.campaigns import CampaignsInMemory


class PacesInMemory:
    """The port `Paces`."""

    def __init__(self) -> None:
        self.there: defaultdict[str, Pace] = defaultdict(Pace)
        self.limits: defaultdict[str, Limit] = defaultdict(Limit)

    def pace(self, account_id: str) -> tuple[Pace, Limit]:
        """Return an account's."""
        return self.there[account_id], self.limits[account_id]

    def take(self, account_id: str, seen: Pace, taken: Taken) -> None:
        """Store what was granted."""
        there = self._standing(account_id, seen)
        leases = dict(there.bucket.leases)
        for number in taken.over:
            leases.pop(number, None)
        leases |= {number: taken.pace.bucket.leases[number] for number in taken.added}
        bucket = replace(taken.pace.bucket, leases=leases)
        self.there[account_id] = replace(there, bucket=bucket, turns=taken.pace.turns)

    def ended(self, account_id: str, calls: Iterable[int]) -> None:
        """Give back the room of calls."""
        self.there[account_id] = granting.ended(self.there[account_id], calls)

    def renewed(self, account_id: str, seen: Pace, up: Iterable[int], now: int) -> None:
        """Have calls count for longer."""
        there = self._standing(account_id, seen)
        self.there[account_id] = granting.renewed(there, up, now)

    def limit(self, account_id: str, limit: Limit) -> None:
        """Store what the carrier takes."""
        self.limits[account_id] = limit
        there = self.there[account_id]
        self.there[account_id] = replace(there, edition=there.edition + 1)

    def _standing(self, account_id: str, seen: Pace) -> Pace:
        there = self.there[account_id]
        if not there.stands_as(seen):
            raise Conflict("somebody was first")
        return there


class MovesInMemory:
    """The port `Moves`."""

    def __init__(self, campaigns: CampaignsInMemory, paces: PacesInMemory) -> None:
        self._campaigns = campaigns
        self._paces = paces
        self._listed: dict[tuple[str, str], State] = {}

    def move(self, campaign: Campaign) -> Campaign:
        """Store a campaign's new state."""
        stored = self._campaigns.save(campaign)
        change = granting.go_on if campaign.state is State.RUNNING else granting.halt
        account_id = campaign.account_id
        self._paces.there[account_id] = change(self._paces.there[account_id], campaign.id)
        self._listed[account_id, campaign.id] = campaign.state
        return stored

    def running(self) -> Mapping[str, tuple[str, ...]]:
        """Return those that are to be looked at."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for account_id, campaign_id in sorted(self._listed):
            found[account_id].append(campaign_id)
        return {account_id: tuple(ids) for account_id, ids in found.items()}

    def running_of(self, account_id: str) -> tuple[str, ...]:
        """Return those of an account."""
        return self.running().get(account_id, ())

    def settled(self, campaign: Campaign) -> None:
        """Look no more at one that is as it was."""
        key = (campaign.account_id, campaign.id)
        if self._listed.get(key) is campaign.state:
            del self._listed[key]


class SeatsInMemory:
    """The port `Seats`. `attempts` are those that are put through."""

    def __init__(self, attempts: AttemptsInMemory) -> None:
        self._attempts = attempts
        self.there: dict[tuple[str, str], Seat] = {}
        self.up: dict[tuple[str, str], datetime] = {}

    def ringing(self, campaign_id: str) -> dict[str, datetime]:
        """Return calls that ring."""
        return {name: at for (campaign, name), at in self.up.items() if campaign == campaign_id}

    def rings(self, campaign_id: str, attempt_id: str, now: datetime) -> None:
        """Note a call."""
        self.up[campaign_id, attempt_id] = now

    def rang(self, campaign_id: str, attempt_id: str) -> None:
        """Note that it is over."""
        self.up.pop((campaign_id, attempt_id), None)

    def of(self, campaign_id: str) -> tuple[Seat, ...]:
        """Return a campaign's."""
        return tuple(each for (name, _), each in sorted(self.there.items()) if name == campaign_id)

    def seat(self, campaign_id: str, agent_id: str) -> Seat:
        """Return one."""
        try:
            return self.there[campaign_id, agent_id]
        except KeyError:
            raise NotFound("no such seat") from None

    def put(self, seat: Seat) -> Seat:
        """Store one over the revision that was read."""
        self._check(seat)
        stored = replace(seat, revision=seat.revision + 1)
        self.there[seat.campaign_id, seat.agent_id] = stored
        return stored

    def drop(self, seat: Seat) -> None:
        """Forget the revision that was read."""
        self._check(seat)
        self.there.pop((seat.campaign_id, seat.agent_id), None)

    def connect(self, seat: Seat) -> Seat:
        """Store one, and in the attempt who talks."""
        attempt = self._attempts.calls.get((seat.campaign_id, seat.attempt))
        if attempt is None or not attempt.is_open:
            raise Conflict("the call is over")
        stored = self.put(seat)
        self._attempts.note(attempt, {"agent": seat.agent_id})
        return stored

    def heard_of(self, campaign_id: str, agent_id: str, leg: int, now: datetime) -> Seat | None:
        """Note that an agent is on a line."""
        seat = self.there.get((campaign_id, agent_id))
        if seat is None or seat.leg != leg:
            return None
        heard = self.there[campaign_id, agent_id] = replace(seat, seen_at=now)
        return heard

    def _check(self, seat: Seat) -> None:
        there = self.there.get((seat.campaign_id, seat.agent_id))
        if (0 if there is None else there.revision) != seat.revision:
            raise Conflict("the seat is not as it was seen")
