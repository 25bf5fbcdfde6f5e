"""Callers, flows and the desk's own decisions together: two callers, one agent, and a callback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.calls.events import DialStatus, LeftQueue
from chalicelib.ivr.flow import parse
from chalicelib.ivr.texts import TEXTS, Line, standing
from chalicelib.ivr.usecases import AccountFlows
from chalicelib.kernel.errors import Unavailable
from tests.fakes.desk import DeskInMemory
from tests.fakes.ivr import FlowsInMemory
from tests.ivr.builders import AT_WORK, a_document, a_voicemail
from tests.ivr.queue_builders import AGENT, HOLD, AWaitingCall

FLOW = parse(
    a_document(
        queue={
            "kind": "queue",
            "queue": "support",
            "callback": {"key": "1", "next": "back"},
            "overflow_seconds": 600,
            "overflow": "box",
        },
        back={"kind": "callback", "queue": "support", "refused": "queue"},
        box=a_voicemail(),
    )
)
NEXT, SECOND = standing(1, "fr-FR").text, standing(2, "fr-FR").text


class Floor:
    """One agent, and any number of callers on one clock."""

    def __init__(self) -> None:
        self.desk = DeskInMemory(queues=["support"], agents={"agt_1": AGENT})
        self.world = AccountFlows("acc_1", FlowsInMemory(), desk=self.desk)
        self.now = AT_WORK

    def rings(self, call_id: str, **call: Any) -> AWaitingCall:
        self.now += timedelta(seconds=5)
        world: Any = self.world
        return AWaitingCall(FLOW, world, now=self.now, call_id=call_id, **call)

    def talks(self, call: AWaitingCall) -> AWaitingCall:
        """Let the agent who is rung take the call."""
        asked = self.later(call, 5).agent_picks_up()
        self.later(call, 2).agent_presses("1", after=asked)
        return call

    def later(self, call: AWaitingCall, seconds: int = 15) -> AWaitingCall:
        self.now += timedelta(seconds=seconds)
        call.now = self.now
        return call


def test_the_second_caller_is_next_while_the_first_one_talks() -> None:
    floor = Floor()
    first, second = floor.rings("CA1"), floor.rings("CA2")
    assert (first.ringing, second.ringing) == (AGENT, None)
    assert SECOND in second.heard

    floor.talks(first)
    assert NEXT in floor.later(second).says_nothing().heard

    floor.later(first, 60).dial_ends(DialStatus.ANSWERED, 58)
    floor.later(second, 1).says_nothing()
    assert floor.later(second, 15).says_nothing().ringing == AGENT  # once the call is written up
    (left,) = first.kept(LeftQueue)
    assert (left.how, left.agent, left.waited_seconds) == ("answered", "agt_1", 12)


def test_a_caller_who_was_missed_stays_first_in_the_row() -> None:
    floor = Floor()
    first, second = floor.rings("CA1"), floor.rings("CA2")

    floor.later(first, 20).dial_ends(DialStatus.NO_ANSWER)
    assert first.ringing is None  # the only agent is left alone for a while
    assert floor.later(first).says_nothing().ringing is None
    assert floor.later(second, 16).says_nothing().ringing is None  # it is another one's turn

    assert floor.later(first, 1).says_nothing().ringing == AGENT


def test_whoever_is_rung_back_keeps_the_place_of_the_hour_they_came() -> None:
    floor = Floor()
    floor.talks(floor.rings("CA1"))
    second, third = floor.rings("CA2"), floor.rings("CA3")
    arrived = second.now
    assert SECOND in third.heard

    floor.later(second, 30).presses("1")
    floor.later(second, 20).presses("1")

    (callback,) = floor.desk.callbacks
    assert (callback.number, callback.arrived_at) == (second.caller, arrived)
    assert SECOND not in floor.later(third).says_nothing().heard
    assert third.kept(LeftQueue) == []


def test_whoever_thinks_better_of_a_callback_has_their_place_again() -> None:
    floor = Floor()
    floor.talks(floor.rings("CA1"))
    second, third = floor.rings("CA2"), floor.rings("CA3")

    arrived = second.now
    floor.later(second, 30).presses("1").presses("*")
    assert NEXT in second.heard

    floor.later(third, 20).says_nothing()
    assert floor.desk.callbacks == []
    ticket = floor.desk.ticket("support", "CA2")
    assert ticket is not None
    assert ticket.arrived_at == arrived


def test_no_agent_is_kept_for_a_caller_who_hung_up_while_they_were_rung() -> None:
    floor = Floor()
    first, second = floor.rings("CA1"), floor.rings("CA2")

    floor.later(first, 8).hangs_up_while_it_rings()

    assert floor.later(second, 1).says_nothing().ringing == AGENT
    assert floor.desk.ticket("support", "CA1") is None


def test_a_round_that_comes_after_the_caller_hung_up_takes_no_place() -> None:
    floor = Floor()
    floor.talks(floor.rings("CA1"))
    second, third = floor.rings("CA2"), floor.rings("CA3")
    second.gone = True

    floor.later(second).says_nothing()

    assert second.over
    assert third.kept(LeftQueue) == []


def test_a_queue_that_does_not_exist_says_sorry() -> None:
    world: Any = AccountFlows("acc_1", FlowsInMemory(), desk=DeskInMemory(queues=[]))

    call = AWaitingCall(FLOW, world)

    assert call.position.node == "box"  # where an overflow leads
    assert TEXTS["fr"][Line.QUEUE_BUSY] not in call.heard


def test_a_table_that_is_down_in_mid_wait_costs_no_place() -> None:
    floor = Floor()
    floor.talks(floor.rings("CA1"))
    second = floor.rings("CA2")
    arrived = second.now

    def down(account_id: str) -> Any:
        raise Unavailable("the table is down")

    up, floor.desk.floors.floor = floor.desk.floors.floor, down  # type: ignore[method-assign]
    assert floor.later(second).says_nothing().music == [HOLD]
    floor.desk.floors.floor = up  # type: ignore[method-assign]

    assert floor.later(second).says_nothing().music == [HOLD]
    ticket = floor.desk.ticket("support", "CA2")
    assert ticket is not None
    assert ticket.arrived_at == arrived
