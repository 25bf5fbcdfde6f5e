"""Agents who see whom they are about to ring: they have them rung, or pass them by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.attempts.attempts import Standing
from chalicelib.campaigns.campaign import Move
from chalicelib.campaigns.consents.suppressions import ACCOUNT as EVERYTHING
from chalicelib.campaigns.consents.suppressions import Suppression
from chalicelib.campaigns.dialling import previewing
from chalicelib.campaigns.dialling.orders import Calls
from chalicelib.campaigns.dialling.previewing import PASSED_BY, SHOWN, NobodyShown
from chalicelib.campaigns.dialling.sitting import NoSeat
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.kernel.errors import NotFound, Rejected
from tests.campaigns.dialling.room import ACCOUNT, AGENTS, Killed, Room, numbers
from tests.campaigns.dialling.test_agents import answers, is_over, outcomes
from tests.campaigns.dialling.test_faults import counts_add_up

if TYPE_CHECKING:
    from chalicelib.campaigns.dialling.previewing import Shown


def a_room(people: int = 3, **plan: Any) -> Room:
    """Return a room whose agents see whom they ring; one of them is on the line."""
    room = Room(numbers(people), **(AGENTS | {"mode": Mode.PREVIEW} | plan))
    room.comes("a")
    return room


def shows(room: Room, agent: str = "a") -> Shown:
    found = previewing.show(room.campaign, agent, room.desk())
    assert found is not None
    return found


def rings(room: Room, agent: str = "a") -> None:
    """Have an agent ask for the call, and a worker work it off."""
    previewing.ring(room.campaign, agent, room.desk())
    room.works()


def test_nobody_is_rung_until_an_agent_says_so() -> None:
    room = a_room()

    room.minute()
    shown = shows(room)
    room.minute()

    assert room.carrier.calls == {}
    assert shown.number in room.contacts.there[shown.contact.id].numbers
    assert shown.until == room.members[shown.contact.id].due_at


def test_whom_an_agent_saw_is_rung_and_put_through_to_them() -> None:
    room = a_room()
    room.comes("b")
    shown = shows(room)

    rings(room)

    (attempt,) = room.carrier.calls.values()
    assert attempt.contact_id == shown.contact.id
    seat = answers(room, "CA0")
    assert seat is not None
    assert seat.agent_id == "a"
    is_over(room, "CA0")
    assert outcomes(room) == [Outcome.ANSWERED]
    assert counts_add_up(room)
    with pytest.raises(NobodyShown):
        previewing.ring(room.campaign, "a", room.desk())


def test_an_agent_who_asks_again_sees_the_same_person_and_another_one_somebody_else() -> None:
    room = a_room()
    room.comes("b")

    first, again, other = shows(room), shows(room), shows(room, "b")

    assert again == first
    assert other.contact.id != first.contact.id


def test_who_asks_twice_for_a_call_makes_one() -> None:
    room = a_room()
    shows(room)

    previewing.ring(room.campaign, "a", room.desk())
    rings(room)

    assert len(room.carrier.calls) == 1


def test_who_is_passed_by_is_shown_later_and_others_meanwhile() -> None:
    room = a_room(2)
    first = shows(room)

    seat = previewing.pass_by(room.campaign, "a", None, room.desk())
    second = shows(room)

    assert seat.shown == ""
    assert second.contact.id != first.contact.id
    assert room.members[first.contact.id].due_at == room.now + PASSED_BY
    with pytest.raises(Rejected, match="past"):
        previewing.pass_by(room.campaign, "a", room.now, room.desk())
    later = room.now + timedelta(hours=3)
    previewing.pass_by(room.campaign, "a", later, room.desk())
    assert room.members[second.contact.id].due_at == later


def test_an_agent_who_does_nothing_loses_them_to_others() -> None:
    room = a_room(1)
    first = shows(room)
    room.comes("b")
    assert previewing.show(room.campaign, "b", room.desk()) is None

    room.later(seconds=SHOWN.total_seconds() + 1)

    with pytest.raises(NobodyShown):
        previewing.ring(room.campaign, "a", room.desk())
    assert shows(room, "b").contact.id == first.contact.id


def test_who_may_not_be_rung_is_not_shown_and_who_may_not_any_more_is_not_rung() -> None:
    room = a_room(2)
    shown = shows(room)
    said = Suppression(
        person=shown.contact.id, scope=EVERYTHING, since=room.now, number=None, reason="asked"
    )
    room.ledgers.suppress(ACCOUNT, [said])

    rings(room)
    other = shows(room)

    assert room.carrier.calls == {}
    assert other.contact.id != shown.contact.id
    assert room.doing("a") == "idle"


def test_nobody_is_shown_outside_lawful_hours_or_of_a_campaign_that_is_not_running() -> None:
    room = a_room()
    room.moved(Move.PAUSE)
    with pytest.raises(NoSeat):
        previewing.show(room.campaign, "a", room.desk())

    room.moved(Move.RESUME)
    room.later(hours=9)

    assert previewing.show(room.campaign, "a", room.desk()) is None


def test_only_who_is_on_the_line_is_shown_anybody() -> None:
    room = a_room()
    with pytest.raises(NotFound):
        previewing.show(room.campaign, "nobody", room.desk())
    shows(room)
    rings(room)
    with pytest.raises(NoSeat):
        previewing.show(room.campaign, "a", room.desk())
    others = Room(numbers(1), **AGENTS)
    others.comes("a")
    with pytest.raises(Rejected, match="nobody is shown"):
        previewing.show(others.campaign, "a", others.desk())


def test_an_agent_who_has_left_by_then_has_nobody_rung() -> None:
    room = a_room(1)
    shown = shows(room)
    previewing.ring(room.campaign, "a", room.desk())
    room.hangs_up("a")

    room.works()

    assert room.carrier.calls == {}
    member = room.members[shown.contact.id]
    assert (member.standing, member.due_at) == (Standing.WAITING, shown.until)


def test_a_worker_that_is_killed_rings_nobody_twice() -> None:
    room = a_room(1)
    room.carrier.fates = ["killed"]
    shows(room)
    previewing.ring(room.campaign, "a", room.desk())
    order = room.outbox.orders[-1]
    assert isinstance(order, Calls)
    with pytest.raises(Killed):
        room.works()

    room.outbox.orders.append(order)  # the queue brings it again
    room.works()
    is_over(room, "CA0", "no-answer")

    assert len(room.carrier.calls) == 1
    assert room.doing("a") == "idle"
    assert counts_add_up(room)


def test_a_campaign_of_which_nobody_is_left_is_finished() -> None:
    room = a_room(1)
    shows(room)
    rings(room)
    answers(room, "CA0")
    is_over(room, "CA0")
    room.later(minutes=1)

    assert previewing.show(room.campaign, "a", room.desk()) is None
    room.minute()

    assert room.heard.campaigns == [room.campaign.id]
