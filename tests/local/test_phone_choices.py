"""What the network does where Twilio's sources contradict one another or are silent.

The table at the end of docs/phone-network.md says the same in words.
"""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from local.phone.handsets import Handset
from local.phone.threads import running
from tests.local.phone_customers import (
    AGENT,
    CALLER,
    OTHER_AGENT,
    OURS,
    TOKEN,
    Form,
    Scene,
    play,
)
from tests.local.test_phone_rest import asked, client


async def order(scene: Scene, **fields: Any) -> str:
    """Have a call made through the API and give its identifier."""
    form = {"to": AGENT, "from_": OURS, "url": f"{scene.customer.url}/sortant"} | fields
    with scene.network.clock.busy():
        call = await asked(lambda: client(scene).calls.create(**form))
    return str(call.sid)


def test_a_ringing_call_that_the_api_cancels_is_canceled_and_says_so() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=30))
        sid = await order(scene, status_callback=f"{scene.customer.url}/etat")
        await scene.network.clock.sleep(5)

        with scene.network.clock.busy():
            await asked(lambda: client(scene).calls(sid).update(status="canceled"))
        story = await scene.network.finished(sid)

        assert story.status == "canceled"
        assert scene.customer.forms("/etat")[0]["CallStatus"] == "canceled"

    play({}, act)


def test_an_answered_call_is_not_cancelled() -> None:
    async def act(scene: Scene) -> None:
        leg = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(5)

        with scene.network.clock.busy():
            call = await asked(lambda: client(scene).calls(leg.call.sid).update(status="canceled"))
        story = await scene.network.finished(leg.call.sid)

        assert call.status == "in-progress"
        assert (story.status, story.duration) == ("completed", 60)

    play({"/voice": "<Gather timeout='60'/>"}, act)


def test_a_recording_without_a_time_out_waits_for_the_caller() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, hangs_up_after=300)

        assert story.duration == 300

    play({"/voice": "<Record timeout='0'/><Say>Jamais.</Say>"}, act)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_any_redirection_is_followed_by_a_bare_get(status: int) -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        visit = scene.customer.visits[1]
        assert (visit.method, visit.form, visit.signed) == ("GET", {}, True)

    async def voice(form: Form) -> web.Response:
        return web.Response(status=status, headers={"Location": "/ici"})

    play({"/voice": voice, "/ici": "<Say>Ici.</Say>"}, act)


def test_the_others_ring_on_while_one_hears_the_whisper() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=2))
        scene.network.handset(OTHER_AGENT, Handset(answers_after=6, hangs_up_after=9))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        # The first to pick up never confirms; the second is put through.
        assert scene.customer.forms("/apres")[0]["DialCallSid"] == story.legs[2].sid
        assert story.legs[2].duration == 9

    answers = {
        "/voice": (
            f"<Dial action='/apres'><Number url='/filtre'>{AGENT}</Number>"
            f"<Number>{OTHER_AGENT}</Number></Dial>"
        ),
        "/filtre": "<Gather timeout='20'/><Hangup/>",
    }
    play(answers, act)


def test_an_answering_machine_at_a_dialled_number_is_told_by_callback() -> None:
    async def act(scene: Scene) -> None:
        machine = Handset(machine="Bonjour, laissez un message.", hangs_up_after=20)
        scene.network.handset(AGENT, machine)

        story = await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/qui")[0]
        assert (form["AnsweredBy"], form["CallSid"]) == ("machine_start", story.legs[1].sid)

    number = f"<Number machineDetection='Enable' amdStatusCallback='/qui'>{AGENT}</Number>"
    play({"/voice": f"<Dial>{number}</Dial>"}, act)


@pytest.mark.parametrize(
    "verbs",
    [
        "<Sms>Bonjour</Sms>",
        "<Dial><Conference>salle</Conference></Dial>",
        "<Start><Stream url='wss://example.com/'/></Start>",
        "<Record transcribe='true'/>",
    ],
)
def test_what_is_valid_but_not_played_is_said_so(verbs: str) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [report.level for report in scene.network.reports] == ["UNPLAYED"]
        assert story.heard() == ["Suite."]

    play({"/voice": f"{verbs}<Say>Suite.</Say>"}, act)


def test_a_call_made_by_the_api_is_limited_recorded_and_keyed() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset())

        sid = await order(
            scene,
            time_limit=40,
            record=True,
            recording_status_callback=f"{scene.customer.url}/enreg",
            send_digits="ww12",
        )
        story = await scene.network.finished(sid)

        assert story.duration == 40
        told = scene.customer.forms("/enreg")[0]
        assert (told["RecordingDuration"], told["RecordingSource"]) == ("40", "OutboundAPI")
        assert [moment.text for moment in story.transcript if moment.what == "tone"] == ["1", "2"]

    play({"/sortant": "<Pause length='600'/>"}, act)


def test_a_call_is_given_a_new_limit_while_it_is_up() -> None:
    async def act(scene: Scene) -> None:
        leg = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(10)

        with scene.network.clock.busy():
            await asked(lambda: client(scene).calls(leg.call.sid).update(time_limit=25))
        story = await scene.network.finished(leg.call.sid)

        assert story.duration == 25

    play({"/voice": "<Gather timeout='600'/>"}, act)


def test_no_call_lasts_longer_than_four_hours() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.duration == 14_400
        assert [report.code for report in scene.network.reports] == [32015]

    play({"/voice": "<Enqueue waitUrl=''>sans fin</Enqueue>"}, act)


def test_a_caller_with_a_script_of_their_own_behaves_by_it() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(CALLER, Handset(presses={1: "5"}))

        await scene.network.ring(to=OURS, from_=CALLER)

        assert scene.customer.forms("/menu")[0]["Digits"] == "5"

    play({"/voice": "<Gather numDigits='1' action='/menu'/>"}, act)


def test_a_hundred_calls_at_once_keep_their_times_apart() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=3, hangs_up_after=95))
        legs = []
        for number in range(100):
            legs.append(scene.network.dial(to=OURS, from_=f"+336399800{number:02}"))
            await scene.network.clock.sleep(1)

        stories = [await scene.network.finished(leg.call.sid) for leg in legs]

        assert {story.legs[1].duration for story in stories} == {95}
        assert {story.duration for story in stories} == {98}
        assert len(scene.customer.forms("/status")) == 100

    play({"/voice": f"<Dial>{AGENT}</Dial>"}, act)


def test_the_same_seed_tells_the_same_story() -> None:
    def identifiers() -> list[str]:
        with running(auth_token=TOKEN, autojump=True, seed=7) as network:
            network.buy(OURS)
            return [network.ring(to=OURS, from_=CALLER).call.sid for _ in range(3)]

    assert identifiers() == identifiers()
