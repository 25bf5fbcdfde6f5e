"""The REST API as the official client sees it: calls, numbers, recordings, messages, refusals."""

from __future__ import annotations

import asyncio
import io
import wave
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from local.phone.exchange import ACCOUNT_SID
from local.phone.handsets import Handset
from tests.local.phone_customers import AGENT, CALLER, OURS, START, TOKEN, Scene, play

if TYPE_CHECKING:
    from collections.abc import Callable

    from twilio.http.response import Response


class LocalHttp(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Send the official client's requests to the network instead of to Twilio."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=30)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        return super().request(
            method, url.replace("https://api.twilio.com", self.base_url), *args, **options
        )


def client(scene: Scene, token: str = TOKEN) -> Client:
    return Client(ACCOUNT_SID, token, http_client=LocalHttp(scene.network.base_url))


async def asked(work: Callable[[], Any]) -> Any:
    """Use the blocking client while the network runs on in its loop."""
    return await asyncio.to_thread(work)


async def refusal(work: Callable[[], Any]) -> TwilioRestException:
    """Expect Twilio's refusal and give it."""
    with pytest.raises(TwilioRestException) as caught:
        await asked(work)
    return caught.value


# --- calls ----------------------------------------------------------------------------------


def test_a_call_made_through_the_api_tells_each_of_its_states() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=4, hangs_up_after=30))

        with scene.network.clock.busy():
            call = await asked(
                lambda: client(scene).calls.create(
                    to=AGENT,
                    from_=OURS,
                    url=f"{scene.customer.url}/sortant",
                    status_callback=f"{scene.customer.url}/etat",
                    status_callback_event=["initiated", "ringing", "answered", "completed"],
                )
            )
        story = await scene.network.finished(call.sid)

        assert (call.status, call.direction) == ("queued", "outbound-api")
        forms = scene.customer.forms("/etat")
        assert [form["CallStatus"] for form in forms] == [
            "initiated",
            "ringing",
            "in-progress",
            "completed",
        ]
        assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
        assert forms[-1]["CallDuration"] == "30"
        assert forms[-1]["SipResponseCode"] == "200"
        document = scene.customer.forms("/sortant")[0]
        assert (document["CallStatus"], document["Direction"]) == ("in-progress", "outbound-api")
        assert story.heard() == ["Bonjour."]
        fetched = await asked(lambda: client(scene).calls(call.sid).fetch())
        assert (fetched.status, fetched.duration) == ("completed", "30")
        assert fetched.start_time == START + timedelta(seconds=4)
        assert fetched.end_time == START + timedelta(seconds=34)

    play({"/sortant": "<Say>Bonjour.</Say><Pause length='60'/>"}, act)


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        (Handset(busy=True), "busy", "486"),
        (Handset(unreachable=True), "failed", "404"),
        (Handset(answers_after=None), "no-answer", "487"),
    ],
    ids=["busy", "unreachable", "nobody"],
)
def test_a_call_that_nobody_takes_ends_and_fetches_nothing(
    script: Handset, status: str, code: str
) -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, script)

        with scene.network.clock.busy():
            call = await asked(
                lambda: client(scene).calls.create(
                    to=AGENT,
                    from_=OURS,
                    url=f"{scene.customer.url}/sortant",
                    status_callback=f"{scene.customer.url}/etat",
                    timeout=20,
                )
            )
        story = await scene.network.finished(call.sid)

        form = scene.customer.forms("/etat")[0]
        assert (form["CallStatus"], form["SipResponseCode"]) == (status, code)
        assert (story.status, story.duration) == (status, 0)
        assert scene.customer.forms("/sortant") == []

    play({}, act)


def test_one_call_a_second_is_started_and_the_others_wait() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(answers_after=None))

        with scene.network.clock.busy():
            calls = [
                await asked(
                    lambda: client(scene).calls.create(
                        to=AGENT,
                        from_=OURS,
                        twiml="<Response/>",
                        status_callback=f"{scene.customer.url}/etat",
                        status_callback_event=["initiated"],
                    )
                )
                for _ in range(4)
            ]
        for call in calls:
            await scene.network.finished(call.sid)

        times = [form["Timestamp"][17:25] for form in scene.customer.forms("/etat")]
        assert times == ["09:00:00", "09:00:01", "09:00:02", "09:00:03"]
        assert [call.queue_time for call in calls] == ["0", "1000", "2000", "3000"]

    play({}, act)


