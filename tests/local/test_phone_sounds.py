"""Sounds: fetched as Twilio does, played for as long as they are, and not fetched twice."""

from __future__ import annotations

import io
import wave

import pytest
from aiohttp import web

from local.phone.recordings import mp3, wav
from local.phone.sounds import seconds_of
from tests.local.phone_customers import CALLER, OURS, Form, Scene, play


def long_wav(seconds: int) -> bytes:
    """Make a file of 16 bits, as the product's prompts are: 16 kB a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000 * seconds))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "seconds"),
    [
        (wav(7), "audio/x-wav", 7),
        (long_wav(30), "audio/wav", 30),
        (mp3(9), "audio/mpeg", 9),
        (b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + mp3(9), "audio/mpeg", 9),
        (bytes(16_000), "audio/ulaw", 2),
        (b"RIFF", "audio/wav", 0),
    ],
    ids=["wav", "a long wav", "mp3", "mp3 with a tag", "ulaw", "a broken wav"],
)
def test_a_sound_is_as_long_as_its_file(content: bytes, kind: str, seconds: float) -> None:
    assert seconds_of(content, kind) == pytest.approx(seconds, abs=0.04)


def test_a_sound_is_followed_to_where_it_lies_and_played_in_full() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        (heard,) = story.played()
        assert heard.text == "/audio/attente"
        assert (heard.source, heard.seconds) == (f"{scene.customer.url}/depot/a.wav?sig=x%2Fy", 30)
        assert story.duration == 30
        assert story.warnings == []

    async def moved(form: Form) -> web.Response:
        return web.Response(status=302, headers={"Location": "/depot/a.wav?sig=x%2Fy"})

    async def stored(form: Form) -> web.Response:
        assert form == {"sig": "x/y"}
        return web.Response(body=long_wav(30), content_type="audio/wav")

    answers = {
        "/voice": "<Play>/audio/attente</Play>",
        "/audio/attente": moved,
        "/depot/a.wav": stored,
    }
    play(answers, act)


def test_a_sound_with_an_etag_is_not_sent_again() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [delivery.status for delivery in story.sent("media")] == [200, 304]
        assert [heard.seconds for heard in story.played()] == [4, 4]
        asked = [
            v.headers.get("If-None-Match") for v in scene.customer.visits if v.path == "/a.wav"
        ]
        assert asked == [None, '"v1"']

    visits: list[Form] = []

    async def sound(form: Form) -> web.Response:
        visits.append(form)
        headers = {"ETag": '"v1"'}
        if len(visits) > 1:
            return web.Response(status=304, headers=headers)
        return web.Response(body=wav(4), content_type="audio/wav", headers=headers)

    play({"/voice": "<Play>/a.wav</Play><Play>/a.wav</Play>", "/a.wav": sound}, act)


def test_a_kind_of_sound_that_twilio_does_not_play_is_reported() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        assert [report.code for report in story.reports] == [13420]
        assert story.heard() == ["Suite."]

    async def sound(form: Form) -> web.Response:
        return web.Response(body=b"OggS", content_type="audio/ogg")

    play({"/voice": "<Play>/a.ogg</Play><Say>Suite.</Say>", "/a.ogg": sound}, act)


def test_a_recording_that_was_started_lasts_to_the_end_of_the_call() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/enregistre")[0]
        assert (form["RecordingDuration"], form["RecordingChannels"]) == ("9", "2")
        assert story.duration == 9
        assert story.warnings == []

    voice = (
        "<Start><Recording channels='dual' recordingStatusCallback='/enregistre'/></Start>"
        "<Pause length='8'/><Say>Au revoir.</Say>"
    )
    play({"/voice": voice}, act)
