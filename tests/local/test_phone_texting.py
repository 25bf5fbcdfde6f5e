"""Text messages between the application and the handsets."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from local.phone.handsets import Handset
from tests.local.phone_customers import AGENT, CALLER, OURS, Scene, play
from tests.local.test_phone_rest import asked, client


async def sent(scene: Scene, **changes: Any) -> Any:
    """Send a message through the API and wait for all that comes of it."""
    order = {"to": CALLER, "from_": OURS, "body": "Votre rendez-vous est demain."} | changes
    message = await asked(lambda: client(scene).messages.create(**order))
    await scene.network.exchange.finished(message.sid)
    return message


def receiving(scene: Scene) -> None:
    scene.network.buy(OURS, sms_url=f"{scene.customer.url}/sms")


def test_a_handset_writes_and_is_answered() -> None:
    async def act(scene: Scene) -> None:
        receiving(scene)

        await scene.network.text(to=OURS, from_=CALLER, body="Ouvert demain ?")

        form = scene.customer.forms("/sms")[0]
        assert (form["From"], form["To"], form["Body"]) == (CALLER, OURS, "Ouvert demain ?")
        assert form["MessageSid"] == form["SmsSid"]
        assert scene.customer.visits[0].signed
        assert [(m.direction, m.status, m.body) for m in scene.network.messages] == [
            ("inbound", "received", "Ouvert demain ?"),
            ("outbound-reply", "delivered", "Oui, de 9 h à 18 h."),
        ]
        assert scene.network.reports == []

    play({"/sms": "<Message>Oui, de 9 h à 18 h.</Message>"}, act)


def test_a_handset_replies_as_its_script_says() -> None:
    async def act(scene: Scene) -> None:
        receiving(scene)
        scene.network.handset(CALLER, Handset(replies={"rendez-vous": "D'accord"}))

        await sent(scene)

        assert [form["Body"] for form in scene.customer.forms("/sms")] == ["D'accord"]

    play({"/sms": ""}, act)


def test_who_answers_stop_gets_no_more_messages_until_start() -> None:
    async def act(scene: Scene) -> None:
        receiving(scene)
        scene.network.handset(CALLER, Handset(replies={"rendez-vous": "Stop"}))
        await sent(scene)

        with pytest.raises(TwilioRestException) as refused:
            await sent(scene)
        assert refused.value.code == 21610
        assert scene.customer.forms("/sms")[0]["Body"] == "Stop"

        await scene.network.text(to=OURS, from_=CALLER, body="START")
        assert (await sent(scene)).status == "queued"

    play({"/sms": ""}, act)


def test_a_message_to_a_handset_that_is_gone_is_undelivered() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(CALLER, Handset(unreachable=True))

        message = await sent(scene, status_callback=f"{scene.customer.url}/etat")

        told = scene.customer.forms("/etat")
        assert [form["MessageStatus"] for form in told] == ["sent", "undelivered"]
        assert told[1]["ErrorCode"] == "30003"
        shown = await asked(lambda: client(scene).messages(message.sid).fetch())
        assert (shown.status, shown.error_code) == ("undelivered", 30003)

    play({}, act)


def test_a_land_line_takes_no_messages_and_a_name_may_send_them() -> None:
    async def act(scene: Scene) -> None:
        with pytest.raises(TwilioRestException) as refused:
            await sent(scene, to="+33199009999")
        assert refused.value.code == 21614

        assert (await sent(scene, to=AGENT, from_="Durand")).status == "queued"

    play({}, act)


def test_a_locked_recording_is_given_only_to_who_has_credentials() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, leaves_message=5)
        url = scene.customer.forms("/message")[0]["RecordingUrl"]
        account = scene.network.exchange.settings.account_sid
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{url}.mp3") as answer:
                assert answer.status == 401
            known = aiohttp.encode_basic_auth(account, scene.network.exchange.auth_token)
            headers = {"Authorization": known}
            async with http.get(f"{url}.mp3", headers=headers) as answer:
                assert (answer.status, answer.content_type) == (200, "audio/mpeg")

    play({"/voice": "<Record action='/message'/>"}, act, locks_media=True)
