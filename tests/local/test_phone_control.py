"""The control API, the page's events, handsets by hand, and a network that forgets nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from local.phone.book import Book
from local.phone.handsets import BY_HAND, Handset
from local.phone.model import Call, Status
from local.phone.network import PhoneNetwork
from local.phone.threads import running
from tests.local.phone_customers import (
    AGENT,
    CALLER,
    OURS,
    TOKEN,
    Scene,
    a_customer,
    a_network,
    play,
    run_async,
)

if TYPE_CHECKING:
    from pathlib import Path

MENU = "<Gather numDigits='1' action='/menu'><Say>Tapez 1.</Say></Gather>"


async def control(scene: Scene, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Make one request of the control API."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{scene.network.base_url}/control{path}", json=body) as response,
    ):
        assert response.status == status, await response.text()
        return await response.json() if status != 204 else None


def test_a_number_is_rung_with_keys_and_the_whole_story_comes_back() -> None:
    async def act(scene: Scene) -> None:
        body = {"to": OURS, "from": CALLER, "keys": "1", "wait": True}

        story = await control(scene, "POST", "/calls", body)

        assert (story["status"], story["over"]) == ("completed", True)
        assert [one["url"].rpartition("/")[2] for one in story["webhooks"]] == [
            "voice",
            "menu",
            "status",
        ]
        assert "pressed    1" in story["text"]
        assert story["transcript"][-1]["what"] == "call ends"
        assert (await control(scene, "GET", "/calls"))["calls"][0]["sid"] == story["sid"]

    play({"/voice": MENU, "/menu": "<Say>Merci.</Say>"}, act)


def test_a_person_presses_speaks_answers_and_hangs_up() -> None:
    async def act(scene: Scene) -> None:
        body = {"to": OURS, "from": CALLER, "by_hand": True}
        with scene.network.clock.busy():
            sid = (await control(scene, "POST", "/calls", body, 201))["sid"]
        await scene.network.clock.sleep(1)
        with scene.network.clock.busy():
            await control(scene, "POST", f"/calls/{sid}/keys", {"keys": "1"})
        await scene.network.clock.sleep(2)
        with scene.network.clock.busy():
            (child,) = [leg for leg in scene.network.exchange.legs if leg != sid]
            await control(scene, "POST", f"/calls/{child}/answer", {})
        await scene.network.clock.sleep(4)
        with scene.network.clock.busy():
            await control(scene, "POST", f"/calls/{sid}/speech", {"text": "Allô ?"})
        await scene.network.clock.sleep(4)
        with scene.network.clock.busy():
            await control(scene, "POST", f"/calls/{child}/hangup")
        story = await scene.network.finished(sid)

        assert story.heard(AGENT) == ["Allô ?"]
        assert [leg.status for leg in story.legs] == ["completed", "completed"]
        assert story.legs[1].duration == 8

    answers = {"/voice": MENU, "/menu": f"<Dial>{AGENT}</Dial>"}
    play(answers, act, unscripted=BY_HAND)


def test_a_person_declines() -> None:
    async def act(scene: Scene) -> None:
        leg = scene.network.dial(to=OURS, from_=CALLER)
        await scene.network.clock.sleep(2)
        with scene.network.clock.busy():
            (child,) = [sid for sid in scene.network.exchange.legs if sid != leg.call.sid]
            await control(scene, "POST", f"/calls/{child}/answer", {"decline": True})
        story = await scene.network.finished(leg.call.sid)

        assert story.legs[1].status == "busy"

    play({"/voice": f"<Dial>{AGENT}</Dial>"}, act, unscripted=BY_HAND)


def test_the_events_of_a_call_are_streamed_from_its_beginning() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER)
        await scene.network.ring(to=OURS, from_=AGENT)

        kinds: list[str] = []
        url = f"{scene.network.base_url}/control/calls/{story.call.sid}/events"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.content_type == "text/event-stream"
            async for line in response.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    assert event["family"] == story.call.sid
                    kinds.append(event["event"])
                    if event["event"] == "webhook" and event["kind"] == "status":
                        break

        assert kinds[0] == "moment"
        assert {"moment", "call", "webhook"} <= set(kinds)

    play({"/voice": "<Say>Bonjour.</Say>"}, act)


def test_handsets_faults_and_reports_are_set_and_shown() -> None:
    async def act(scene: Scene) -> None:
        script = {"answers_after": 3, "presses": {"1": "2", "menu": ["1", "9"]}}
        await control(scene, "PUT", f"/handsets/{AGENT}", script)
        await control(scene, "POST", "/faults", {"trouble": "duplicate", "times": 1}, 201)
        scene.network.exchange.report(12200, "for the test")

        handsets = (await control(scene, "GET", "/handsets"))["handsets"]
        assert handsets[AGENT]["answers_after"] == 3
        kept = scene.network.exchange.book.handsets[AGENT]
        assert kept.presses == {1: "2", "menu": ("1", "9")}
        assert (await control(scene, "GET", "/faults"))["faults"][0]["trouble"] == "duplicate"
        assert (await control(scene, "GET", "/reports"))["reports"][0]["code"] == 12200
        await control(scene, "DELETE", "/faults", status=204)
        assert (await control(scene, "GET", "/faults"))["faults"] == []
        await control(scene, "POST", "/reset", status=204)
        assert (await control(scene, "GET", "/numbers"))["numbers"] == []
        assert scene.network.reports == []

    play({}, act)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/calls", {"to": "+33100000000", "from": CALLER}, 404),
        ("POST", "/calls", {"from": CALLER}, 404),
        ("POST", "/calls", ["not", "an", "object"], 400),
        ("POST", "/calls", {"to": OURS, "from": CALLER, "script": {"mood": 1}}, 400),
        ("POST", "/calls/CA1/keys", {"keys": "1"}, 404),
        ("GET", "/calls/CA1", None, 404),
        ("GET", "/calls/CA1/events", None, 404),
        ("PUT", f"/handsets/{AGENT}", {"mood": "bad"}, 400),
        ("POST", "/faults", {"trouble": "war"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(
    method: str, path: str, body: Any, status: int
) -> None:
    async def act(scene: Scene) -> None:
        refused = await control(scene, method, path, body, status)

        assert refused["error"]

    play({}, act)


def test_a_page_of_another_site_cannot_ring_here() -> None:
    async def act(scene: Scene) -> None:
        url = f"{scene.network.base_url}/control/calls"
        body = {"to": OURS, "from": CALLER}
        async with aiohttp.ClientSession() as session:
            for origin, status in (("https://elsewhere.fr", 403), (scene.network.base_url, 201)):
                headers = {"Origin": origin}
                async with session.post(url, json=body, headers=headers) as response:
                    assert response.status == status

    play({"/voice": "<Hangup/>"}, act)


def test_the_page_is_one_file_that_needs_nothing_from_elsewhere() -> None:
    async def act(scene: Scene) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{scene.network.base_url}/") as response,
        ):
            page = await response.text()

        assert response.content_type == "text/html"
        assert "<html lang=" in page
        assert 'src="http' not in page
        assert 'href="http' not in page

    play({}, act)


def test_recordings_and_messages_are_listed_for_people() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, leaves_message=3, message="C'est moi.")

        kept = await control(scene, "GET", "/kept")

        assert kept["recordings"][0]["words"] == "C'est moi."
        assert kept["recordings"][0]["media"].endswith(".wav")
        assert kept["messages"] == []

    play({"/voice": "<Record/>"}, act)


def test_a_network_that_is_started_again_has_lost_nothing(tmp_path: Path) -> None:
    async def act() -> None:
        async with a_customer({"/voice": "<Record/>"}) as customer:
            async with a_network(customer, state=tmp_path) as network:
                network.handset(AGENT, Handset(answers_after=9, presses={1: "2"}))
                story = await network.ring(to=OURS, from_=CALLER, leaves_message=7)

            async with a_network(state=tmp_path, seed=2) as network:
                book = network.exchange.book
                assert book.calls[story.call.sid] == story.call
                assert [one.duration for one in book.recordings.values()] == [7]
                assert book.handsets[AGENT].presses == {1: "2"}
                again = await network.ring(to=OURS, from_=CALLER)
                assert again.status == "completed"
                assert len(book.calls) == 2

    run_async(act())


def test_a_call_that_was_up_when_the_network_was_cut_off_has_failed(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    call = Call("CA1", "AC1", OURS, CALLER, "inbound", now, Status.IN_PROGRESS, started=now)
    book = Book(tmp_path)
    book.keep(call)
    book.close()

    again = Book(tmp_path)

    assert (again.calls["CA1"].status, again.calls["CA1"].ended) == ("failed", now)
    again.close()


def test_a_call_that_is_up_when_the_network_stops_is_over_in_the_book(tmp_path: Path) -> None:
    async def act() -> None:
        async with a_customer({"/voice": "<Gather timeout='60'/>"}) as customer:
            async with a_network(customer, state=tmp_path) as network:
                leg = network.dial(to=OURS, from_=CALLER)
                await network.clock.sleep(5)

            async with a_network(state=tmp_path) as network:
                assert network.exchange.book.calls[leg.call.sid].duration == 5

    run_async(act())


def test_programs_without_a_loop_use_the_network_from_a_thread() -> None:
    with running(auth_token=TOKEN, autojump=True) as network:
        network.buy(OURS)
        network.handset(AGENT, Handset(busy=True))
        network.fault("duplicate", times=1)

        story = network.ring(to=OURS, from_=CALLER)

        assert story.status == "failed"
        assert network.reports == []
        assert network.base_url.startswith("http://127.0.0.1:")


def test_a_bug_in_the_network_is_reported_and_not_swallowed() -> None:
    async def act() -> None:
        network = PhoneNetwork()

        async def bug() -> None:
            raise ZeroDivisionError

        network.exchange.spawn("story", bug())
        await network.exchange.finished("story")

        assert [report.level for report in network.reports] == ["BUG"]
        assert "ZeroDivisionError" in network.reports[0].detail
        await network.stop()

    run_async(act())


@pytest.mark.slow
def test_the_network_runs_as_a_process_of_its_own_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "local.phone", "--port", "0", "--app-auth-token", TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.terminate()
        rest = process.stdout.read()

        assert "http://127.0.0.1:" in first
        assert "stops" in rest
        assert process.wait(60) == 0
