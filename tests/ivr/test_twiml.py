"""Replies as the carrier reads them, and the URLs that it comes back to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.ivr.actions import (
    Apologise,
    Ask,
    Connect,
    Continue,
    HangUp,
    Play,
    Reply,
    Say,
    TakeMessage,
)
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.nodes import Audio, Spoken
from chalicelib.ivr.position import Position
from chalicelib.ivr.texts import TEXTS, Line
from chalicelib.ivr.twiml import render
from chalicelib.ivr.voices import LANGUAGES, VOICE, VOICE_OF
from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Rejected
from local.phone import rules
from local.phone.twiml.document import from_text
from tests.ivr.builders import OURS, SALES

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
BACK = (
    "https://api.example.fr/api/voice/flows/flow_1/3/menu"
    "?account=acc_1&amp;attempt=2&amp;fallback=%2B33162019999&amp;shards=4&amp;step=5&amp;target=1"
)
TOLD = (
    "https://api.example.fr/api/voice/recordings"
    "?account=acc_1&amp;fallback=%2B33162019999&amp;shards=4"
)
HELLO = Say(Spoken("Bonjour", "fr-FR"))
SAID = '<Say language="fr-FR" voice="Polly.Lea-Neural">Bonjour</Say>'
SORRY = TEXTS["fr"][Line.APOLOGY]


def an_address(**fields: object) -> CallAddress:
    values: dict[str, object] = {
        "base_url": "https://api.example.fr/api",
        "flow_id": "flow_1",
        "version": 3,
        "account_id": "acc_1",
        "log_shards": 4,
        "fallback": "+33162019999",
        **fields,
    }
    return CallAddress(**values)  # type: ignore[arg-type]


def said(*actions: object) -> str:
    position = Position("menu", step=5, attempt=2, target=1)
    text = render(Reply(actions=actions, position=position), an_address())  # type: ignore[arg-type]
    assert from_text(text).findings == ()
    return text.removeprefix(f"{HEAD}<Response>").removesuffix("</Response>")


@pytest.mark.parametrize(
    ("action", "xml"),
    [
        pytest.param(HELLO, SAID, id="say, with the language's voice"),
        pytest.param(
            Say(Spoken("Hi", "en-GB", "Polly.Brian-Neural")),
            '<Say language="en-GB" voice="Polly.Brian-Neural">Hi</Say>',
            id="say, with the voice chosen",
        ),
        pytest.param(
            Say(Spoken("Jó napot", "hu-HU")), '<Say language="hu-HU">Jó napot</Say>', id="no voice"
        ),
        pytest.param(
            Say(Spoken("<a> & b", "fr-FR")),
            '<Say language="fr-FR" voice="Polly.Lea-Neural">&lt;a&gt; &amp; b</Say>',
            id="markup is read out, not obeyed",
        ),
        pytest.param(
            Connect(numbers=(SALES,), ring_seconds=20, most_seconds=1700),
            f'<Dial action="{BACK}" method="POST" timeLimit="1700" timeout="20">'
            f"<Number>{SALES}</Number></Dial>",
            id="a conversation that is cut off",
        ),
        pytest.param(Play(Audio("https://a.fr/b")), "<Play>https://a.fr/b</Play>", id="play"),
        pytest.param(
            Play(Audio(builtin="hold")),
            "<Play>https://api.example.fr/api/audio/builtin/hold</Play>",
            id="play what is built in",
        ),
        pytest.param(
            Ask(prompts=(HELLO,), timeout_seconds=5, most_keys=1, finish_key="#"),
            f'<Gather action="{BACK}" actionOnEmptyResult="true" finishOnKey="#" input="dtmf" '
            f'method="POST" numDigits="1" timeout="5">{SAID}</Gather>',
            id="ask: silence comes back as well",
        ),
        pytest.param(
            Connect(numbers=(SALES,), ring_seconds=20),
            f'<Dial action="{BACK}" method="POST" timeout="20"><Number>{SALES}</Number></Dial>',
            id="connect, showing the caller's number",
        ),
        pytest.param(
            Connect(numbers=(SALES,), ring_seconds=20, caller_id=OURS),
            f'<Dial action="{BACK}" callerId="{OURS}" method="POST" timeout="20">'
            f"<Number>{SALES}</Number></Dial>",
            id="connect, showing ours",
        ),
        pytest.param(
            TakeMessage(max_seconds=120, silence_seconds=5),
            f'<Record action="{BACK}" finishOnKey="#" maxLength="120" method="POST" '
            f'playBeep="true" recordingStatusCallback="{TOLD}" '
            'recordingStatusCallbackEvent="completed absent" timeout="5" />'
            f'<Redirect method="POST">{BACK}</Redirect>',
            id="take a message, and come back without one too",
        ),
        pytest.param(
            Continue(),
            '<Redirect method="POST">'
            + BACK.replace("acc_1&amp;", "acc_1&amp;arriving=1&amp;")
            + "</Redirect>",
            id="come straight back",
        ),
        pytest.param(
            Apologise("fr-FR"),
            f'<Say language="fr-FR" voice="Polly.Lea-Neural">{SORRY}</Say>',
            id="apologise",
        ),
        pytest.param(HangUp(), "<Hangup />", id="hang up"),
    ],
)
def test_an_action_is_written_as_the_carrier_reads_it(action: object, xml: str) -> None:
    assert said(action) == xml


def test_a_reply_without_a_way_back_names_no_url() -> None:
    reply = Reply(actions=(Connect(numbers=(SALES,), ring_seconds=20), HangUp()))

    assert render(reply) == (
        f'{HEAD}<Response><Dial timeout="20"><Number>{SALES}</Number></Dial><Hangup /></Response>'
    )


def test_every_text_of_the_platform_exists_in_every_language() -> None:
    assert {language: set(lines) for language, lines in TEXTS.items()} == dict.fromkeys(
        TEXTS, set(Line)
    )
    assert all(text.strip() for lines in TEXTS.values() for text in lines.values())


def test_our_languages_are_the_carriers() -> None:
    say = rules.element("Say")
    assert say is not None

    assert say.attributes["language"].values == LANGUAGES
    assert VOICE_OF.keys() <= LANGUAGES


@pytest.mark.parametrize(("language", "voice"), VOICE_OF.items())
def test_our_voices_are_the_carriers(language: str, voice: str) -> None:
    assert VOICE.fullmatch(voice)
    assert voice in said(Say(Spoken("Bonjour", language)))


@pytest.mark.parametrize(
    ("node", "query"),
    [
        pytest.param("a/b", {}, id="a path for a name"),
        pytest.param("", {}, id="no name"),
        pytest.param("menu", {"step": "-1"}, id="negative"),
        pytest.param("menu", {"step": "1e3"}, id="no digits"),
        pytest.param("menu", {"step": "٣"}, id="digits of another script"),
        pytest.param("menu", {"step": "99999"}, id="too many"),
        pytest.param("menu", {"attempt": "0"}, id="attempts count from one"),
        pytest.param("menu", {"target": "01"}, id="a leading zero"),
    ],
)
def test_a_position_that_we_did_not_write_is_refused(node: str, query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        Position.from_url(node, query)


@pytest.mark.parametrize(
    ("version", "query"),
    [
        pytest.param("3", {}, id="no account"),
        pytest.param("0", {"account": "acc_1"}, id="version zero"),
        pytest.param("three", {"account": "acc_1"}, id="a word for a version"),
        pytest.param("3", {"account": "acc_1", "shards": "0"}, id="no shards"),
        pytest.param("9" * 30, {"account": "acc_1"}, id="a huge version"),
    ],
)
def test_an_address_that_we_did_not_write_is_refused(version: str, query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        CallAddress.from_url("https://api.example.fr", "flow_1", version, query)


def test_only_whoever_is_rung_is_told_at_which_line_the_call_came_in() -> None:
    address = an_address(dialled=OURS)

    assert f"dialled=%2B{OURS[1:]}&" in address.whisper(Position("team"))
    assert "dialled" not in address.at(Position("team"))


@pytest.mark.parametrize("query", [{"tier": "D81"}, {"since": "soon"}, {"since": "-1"}])
def test_a_price_that_we_did_not_write_is_refused(query: dict[str, str]) -> None:
    known = {"account": "acc_1", "shards": "1", **query}

    with pytest.raises(Rejected):
        CallAddress.from_url("https://api.example.fr", "flow_1", "3", known)


def test_an_address_keeps_what_the_line_costs_and_since_when() -> None:
    begun = datetime(2026, 11, 23, 9, 0, 15, tzinfo=UTC)
    address = an_address(tier=tiers.parse("D080")).charged_from(begun)

    query = dict(parse_qsl(urlsplit(address.at(Position("menu"))).query))

    again = CallAddress.from_url("https://api.example.fr/api", "flow_1", "3", query)
    assert (again.tier, again.service_from) == (tiers.parse("D080"), begun)
    assert again.charged_from(begun + timedelta(minutes=5)) == again


def test_an_address_needs_no_fallback() -> None:
    address = an_address(fallback=None)

    assert "fallback" not in address.at(Position("menu"))