def test_a_call_cancelled_in_the_queue_leaves_no_trace_but_its_record() -> None:
    async def act(scene: Scene) -> None:
        with scene.network.clock.busy():
            made = [
                await asked(
                    lambda: client(scene).calls.create(
                        to=AGENT,
                        from_=OURS,
                        url=f"{scene.customer.url}/sortant",
                        status_callback=f"{scene.customer.url}/etat",
                        status_callback_event=["initiated", "completed"],
                    )
                )
                for _ in range(2)
            ]
            cancelled = await asked(
                lambda: client(scene).calls(made[1].sid).update(status="canceled")
            )
        for call in made:
            await scene.network.finished(call.sid)

        assert cancelled.status == "canceled"
        assert made[1].sid not in [form["CallSid"] for form in scene.customer.forms("/etat")]

    play({}, act)


def test_a_live_call_is_sent_elsewhere_and_ended_through_the_api() -> None:
    async def act(scene: Scene) -> None:
        leg = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(10)
        with scene.network.clock.busy():
            calls = client(scene).calls
            await asked(lambda: calls(leg.call.sid).update(url=f"{scene.customer.url}/ailleurs"))
        await scene.network.clock.sleep(10)
        with scene.network.clock.busy():
            ended = await asked(lambda: calls(leg.call.sid).update(status="completed"))
        story = await scene.network.finished(leg.call.sid)

        assert (ended.status, ended.duration) == ("completed", "20")
        assert story.heard() == ["Ailleurs."]
        late = await refusal(lambda: calls(leg.call.sid).update(status="completed"))
        assert (late.status, late.code) == (400, 21220)

    answers = {
        "/voice": "<Gather timeout='60'/>",
        "/ailleurs": "<Say>Ailleurs.</Say><Pause length='60'/>",
    }
    play(answers, act)


def test_an_inline_document_needs_absolute_actions() -> None:
    async def act(scene: Scene) -> None:
        leg = scene.network.dial(to=OURS, from_=CALLER, presses={1: "1"})
        await scene.network.clock.sleep(1)
        with scene.network.clock.busy():
            document = "<Response><Gather action='/menu' numDigits='1'/></Response>"
            await asked(lambda: client(scene).calls(leg.call.sid).update(twiml=document))
        await scene.network.finished(leg.call.sid)

        assert [report.code for report in scene.network.reports] == [15004]

    play({"/voice": "<Pause length='1'/><Say>.</Say><Pause length='60'/>"}, act)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"url": ""}, 21205),
        ({"url": "ftp://example.com"}, 21205),
        ({"url": "https://my_host.example.com/"}, 21205),
        ({"from_": "12"}, 21212),
        ({"from_": "+33155555555"}, 21210),
        ({"to": "0145678901"}, 21211),
        ({"to": OURS}, 21211),
        ({"send_digits": "12x"}, 21206),
        ({"timeout": 700}, 21208),
        ({"method": "PUT"}, 21209),
        ({"machine_detection": "Perhaps"}, 21234),
        ({"url": "", "twiml": "x" * 4001}, 32018),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_with_twilios_code(
    changes: dict[str, Any], code: int
) -> None:
    async def act(scene: Scene) -> None:
        order = {"to": AGENT, "from_": OURS, "url": f"{scene.customer.url}/x"} | changes

        refused = await refusal(lambda: client(scene).calls.create(**order))

        assert (refused.status, refused.code) == (400, code)
        assert not scene.network.exchange.book.calls

    play({}, act)


def test_a_parameter_that_twilio_would_ignore_is_reported() -> None:
    async def act(scene: Scene) -> None:
        form = {"To": AGENT, "From": OURS, "Twiml": "<Response/>", "StatusCallBack": "x"}
        url = f"{scene.network.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json"
        async with aiohttp.ClientSession() as session:
            login = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, TOKEN)}
            async with session.post(url, data=form, headers=login) as response:
                assert response.status == 201

        assert [report.code for report in scene.network.reports] == [20001]

    play({}, act)


def test_calls_are_listed_newest_first_and_page_by_page() -> None:
    async def act(scene: Scene) -> None:
        sids = [(await scene.network.ring(to=OURS, from_=CALLER)).call.sid for _ in range(5)]

        listed = await asked(lambda: client(scene).calls.list(page_size=2))
        page = await asked(lambda: client(scene).calls.page(page_size=2))
        await scene.network.ring(to=OURS, from_=CALLER)
        following = await asked(page.next_page)
        back = await asked(following.previous_page)

        assert [call.sid for call in listed] == sids[::-1]
        # A call made meanwhile shifts nothing.
        assert [call.sid for call in following] == sids[::-1][2:4]
        assert [call.sid for call in back] == sids[::-1][:2]

    play({"/voice": "<Hangup/>"}, act)


