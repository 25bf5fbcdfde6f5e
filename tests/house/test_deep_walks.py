"""Callers who go all the way through what waits for them: queues, callbacks, the price of a call.

`test_every_kind.py` walks these at random; here is what callers hear on the ways that matter most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.calls.call import Outcome
from chalicelib.calls.events import CallbackAsked, LeftQueue
from chalicelib.ivr.texts import Line, price_notice, say, standing
from chalicelib.kernel import tiers
from tests.house.walks import AGENT, CALLER, QUEUE, Walk, a_quiet_house
from tests.ivr.builders import a_document, a_menu, a_voicemail, an_end

if TYPE_CHECKING:
    from tests.house.walks import QuietHouse

SECOND_CALL: Final = "CA" + "5" * 32
NEXT, SECOND = standing(1, "fr-FR").text, standing(2, "fr-FR").text
MORNINGS: Final = {"weekly": {"tuesday": [["09:00", "11:00"]]}}
WAITING: Final[dict[str, Any]] = a_document(
    queue={
        "kind": "queue",
        "queue": QUEUE,
        "callback": {"key": "1", "next": "back"},
        "voicemail": {"key": "2", "next": "box"},
        "overflow_seconds": 100,
        "overflow": "full",
    },
    back={
        "kind": "callback",
        "queue": QUEUE,
        "slots": {"calendar": MORNINGS, "length": "hour"},
        "refused": "queue",
    },
    box=a_voicemail(),
    full=an_end(text="Trop d'appels."),
)
PRICED: Final = a_document(
    price={"kind": "price_notice", "next": "menu"},
    menu=a_menu(prompt="Bienvenue.", choices={"1": "box"}),
    box=a_voicemail(),
)
PRICE: Final = "D080"
D080 = tiers.parse(PRICE)
NOTICE: Final = price_notice(D080.euros, "fr-FR", per_minute=True).text


def spoken(line: Line) -> str:
    return say(line, "fr-FR").text


def left(house: QuietHouse, call: Walk) -> list[str]:
    """Return how a caller left queues."""
    events = house.call(call.call_id).events
    return [each.how for each in events if isinstance(each, LeftQueue)]


def two_callers(house: QuietHouse) -> tuple[Walk, Walk]:
    """The only agent talks with the first one; the second one waits."""
    house.pace = timedelta(seconds=15)
    first, second = Walk(house), Walk(house, SECOND_CALL)
    first.rings()
    first.goes("whispers")
    first.goes("callee: keys 1")
    second.rings()
    return first, second


def ends_its_talk(call: Walk) -> None:
    call.goes("talks")
    call.ends()


def test_a_caller_waits_for_rounds_and_is_answered() -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        first, second = two_callers(house)
        assert NEXT in second.heard[-1]
        assert "hold" in second.goes("nothing")

        ends_its_talk(first)
        assert AGENT in second.goes("nothing")
        assert QUEUE in second.goes("whispers")
        assert second.goes("callee: keys 1").endswith("<Response />")
        ends_its_talk(second)

        told = house.call(SECOND_CALL)
        assert (told.outcome, told.talk_seconds) == (Outcome.ANSWERED, 90)
        assert left(house, first) == left(house, second) == ["answered"]
        assert house.desk.ticket(QUEUE, SECOND_CALL) is None
        assert house.errors == []


@pytest.mark.parametrize("turn", ["no-answer", "busy", "failed", "is not put through"])
def test_an_agent_who_does_not_answer_is_somebody_else_s_turn(turn: str) -> None:
    with a_quiet_house(WAITING, agents=2) as house:
        call = Walk(house)
        assert AGENT in call.rings()
        call.goes("whispers")
        call.goes("callee: keys 2")  # whoever does not press 1 has not taken the call

        assert f"{AGENT[:-1]}2" in call.goes(turn)
        assert "hold" in call.goes(turn)
        assert left(house, call) == []

        call.hangs_up()
        assert house.call().outcome is Outcome.MISSED
        assert house.desk.ticket(QUEUE, call.call_id) is None
        assert house.errors == []


def test_a_caller_leaves_a_message_instead() -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        _, second = two_callers(house)
        second.goes("nothing")

        assert "<Record" in second.goes("keys 2")
        second.goes("leaves a message")
        second.ends()

        assert house.call(SECOND_CALL).outcome is Outcome.VOICEMAIL
        assert left(house, second) == ["voicemail"]
        assert house.errors == []


def test_a_caller_waits_no_longer_than_the_flow_says() -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        _, second = two_callers(house)

        rounds = 0
        while "hold" in second.heard[-1]:
            second.goes("nothing")
            rounds += 1

        assert "Trop d'appels." in second.heard[-1]
        assert rounds == 7  # of fifteen seconds
        second.ends()
        assert left(house, second) == ["overflow"]
        assert house.errors == []


def test_a_caller_who_waits_and_hangs_up_leaves_their_place_to_the_next() -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        first, second = two_callers(house)
        third = Walk(house, "CA" + "6" * 32)
        assert SECOND in third.rings()

        second.hangs_up()

        assert NEXT in third.goes("nothing")
        ends_its_talk(first)
        assert AGENT in third.goes("nothing")
        assert house.call(SECOND_CALL).outcome is Outcome.ABANDONED
        assert house.errors == []


def asks_to_be_rung_back(house: QuietHouse) -> Walk:
    """A caller who waits presses 1, and confirms the number they call from."""
    _, second = two_callers(house)
    assert spoken(Line.CALLBACK_CANCEL) in second.goes("keys 1")
    second.goes("keys 1")
    return second


@pytest.mark.parametrize(("key", "begins"), [("1", None), ("2", "2026-11-24T08:00:00+00:00")])
def test_a_caller_takes_their_turn_or_a_slot(key: str, begins: str | None) -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        arrived_at = house.now + timedelta(seconds=60)
        call = asks_to_be_rung_back(house)
        assert "entre neuf heures et dix heures" in call.heard[-1]

        assert "<Hangup" in call.goes(f"keys {key}")
        call.ends()

        (callback,) = house.desk.callbacks
        assert (callback.number, callback.arrived_at) == (CALLER, arrived_at)
        asked = [e for e in house.call(SECOND_CALL).events if isinstance(e, CallbackAsked)]
        assert [each.slot_from for each in asked] == [begins]
        assert house.call(SECOND_CALL).outcome is Outcome.CALLBACK
        assert left(house, call) == ["callback"]
        assert house.errors == []


def test_a_caller_who_refuses_every_slot_has_their_place_again() -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        call = asks_to_be_rung_back(house)

        assert NEXT in call.goes("keys *")

        assert house.desk.callbacks == []
        ticket = house.desk.ticket(QUEUE, SECOND_CALL)
        assert ticket is not None
        assert (house.now - ticket.arrived_at).total_seconds() == 45
        assert house.errors == []


def test_a_caller_who_hangs_up_at_the_slots_is_not_rung_back() -> None:
    with a_quiet_house(WAITING, agents=1) as house:
        call = asks_to_be_rung_back(house)

        call.hangs_up()

        assert house.desk.callbacks == []
        assert house.call(SECOND_CALL).outcome is Outcome.ABANDONED
        assert house.desk.ticket(QUEUE, SECOND_CALL) is None
        assert house.errors == []


@pytest.mark.parametrize("way", ["nothing", "keys #"])
def test_a_caller_pays_from_the_beep_on(way: str) -> None:
    with a_quiet_house(PRICED, price=PRICE) as house:
        call = Walk(house)
        assert NOTICE in call.rings()
        beep = call.goes(way)
        assert "beep" in beep
        assert NOTICE not in beep
        assert house.call().service_from is None

        assert "Bienvenue." in call.goes("goes on")
        sounded = house.now
        call.hangs_up()

        told = house.call()
        assert (told.service_from, told.service_tier) == (sounded, PRICE)
        assert house.errors == []


def test_another_key_begins_the_notice_again() -> None:
    with a_quiet_house(PRICED, price=PRICE) as house:
        call = Walk(house)
        call.rings()

        assert NOTICE in call.goes("keys 1")
        last = call.goes("keys 1")

        assert NOTICE in last
        assert "beep" in last  # which no key cuts short any more
        assert "<Gather" not in last
        assert house.call().service_from is None


@pytest.mark.parametrize("ways", [[], ["keys 1"], ["nothing"], ["keys #"]], ids=str)
def test_a_caller_who_hangs_up_before_the_beep_pays_nothing(ways: list[str]) -> None:
    with a_quiet_house(PRICED, price=PRICE) as house:
        call = Walk(house)
        call.rings()
        for way in ways:
            call.goes(way)

        call.hangs_up()

        assert house.call().service_from is None
        assert house.call().outcome is Outcome.ABANDONED
        assert house.errors == []


def test_a_plain_line_tells_no_price() -> None:
    with a_quiet_house(PRICED) as house:
        assert "Bienvenue." in Walk(house).rings()
        assert house.call().service_from is None
