"""Recordings whose notices come early, late, twice, never, or say that there is no file.

Whole calls through the carrier's webhooks; what their owner sees of them, and is told.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.house.carrier import RECORDING, Caller
from tests.house.shops import OVEN, a_shop
from tests.house.workshop import OWNER, OWNERS_MOBILE, Workshop, a_workshop, allows_mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

LINE: Final = "+33162010002"
MESSAGE: Final = {"kind": "voicemail", "notify": [{"email": OWNER}, {"sms": OWNERS_MOBILE}]}
FLOW: Final[dict[str, Any]] = {
    "name": "Répondeur",
    "start": "menu",
    "nodes": {
        "menu": {
            "kind": "menu",
            "prompt": "Un message, tapez 1 ou 2. Le fournil, tapez 3.",
            "choices": {"1": "box", "2": "typed", "3": "oven"},
        },
        "box": MESSAGE,
        "typed": {**MESSAGE, "transcribe": True},
        "oven": {"kind": "dial", "destinations": [OVEN], "record": True, "no_answer": "box"},
    },
}
NO_WORDS: Final = "La transcription n'est pas disponible."
SECONDS: Final = 12
_NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop is enough, with a line that takes messages: each test rings it anew."""
    with a_shop() as opened:
        flow = opened.makes("/v1/flows", {"document": FLOW})["id"]
        opened.makes(f"/v1/flows/{flow}/publish")
        opened.makes("/v1/numbers", {"number": LINE, "flow_id": flow})
        allows_mail()
        yield opened


@pytest.fixture
def work(shop: Shop) -> Iterator[Workshop]:
    """Somebody who sees to what calls leave."""
    with a_workshop(shop) as opened:
        opened.has_file(RECORDING)
        yield opened


def a_call() -> Caller:
    call = Caller(call_id=f"CA{next(_NUMBERS):032}", to=LINE)
    call.rings()
    return call


def at_the_beep(key: str = "1") -> Caller:
    """A caller who may speak now."""
    call = a_call()
    call.presses(key)
    assert call.reached == "beep"
    return call


def in_conversation() -> Caller:
    """A caller who was told of the recording, and talks with the oven."""
    call = a_call()
    call.presses("3")
    call.says_nothing()
    assert call.reached == "oven"
    return call


def takes(call: Caller, turns: str) -> None:
    """Bring the webhooks of the end of a call, in this order."""
    for turn in turns.split():
        _TURNS[turn](call)


_TURNS: Final[dict[str, Any]] = {
    "file": lambda call: call.file_is("completed", SECONDS),
    "absent": lambda call: call.file_is("absent"),
    "failed": lambda call: call.file_is("failed"),
    "speaks": lambda call: call.speaks(SECONDS),
    "speaks-and-hangs-up": lambda call: call.speaks(
        SECONDS, Digits="hangup", CallStatus="completed"
    ),
    "silence": lambda call: call.says_nothing_to_the_beep(),
    "talks": lambda call: call.is_put_through(seconds=SECONDS),
    "ends": lambda call: call.hangs_up(after=60),
}


def recorded(file: str, seconds: int = SECONDS) -> list[dict[str, Any]]:
    return [{"recording": RECORDING, "seconds": seconds, "file": file}]


def left(**transcription: str) -> list[dict[str, Any]]:
    words = {"language": "fr-FR", "text": "", **transcription} if transcription else None
    return [{"recording": RECORDING, "seconds": SECONDS, "transcription": words}]


def heard(shop: Shop, call: Caller) -> tuple[int, str]:
    """Ask for the sound of a call's recording: the status, and where it is or why it is not."""
    answer = shop.ask("GET", f"/v1/calls/{call.call_id}/recording")
    told = answer.headers["Location"] if answer.status == 302 else answer.json["type"]
    return answer.status, told


