"""Calls that agents take: one for each who is free, kept for it; and whatever goes wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.attempts import usecases
from chalicelib.campaigns.attempts.attempts import Standing
from chalicelib.campaigns.campaign import Move
from chalicelib.campaigns.dialling import answered, connecting, placing, sitting
from chalicelib.campaigns.dialling.addresses import Address
from chalicelib.campaigns.dialling.hearing import over
from chalicelib.campaigns.dialling.orders import Calls
from chalicelib.campaigns.dialling.seats import Doing
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.desk import waiting
from chalicelib.kernel.errors import Conflict, NotFound
from tests.campaigns.dialling.room import ACCOUNT, AGENTS, Killed, Room, numbers
from tests.campaigns.dialling.test_faults import counts_add_up
from tests.desk.builders import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.dialling.seats import Seat


def a_room(people: int = 3, **plan: Any) -> Room:
    """Return a room whose calls agents take."""
    return Room(numbers(people), **(AGENTS | plan))


def answers(room: Room, call_id: str) -> Seat | None:
    """Have somebody answer, and return who they are put through to."""
    attempt = room.carrier.calls[call_id]
    return connecting.put_through(room.campaign.id, attempt.id, (), room.crewing)


def is_over(room: Room, call_id: str, status: str = "completed") -> None:
    """Have the carrier tell that a call is over."""
    ended = over(call_id, status, 60)
    assert ended is not None
    answered.over(room.campaign, room.carrier.calls[call_id].id, ended, room.desk())


def outcomes(room: Room) -> list[Outcome | None]:
    return [each.outcome for each in room.attempts.calls.values()]


def test_nobody_is_rung_while_no_agent_is_there() -> None:
    room = a_room()

    room.rings()

    assert room.rung() == {}
    assert room.members == {}


def test_one_person_is_rung_for_each_agent_and_put_through_to_who_was_kept() -> None:
    room = a_room(5)
    room.comes("a")
    room.comes("b")

    room.rings()

    assert len(room.carrier.calls) == 2
    kept = {each.attempt: each.agent_id for each in room.seats.of("camp_1")}
    attempt = room.carrier.calls["CA1"]
    seat = answers(room, "CA1")
    assert seat is not None
    assert seat.agent_id == kept[attempt.id]
    assert answers(room, "CA1") == seat  # told twice, it is the same
    is_over(room, "CA1")
    assert outcomes(room).count(Outcome.ANSWERED) == 1
    assert room.doing(seat.agent_id) == "idle"
    assert not room.seats.seat("camp_1", seat.agent_id).is_free(room.now)  # they write it up


def test_the_next_person_is_rung_as_soon_as_an_agent_is_free_again() -> None:
    room = a_room(3)
    room.comes("a")
    room.rings()
    is_over(room, "CA0", "no-answer")
    room.later(minutes=3)

    room.rings()

    assert len(room.carrier.calls) == 2
    assert room.doing("a") == "reserved"


@pytest.mark.parametrize("goes", ["hangs up", "goes off duty", "is put through to another"])
def test_another_agent_takes_the_call_of_one_who_is_gone(goes: str) -> None:
    room = a_room(1)
    room.comes("a")
    room.rings()
    room.comes("b")
    attempt = room.carrier.calls["CA0"].id

    if goes == "hangs up":
        room.hangs_up("a")
    elif goes == "goes off duty":
        sitting.stand_up("camp_1", "a", room.crewing)
        room.hangs_up("a")
    seat = answers(room, "CA0")
    if goes == "is put through to another":  # the line of the first was empty
        seat = connecting.put_through("camp_1", attempt, ("a",), room.crewing)

    assert seat is not None
    assert seat.agent_id == "b"
    is_over(room, "CA0")
    assert outcomes(room) == [Outcome.ANSWERED]
    assert counts_add_up(room)


def test_who_answers_and_finds_nobody_is_abandoned_and_left_alone_for_a_day() -> None:
    room = a_room(1)
    room.comes("a")
    room.rings()
    room.hangs_up("a")

    assert answers(room, "CA0") is None
    attempt = room.carrier.calls["CA0"].id
    connecting.abandon(room.campaign, attempt, "CA0", room.desk())
    connecting.abandon(room.campaign, attempt, "CA0", room.desk())
    is_over(room, "CA0")

    assert outcomes(room) == [Outcome.ABANDONED]
    assert room.attempts.tally("camp_1", room.now).since(0) == (1, 1)
    room.later(hours=3)
    room.comes("a")
    room.minute()
    assert len(room.carrier.calls) == 1  # not within 72 hours without an agent kept: a day later
    assert counts_add_up(room)


def test_who_hangs_up_before_anybody_is_found_was_abandoned_too() -> None:
    room = a_room(1)
    room.comes("a")
    room.rings()
    room.hangs_up("a")

    is_over(room, "CA0")

    assert outcomes(room) == [Outcome.ABANDONED]


def test_who_is_abandoned_and_refuses_counts_as_both() -> None:
    room = a_room(1)
    room.comes("a")
    room.rings()
    room.hangs_up("a")
    attempt = room.attempts.attempt("camp_1", room.carrier.calls["CA0"].id)
    connecting.abandon(room.campaign, attempt.id, "CA0", room.desk())

    usecases.refuse("camp_1", attempt.id, room.attempts, room.now)

    assert room.attempts.tally("camp_1", room.now).since(0) == (1, 1)
    (member,) = room.members.values()
    assert member.standing is Standing.DONE


def test_a_machine_frees_the_agent_at_once() -> None:
    room = a_room(1)
    room.comes("a")
    room.rings()
    seat = answers(room, "CA0")
    assert seat is not None
    address = Address.to("https://x.test", room.carrier.calls["CA0"], room.campaign, 1)

    answered.machine(room.campaign, address, "CA0", "machine_start", room.desk(), room.carrier)

    assert room.carrier.hung_up == ["CA0"]
    assert room.seats.seat("camp_1", "a").is_free(room.now)
    assert sitting.goes_on("camp_1", "a", seat.leg, room.crewing) is not None
    assert room.seats.seat("camp_1", "a").is_free(room.now)


def test_of_two_workers_one_has_the_agent() -> None:
    room = a_room(9)
    room.comes("a")
    room.looks()
    room.looks()
    orders = [each for each in room.outbox.orders if isinstance(each, Calls)]

    for each in orders:
        placing.place(each, room.desk(seconds=20))

    assert len(room.carrier.calls) == 1
    stale = room.seats.seat("camp_1", "a")
    room.seats.put(stale)
    with pytest.raises(Conflict):
        room.seats.put(replace(stale, attempt="another"))


@pytest.mark.parametrize("at", range(14))
@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PREDICTIVE])
def test_a_worker_killed_anywhere_leaves_no_agent_stuck_and_loses_nobody(
    mode: Mode, at: int
) -> None:
    room = a_room(2, mode=mode)
    room.carrier.before_answer = partial(_answers_soon, room)
    room.comes("a")
    _kill_at(room, at)
    try:
        room.minute()
    except Killed:
        room.outbox.orders.clear()

    for _ in range(8):
        room.minute()
        room.seats.heard_of("camp_1", "a", room.seats.seat("camp_1", "a").leg, room.now)

    assert {each.standing for each in room.members.values()} == {Standing.DONE}
    assert set(room.rung().values()) == {1}
    assert set(outcomes(room)) <= {Outcome.ANSWERED, None}
    assert room.doing("a") == "idle"
    assert room.seats.ringing("camp_1") == {}
    assert counts_add_up(room)


def _answers_soon(room: Room, attempt: Attempt, call_id: str) -> None:
    """Have whoever is rung answer after three seconds, and talk for ten."""
    room.soon(3, partial(_by_webhook, answers, room, call_id))
    room.soon(13, partial(_by_webhook, is_over, room, call_id))


def _by_webhook(told: Callable[[Room, str], object], room: Room, call_id: str) -> None:
    """Have something be told to another process than the worker, which lives."""
    _MORTAL["worker"] = False
    told(room, call_id)
    _MORTAL["worker"] = True


_MORTAL = {"worker": True}


def _kill_at(room: Room, at: int) -> None:
    """Have the worker be killed at its nth request, before it is carried out, and only then."""
    turn = count()

    def mortal(kept: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if _MORTAL["worker"] and next(turn) == at:
                raise Killed
            return kept(*args, **named)

        return call

    for store, names in (
        (room.seats, ("of", "put", "rings")),
        (room.attempts, ("claim", "lease", "placed_all", "put")),
        (room.paces, ("take",)),
    ):
        for name in names:
            setattr(store, name, mortal(getattr(store, name)))


def test_callers_who_wait_come_before_people_who_would_be_rung() -> None:
    room = a_room(3)
    seat = room.comes("a")
    caller = Caller(arrived_at=room.now)
    floor = room.floors.floor(ACCOUNT)
    _, change = waiting.join(floor, "ventes", caller, room.now)
    room.floors.apply(ACCOUNT, change)

    room.rings()
    stays = sitting.waits(room.campaign, "a", seat.leg, room.crewing)

    assert room.rung() == {}
    assert not stays
    assert room.doing("a") == "away"
    room.hangs_up("a")
    assert room.doing("a") == "away"  # they come back after the caller
    room.later(seconds=4)
    floor = room.floors.floor(ACCOUNT)
    standing, change = waiting.join(floor, "ventes", caller, room.now)
    assert standing.offer is not None
    assert standing.offer.agent == "a"


def test_an_agent_who_went_for_a_caller_is_rung_again_afterwards() -> None:
    room = a_room(3)
    seat = room.comes("a")
    room.seats.put(replace(room.seats.seat("camp_1", "a"), doing=Doing.AWAY))
    room.crewing.floor.give_back(ACCOUNT, "a", "campaign#camp_1", room.now)
    room.hangs_up("a")
    room.later(minutes=1)

    room.looks()

    assert [each.leg for each in room.carrier.rung] == [seat.leg, seat.leg + 1]


def test_an_agent_on_the_line_is_offered_to_no_caller() -> None:
    room = a_room(3)
    room.comes("a")
    room.rings()  # a call is up for them

    floor = room.floors.floor(ACCOUNT)
    standing, _ = waiting.join(floor, "ventes", Caller(arrived_at=room.now), room.now)

    assert standing.offer is None
    assert sitting.waits(room.campaign, "a", 1, room.crewing)  # kept: the caller waits


def test_an_agent_goes_off_duty_after_the_conversation() -> None:
    room = a_room(1)
    room.comes("a")
    room.rings()
    seat = answers(room, "CA0")
    assert seat is not None

    sitting.stand_up("camp_1", "a", room.crewing)
    assert room.doing("a") == "talking"
    is_over(room, "CA0")

    assert sitting.goes_on("camp_1", "a", seat.leg, room.crewing) is None
    room.hangs_up("a")
    with pytest.raises(NotFound):
        room.seats.seat("camp_1", "a")
    assert room.floors.floor(ACCOUNT).agents["a"].holds == ""


def test_an_agent_who_presses_nothing_is_not_on_duty() -> None:
    room = a_room(1)
    room.comes("a")
    seat = sitting.sit(room.campaign, "a", room.crewing)
    room.hangs_up("a")
    room.later(seconds=5)
    seat = sitting.sit(room.campaign, "a", room.crewing)

    assert sitting.takes("camp_1", "a", seat.leg, "", room.crewing) is None
    room.hangs_up("a")

    assert room.seats.there == {}


def test_agents_of_whom_nothing_is_heard_are_asked_for_and_freed() -> None:
    room = a_room(1)
    room.moved(Move.PAUSE)
    room.comes("a")
    room.comes("b")
    ended = over("CAa1", "completed", 60)
    assert ended is not None
    room.carrier.over["CAa1"] = ended
    room.later(minutes=2)

    room.looks()

    assert [each.agent_id for each in room.seats.of("camp_1")] == ["b"]
    assert room.floors.floor(ACCOUNT).agents["a"].holds == ""
    assert room.floors.floor(ACCOUNT).agents["b"].is_held(room.now)


def test_agents_go_when_the_campaign_is_over() -> None:
    room = a_room(1)
    room.comes("a")
    room.moved(Move.STOP)

    room.looks()

    assert room.seats.there == {}
    assert room.carrier.hung_up == ["CAa1"]
