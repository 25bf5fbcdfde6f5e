"""People at the telephones: they hesitate, mumble, refuse, and hang up wherever they like."""

from __future__ import annotations

from typing import Any

import pytest

from local.phone.handsets import BUSY, NOISE, Handset, Words, agent, ignores, refuses
from tests.local.phone_customers import AGENT, CALLER, OTHER_AGENT, OURS, Scene, play

LISTEN = (
    "<Gather input='dtmf speech' speechTimeout='auto' hints='devis, facture' language='fr-FR'"
    " enhanced='true' timeout='4' action='/suite' {more}><Say>Que voulez-vous ?</Say></Gather>"
    "<Say>Rien compris.</Say>"
)
WHISPERED = (
    "<Dial action='/apres' timeout='20'>"
    f"<Number url='/annonce'>{AGENT}</Number><Number url='/annonce'>{OTHER_AGENT}</Number></Dial>"
)
ANNOUNCED = {
    "/voice": WHISPERED,
    "/annonce": (
        "<Gather numDigits='1' timeout='6' action='/oui'><Say>Appuyez sur 1.</Say></Gather>"
        "<Hangup/>"
    ),
    "/oui": [""],
}


def test_words_are_understood_as_well_as_the_script_says() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(
            to=OURS, from_=CALLER, says={1: Words("un devis", confidence=0.42)}
        )

        form = scene.customer.forms("/suite")[0]
        assert (form["SpeechResult"], form["Confidence"]) == ("un devis", "0.42")
        assert "Digits" not in form
        assert story.warnings == []

    play({"/voice": LISTEN.format(more="")}, act)


def test_a_noise_cuts_the_prompt_and_is_not_understood() -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(
            to=OURS, from_=CALLER, says={1: NOISE}, barges_in=True, reaction=0
        )

        assert scene.customer.forms("/suite") == []
        assert story.heard() == ["Que voulez-vous ?", "Rien compris."]

    play({"/voice": LISTEN.format(more="")}, act)


def test_an_empty_result_says_what_was_asked_for() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, says={1: NOISE})

        form = scene.customer.forms("/suite")[0]
        assert (form["Digits"], form["SpeechResult"]) == ("", "")

    play({"/voice": LISTEN.format(more="actionOnEmptyResult='true'")}, act)


def test_keys_come_first_and_words_no_longer_count() -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, presses={1: "12"}, talks={4: "un devis"})

        form = scene.customer.forms("/suite")[0]
        assert form["Digits"] == "12"
        assert "SpeechResult" not in form

    play({"/voice": LISTEN.format(more="")}, act)


@pytest.mark.parametrize(
    ("keys", "digits"),
    [("1WW2", "12"), ("1WWWWW2", "1"), ("1ww#", "1"), ("*9", "*9")],
    ids=["in time", "too late", "a finish key", "a star"],
)
def test_a_caller_hesitates_between_keys(keys: str, digits: str) -> None:
    async def act(scene: Scene) -> None:
        await scene.network.ring(to=OURS, from_=CALLER, presses={1: keys})

        assert scene.customer.forms("/menu")[0]["Digits"] == digits

    play({"/voice": "<Gather timeout='4' action='/menu'/>"}, act)


@pytest.mark.parametrize(
    ("script", "heard", "lasted"),
    [
        ({"hangs_up_during": "long"}, ["Un.", "Un texte assez long pour cela."], 2),
        ({"hangs_up_at_question": 1}, ["Un.", "Un texte assez long pour cela.", "Menu."], 4),
        ({"hangs_up_at_verb": 2}, ["Un."], 1),
        ({"hangs_up_at_verb": 1}, [], 0),
    ],
    ids=["in a text", "in a question", "at the second verb", "before the first"],
)
def test_a_caller_hangs_up_anywhere(script: dict[str, Any], heard: list[str], lasted: int) -> None:
    async def act(scene: Scene) -> None:
        story = await scene.network.ring(to=OURS, from_=CALLER, **script)

        assert (story.heard(), story.duration) == (heard, lasted)
        assert scene.customer.forms("/menu") == []
        assert len(scene.customer.forms("/status")) == 1

    voice = (
        "<Say>Un.</Say><Say>Un texte assez long pour cela.</Say>"
        "<Gather action='/menu'><Say>Menu.</Say><Pause length='1'/></Gather>"
    )
    play({"/voice": voice}, act)


def test_an_agent_accepts_at_the_whisper_and_the_others_stop_ringing() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, agent(after=3, talks=30))
        scene.network.handset(OTHER_AGENT, agent(after=9))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/apres")[0]
        assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "true")
        assert form["DialCallSid"] == story.legs[1].sid
        assert story.pressed(AGENT) == "1"
        # One second of whisper and one to react come before the thirty of conversation.
        assert story.legs[1].duration == 32
        assert story.legs[2].status == "no-answer"
        assert story.warnings == []

    play(ANNOUNCED, act)


def test_who_refuses_leaves_the_caller_to_the_next_who_accepts() -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, refuses(after=1))
        scene.network.handset(OTHER_AGENT, agent(after=8, talks=10))

        story = await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/apres")[0]
        assert (form["DialCallSid"], form["DialBridged"]) == (story.legs[2].sid, "true")

    play(ANNOUNCED, act)


@pytest.mark.parametrize(
    "script",
    [refuses(), refuses(key="2"), ignores()],
    ids=["hangs up", "presses another key", "does nothing"],
)
def test_a_whisper_that_nobody_accepts_is_an_answered_call_without_a_bridge(
    script: Handset,
) -> None:
    async def act(scene: Scene) -> None:
        scene.network.handset(AGENT, BUSY)
        scene.network.handset(OTHER_AGENT, script)

        await scene.network.ring(to=OURS, from_=CALLER)

        form = scene.customer.forms("/apres")[0]
        assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "false")

    play(ANNOUNCED | {"/oui": "<Hangup/>"}, act)


def test_scripts_are_read_from_json_with_words_in_them() -> None:
    script = Handset.from_json(
        {"says": {"1": {"text": "oui", "confidence": 0.5}, "quoi": ["non", "si"]}, "presses": ["1"]}
    )

    assert script.says == {1: Words("oui", 0.5), "quoi": (Words("non"), Words("si"))}
    assert script.presses == {1: "1"}