def notices(shop: Shop, call: Caller) -> list[tuple[str, str]]:
    """Return by what somebody was told of a call, as its log has it, and whether it went."""
    events = shop.gets(f"/v1/calls/{call.call_id}/events")["items"]
    told = [each["facts"] for each in events if each["kind"] == "notified"]
    return [(each["by"], each["status"]) for each in told]


def assert_heard(shop: Shop, call: Caller) -> None:
    status, link = heard(shop, call)
    assert status == 302, link
    assert f"{RECORDING}.wav" in link
    assert "twilio" not in link


@pytest.mark.parametrize(
    "turns",
    [
        "speaks file ends",
        "file speaks ends",
        "file speaks-and-hangs-up ends",
        "speaks ends file",
        "ends speaks file",
        "file file speaks speaks file ends file",
        "speaks absent file ends",
    ],
)
def test_a_message_is_there_once_whenever_its_notice_comes(work: Workshop, turns: str) -> None:
    call = at_the_beep()

    takes(call, turns)
    work.passes(minutes=1)

    shown = work.shop.call(call.call_id)
    assert (shown["state"], shown["outcome"]) == ("ended", "voicemail")
    assert shown["messages"] == left()
    assert shown["recordings"] == recorded("ready")
    assert_heard(work.shop, call)
    assert sorted(notices(work.shop, call)) == [("email", "sent"), ("sms", "sent")]
    assert (len(work.mails), len(work.texts)) == (1, 1)


def test_a_message_whose_notice_never_comes_is_there_and_is_told(work: Workshop) -> None:
    call = at_the_beep()

    takes(call, "speaks ends")
    work.passes(minutes=1)

    shown = work.shop.call(call.call_id)
    assert (shown["outcome"], shown["messages"]) == ("voicemail", left())
    assert shown["recordings"] == recorded("waiting")
    assert_heard(work.shop, call)  # the carrier has it, and did not say so
    assert len(work.mails) == 1


def test_a_message_whose_step_never_comes_is_there(work: Workshop) -> None:
    call = at_the_beep()

    takes(call, "file ends")

    shown = work.shop.call(call.call_id)
    assert (shown["outcome"], shown["messages"]) == ("voicemail", left())
    assert_heard(work.shop, call)


@pytest.mark.parametrize("said", ["absent", "failed"])
@pytest.mark.parametrize("turns", ["{} silence ends", "silence {} ends", "ends {}"])
def test_a_caller_who_says_nothing_leaves_no_message(work: Workshop, turns: str, said: str) -> None:
    call = at_the_beep()

    takes(call, turns.format(said))
    work.passes(minutes=1)

    shown = work.shop.call(call.call_id)
    assert (shown["outcome"], shown["messages"]) == ("abandoned", [])
    assert shown["recordings"] == recorded("absent", seconds=0)
    assert heard(work.shop, call)[0] == 404
    assert (work.mails, work.texts) == ([], [])


@pytest.mark.parametrize("said", ["absent", "failed"])
def test_a_message_that_the_carrier_lost_is_told_all_the_same(work: Workshop, said: str) -> None:
    work.carrier.files.clear()
    call = at_the_beep()

    takes(call, "speaks")
    status, why = heard(work.shop, call)
    assert (status, "recording-not-ready" in why) == (409, True)
    takes(call, f"{said} ends")
    work.passes(minutes=1)

    shown = work.shop.call(call.call_id)
    assert (shown["outcome"], shown["messages"]) == ("voicemail", left())
    assert shown["recordings"] == recorded("absent")
    status, why = heard(work.shop, call)
    assert (status, "recording-absent" in why) == (404, True)
    assert len(work.mails) == 1


@pytest.mark.parametrize(
    "turns", ["file talks ends", "talks file ends", "talks ends file", "file talks file ends file"]
)
def test_a_recorded_conversation_is_heard_whenever_its_notice_comes(
    work: Workshop, turns: str
) -> None:
    call = in_conversation()

    takes(call, turns)

    shown = work.shop.call(call.call_id)
    assert (shown["outcome"], shown["talk_seconds"]) == ("answered", SECONDS)
    assert shown["messages"] == []
    assert shown["recordings"] == recorded("ready")
    assert_heard(work.shop, call)


