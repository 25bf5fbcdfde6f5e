"""Members and attempts, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.campaigns.attempts import changing, counting
from chalicelib.campaigns.attempts.attempts import (
    LOOKED_AFTER,
    Attempt,
    Member,
    Placed,
    Run,
)
from chalicelib.campaigns.attempts.past import Rung, counts, name_of
from chalicelib.campaigns.attempts.ports import Stored
from chalicelib.campaigns.consents.lines import Whose
from chalicelib.campaigns.consents.suppressions import holds
from chalicelib.campaigns.pacing import learning, life
from chalicelib.campaigns.pacing.kept import read_tally
from chalicelib.campaigns.pacing.life import State, Told
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from tests.fakes.consents import LedgersInMemory

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from chalicelib.campaigns.attempts.changing import (
        Claiming,
        Ending,
        Enrolling,
        Moving,
        Refusing,
    )
    from chalicelib.campaigns.attempts.counting import Adds, Counts
    from chalicelib.campaigns.pacing.habits import Habits
    from chalicelib.campaigns.pacing.tallies import Tally


class AttemptsInMemory:
    """The port `Attempts`. `ledgers` are those that it reads together with its own."""

    def __init__(self, ledgers: LedgersInMemory | None = None) -> None:
        self.ledgers = ledgers or LedgersInMemory()
        self.there: dict[tuple[str, str], Member] = {}
        self.calls: dict[tuple[str, str], Attempt] = {}
        self.rungs: dict[tuple[str, str, str], Rung] = {}
        self._runs: dict[str, Run] = {}
        self._counts: dict[str, dict[int, Counter[str]]] = {}
        self._named: dict[tuple[str, str], list[tuple[str, str, str]]] = {}

    def run(self, account_id: str, campaign_id: str) -> Run:
        """Return how far a campaign has gone."""
        return self._runs.get(campaign_id, Run(campaign_id=campaign_id, account_id=account_id))

    def enrol(self, enrolling: Enrolling) -> int:
        """Store members who are not there yet."""
        before, after = enrolling.before, enrolling.after
        if self.run(before.account_id, before.campaign_id).edition != before.edition:
            raise Conflict("the list was gone through meanwhile")
        new = [each for each in enrolling.members if _key(each) not in self.there]
        self._runs[after.campaign_id] = after
        self.there |= {_key(each): each for each in new}
        self._add(after.campaign_id, counting.adds(enrolling.now, counting.enrolled(len(new))))
        return len(new)

    def due(self, campaign_id: str, now: datetime, limit: int, turn: int = 0) -> tuple[Member, ...]:
        """Return some members who are due."""
        mine = [each for each in self.there.values() if each.campaign_id == campaign_id]
        due = sorted((each for each in mine if each.is_due(now)), key=lambda each: each.due_at)
        return tuple(due[:limit])

    def lease(self, members: Sequence[Member], until: datetime) -> tuple[Member, ...]:
        """Have members be due no more until then."""
        won = [each for each in members if self._stands(each)]
        leased = [replace(self.there[_key(each)], due_at=until) for each in won]
        self.there |= {_key(each): each for each in leased}
        return tuple(leased)

    def members(self, campaign_id: str, contact_ids: Collection[str]) -> dict[str, Member]:
        """Return members by their contacts."""
        keys = [(campaign_id, each) for each in contact_ids]
        return {key[1]: self.there[key] for key in keys if key in self.there}

    def put(self, moving: Moving) -> bool:
        """Store where a member stands now."""
        if not self._stands(moving.before):
            return False
        self.there[_key(moving.after)] = moving.after
        self._add(moving.after.campaign_id, moving.adds)
        return True

    def stored(
        self, account_id: str, siren: str, hashes: Sequence[str], campaign_id: str, now: datetime
    ) -> Stored:
        """Return what is stored of a person."""
        first, *others = (self.ledgers.ledger(Whose(account_id, each), now) for each in hashes)
        return Stored(
            ledger=first,
            rungs={each: self.rungs.get((account_id, each, siren), Rung()) for each in hashes},
            withdrawals=tuple(
                said for each in others for said in each.kept if said.siren in (None, siren)
            ),
            suppressions=tuple(
                stop
                for each in others
                for stop in each.suppressions
                if holds(stop.scope, siren, campaign_id)
            ),
            elsewhere=tuple(
                call
                for (owner, person, other), rung in self.rungs.items()
                if (owner, person) == (account_id, hashes[0]) and other != siren
                for call in rung.calls.values()
            ),
        )

    def claim(self, claiming: Claiming) -> Attempt:
        """Store an attempt that begins."""
        attempt = claiming.attempt
        unseen = any(
            self._rung(attempt, each).edition != claiming.seen.get(each, Rung()).edition
            for each in attempt.hashes
        )
        there = (attempt.campaign_id, attempt.id) in self.calls
        if unseen or there or not self._stands(claiming.before):
            raise Conflict("the member, or who has rung the person, changed meanwhile")
        self.there[_key(claiming.after)] = claiming.after
        self.calls[attempt.campaign_id, attempt.id] = attempt
        for each, rung in claiming.rungs.items():
            self.rungs[attempt.account_id, each, attempt.siren] = rung
        millis = f"{int(attempt.ordered_at.timestamp() * 1000):013d}"
        for person in {attempt.contact_id, attempt.hash}:
            named = self._named.setdefault((attempt.account_id, person), [])
            named.append((millis, attempt.campaign_id, attempt.id))
        self._add(attempt.campaign_id, claiming.adds)
        return attempt

    def reclaim(self, seen: Attempt, now: datetime) -> Attempt:
        """Store that an attempt is ordered again."""
        again = life.claimed(seen.life, now)
        assert again.claimed_at is not None
        return self._changed(
            seen,
            replace(
                seen,
                claimed_at=again.claimed_at,
                told=Told.NOTHING,
                retry_at=None,
                look_at=again.claimed_at + life.DOUBT,
            ),
        )

    def told(self, seen: Attempt, told: Told, retry_at: datetime | None = None) -> Attempt:
        """Store what the carrier has told."""
        look_at = seen.look_at if retry_at is None else retry_at
        return self._changed(seen, replace(seen, told=told, retry_at=retry_at, look_at=look_at))

    def placed(self, campaign_id: str, attempt_id: str, call_id: str, at: datetime) -> bool:
        """Store that the carrier has the call."""
        there = self.calls.get((campaign_id, attempt_id))
        if there is None or there.state is not State.PLACING:
            return False
        self.calls[campaign_id, attempt_id] = replace(
            there,
            state=State.PLACED,
            told=Told.TAKEN,
            call_id=call_id,
            look_at=at + LOOKED_AFTER,
        )
        return True

    def placed_all(self, placed: Sequence[Placed]) -> None:
        """Store that the carrier has some calls."""
        for each in placed:
            self.placed(each.campaign_id, each.attempt_id, each.call_id, each.at)

    def note(self, attempt: Attempt, facts: Mapping[str, str]) -> bool:
        """Store more of what the dialler wants to know."""
        there = self.calls.get((attempt.campaign_id, attempt.id))
        if there is None:
            return False
        noted = replace(there, facts={**there.facts, **facts})
        self.calls[attempt.campaign_id, attempt.id] = noted
        return True

    def end(self, ending: Ending) -> bool:
        """Store that an attempt is over."""
        seen, after = ending.before, ending.after
        there = self.calls.get((after.campaign_id, after.id))
        same = there is not None and there.life.stands_as(seen.life)
        refused = there is not None and (there.refused_at is None) is (seen.refused_at is None)
        if there is None or not there.is_open or not refused or (ending.is_of_nothing and not same):
            return False
        if not self._stands(changing.out(seen)):
            raise Conflict("the member is not where their attempt left them")
        self.calls[after.campaign_id, after.id] = replace(
            there,
            state=after.state,
            outcome=after.outcome,
            answered_by=after.answered_by,
            seconds=after.seconds,
            ended_at=after.ended_at,
            call_id=after.call_id or there.call_id,
        )
        self.there[_key(ending.member)] = ending.member
        for each in after.hashes:
            self._law_ends(after, each)
        self._add(after.campaign_id, ending.adds)
        return True

    def refuse(self, refusing: Refusing) -> None:
        """Store that a person refused."""
        seen, after, moving = refusing.before, refusing.after, refusing.member
        there = self.calls.get((after.campaign_id, after.id))
        moved = moving is not None and not self._stands(moving.before)
        if there is None or there.state is not seen.state or moved:
            raise Conflict("the attempt, or its member, changed meanwhile")
        self.calls[after.campaign_id, after.id] = replace(
            there, refused_at=after.refused_at, outcome=after.outcome
        )
        if moving is not None:
            self.there[_key(moving.after)] = moving.after
        for each in after.hashes:
            rung = self._rung(after, each)
            self.rungs[after.account_id, each, after.siren] = replace(
                rung, refused_at=after.refused_at, edition=rung.edition + 1
            )
        self._add(after.campaign_id, refusing.adds)

    def attempt(self, campaign_id: str, attempt_id: str) -> Attempt:
        """Return an attempt."""
        there = self.calls.get((campaign_id, attempt_id))
        if there is None:
            raise NotFound("no such attempt")
        return there

    def looked_at(self, attempt: Attempt, again: datetime) -> None:
        """Have an open attempt be looked at again then."""
        there = self.calls.get((attempt.campaign_id, attempt.id))
        if there is not None and there.life.stands_as(attempt.life):
            self.calls[attempt.campaign_id, attempt.id] = replace(there, look_at=again)

    def open(self, account_id: str, limit: int) -> tuple[Attempt, ...]:
        """Return attempts of an account that are not over."""
        mine = (each for each in self.calls.values() if each.account_id == account_id)
        found = sorted(
            (each for each in mine if each.is_open), key=lambda each: (each.look_at, each.id)
        )
        return tuple(found[:limit])

    def of_campaign(self, campaign_id: str, limit: int, after: str | None) -> Page[Attempt]:
        """Return attempts that are over."""
        found = {
            f"0~{int(each.ended_at.timestamp() * 1000):013d}#{each.id}": each
            for each in self.calls.values()
            if each.campaign_id == campaign_id and each.ended_at is not None
        }
        keys = [each for each in sorted(found) if after is None or each > after]
        full = len(keys) >= limit
        return Page(tuple(found[each] for each in keys[:limit]), keys[limit - 1] if full else None)

    def of_person(
        self, account_id: str, person: str, limit: int, after: str | None
    ) -> Page[Attempt]:
        """Return an account's attempts to a person, the newest first."""
        named = sorted(self._named.get((account_id, person), ()), reverse=True)
        named = [each for each in named if after is None or "#".join(each) < after]
        shown = named[:limit]
        following = "#".join(shown[-1]) if len(named) > limit else None
        return Page(tuple(self.calls[each[1:]] for each in shown), following)

    def forget(self, account_id: str, people: Collection[str]) -> None:
        """Take people's numbers out of attempts."""
        for person in people:
            for _, *key in self._named.get((account_id, person), ()):
                there = self.calls[key[0], key[1]]
                self.calls[key[0], key[1]] = replace(there, number=None)

    def counts(self, campaign_id: str) -> Counts:
        """Return what a campaign has come to."""
        return counting.read(self._counts.get(campaign_id, {}).values())

    def tally(self, campaign_id: str, now: datetime) -> Tally:
        """Return who answered and who was abandoned."""
        return read_tally(self._counts.get(campaign_id, {}).values())

    def learnt(
        self, campaign_id: str, now: datetime, wraps: Collection[float]
    ) -> tuple[Tally, Habits]:
        """Return that, and a campaign's habits."""
        rows = list(self._counts.get(campaign_id, {}).values())
        return read_tally(rows), learning.habits(rows, counting.day_of(now), wraps)

    def _add(self, campaign_id: str, adds: Adds) -> None:
        day = self._counts.setdefault(campaign_id, {}).setdefault(adds.day, Counter())
        for name, count in adds.names.items():
            day[name] += count

    def _stands(self, member: Member) -> bool:
        there = self.there.get(_key(member))
        return there is not None and there.stands_as(member)

    def _changed(self, seen: Attempt, after: Attempt) -> Attempt:
        there = self.calls.get((seen.campaign_id, seen.id))
        if there is None or not there.life.stands_as(seen.life):
            raise Conflict("the attempt changed meanwhile")
        self.calls[seen.campaign_id, seen.id] = replace(
            there,
            claimed_at=after.claimed_at,
            told=after.told,
            retry_at=after.retry_at,
            look_at=after.look_at,
        )
        return after

    def _rung(self, attempt: Attempt, person: str) -> Rung:
        return self.rungs.get((attempt.account_id, person, attempt.siren), Rung())

    def _law_ends(self, attempt: Attempt, person: str) -> None:
        rung, name = self._rung(attempt, person), name_of(attempt)
        if name not in rung.calls:
            return
        calls = {each: call for each, call in rung.calls.items() if each != name}
        if counts(attempt.outcome):
            calls[name] = replace(rung.calls[name], outcome=attempt.outcome)
        after = replace(rung, calls=calls, edition=rung.edition + 1)
        self.rungs[attempt.account_id, person, attempt.siren] = after


def _key(member: Member) -> tuple[str, str]:
    return member.campaign_id, member.contact_id
