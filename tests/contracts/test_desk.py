"""What the desk's storage promises, in memory and on DynamoDB; and what people do on both."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as configured
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.desk.agents import Tally
from chalicelib.desk.callbacks import Slot, Stage
from chalicelib.desk.floor import Change
from chalicelib.desk.store import DeskRow, DeskStore
from chalicelib.desk.tickets import Past, Phase
from chalicelib.desk.usecases import FloorDesk
from chalicelib.desk.visits import Visit
from chalicelib.desk.waiting import arrived
from chalicelib.kernel.errors import Conflict, NotFound
from tests.billing.test_store import one_request_at_a_time
from tests.clouds import requests_counted, tables
from tests.desk.builders import (
    ACCOUNT,
    CUSTOMER,
    NINE,
    WEEKDAYS,
    Caller,
    a_callback,
    a_queue,
    an_agent,
    at,
)
from tests.fakes import FloorsInMemory, NudgesInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.desk.floor import Standing

Store = DeskStore | FloorsInMemory
DAY = date(2026, 11, 23)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield FloorsInMemory()
        return
    with tables(DeskRow):
        yield DeskStore("cadran-test-desk")


def test_a_floor_holds_what_was_put_on_it(store: Store) -> None:
    queue = store.save_queue(ACCOUNT, a_queue(skills=frozenset({"german"}), callback_hours="{}"))
    agent = store.save_agent(ACCOUNT, an_agent(hours=WEEKDAYS, wrap_up_seconds=0))
    ticket = arrived("support", Caller(caller=None, skills=frozenset({"a", "b"})), NINE)
    callback = a_callback(slot=Slot(at(hours=1), at(hours=2)), not_before=at(minutes=5))

    store.apply(ACCOUNT, Change(saves=(ticket, callback)))

    floor = store.floor(ACCOUNT)
    assert floor.queues == {"support": queue}
    assert floor.agents == {"agt_1": agent}
    assert floor.tickets == {ticket.key: replace(ticket, revision=1)}
    assert floor.callbacks == {callback.key: replace(callback, revision=1)}
    assert store.floor("acc_2").queues == {}


def test_what_an_agent_does_is_kept_apart_from_what_is_said_of_them(store: Store) -> None:
    agent = store.save_agent(ACCOUNT, an_agent())
    busy = replace(
        agent.kept_for("ticket#support#CA1", at(seconds=50)),
        tallies=(Tally("support", 1, 2, 3, 4),),
    )

    store.apply(ACCOUNT, Change(saves=(busy,)))

    stored = store.floor(ACCOUNT).agents["agt_1"]
    assert stored == replace(busy, revision=busy.revision + 1)
    with pytest.raises(Conflict):
        store.save_agent(ACCOUNT, replace(agent, name="Nadia"))
    assert store.save_agent(ACCOUNT, replace(stored, name="Nadia")).holds == busy.holds


def test_a_change_holds_only_if_all_of_it_is_as_it_was(store: Store) -> None:
    agent = store.save_agent(ACCOUNT, an_agent())
    tickets = [arrived("support", Caller(call_id=each), NINE) for each in ("CA1", "CA2")]
    claims = [Change(saves=(each, agent.kept_for(each.key, at(minutes=1)))) for each in tickets]

    store.apply(ACCOUNT, claims[0])
    with pytest.raises(Conflict):
        store.apply(ACCOUNT, claims[1])

    floor = store.floor(ACCOUNT)
    assert list(floor.tickets) == [tickets[0].key]
    assert floor.agents["agt_1"].holds == tickets[0].key


def test_a_place_that_was_given_up_is_remembered(store: Store) -> None:
    ticket = arrived("support", Caller(), NINE)
    store.apply(ACCOUNT, Change(saves=(ticket,)))
    past = Past(queue="support", call_id="CA1", waited_seconds=7, callback_id="cb_1")

    store.apply(ACCOUNT, Change(drops=(replace(ticket, revision=1),), pasts=(past,)))

    assert store.floor(ACCOUNT).tickets == {}
    assert store.past(ACCOUNT, "support", "CA1") == past
    assert store.past("acc_2", "support", "CA1") is None
    with pytest.raises(Conflict):
        store.apply(ACCOUNT, Change(drops=(replace(ticket, revision=1),)))


def test_a_callback_is_awaited_until_it_is_settled(store: Store) -> None:
    assert list(store.awaited()) == []
    store.apply(ACCOUNT, Change(saves=(a_callback(),)))
    ((account, stamp),) = store.awaited()
    store.apply(ACCOUNT, Change(saves=(a_callback("cb_2", asked_at=at(minutes=1)),)))

    store.settle(account, stamp)
    ((_, later),) = store.awaited()
    store.settle(account, later)

    assert account == ACCOUNT
    assert later != stamp
    assert list(store.awaited()) == []


def test_a_callback_that_is_over_is_history(store: Store) -> None:
    for number in range(3):
        callback = a_callback(f"cb_{number}")
        store.apply(ACCOUNT, Change(saves=(callback,)))
        done = replace(callback, revision=1, stage=Stage.REACHED, tries=1, ended_at=at(hours=1))
        store.apply(ACCOUNT, Change(drops=(done,)))

    first = store.history(ACCOUNT, 2)
    rest = store.history(ACCOUNT, 2, first.next)

    assert [each.id for each in (*first.items, *rest.items)] == ["cb_0", "cb_1", "cb_2"]
    assert rest.next is None
    assert store.over(ACCOUNT, "cb_1").stage is Stage.REACHED
    assert [(each.tries, each.reached) for each in store.asked(ACCOUNT, DAY)] == [(1, True)] * 3
    with pytest.raises(NotFound):
        store.over("acc_2", "cb_1")


def test_a_visit_is_counted_once_as_it_was_told_best(store: Store) -> None:
    visit = Visit(
        id="q", call_id="CA1", queue="support", day=DAY, how="answered", waited_seconds=4, events=5
    )
    worse = replace(visit, how="abandoned", events=3)

    for each in (worse, visit, worse, visit):
        store.put_visit(ACCOUNT, 0, each)

    assert list(store.visits(ACCOUNT, DAY, 2)) == [visit]
    assert list(store.visits("acc_2", DAY, 2)) == []
    assert list(store.visits(ACCOUNT, DAY + timedelta(days=1), 2)) == []


def test_the_owners_changes_are_refused_if_they_are_based_on_something_old(store: Store) -> None:
    queue = store.save_queue(ACCOUNT, a_queue())

    for stale in (a_queue(), replace(queue, version=7)):
        with pytest.raises(Conflict):
            store.save_queue(ACCOUNT, stale)

    assert store.save_queue(ACCOUNT, replace(queue, label="Aide")).version == 2
    store.drop_queue(ACCOUNT, "support")
    store.drop_queue(ACCOUNT, "support")
    assert store.floor(ACCOUNT).queues == {}


def test_a_poll_is_one_read_and_one_write() -> None:
    with tables(DeskRow):
        store = DeskStore("cadran-test-desk")
        store.save_queue(ACCOUNT, a_queue())
        store.save_agent(ACCOUNT, an_agent())
        desk = FloorDesk(store, NudgesInMemory())

        with requests_counted(DeskRow) as sent:
            desk.join(ACCOUNT, "support", Caller(), NINE)
        offered = list(sent)
        with requests_counted(DeskRow) as sent:
            desk.join(ACCOUNT, "support", Caller(call_id="CA2"), NINE)
            desk.ask(ACCOUNT, "support", "CA2", at(seconds=12))

    assert offered == ["Query", "TransactWriteItems"]
    assert sent == ["Query", "PutItem"] * 2


def test_of_sixty_four_callers_who_ask_at_once_one_gets_the_agent() -> None:
    calls = [f"CA{number:02}" for number in range(64)]
    with tables(DeskRow):
        store = DeskStore("cadran-test-desk")
        store.save_queue(ACCOUNT, a_queue())
        desk = FloorDesk(store, NudgesInMemory())
        for each in calls:
            desk.join(ACCOUNT, "support", Caller(call_id=each), NINE)
        store.save_agent(ACCOUNT, an_agent())
        store.save_agent(ACCOUNT, an_agent("agt_2", available=False))
        ready = threading.Barrier(len(calls))

        def ask(call_id: str) -> Standing:
            ready.wait()
            return desk.ask(ACCOUNT, "support", call_id, at(seconds=12))

        with one_request_at_a_time(DeskRow), ThreadPoolExecutor(len(calls)) as pool:
            standings = list(pool.map(ask, calls))
        floor = store.floor(ACCOUNT)

    assert sum(each.offer is not None for each in standings) == 1
    assert [each.phase for each in floor.tickets.values()].count(Phase.OFFERED) == 1


class Mornings(RuleBasedStateMachine):
    """Callers, agents and a clock that goes on, on whatever storage."""

    store: Any

    @initialize(agents=st.integers(1, 3), skilled=st.booleans())
    def open(self, agents: int, skilled: bool) -> None:
        self.now = NINE
        self.desk = FloorDesk(self.store, NudgesInMemory())
        self.waiting: dict[str, str] = {}
        self.ringing: dict[str, str] = {}
        self.talking: dict[str, str] = {}
        self.came = 0
        self.store.save_queue(ACCOUNT, a_queue())
        self.store.save_queue(ACCOUNT, a_queue("sales", skills=frozenset({"sales"})))
        for number in range(agents):
            skills = frozenset({"sales"} if skilled or number else ())
            self.store.save_agent(
                ACCOUNT, an_agent(f"agt_{number}", f"+3316201001{number}", skills=skills)
            )

    @rule(queue=st.sampled_from(["support", "sales"]), priority=st.integers(0, 9))
    def somebody_rings(self, queue: str, priority: int) -> None:
        self.came += 1
        call = f"CA{self.came}"
        caller = Caller(call_id=call, arrived_at=self.now, priority=priority)
        self.waiting[call] = queue
        self.heard(call, self.desk.join(ACCOUNT, queue, caller, self.now))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def somebody_asks(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(sorted(self.waiting)))
        standing = self.desk.ask(ACCOUNT, self.waiting[call], call, self.now)
        assert 1 <= standing.position <= max(1, standing.waiting)
        self.heard(call, standing)

    @precondition(lambda self: self.ringing)
    @rule(data=st.data(), answers=st.booleans())
    def an_agent_answers_or_not(self, data: st.DataObject, answers: bool) -> None:
        call = data.draw(st.sampled_from(sorted(self.ringing)))
        agent = self.ringing.pop(call)
        queue = self.waiting[call]
        if answers:
            self.desk.picked_up(ACCOUNT, queue, call, agent, self.now)
            self.talking[call] = agent
        else:
            self.heard(call, self.desk.missed(ACCOUNT, queue, call, agent, self.now))

    @precondition(lambda self: self.talking)
    @rule(data=st.data())
    def a_conversation_ends(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(sorted(self.talking)))
        agent = self.talking.pop(call)
        self.desk.answered(ACCOUNT, self.waiting.pop(call), call, agent, self.now)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), how=st.sampled_from(["abandoned", "callback", "overflow"]))
    def somebody_leaves(self, data: st.DataObject, how: str) -> None:
        call = data.draw(st.sampled_from(sorted(self.waiting)))
        if call in self.talking:
            return
        queue = self.waiting.pop(call)
        self.ringing.pop(call, None)
        self.desk.leave(ACCOUNT, queue, call, how, self.now)
        if how == "callback":
            caller = Caller(call_id=call)
            self.desk.book(ACCOUNT, queue, caller, CUSTOMER, None, self.now)

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def nobody_is_offered_to_two(self) -> None:
        floor = self.store.floor(ACCOUNT)
        held = [each for each in floor.agents.values() if each.is_held(self.now)]
        assert len({each.holds for each in held}) == len(held)
        for agent in held:
            assert agent.holds in floor.tickets

    @invariant()
    def everybody_who_waits_has_a_place(self) -> None:
        floor = self.store.floor(ACCOUNT)
        assert {f"ticket#{queue}#{call}" for call, queue in self.waiting.items()} == set(
            floor.tickets
        )

    def heard(self, call: str, standing: Standing) -> None:
        if standing.offer is None:
            self.ringing.pop(call, None)
            return
        agent = standing.offer.agent
        # An offer that nobody told the end of lapses, and somebody else may have the agent.
        self.ringing = {c: a for c, a in self.ringing.items() if a != agent}
        self.ringing[call] = agent
        assert agent not in self.talking.values()


class InMemory(Mornings):
    def __init__(self) -> None:
        super().__init__()
        self.store = FloorsInMemory()


class OnDynamoDB(Mornings):
    def __init__(self) -> None:
        super().__init__()
        self._tables = tables(DeskRow)
        self._tables.__enter__()
        self.store = DeskStore("cadran-test-desk")

    def teardown(self) -> None:
        self._tables.__exit__(None, None, None)


TestMorningsInMemory = InMemory.TestCase
TestMorningsInMemory.settings = configured(max_examples=60, stateful_step_count=40, deadline=None)
TestMorningsOnDynamoDB = OnDynamoDB.TestCase
TestMorningsOnDynamoDB.settings = configured(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
