"""AWS throttled, down or slow, at each request of a call's life: the caller gets through, and
once it is over the log has all of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from chalicelib.kernel.errors import Unavailable
from tests.house.carrier import CALL, VOICE, Caller, Sent
from tests.house.faults import Trouble, from_, of, trouble, watched
from tests.house.shops import CALLER, NUMBER, SPARE, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

# Twilio gives a webhook 15 s, then goes to the fallback URL.
PATIENCE_SECONDS: Final = 15.0
WHOLE: Final = {"received", "pressed", "rang", "leg-changed", "dialled", "ended"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop is enough: its calls are forgotten before each."""
    with a_shop() as opened:
        yield opened


def a_call(shop: Shop) -> tuple[Caller, list[str]]:
    """Ring from a cold start, go on as far as the answers lead; return where the caller came."""
    call, places = Caller(), []
    shop.cools_down()
    call.rings()
    places.append(call.reached)
    if call.reached == "menu":
        call.presses("1")
        places.append(call.reached)
    if call.reached == "oven":
        call.is_put_through(seconds=90)
        places.append(call.reached)
    call.hangs_up(after=95)
    assert [answer.status for answer in call.heard] == [200] * len(call.heard)
    return call, places


def requests_of_a_call(shop: Shop) -> list[str]:
    """Return what a call that nothing disturbs asks of AWS, from a cold start."""
    shop.forget_calls()
    with watched() as network:
        a_call(shop)
    return network.sent


def requests_to(shop: Shop, service: str) -> list[int]:
    """Return which requests of an undisturbed call go to a service."""
    sent = requests_of_a_call(shop)
    return [number for number, name in enumerate(sent, 1) if name.startswith(f"{service}.")]


def numbers_in(text: str) -> list[str]:
    """Return the telephone numbers of this house that a text gives away."""
    return [number for number in (CALLER, NUMBER, SPARE) if number[1:] in text]


def assert_helped(places: list[str]) -> None:
    """Hold a caller's way to the promise: through the flow, or to the fallback number."""
    assert places in (
        ["menu", "oven", "apology"],  # the flow's end hangs up
        ["menu", "oven", "nothing"],
        ["menu", "oven", "spare"],
        ["menu", "spare"],
        ["spare"],
    ), places


def assert_whole(shop: Shop, places: list[str]) -> None:
    """Hold the log to the caller's way."""
    kinds = set(shop.events(CALL))
    assert {"received", "ended"} <= kinds
    if "spare" in places:
        assert "fell-back" in kinds
        assert shop.call(CALL)["fell_back"]
    else:
        assert kinds == WHOLE
        assert shop.call(CALL)["outcome"] == "answered"


@pytest.mark.parametrize("kind", Trouble)
def test_one_request_that_fails_costs_no_caller_and_no_event(shop: Shop, kind: Trouble) -> None:
    for number in range(1, len(requests_of_a_call(shop)) + 1):
        shop.forget_calls()

        with trouble(kind, from_(number, number)) as network:
            _, places = a_call(shop)
        shop.drain(times=2)

        assert network.failed
        if network.sent[number - 1].startswith("ssm."):
            continue  # without the secrets nobody can tell who rings: see below
        assert_helped(places)
        assert_whole(shop, places)


@pytest.mark.parametrize("busy", [0.0, 3.0], ids=["idle", "busy"])
@pytest.mark.parametrize("kind", Trouble)
def test_a_database_that_fails_in_mid_call_costs_no_caller_and_no_event(
    shop: Shop, kind: Trouble, busy: float
) -> None:
    for number in requests_to(shop, "dynamodb"):
        shop.forget_calls()

        with trouble(kind, from_(number, float("inf"), "dynamodb"), busy=busy):
            _, places = a_call(shop)
        shop.drain(times=2)

        assert_helped(places)
        assert_whole(shop, places)


