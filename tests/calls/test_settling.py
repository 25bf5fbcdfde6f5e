"""Ends of conversations that nobody told us: the carrier is asked; what it cannot tell stays so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls import handlers, settling
from chalicelib.calls.call import Outcome
from chalicelib.calls.events import Dialled, DialStatus
from chalicelib.calls.gateway import CarrierLegs
from chalicelib.calls.projections import projection_message
from chalicelib.calls.settling import Leg
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.gateway import CarrierCall
from tests.calls import builders as a
from tests.calls.test_projections import an_image
from tests.fakes import CallLogInMemory, QueueInMemory

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event

LATER = a.NOON + timedelta(minutes=5)
OTHER = "+33199000000"


def a_leg(status: DialStatus | None = DialStatus.ANSWERED, **changes: Any) -> Leg:
    facts = {"leg_id": "CA9", "number": a.DESK, "status": status, "began_at": a.NOON}
    return Leg(**{**facts, "seconds": 80 if status is DialStatus.ANSWERED else 0, **changes})


@dataclass
class House:
    """A call whose end was told, and what the carrier has of its legs."""

    story: tuple[Event, ...]
    known: tuple[Leg, ...] = ()
    log: CallLogInMemory = field(default_factory=CallLogInMemory)
    asked: int = 0

    def __post_init__(self) -> None:
        a.log_call(self.log, a.received(), *self.story, a.ended())

    def legs(self, call_id: str) -> tuple[Leg, ...]:
        self.asked += 1
        return self.known

    def call(self) -> Call:
        return self.log.load("acc_1", "CA1")

    def settle(self) -> int:
        return settling.settle(self.call(), self, self.log, LATER)


def test_a_conversation_whose_end_was_lost_is_told_by_the_carrier() -> None:
    house = House((a.rang(),), (a_leg(),))
    assert house.call().outcome is Outcome.UNKNOWN

    assert house.settle() == 0

    call = house.call()
    assert (call.outcome, call.known_talk_seconds) == (Outcome.ANSWERED, 80)
    assert (call.answered_by, call.unsettled) == ((a.DESK,), ())
    assert call.events[-1] == Dialled(
        id="step:2",
        at=LATER,
        node="desk",
        destination=a.DESK,
        status="answered",
        seconds=80,
        leg_id="CA9",
    )


@pytest.mark.parametrize(
    "status", [DialStatus.BUSY, DialStatus.NO_ANSWER, DialStatus.FAILED, DialStatus.CANCELLED]
)
def test_a_call_that_nobody_took_was_missed(status: DialStatus) -> None:
    house = House((a.rang(),), (a_leg(status),))

    house.settle()

    call = house.call()
    assert (call.outcome, call.known_talk_seconds) == (Outcome.MISSED, 0)
    assert isinstance(call.events[-1], Dialled)
    assert call.events[-1].status == status


def test_a_caller_who_left_before_the_carrier_rang_anybody_was_missed() -> None:
    house = House((a.rang(),))

    house.settle()

    assert house.call().outcome is Outcome.MISSED


def test_of_several_who_were_rung_at_once_the_one_who_spoke_counts() -> None:
    both = a.rang(destination=f"{a.DESK}, {OTHER}")
    lost = a_leg(DialStatus.CANCELLED, leg_id="CA8")
    house = House((both,), (lost, a_leg(number=OTHER), a_leg(DialStatus.NO_ANSWER, leg_id="CA7")))

    house.settle()

    assert house.call().known_talk_seconds == 80


def test_a_webhook_that_comes_after_all_changes_nothing() -> None:
    house = House((a.rang(),), (a_leg(),))
    house.settle()
    before = house.call()

    house.log.append(a.a_ref(), a.dialled(seconds=79))

    assert house.call() == before


def test_a_call_whose_ends_are_all_told_asks_nothing() -> None:
    house = House((a.rang(), a.dialled()))

    assert (house.settle(), house.asked) == (0, 0)


def test_a_leg_whose_end_was_told_is_not_taken_for_another() -> None:
    first = (a.rang(2), a.dialled(2, status="busy", seconds=0, leg_id="CA8"))
    busy = a_leg(DialStatus.BUSY, leg_id="CA8")
    house = House((*first, a.rang(30)), (busy, a_leg(began_at=a.NOON + timedelta(seconds=30))))

    house.settle()

    assert house.call().known_talk_seconds == 80


def test_legs_of_an_earlier_ringing_are_told_apart_by_when_they_began() -> None:
    """Of those rung together, one leg alone is named when it ends."""
    together = a.rang(2, destination=f"{a.DESK}, {OTHER}")
    story = (together, a.dialled(2, status="no-answer", seconds=0, leg_id="CA8"), a.rang(30))
    earlier = a_leg(leg_id="CA7", seconds=3, began_at=a.NOON + timedelta(seconds=2))
    missed = a_leg(DialStatus.NO_ANSWER, began_at=a.NOON + timedelta(seconds=31))
    house = House(story, (earlier, missed))

    house.settle()

    assert house.call().outcome is Outcome.MISSED


def test_whoever_the_fallback_rang_is_not_whom_the_flow_rang() -> None:
    house = House((a.rang(),), (a_leg(number=OTHER),))

    house.settle()

    assert house.call().answered_by == ()


def test_who_has_to_take_a_call_spoke_only_if_they_took_it() -> None:
    screened = a.rang(destination="agent:alice", screened=True)
    taken, picked_up = House((screened, a.taken()), (a_leg(),)), House((screened,), (a_leg(),))

    assert (taken.settle(), picked_up.settle()) == (0, 1)

    assert (taken.call().outcome, taken.call().known_talk_seconds) == (Outcome.ANSWERED, 80)
    assert (picked_up.call().outcome, picked_up.call().known_talk_seconds) == (
        Outcome.UNKNOWN,
        None,
    )


def test_a_leg_that_goes_on_is_asked_for_again() -> None:
    house = House((a.rang(),), (a_leg(None),))

    with pytest.raises(Unavailable):
        house.settle()

    assert house.call().outcome is Outcome.UNKNOWN


def test_a_carrier_s_words_are_read() -> None:
    class Carrier:
        def legs(self, call_id: str) -> list[CarrierCall]:
            words = ("completed", "canceled", "in-progress")
            return [CarrierCall("CA9", OTHER, a.CALLER, word, None, a.NOON) for word in words]

    legs = CarrierLegs(Carrier).legs("CA1")  # type: ignore[arg-type]

    assert [leg.status for leg in legs] == [DialStatus.ANSWERED, DialStatus.CANCELLED, None]


def test_the_stream_has_an_end_that_is_missing_asked_for_after_a_while() -> None:
    queue = QueueInMemory()

    handlers.project([an_image(a.received(), a.rang(), a.ended())], {}, queue)
    handlers.project([an_image(*a.forwarded_call())], {}, queue)

    assert queue.messages == [projection_message("acc_1", "CA1", "legs")]
    assert queue.delays == [settling.WAIT_SECONDS]


def test_what_nobody_can_tell_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    house = House((a.rang(screened=True),), (a_leg(),))

    handlers.settling_legs(house, house.log, lambda: LATER)["legs"](house.call())

    assert '"EndsUnknown"' in capsys.readouterr().out