@pytest.mark.parametrize("turns", ["talks ends", "absent talks ends", "talks ends failed"])
def test_a_conversation_without_a_recording_is_a_conversation(work: Workshop, turns: str) -> None:
    call = in_conversation()

    takes(call, turns)

    shown = work.shop.call(call.call_id)
    assert (shown["outcome"], shown["talk_seconds"]) == ("answered", SECONDS)
    assert shown["messages"] == []
    assert heard(work.shop, call)[0] == 404


def test_a_message_is_written_down_before_its_caller_hangs_up(work: Workshop) -> None:
    call = at_the_beep("2")
    takes(call, "file speaks")

    work.passes(minutes=1)
    assert work.transcriber.words in work.mails[0]
    takes(call, "ends")

    shown = work.shop.call(call.call_id)
    assert shown["outcome"] == "voicemail"
    assert shown["messages"] == left(status="done", text=work.transcriber.words)
    assert len(work.mails) == 1
    assert work.transcriber.words in work.texts[0]


def test_a_message_is_told_without_its_words_when_they_cannot_be_written(work: Workshop) -> None:
    work.transcriber.status = "FAILED"
    call = at_the_beep("2")
    takes(call, "speaks file ends")

    work.passes(minutes=1)

    assert [NO_WORDS in each for each in (*work.mails, *work.texts)] == [True, True]
    assert work.shop.call(call.call_id)["messages"] == left(status="failed")
    assert "message-transcribed" in work.shop.events(call.call_id)


def test_a_message_is_told_after_five_minutes_when_its_words_never_come(work: Workshop) -> None:
    work.transcriber.status = "IN_PROGRESS"
    call = at_the_beep("2")
    takes(call, "speaks file ends")

    work.passes(minutes=4)
    assert (work.mails, work.texts) == ([], [])
    work.passes(minutes=2)
    assert [NO_WORDS in each for each in (*work.mails, *work.texts)] == [True, True]
    assert work.shop.call(call.call_id)["messages"] == left()
    work.passes(minutes=60)

    assert work.shop.call(call.call_id)["messages"] == left(status="failed")
    assert (len(work.mails), len(work.texts)) == (1, 1)
    assert work.queue.waiting == []


def test_a_message_is_told_at_once_when_the_carrier_lost_it(work: Workshop) -> None:
    work.carrier.files.clear()
    call = at_the_beep("2")
    takes(call, "speaks absent ends")

    work.passes(minutes=1)

    assert [NO_WORDS in each for each in (*work.mails, *work.texts)] == [True, True]
    assert work.shop.call(call.call_id)["messages"] == left(status="failed")
    assert work.transcriber.jobs == {}


def test_a_file_that_comes_late_is_written_down_late(work: Workshop) -> None:
    work.carrier.files.clear()
    call = at_the_beep("2")
    takes(call, "speaks ends")
    work.passes(minutes=2)
    assert work.mails == []

    work.has_file(RECORDING)
    takes(call, "file")
    work.passes(minutes=1)

    assert work.transcriber.words in work.mails[0]
    assert len(work.mails) == 1


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED"])
def test_nobody_is_told_twice_by_a_queue_that_brings_everything_twice(
    work: Workshop, status: str
) -> None:
    work.transcriber.status, work.queue.times = status, 2
    call = at_the_beep("2")
    takes(call, "speaks speaks file file ends ends")

    work.passes(minutes=1)

    assert (len(work.mails), len(work.texts)) == (1, 1)
    assert sorted(notices(work.shop, call)) == [("email", "sent"), ("sms", "sent")]
    assert len(work.transcriber.jobs) == 1
