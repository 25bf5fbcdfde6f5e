"""How webhooks travel: signed, with all that Twilio sends, retried and given up as Twilio does."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from aiohttp import web

from local.phone.connection import Connection, parse
from local.phone.signing import signature, signed_url
from tests.local.phone_customers import (
    CALLER,
    OURS,
    Form,
    Scene,
    a_customer,
    a_network,
    play,
    run_async,
    twiml,
)


def answering(
    status: int = 200, body: str = "", content_type: str = "text/xml", **headers: str
) -> Any:
    """Make an answer that can be given any number of times."""

    async def answer(form: Form) -> web.Response:
        response = web.Response(status=status, body=body.encode(), headers=headers)
        response.headers["Content-Type"] = content_type
        return response

    return answer


# --- what is sent ---------------------------------------------------------------------------


def test_every_webhook_is_signed_and_says_where_it_comes_from() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, presses={1: "1"})

        assert len(scene.customer.visits) == 3
        assert all(visit.signed for visit in scene.customer.visits)
        headers = scene.customer.visits[0].headers
        assert headers["User-Agent"] == "TwilioProxy/1.1"
        assert headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8"
        tokens = {visit.headers["I-Twilio-Idempotency-Token"] for visit in scene.customer.visits}
        assert len(tokens) == 3

    play({"/voice": "<Gather action='/a%20b?x=%C3%A9&amp;y=1' numDigits='1'/>"}, act)


def test_a_get_carries_its_parameters_in_the_query_and_is_signed_over_it() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        visit = scene.customer.visits[1]
        assert (visit.method, visit.form["x"], visit.form["To"]) == ("GET", "1", OURS)
        assert visit.signed

    play({"/voice": "<Redirect method='GET'>/suite?x=1</Redirect>"}, act)


def test_the_first_webhook_rings_and_those_after_it_are_in_progress() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, presses={1: "1"})

        first, second, last = (visit.form for visit in scene.customer.visits)
        expected = {
            "CallSid": story.call.sid,
            "AccountSid": story.call.account_sid,
            "From": CALLER,
            "To": OURS,
            "Caller": CALLER,
            "Called": OURS,
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "FromCountry": "FR",
            "CalledCity": "",
        }
        assert first.items() >= (expected | {"CallStatus": "ringing"}).items()
        assert second["CallStatus"] == "in-progress"
        assert (last["CallStatus"], last["CallDuration"]) == ("completed", str(story.duration))

    play({"/voice": "<Gather action='/menu' numDigits='1'/>"}, act)


def test_parameters_that_no_documentation_names_arrive_too() -> None:
    async def act(scene: Scene) -> None:
        for _ in range(10):
            await scene.network.ring(to=OURS, from_=CALLER)

        names = {name for form in scene.customer.forms("/voice") for name in form}
        assert names & {"StirVerstat", "Zz-Region", "Ünicode"}
        assert all(visit.signed for visit in scene.customer.visits)

    play({"/voice": "<Hangup/>"}, act)


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://example.com:8443/a", "https://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("https://me:secret@example.com/a?x=%20#rc=2", "https://example.com/a?x=%20"),
    ],
    ids=["https drops its port", "http keeps it", "credentials and fragment are left out"],
)
def test_the_url_is_signed_as(url: str, signed: str) -> None:
    assert signed_url(url) == signed


def test_the_published_example_has_the_published_signature() -> None:
    url = "https://example.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }

    assert signature("12345", url, form.items()) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_cookies_come_back_within_a_call_and_not_in_the_next() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)
        await scene.network.ring(to=OURS, from_=CALLER)

        cookies = [visit.headers.get("Cookie") for visit in scene.customer.visits]
        assert cookies == [None, "menu=3", None, None, "menu=3", None]

    async def voice(form: Form) -> web.Response:
        response = twiml("<Redirect>/suite</Redirect>")
        response.set_cookie("menu", "3")
        return response

    play({"/voice": voice}, act)


def test_credentials_of_the_url_are_sent_once_they_are_asked_for() -> None:
    async def act(scene: Scene) -> None:
        url = scene.customer.url.replace("//", "//me:secret@")
        scene.network.buy(OURS, voice_url=f"{url}/prive", status_callback="")

        story = await scene.network.ring(to=OURS, from_=CALLER)

        given = [visit.headers.get("Authorization") for visit in scene.customer.visits]
        assert given == [None, "Basic bWU6c2VjcmV0"]
        assert story.heard() == ["Entrez."]
        assert all(visit.signed for visit in scene.customer.visits)

    doors = [
        web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}),
        "<Say>Entrez.</Say>",
    ]
    play({"/prive": doors}, act)


def test_a_redirection_is_followed_and_loses_the_digits() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, presses={1: "1"})

        visit = next(visit for visit in scene.customer.visits if visit.path == "/ici")
        assert (visit.method, visit.form) == ("GET", {})
        assert story.heard() == ["Ici."]

    answers = {
        "/voice": "<Gather action='/la' numDigits='1'/>",
        "/la": answering(302, Location="/ici"),
        "/ici": "<Say>Ici.</Say>",
    }
    play(answers, act)


def test_more_than_ten_redirections_are_too_many() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER)

        assert [report.code for report in scene.network.reports] == [11215]
        assert len(scene.customer.forms("/voice")) == 11

    play({"/voice": answering(302, Location="/voice")}, act)


# --- when it goes wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answering(500), 11200),
        (answering(404), 11200),
        (answering(200, "<Response/>", ""), 11200),
        (answering(200, "{}", "application/json"), 12300),
        (answering(200, "<Response><Say>"), 12100),
        (answering(200, "<Say>Bonjour</Say>"), 12102),
        (answering(200, ""), 12100),
        (answering(200, f"<Response><!--{'x' * 65_536}--></Response>"), 11750),
        (answering(200, "<Response><Gather actionOnEmptyResult='oui'/></Response>"), 13338),
    ],
    ids=["500", "404", "no type", "json", "cut off", "root", "empty", "too large", "execution"],
)
def test_a_document_that_cannot_be_used_goes_to_the_fallback_at_once(
    answer: Any, code: int
) -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(OURS, voice_fallback_url=f"{scene.customer.url}/secours")

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Un instant."]
        assert len(scene.customer.forms("/voice")) == 1
        form = scene.customer.forms("/secours")[0]
        assert form["ErrorCode"] == str(code)
        assert form["ErrorUrl"] == f"{scene.customer.url}/voice"
        assert code in [report.code for report in scene.network.reports]

    play({"/voice": answer, "/secours": "<Say>Un instant.</Say>"}, act)


def test_without_a_fallback_the_caller_hears_an_apology() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert "application error" in story.heard()[0]
        assert story.status == "completed"

    play({"/voice": answering(500)}, act)


def test_a_fallback_that_fails_as_well_ends_in_the_apology() -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(OURS, voice_fallback_url=f"{scene.customer.url}/secours")

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert "application error" in story.heard()[0]
        assert len(scene.customer.forms("/secours")) == 1

    play({"/voice": answering(500), "/secours": answering(500)}, act)


def closed_port() -> int:
    """Find a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("fragment", "attempts"),
    [("", 2), ("#rc=0", 1), ("#rc=3", 4), ("#rc=2&rp=5xx", 1), ("#rc=2&rp=all", 3)],
)
def test_a_refused_connection_is_tried_again_as_the_url_says(fragment: str, attempts: int) -> None:
    async def act(scene: Scene) -> None:
        url = f"http://127.0.0.1:{closed_port()}/voice{fragment}"
        scene.network.buy(OURS, voice_url=url)

        story = await scene.network.ring(to=OURS, from_=CALLER)

        sent = story.sent("voice")
        assert [delivery.attempt for delivery in sent] == list(range(1, attempts + 1))
        assert len({delivery.token for delivery in sent}) == 1
        assert [report.code for report in scene.network.reports] == [11205]

    play({}, act)