def test_calls_are_found_by_number_status_parent_and_time() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(busy=True))
        story = await scene.network.ring(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(7200)
        later = await scene.network.ring(to=OURS, from_=CALLER)
        noon = START + timedelta(hours=1)

        async def found(**filters: Any) -> set[str]:
            calls = await asked(lambda: client(scene).calls.list(**filters))
            return {call.sid for call in calls}

        parents = {story.call.sid, later.call.sid}
        children = {story.legs[1].sid, later.legs[1].sid}
        assert await found(to=OURS) == parents
        assert await found(to=OURS, from_=AGENT) == set()
        assert await found(status="busy") == children
        assert await found(parent_call_sid=story.call.sid) == {story.legs[1].sid}
        assert await found(to=OURS, start_time_before=noon) == {story.call.sid}
        assert await found(to=OURS, start_time_after=noon) == {later.call.sid}
        assert await found(to=OURS, start_time=noon) == parents
        assert await found(start_time=noon + timedelta(days=1)) == set()

    play({"/voice": f"<Dial>{AGENT}</Dial>"}, act)


def test_answering_machines_are_told_from_people() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset(machine="Vous êtes bien chez Durand. " * 5))
        order = {"to": AGENT, "from_": OURS, "url": f"{scene.customer.url}/sortant"}
        create = client(scene).calls.create

        for mode in ("Enable", "DetectMessageEnd"):
            with scene.network.clock.busy():
                call = await asked(partial(create, machine_detection=mode, **order))
            await scene.network.finished(call.sid)

        answered = [form["AnsweredBy"] for form in scene.customer.forms("/sortant")]
        assert answered == ["machine_start", "machine_end_beep"]

    play({"/sortant": "<Hangup/>"}, act)


def test_an_asynchronous_detection_reports_by_callback_while_the_call_goes_on() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, Handset())
        with scene.network.clock.busy():
            call = await asked(
                lambda: client(scene).calls.create(
                    to=AGENT,
                    from_=OURS,
                    url=f"{scene.customer.url}/sortant",
                    machine_detection="Enable",
                    async_amd="true",
                    async_amd_status_callback=f"{scene.customer.url}/qui",
                )
            )
        await scene.network.finished(call.sid)

        assert "AnsweredBy" not in scene.customer.forms("/sortant")[0]
        form = scene.customer.forms("/qui")[0]
        assert (form["AnsweredBy"], form["MachineDetectionDuration"]) == ("human", "2000")

    play({"/sortant": "<Pause length='9'/>"}, act)


# --- numbers --------------------------------------------------------------------------------


def test_a_number_is_found_bought_changed_and_given_back() -> None:
    async def act(scene: Scene) -> None:
        rest = client(scene)

        def trade() -> None:
            offered = rest.available_phone_numbers("FR").local.list(contains="331", limit=3)
            assert all(number.phone_number.startswith("+33199") for number in offered)
            bought = rest.incoming_phone_numbers.create(
                phone_number=offered[0].phone_number, voice_url="https://example.com/voice"
            )
            assert (bought.voice_url, bought.voice_method) == ("https://example.com/voice", "POST")
            bought.update(voice_fallback_url="https://example.com/secours")
            again = rest.incoming_phone_numbers.list(phone_number=bought.phone_number)
            assert [number.voice_fallback_url for number in again] == [
                "https://example.com/secours"
            ]
            left = rest.available_phone_numbers("FR").local.list(contains="331", limit=3)
            assert bought.phone_number not in [number.phone_number for number in left]
            assert bought.delete()
            assert rest.incoming_phone_numbers.list(phone_number=bought.phone_number) == []

        await asked(trade)

    play({}, act)


@pytest.mark.parametrize("kind", ["local", "mobile", "national", "toll_free"])
def test_france_has_numbers_of_each_kind(kind: str) -> None:
    prefixes = {"local": "+33", "mobile": "+336", "national": "+339", "toll_free": "+3380"}

    async def act(scene: Scene) -> None:
        numbers = getattr(client(scene).available_phone_numbers("FR"), kind)

        found = await asked(lambda: numbers.list(limit=20))

        assert len(found) == 20
        assert all(one.phone_number.startswith(prefixes[kind]) for one in found)
        assert all(len(one.phone_number) == 12 for one in found)

    play({}, act)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"phone_number": "33"}, 21421),
        ({"phone_number": OURS}, 21422),
        ({"area_code": "533"}, 21452),
        ({"phone_number": "+33199005555", "voice_url": "nowhere"}, 21402),
        ({"phone_number": "+33199005555", "voice_method": "PUT"}, 21403),
        ({"phone_number": "+33199005555", "voice_fallback_url": "https://x.fr/"}, 21405),
    ],
)
def test_a_purchase_that_cannot_be_is_refused(order: dict[str, str], code: int) -> None:
    async def act(scene: Scene) -> None:
        refused = await refusal(lambda: client(scene).incoming_phone_numbers.create(**order))

        assert refused.code == code

    play({}, act)


