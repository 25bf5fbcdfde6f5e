"""Workers of two campaigns ring people who share numbers, are killed, and are told twice.

Whatever happens in whatever order: counts add up, nobody is lost, nobody is rung twice at once, and
no professional rings a person a fifth time in thirty days (C. conso. D223-9).
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.campaigns.attempts import changing, usecases
from chalicelib.campaigns.attempts.attempts import Attempt, Standing
from chalicelib.campaigns.attempts.past import LONGEST_CALL, counts
from chalicelib.campaigns.campaign import Again, Retries
from chalicelib.campaigns.lawful import ideal, seen_by_law
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules import Person, decide
from chalicelib.kernel.errors import Conflict, Unavailable
from tests.campaigns.attempts.builders import FIRST, PARIS, SECOND, THIRD, Office, with_numbers
from tests.campaigns.builders import ORDINARY, a_campaign, a_line
from tests.fakes.attempts import AttemptsInMemory

# A couple, one of them alone, the other with their office, and somebody else.
PEOPLE = (
    with_numbers(FIRST, SECOND),
    with_numbers(SECOND),
    with_numbers(THIRD, FIRST),
    with_numbers("+33612345609"),
)
CHANGES = ("enrol", "lease", "put", "claim", "reclaim", "told", "placed", "end", "refuse")
PAST = timedelta(days=30)
# What keeps no contact from being rung again soon: the law has to.
AGAIN = (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.CONGESTED, Outcome.FAILED)
OFTEN = Again(first_minutes=5, most=20)


class Killed(Unavailable):
    """The worker is gone: before its request, or after it."""


class Mortal:
    """A store whose next change is somebody's last: done or not."""

    def __init__(self, store: AttemptsInMemory) -> None:
        self._store = store
        self.dies = ""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in CHANGES or not self.dies:
            return method
        done, self.dies = self.dies == "after", ""

        def last(*facts: Any, **more: Any) -> None:
            if done:
                method(*facts, **more)
            raise Killed("killed")

        return last


