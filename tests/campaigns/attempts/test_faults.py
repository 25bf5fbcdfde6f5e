"""A worker is killed at each request of an attempt, on DynamoDB; the next one goes on.

Whatever was done or not when it died: one call, counted once, and nobody lost.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.campaigns.attempts import usecases
from chalicelib.campaigns.attempts.attempts import Standing, Why
from chalicelib.campaigns.attempts.store import AttemptStore
from chalicelib.campaigns.consents.store import ConsentStore
from chalicelib.campaigns.pacing.life import State, Told
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, Unavailable
from tests.campaigns.attempts.builders import FIRST, SECOND, Office, with_numbers
from tests.clouds import ENVIRONMENT, tables

SOMEBODY = with_numbers(FIRST, SECOND)
READS = {"due", "members", "stored", "attempt", "open"}


class Mortal:
    """A store of which one request is somebody's last, done or not; later ones are others'."""

    def __init__(self, store: AttemptStore, dies_at: int, *, done: bool) -> None:
        self._store, self._left, self._done = store, dies_at, done
        self.died_at = ""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def ask(*facts: Any, **more: Any) -> Any:
            self._left -= 1
            if self._left != 0:
                return method(*facts, **more)
            self.died_at = name
            if self._done and name not in READS:
                method(*facts, **more)
            raise Unavailable("killed")

        return ask


def works(office: Office) -> None:
    """Do what is to be done now: plan, ring, look after what is open, end."""
    for attempt in office.attempts.open("acct_1", 10):
        if attempt.state is State.PLACING and attempt.look_at <= office.now:
            # The carrier has no such call: the order was never made.
            told = office.attempts.told(attempt, Told.MISSING)
            office.attempts.reclaim(told, office.now)
        if attempt.look_at <= office.now:
            office.attempts.placed("camp_1", attempt.id, "CA1", office.now)
            office.ends(attempt, Outcome.ANSWERED, call_id="CA1", seconds=50)
    due = office.attempts.due("camp_1", office.now, 10)
    for member in office.attempts.lease(due, office.now + timedelta(minutes=5)):
        attempt = office.attempts.claim(office.claiming(SOMEBODY, member=member))
        office.attempts.placed("camp_1", attempt.id, "CA1", office.now)
        for _ in range(2):
            office.ends(attempt, Outcome.ANSWERED, call_id="CA1", seconds=50)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_wherever_a_worker_is_killed_somebody_is_rung_once(done: bool) -> None:
    died_at: list[str] = []
    for dies_at in range(1, 20):
        with tables(CampaignRow):
            fresh = AttemptStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])
            first = Office(fresh, ConsentStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]))
            first.enrol(SOMEBODY)
            mortal = Mortal(fresh, dies_at, done=done)
            try:
                works(replace(first, attempts=mortal))
            except (Unavailable, Conflict):
                died_at.append(mortal.died_at)
            for minutes in (2, 6, 12, 18):
                works(replace(first, now=first.now + timedelta(minutes=minutes)))
            assert_rung_once(first)
        if not mortal.died_at:
            break

    assert {"due", "lease", "stored", "claim", "placed", "attempt", "end"} <= set(died_at)


def assert_rung_once(office: Office) -> None:
    """See that there is one call of one person, that all know of it, and that it counts once."""
    counts, member = office.attempts.counts("camp_1"), office.member(SOMEBODY)
    assert (member.standing, member.why, member.tries) == (Standing.DONE, Why.REACHED, 1)
    assert counts.outcomes == {Outcome.ANSWERED: 1}
    assert (counts.begun, counts.open, counts.seconds) == (1, 0, 50)
    assert counts.done == {Why.REACHED: 1}
    assert len(office.known(SOMEBODY).attempts) == 1
    assert not usecases.known_of(
        office.campaign, SOMEBODY, office.attempts, office.desk, office.now
    ).is_busy(office.now + timedelta(minutes=30))