@pytest.mark.parametrize(("fragment", "attempts"), [("", 1), ("#rp=5xx", 2), ("#rp=4xx", 1)])
def test_an_error_is_tried_again_only_if_the_url_says_so(fragment: str, attempts: int) -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(OURS, voice_url=f"{scene.customer.url}/voice{fragment}")

        await scene.network.ring(to=OURS, from_=CALLER)

        assert len(scene.customer.forms("/voice")) == attempts
        assert all(visit.signed for visit in scene.customer.visits)

    play({"/voice": answering(503)}, act)


def test_an_answer_that_takes_too_long_goes_to_the_fallback_and_is_not_tried_again() -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(
            OURS,
            voice_url=f"{scene.customer.url}/voice#tt=200",
            voice_fallback_url=f"{scene.customer.url}/secours",
        )

        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Un instant."]
        assert len(scene.customer.forms("/voice")) == 1

    async def slow(form: Form) -> web.Response:
        await asyncio.sleep(1)
        return twiml("")

    play({"/voice": slow, "/secours": "<Say>Un instant.</Say>"}, act)


def test_nonsense_in_the_retry_policy_is_reported() -> None:
    async def act(scene: Scene) -> None:
        scene.network.buy(OURS, voice_url=f"{scene.customer.url}/voice#rp=always")

        await scene.network.ring(to=OURS, from_=CALLER)

        assert [report.code for report in scene.network.reports] == [11243]

    play({"/voice": "<Hangup/>"}, act)