class Ringing(RuleBasedStateMachine):
    """What workers do, one step at a time."""

    @initialize()
    def begin(self) -> None:
        """Have two campaigns of one professional with the same list."""
        self.store = AttemptsInMemory()
        self.mortal = Mortal(self.store)
        eager = Retries(most=20, most_a_day=9, rules=dict.fromkeys(AGAIN, OFTEN))
        plan: dict[str, Any] = {
            "retries": eager,
            "mode": Mode.PREVIEW,
            "flow": None,
            "queue": "ventes",
        }
        first = Office(
            self.mortal,
            self.store.ledgers,
            a_campaign(shown=ORDINARY, **plan),
        )
        self.offices = [first, first.of(a_campaign("camp_2", shown=ORDINARY, **plan))]
        self.late: list[Any] = []
        for office in self.offices:
            office.enrol(*PEOPLE)

    @property
    def now(self) -> Any:
        """The time, which is the same for all."""
        return self.offices[0].now

    @rule(dies=st.sampled_from(["before", "after"]))
    def somebody_dies(self, dies: str) -> None:
        """Have the next change be the last of whoever makes it."""
        self.mortal.dies = dies

    @rule(minutes=st.sampled_from([1, 5, 90, 700, 24 * 60, 6 * 24 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        """Let some time go by."""
        for office in self.offices:
            office.now += timedelta(minutes=minutes)

    @rule(at=st.integers(0, 1), late=st.booleans())
    def plans(self, at: int, late: bool) -> None:
        """Lease whoever is due, and ring them: at once, or some time later."""
        office = self.offices[at]
        seen = self.mortal.due(office.campaign.id, self.now, 3)
        try:
            mine = self.mortal.lease(seen, self.now + timedelta(minutes=5))
        except Killed:
            return
        for member in mine:
            work = self._looked(office, member)
            if late:
                self.late.append(work)
            else:
                self._do(work)

    @rule(outcomes=st.lists(st.sampled_from([*AGAIN, None]), min_size=4, max_size=12))
    def an_hour_goes_by(self, outcomes: list[Outcome | None]) -> None:
        """Ring people one after the other, for both campaigns in turns, as if all went well."""
        for at, outcome in enumerate(outcomes):
            office = self.offices[at % 2]
            before = set(self.store.calls)
            self.plans(at % 2, late=False)
            for each in set(self.store.calls) - before:
                self._tell(office, self.store.calls[each], outcome)
            self.time_goes_by(5)

    @rule(data=st.data())
    def comes_late(self, data: st.DataObject) -> None:
        """Have a worker go on who looked long ago."""
        if self.late:
            self._do(self.late.pop(data.draw(st.integers(0, len(self.late) - 1))))

    @rule(data=st.data(), outcome=st.sampled_from([*Outcome, None]), twice=st.booleans())
    def tells(self, data: st.DataObject, outcome: Outcome | None, twice: bool) -> None:
        """Have the carrier tell of an end, of any call that there was."""
        if not self.store.calls:
            return
        call = data.draw(st.sampled_from(sorted(self.store.calls)))
        office = next(each for each in self.offices if each.campaign.id == call[0])
        for _ in range(1 + twice):
            self._tell(office, self.store.calls[call], outcome)

    @rule(data=st.data(), refuses=st.booleans())
    def places_or_refuses(self, data: st.DataObject, refuses: bool) -> None:
        """Have the carrier take a call, or a person refuse."""
        if not self.store.calls:
            return
        campaign_id, name = data.draw(st.sampled_from(sorted(self.store.calls)))
        try:
            if refuses:
                usecases.refuse(campaign_id, name, self.mortal, self.now)
            else:
                self.mortal.placed(campaign_id, name, f"CA{name}", self.now)
        except Killed:
            pass

    def _tell(self, office: Office, attempt: Attempt, outcome: Outcome | None) -> None:
        named = f"CA{attempt.id}" if outcome is not None else ""
        with suppress(Killed):
            office.ends(attempt, outcome, call_id=named)

    def _looked(self, office: Office, member: Any) -> Any:
        """Look at a person, and decide."""
        contact = next(each for each in PEOPLE if each.id == member.contact_id)
        plan, known = office.campaign.plan, office.known(contact)
        past = known.past(ideal(plan, self.now))
        seen = seen_by_law(plan, a_line(plan.shown))
        decision = decide(self.now, seen, Person(number=contact.numbers[0]), past)
        if known.is_busy(self.now):
            return changing.waits(member, self.now + timedelta(minutes=5), self.now)
        if not decision.allowed:
            return changing.put_off(member, decision, decision.earliest, self.now)
        return changing.claimed(
            member, contact, office.campaign, known, decision, slot=1, zone=PARIS, now=self.now
        )

    def _do(self, work: Any) -> None:
        try:
            if isinstance(work, changing.Claiming):
                self.mortal.claim(work)
            else:
                self.mortal.put(work)
        except (Conflict, Killed):
            pass

    @invariant()
    def nobody_is_lost(self) -> None:
        """Everybody waits, is done, or has one attempt that is open."""
        open_ = Counter(
            (each.campaign_id, each.contact_id)
            for each in self.store.calls.values()
            if each.is_open
        )
        assert len(self.store.there) == len(self.offices) * len(PEOPLE)
        for key, member in self.store.there.items():
            assert open_[key] == (member.standing is Standing.OUT)
            tried = [each for each in self.store.calls.values() if key == _key(each)]
            assert member.tries == len(tried)
            assert (member.why is not None) == (member.standing is Standing.DONE)

    @invariant()
    def nobody_is_rung_too_often(self) -> None:
        """Never five in thirty days, never two at once; by any number of theirs."""
        for number in {FIRST, SECOND, THIRD}:
            hash_ = f"hash{number[1:]}"
            calls = sorted(
                (each for each in self.store.calls.values() if hash_ in each.hashes),
                key=lambda each: each.ordered_at,
            )
            for before, after in zip(calls, calls[1:], strict=False):
                over = before.ended_at or before.ordered_at + LONGEST_CALL
                assert min(over, before.ordered_at + LONGEST_CALL) <= after.ordered_at
            real = [each.ordered_at for each in calls if each.is_open or counts(each.outcome)]
            for first, fifth in zip(real, real[4:], strict=False):
                assert fifth - first >= PAST - timedelta(days=1)

    @invariant()
    def counts_add_up(self) -> None:
        """What is counted is what there is."""
        for office in self.offices:
            name = office.campaign.id
            counted = self.store.counts(name)
            members = [each for each in self.store.there.values() if each.campaign_id == name]
            calls = [each for each in self.store.calls.values() if each.campaign_id == name]
            assert counted.members == len(members)
            assert counted.done == Counter(each.why for each in members if each.why is not None)
            assert counted.blocked == Counter(each.block for each in members if each.block)
            assert (counted.begun, counted.open) == (
                len(calls),
                sum(each.is_open for each in calls),
            )
            outcomes = Counter(each.outcome for each in calls if each.outcome is not None)
            assert {k: v for k, v in counted.outcomes.items() if v} == outcomes


def _key(attempt: Any) -> tuple[str, str]:
    return attempt.campaign_id, attempt.contact_id


TestRinging = Ringing.TestCase
TestRinging.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
