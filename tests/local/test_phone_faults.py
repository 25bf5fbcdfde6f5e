"""Trouble on demand: what the customer's application sees, and what it does not."""

from __future__ import annotations

import asyncio

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from local.phone.handsets import Handset
from tests.local.phone_customers import AGENT, CALLER, OURS, Scene, play
from tests.local.test_phone_rest import asked, client

STEP = "<Gather numDigits='1' action='/menu'><Say>Menu.</Say></Gather>"


def test_a_duplicated_webhook_comes_twice_with_one_token_and_does_no_harm() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("duplicate")

        story = await scene.network.ring(to=OURS, from_=CALLER, presses={1: "1"})

        paths = [visit.path for visit in scene.customer.visits]
        assert paths == ["/voice", "/voice", "/menu", "/menu", "/status", "/status"]
        tokens = [visit.headers["I-Twilio-Idempotency-Token"] for visit in scene.customer.visits]
        assert tokens[0::2] == tokens[1::2]
        assert len(set(tokens)) == 3
        assert scene.customer.visits[0].form == scene.customer.visits[1].form
        assert story.heard() == ["Menu.", "Merci."]

    play({"/voice": STEP, "/menu": "<Say>Merci.</Say>"}, act)


def test_status_callbacks_come_late_and_backwards() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("reorder")
        scene.network.handset(AGENT, Handset(hangs_up_after=10))

        await scene.network.ring(to=OURS, from_=CALLER)

        callbacks = [v for v in scene.customer.visits if v.path in ("/leg", "/status")]
        assert [visit.form["CallStatus"] for visit in callbacks] == [
            "completed",
            "completed",
            "in-progress",
            "ringing",
            "initiated",
        ]
        assert callbacks[-1].form["SequenceNumber"] == "0"
        assert scene.customer.visits[0].path == "/voice"

    number = (
        "<Number statusCallback='/leg' "
        f"statusCallbackEvent='initiated ringing answered completed'>{AGENT}</Number>"
    )
    play({"/voice": f"<Dial>{number}</Dial>"}, act)


def test_a_delayed_callback_arrives_after_those_that_left_later() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("delay", seconds=30, times=1, path="/leg")
        scene.network.handset(AGENT, Handset(hangs_up_after=10))

        await scene.network.ring(to=OURS, from_=CALLER)

        states = [form["CallStatus"] for form in scene.customer.forms("/leg")]
        assert states == ["completed", "in-progress"]

    number = (
        f"<Number statusCallback='/leg' statusCallbackEvent='answered completed'>{AGENT}</Number>"
    )
    play({"/voice": f"<Dial>{number}</Dial>"}, act)


def test_a_dropped_webhook_is_tried_once_more() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("drop", times=1, path="/voice")

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [one.attempt for one in story.sent("voice")] == [1, 2]
        assert len(scene.customer.forms("/voice")) == 1
        assert story.heard() == ["Bonjour."]
        # The failed connection took the five seconds that Twilio waits for one.
        assert (story.call.started or story.call.created) > story.call.created
        assert scene.network.reports == []

    play({"/voice": "<Say>Bonjour.</Say>"}, act)


def test_a_webhook_that_times_out_was_received_and_costs_fifteen_seconds() -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(OURS, voice_fallback_url=f"{scene.customer.url}/secours")
        scene.network.faults.order("timeout", times=1)

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert len(scene.customer.forms("/voice")) == 1
        assert scene.customer.forms("/secours")[0]["ErrorCode"] == "11200"
        waited = (story.call.started or story.call.created) - story.call.created
        assert waited.total_seconds() == 15

    play({"/voice": "<Say>Trop tard.</Say>", "/secours": "<Say>Un instant.</Say>"}, act)


@pytest.mark.parametrize(("only", "twice"), [("documents", "/voice"), ("callbacks", "/status")])
def test_trouble_can_be_kept_to_documents_or_callbacks(only: str, twice: str) -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("duplicate", only=only)

        await scene.network.ring(to=OURS, from_=CALLER)

        visited = [visit.path for visit in scene.customer.visits]
        assert [path for path in ("/voice", "/status") if visited.count(path) == 2] == [twice]

    play({"/voice": "<Hangup/>"}, act)


def test_an_order_is_taken_back() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("duplicate")
        scene.network.faults.order("duplicate", times=0)

        await scene.network.ring(to=OURS, from_=CALLER)

        assert len(scene.customer.visits) == 2

    play({"/voice": "<Hangup/>"}, act)


def test_a_lost_answer_leaves_a_call_that_the_client_knows_nothing_of() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("rest-lost", times=1)
        order = {"to": AGENT, "from_": OURS, "twiml": "<Response/>"}

        with pytest.raises(requests.ConnectionError):
            await asked(lambda: client(scene).calls.create(**order))

        assert [call.to for call in scene.network.exchange.book.calls.values()] == [AGENT]

    play({}, act)


@pytest.mark.parametrize(
    ("trouble", "status", "code"), [("rest-error", 500, 20500), ("rest-busy", 429, 20429)]
)
def test_a_refused_request_made_no_call(trouble: str, status: int, code: int) -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order(trouble, times=1)
        order = {"to": AGENT, "from_": OURS, "twiml": "<Response/>"}

        with pytest.raises(TwilioRestException) as refused:
            await asked(lambda: client(scene).calls.create(**order))

        assert (refused.value.status, refused.value.code) == (status, code)
        assert not scene.network.exchange.book.calls

    play({}, act)


def test_a_slow_api_answers_in_the_end() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("rest-slow", times=1, seconds=0.2)
        began = asyncio.get_running_loop().time()

        assert await asked(lambda: client(scene).calls.list()) == []

        assert asyncio.get_running_loop().time() - began >= 0.2

    play({}, act)


RECORD = "<Record action='/message' recordingStatusCallback='/enregistre'/>"


def test_a_recording_callback_comes_before_the_action() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("early", path="/enregistre")

        await scene.network.ring(to=OURS, from_=CALLER, leaves_message=5, ends_message_with="#")

        paths = [visit.path for visit in scene.customer.visits]
        assert paths == ["/voice", "/enregistre", "/message", "/status"]

    play({"/voice": RECORD}, act)


def test_a_recording_callback_comes_long_after_the_call() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("delay", path="/enregistre", seconds=900)

        await scene.network.ring(to=OURS, from_=CALLER, leaves_message=5)

        assert scene.customer.visits[-1].path == "/enregistre"
        assert scene.network.clock.seconds() > 900

    play({"/voice": RECORD}, act)


def test_a_lost_callback_never_comes_and_nobody_is_told() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("lose", path="/enregistre")

        story = await scene.network.ring(to=OURS, from_=CALLER, leaves_message=5)

        assert scene.customer.forms("/enregistre") == []
        assert scene.customer.forms("/message")[0]["Digits"] == "hangup"
        assert story.warnings == []

    play({"/voice": RECORD}, act)


def test_a_lost_action_ends_the_call_without_fallback() -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(OURS, voice_fallback_url=f"{scene.customer.url}/secours")
        scene.network.handset(AGENT, Handset(hangs_up_after=10))
        scene.network.faults.order("lose", path="/apres")

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [visit.path for visit in scene.customer.visits] == ["/voice", "/status"]
        assert (story.status, story.duration) == ("completed", 12)
        assert story.warnings == []

    play({"/voice": f"<Dial action='/apres'>{AGENT}</Dial>"}, act)