@pytest.mark.parametrize(
    ("fragment", "connection"),
    [
        ("", Connection()),
        ("#ct=200&rt=300&tt=400", Connection(200, 300, 400)),
        ("#ct=1&tt=99999&rc=9", Connection(connect_ms=100, total_ms=15_000, retries=5)),
        ("#rp=4xx,rt", Connection(policy=frozenset({"4xx", "rt"}))),
        ("#rc=many", Connection()),
    ],
)
def test_the_fragment_of_a_url_overrides_the_connection(
    fragment: str, connection: Connection
) -> None:
    assert parse(f"https://example.com/a?b=1{fragment}") == (
        "https://example.com/a?b=1",
        connection,
    )


def test_a_callback_that_is_refused_is_only_a_warning() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.status == "completed"
        assert [(report.code, report.level) for report in scene.network.reports] == [
            (15003, "WARNING")
        ]

    play({"/voice": "<Hangup/>", "/status": answering(403)}, act)


def test_a_number_without_an_address_fails_without_a_word() -> None:
    async def act() -> None:
        async with a_customer() as customer, a_network(customer) as network:
            network.buy(OURS, voice_url="")

            story = await network.ring(to=OURS, from_=CALLER)

            assert (story.status, story.duration) == ("failed", 0)
            assert customer.visits == []

    run_async(act())


# --- content types --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (answering(200, "Bonjour à tous", "text/plain; charset=utf-8"), "Bonjour à tous"),
        (answering(200, "<Response><Say>Oui</Say></Response>", "text/plain"), "Oui"),
        (answering(200, "<Response><Say>Oui</Say></Response>", "text/html"), "Oui"),
        (answering(200, "<Response><Say>Oui</Say></Response>", "application/xml"), "Oui"),
    ],
    ids=["plain text", "plain TwiML", "html", "xml"],
)
def test_an_answer_of_another_type_is_played_as_twilio_would(answer: Any, heard: str) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == [heard]
        assert scene.network.reports == []

    play({"/voice": answer}, act)


def test_sound_is_fetched_without_parameters_and_played_for_its_length() -> None:
    from local.phone.recordings import wav

    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        visit = next(visit for visit in scene.customer.visits if visit.path == "/musique.wav")
        assert (visit.method, visit.form) == ("GET", {})
        assert "X-Twilio-Signature" not in visit.headers
        assert story.duration == 7
        assert scene.network.reports == []

    async def sound(form: Form) -> web.Response:
        return web.Response(body=wav(7), content_type="audio/x-wav")

    play({"/voice": "<Play>/musique.wav</Play>", "/musique.wav": sound}, act)


@pytest.mark.parametrize(
    ("sound", "code"), [(answering(404), 11200), ("<Say>Non</Say>", 13420)], ids=["404", "no sound"]
)
def test_a_sound_that_cannot_be_played_is_reported_and_skipped(sound: Any, code: int) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert story.heard() == ["Suite."]
        assert [report.code for report in scene.network.reports] == [code]

    play({"/voice": "<Play>/musique</Play><Say>Suite.</Say>", "/musique": sound}, act)
