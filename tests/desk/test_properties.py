"""What holds of any floor: who is free, who waits, and whose turn it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.floor import Floor
from chalicelib.desk.pace import expected_seconds
from chalicelib.desk.tickets import Ticket, rank
from chalicelib.desk.waiting import ask
from tests.desk.builders import ACCOUNT, LINE, NINE, a_callback, a_queue, an_agent, at

SKILLS = ("sales", "german")
skills = st.frozensets(st.sampled_from(SKILLS))
numbers = st.sampled_from([f"+3316201000{n}" for n in range(4)])


@st.composite
def agents(draw: st.DrawFn) -> dict[str, Any]:
    """Some agents: free, resting, held until now or later, away."""
    found = {}
    for n in range(draw(st.integers(0, 4))):
        held = draw(st.sampled_from([None, -1, 0, 1, 60]))
        rests = draw(st.sampled_from([None, -1, 0, 30]))
        found[f"agt_{n}"] = an_agent(
            f"agt_{n}",
            draw(numbers),
            skills=draw(skills),
            available=draw(st.booleans()),
            idle_since=at(seconds=-draw(st.integers(0, 600))),
            rests_until=None if rests is None else at(seconds=rests),
            holds="" if held is None else f"ticket#support#OLD{n}",
            held_until=None if held is None else at(seconds=held),
        )
    return found


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """A floor with callers in two queues, and people to ring back."""
    tickets, callbacks = {}, {}
    for n in range(draw(st.integers(1, 6))):
        ticket = Ticket(
            queue=draw(st.sampled_from(["support", "sales"])),
            call_id=f"CA{n}",
            dialled=LINE,
            arrived_at=at(seconds=-draw(st.integers(0, 7200))),
            language="fr-FR",
            priority=draw(st.integers(0, 9)),
            skills=draw(skills),
            seen_at=at(seconds=-draw(st.integers(0, 60))),
            until=at(seconds=draw(st.integers(-10, 120))),
        )
        tickets[ticket.key] = ticket
    for n in range(draw(st.integers(0, 3))):
        callback = a_callback(
            f"cb_{n}", arrived_at=at(seconds=-draw(st.integers(0, 7200))), skills=draw(skills)
        )
        callbacks[callback.key] = callback
    queues = {"support": a_queue(), "sales": a_queue("sales", skills=frozenset({"sales"}))}
    return Floor(ACCOUNT, queues, draw(agents()), tickets, callbacks)


@given(floors())
def test_an_agent_is_given_to_one_place_that_they_can_serve(floor: Floor) -> None:
    given_to = floor.matched(NINE)

    places: dict[str, Any] = {**floor.tickets, **floor.callbacks}
    telephones = [each.number for each in given_to.values()]
    assert len(set(telephones)) == len(telephones)
    for key, agent in given_to.items():
        assert agent.is_free(NINE)
        assert floor.skills_for(places[key]) <= agent.skills


@given(floors())
def test_nobody_is_served_before_somebody_whom_the_same_agent_could_serve(floor: Floor) -> None:
    given_to = floor.matched(NINE)

    hopeful = floor._hopeful(NINE, patient=True)
    for key, agent in given_to.items():
        (served,) = [each for each in hopeful if each.key == key]
        for earlier in hopeful:
            if rank(earlier) < rank(served) and agent.can(floor.skills_for(earlier)):
                assert earlier.key in given_to


@given(floors())
def test_nobody_waits_for_an_agent_who_is_free_for_them(floor: Floor) -> None:
    given_to = floor.matched(NINE)

    taken = {each.number for each in given_to.values()}
    left = [each for each in floor._free(NINE) if each.number not in taken]
    for place in floor._hopeful(NINE, patient=True):
        if place.key not in given_to:
            assert not any(each.can(floor.skills_for(place)) for each in left)


@given(floors(), st.data())
def test_a_caller_is_offered_what_the_order_gives_them_and_the_claim_says_so(
    floor: Floor, data: st.DataObject
) -> None:
    ticket = data.draw(st.sampled_from(sorted(floor.tickets.values(), key=rank)))

    standing, change = ask(floor, ticket.queue, ticket.call_id, NINE)

    stored = {getattr(each, "id", ""): each for each in change.saves}
    if standing.offer is not None:
        agent = stored[standing.offer.agent]
        assert agent.holds == ticket.key  # type: ignore[union-attr]
        assert agent.is_held(NINE)  # type: ignore[union-attr]
    assert 1 <= standing.position <= standing.waiting
    assert standing.agents_on_duty >= (standing.offer is not None)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 100_000))
def test_nobody_is_passed_by_who_comes_more_than_nine_quarters_of_an_hour_later(
    own: int, others: int, later: int
) -> None:
    first = a_callback("cb_1", priority=own)
    second = a_callback("cb_2", priority=others, arrived_at=NINE + timedelta(seconds=later))

    assert later <= 9 * 15 * 60 or rank(first) < rank(second)


@given(
    st.integers(1, 500),
    st.integers(0, 500),
    st.integers(1, 3600),
    st.integers(0, 500),
    st.integers(0, 50_000),
    st.integers(0, 40),
)
def test_the_wait_that_is_told_is_one_that_the_agents_could_make_true(
    position: int, answers: int, spanned: int, ended: int, talked: int, on_duty: int
) -> None:
    told = expected_seconds(
        position, answers=answers, spanned=spanned, ended=ended, talked=talked, agents=on_duty
    )

    if answers < 3 or not on_duty:
        assert told is None
        return
    assert told is not None
    assert told >= 0
    if ended:
        handling = talked // ended
        assert handling // on_duty <= told <= position * handling or told == position * handling