# --- recordings and messages ----------------------------------------------------------------


def test_a_recording_is_listed_played_and_deleted() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, leaves_message=6)
        rest = client(scene)

        listed = await asked(lambda: rest.recordings.list(call_sid=story.call.sid))
        of_call = await asked(lambda: rest.calls(story.call.sid).recordings.list())

        assert [one.sid for one in listed] == [one.sid for one in of_call]
        assert (listed[0].duration, listed[0].source) == ("6", "RecordVerb")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{listed[0].media_url}.wav") as response:
                with wave.open(io.BytesIO(await response.read())) as sound:
                    assert sound.getnframes() / sound.getframerate() == 6
            async with session.get(f"{listed[0].media_url}.mp3") as response:
                assert response.content_type == "audio/mpeg"
                assert (await response.read()).startswith(b"\xff\xfb")
        assert await asked(listed[0].delete)
        assert await asked(lambda: rest.recordings.list()) == []

    play({"/voice": "<Record/>"}, act)


def test_a_message_is_sent_then_delivered_and_says_so() -> None:
    async def act(scene: Scene) -> None:
        rest = client(scene)
        with scene.network.clock.busy():
            message = await asked(
                lambda: rest.messages.create(
                    to=CALLER,
                    from_=OURS,
                    body="À demain",
                    status_callback=f"{scene.customer.url}/sms",
                )
            )
        await scene.network.exchange.finished(message.sid)

        assert message.status == "queued"
        states = [form["MessageStatus"] for form in scene.customer.forms("/sms")]
        assert states == ["sent", "delivered"]
        fetched = await asked(lambda: rest.messages(message.sid).fetch())
        assert (fetched.body, fetched.status) == ("À demain", "delivered")
        assert len(await asked(lambda: rest.messages.list(to=CALLER))) == 1

    play({}, act)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": ""}, 21602),
        ({"from_": ""}, 21603),
        ({"to": ""}, 21604),
        ({"from_": "+33155555555"}, 21606),
        ({"body": "x" * 1601}, 21617),
    ],
)
def test_a_message_that_makes_no_sense_is_refused(changes: dict[str, str], code: int) -> None:
    async def act(scene: Scene) -> None:
        order = {"to": CALLER, "from_": OURS, "body": "Bonjour"} | changes

        refused = await refusal(lambda: client(scene).messages.create(**order))

        assert refused.code == code

    play({}, act)


# --- the door -------------------------------------------------------------------------------


def test_wrong_credentials_are_refused() -> None:
    async def act(scene: Scene) -> None:
        refused = await refusal(lambda: client(scene, "wrong").calls("CA" + "0" * 32).fetch())

        assert (refused.status, refused.code) == (401, 20003)

    play({}, act)


def test_what_is_not_there_is_not_found() -> None:
    async def act(scene: Scene) -> None:
        rest = client(scene)
        sid = "CA" + "0" * 32

        for work in (
            lambda: rest.calls(sid).fetch(),
            lambda: rest.incoming_phone_numbers("PN" + "0" * 32).fetch(),
            lambda: rest.recordings("RE" + "0" * 32).fetch(),
            lambda: rest.conferences("CF" + "0" * 32).fetch(),
        ):
            refused = await refusal(work)
            assert (refused.status, refused.code) == (404, 20404)

    play({}, act)


def test_too_many_requests_at_once_are_turned_away() -> None:
    async def act(scene: Scene) -> None:
        scene.network.faults.order("rest-slow", seconds=3, times=1)
        rest = client(scene)
        slow = asyncio.create_task(asked(lambda: rest.calls.list()))
        while scene.network.faults.orders:
            await asyncio.sleep(0.01)

        refused = await refusal(lambda: client(scene).calls("CA" + "0" * 32).fetch())

        assert (refused.status, refused.code) == (429, 20429)
        assert await slow == []

    play({}, act, most_requests=1)
