"""Callers who answer a menu by word."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calls.events import Pressed, Said
from chalicelib.ivr.actions import Ask, Listening
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.kinds.menu import LONGEST_WORDS
from chalicelib.ivr.texts import TEXTS, Line
from tests.ivr.builders import ACall, a_document, a_flow, a_menu, a_voicemail, an_end

FR = TEXTS["fr"]
QUESTION = "Une facture, ou autre chose ?"
CHOICES = {
    "1": {"next": "bill", "phrases": ["ma facture", "facturation"]},
    "2": {"next": "other", "phrases": ["autre chose"]},
    "human": {"next": "box", "phrases": ["quelqu'un", "un conseiller"]},
}
ENDS = {"bill": an_end(text="facture"), "other": an_end(text="autre"), "box": a_voicemail()}


def a_spoken_menu(**fields: Any) -> dict[str, Any]:
    return a_menu(**{"prompt": QUESTION, "choices": CHOICES, "listen": "both", **fields})


def asked(**fields: Any) -> ACall:
    return ACall(a_flow(menu=a_spoken_menu(**fields), **ENDS))


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        pytest.param("ma facture", ["facture"], id="the very phrase"),
        pytest.param(
            "Euh, c'est pour ma FACTURE s'il vous plaît.", ["facture"], id="in a sentence"
        ),
        pytest.param("la facturasion", ["facture"], id="a slip in a long word"),
        pytest.param("un", ["facture"], id="the key's name"),
        pytest.param("le deux", ["autre"], id="the key's name with its article"),
        pytest.param("autre chose", ["autre"], id="another choice"),
        pytest.param("un conseiller", [FR[Line.GREETING]], id="a choice without a key"),
    ],
)
def test_a_caller_says_what_they_want(said: str, heard: list[str]) -> None:
    assert asked().says(said).heard == heard


@pytest.mark.parametrize("said", ["bonjour", "ma facture ou autre chose", "", "😀"])
def test_what_means_nothing_or_two_things_is_asked_again(said: str) -> None:
    assert asked().says(said).heard == [FR[Line.NOT_UNDERSTOOD], QUESTION]


def test_words_keys_and_silence_share_the_attempts() -> None:
    call = asked(invalid={"next": "box"}).says("bonjour").presses("9")
    assert call.heard == [FR[Line.INVALID_KEY], QUESTION]

    call.says("allô")

    assert call.recording


def test_a_caller_may_press_instead() -> None:
    call = asked().presses("2")

    assert call.heard == ["autre"]
    assert [e.choice for e in call.events if isinstance(e, Pressed)] == ["2"]


def test_what_was_said_is_logged_with_what_it_meant() -> None:
    call = asked().says("bonjour").says("ma facture")

    assert [(e.words, e.choice, e.confidence) for e in call.events if isinstance(e, Said)] == [
        ("bonjour", "invalid", 90),
        ("ma facture", "1", 90),
    ]


def test_of_a_long_story_only_the_beginning_is_kept() -> None:
    call = asked().says("bla " * 500)

    (said,) = (e for e in call.events if isinstance(e, Said))
    assert len(said.words) == LONGEST_WORDS


def test_the_carrier_is_told_what_to_listen_for() -> None:
    (question,) = asked(hints=["Durand"], speech_timeout_seconds=3, barge_in=False).actions

    assert isinstance(question, Ask)
    assert question.listening is Listening.BOTH
    assert question.language == "fr-FR"
    assert set(question.hints) == {
        "ma facture", "facturation", "autre chose", "quelqu'un", "un conseiller", "Durand"
    }  # fmt: skip
    assert (question.speech_timeout, question.barge_in, question.most_keys) == (3, False, 1)


def test_a_name_is_no_key_that_anybody_could_press() -> None:
    assert asked().presses("1").heard == ["facture"]
    assert asked().presses("0").heard == [FR[Line.INVALID_KEY], QUESTION]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        pytest.param({"listen": "keys"}, "/choices/1", id="words without listening"),
        pytest.param(
            {"choices": {"human": "box", "1": "bill", "2": "other"}}, "/choices/human", id="no word"
        ),
        pytest.param(
            {
                "choices": {
                    **CHOICES,
                    "3": {"next": "box", "phrases": ["Ma  Facture"]},
                }
            },
            "/choices/3",
            id="a phrase that means two choices",
        ),
        pytest.param({"finish_key": "1"}, "/finish_key", id="a finish key that is a choice"),
        pytest.param({"choices": {**CHOICES, "12": "box"}}, "/choices/12", id="1 and 12"),
        pytest.param({"choices": {**CHOICES, "Aïe": "box"}}, "/choices/Aïe", id="no name"),
    ],
)
def test_a_menu_that_would_confuse_callers_is_refused(fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(menu=a_spoken_menu(**fields), **ENDS))

    assert f"/nodes/menu{pointer}" in {fault.pointer for fault in refused.value.faults}


def test_a_menu_that_never_leads_to_anybody_is_refused() -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(menu=a_menu(choices={"1": "end"}), end=an_end()))

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/menu"]


def test_a_phrase_without_a_word_in_it_is_refused() -> None:
    silent = {"1": {"next": "end", "phrases": ["???"]}}

    with pytest.raises(FlowRefused) as refused:
        parse(a_document(menu=a_menu(listen="both", choices=silent), end=an_end()))

    told = {fault.pointer: fault.reason for fault in refused.value.faults}
    assert told["/nodes/menu/choices/1"] == "'???' has no word in it"