def test_a_database_that_comes_back_in_mid_call_costs_no_event(shop: Shop) -> None:
    for number in requests_to(shop, "dynamodb"):
        shop.forget_calls()

        with trouble(Trouble.THROTTLED, from_(1, number, "dynamodb")):
            _, places = a_call(shop)
        shop.drain(times=2)

        assert_helped(places)
        assert_whole(shop, places)


@pytest.mark.parametrize("kind", [Trouble.REFUSED, Trouble.LOST])
def test_a_caller_reaches_somebody_while_no_table_and_no_queue_answers(
    shop: Shop, kind: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in requests_to(shop, "dynamodb"):
        shop.forget_calls()
        capsys.readouterr()

        with trouble(kind, from_(number, float("inf"), "dynamodb", "sqs")) as network:
            _, places = a_call(shop)

        assert_helped(places)
        logged = capsys.readouterr().out
        assert numbers_in(logged) == []
        lines = [json.loads(line) for line in logged.splitlines()]
        if kind is not Trouble.LOST and any(each.startswith("sqs.") for each in network.failed):
            assert any(line.get("level") == "ERROR" for line in lines)


@pytest.mark.parametrize("services", [("dynamodb",), ("dynamodb", "sqs"), ("sqs",), ("ssm",)])
def test_no_answer_takes_longer_than_the_carrier_waits(
    shop: Shop, services: tuple[str, ...]
) -> None:
    """The worst hour: nothing fails at once, everything runs into its time-out."""
    shop.forget_calls()
    cold = Caller()
    shop.cools_down()
    with trouble(Trouble.SLOW, of(*services)) as network:
        cold.rings()
    assert network.waited < PATIENCE_SECONDS

    warm = Caller()
    warm.rings()
    with trouble(Trouble.SLOW, of(*services)) as network:
        warm.presses("1")
    assert network.waited < PATIENCE_SECONDS

    known = Caller(call_id="CA" + "7" * 32)
    with trouble(Trouble.SLOW, of(*services)) as network:
        known.rings()
    assert network.waited < PATIENCE_SECONDS


def test_without_its_secrets_the_house_sends_callers_on_and_believes_nobody(shop: Shop) -> None:
    shop.forget_calls()
    before = shop.everything()
    shop.cools_down()

    with trouble(Trouble.REFUSED, of("ssm")):
        call = Caller()
        call.rings()
        forged = Sent(VOICE, {"CallSid": "CA1", "To": NUMBER, "From": CALLER}).again()

    assert call.reached == "spare"
    assert (call.heard[0].status, forged.status) == (200, 200)
    assert shop.everything() == before
    assert shop.cloud.messages("call-events") == []


def test_secrets_that_cannot_be_read_again_go_on_serving(shop: Shop) -> None:
    shop.forget_calls()
    call = Caller()
    call.rings()

    with trouble(Trouble.REFUSED, of("ssm")):
        call.presses("1")

    assert call.reached == "oven"


def test_late_events_wait_while_the_database_is_still_down(shop: Shop) -> None:
    shop.forget_calls()
    with trouble(Trouble.REFUSED, of("dynamodb")):
        a_call(shop)
    messages = shop.taken("call-events")

    with trouble(Trouble.REFUSED, of("dynamodb")), pytest.raises(ExceptionGroup) as failure:
        shop.store(messages)
    shop.store(messages)

    assert all(isinstance(each, Unavailable) for each in failure.value.exceptions)
    assert set(shop.events(CALL)) == {"received", "fell-back", "ended"}


def test_an_event_that_cannot_be_read_does_not_hold_up_the_others(shop: Shop) -> None:
    shop.forget_calls()
    with trouble(Trouble.REFUSED, of("dynamodb")):
        a_call(shop)
    messages = shop.taken("call-events")

    with pytest.raises(ExceptionGroup):
        shop.store([{"nonsense": True}, *messages, {"ref": {}, "events": []}])

    assert set(shop.events(CALL)) == {"received", "fell-back", "ended"}
