"""What callers say, and what the bot of the product makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.voicebot.bots import Asking, End, HandOver, Said, Say, Turn
from chalicelib.ivr.voicebot.brief import Digits, Slot
from chalicelib.ivr.voicebot.bundled import MatchingBot
from chalicelib.ivr.voicebot.slots import filled
from tests.ivr.voicebot.builders import HOURS, a_brief

BOT = MatchingBot()


def says(text: str, **fields: object) -> object:
    return BOT.reply(Turn(text=text, language="fr-FR", brief=a_brief(), **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("je souhaite annuler la commande", "cancel"),
        ("ANNULER MA COMMANDE", "cancel"),
        ("euh bonjour je voudrais parler à un conseiller s'il vous plaît", "person"),
        ("je voudrais parler à quelqu'un", "person"),
    ],
)
def test_a_caller_who_says_what_they_want_is_taken_there(text: str, leaves: str) -> None:
    assert says(text) == HandOver(exit=leaves)


@pytest.mark.parametrize(
    "text", ["vos horaires", "vous ouvrez à quelle heure ?", "a quel heure ouvrez vous"]
)
def test_a_caller_with_a_question_hears_the_answer(text: str) -> None:
    assert says(text) == Say(text=HOURS.reply)


@pytest.mark.parametrize("text", ["il fait beau", "non", "je veux commander une pizza", "?!", "le"])
def test_what_fits_nothing_is_asked_again(text: str) -> None:
    reply = says(text)

    assert isinstance(reply, Say)
    assert not reply.understood


def test_a_caller_is_asked_for_what_is_missing_and_then_taken_there() -> None:
    asked = says("où est ma commande")
    assert asked == Say(text="Quel numéro ?", asking=Asking("order", 0))

    found = says("le douze, 12 34 56", asking=Asking("order", 0))
    assert found == HandOver(exit="order", learnt={"order.number": "123456"})


def test_a_caller_who_says_it_all_at_once_is_asked_nothing() -> None:
    assert says("où est ma commande 123456") == HandOver(
        exit="order", learnt={"order.number": "123456"}
    )


def test_a_caller_who_changes_their_mind_is_followed() -> None:
    assert says("je veux annuler", asking=Asking("order", 0)) == HandOver(exit="cancel")


def test_an_answer_that_is_none_is_asked_again_with_the_question() -> None:
    reply = says("je ne sais pas", asking=Asking("order", 0))

    assert isinstance(reply, Say)
    assert (reply.understood, reply.asking) == (False, Asking("order", 0))
    assert reply.text.endswith("Quel numéro ?")


def test_a_caller_who_has_it_all_ends_the_conversation() -> None:
    assert says("non merci", history=(Said("vos horaires", HOURS.reply),)) == End()


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        ({"digits": Digits(6, 8)}, "c'est le 12 34, 56", "123456"),
        ({"digits": Digits(4, 4)}, "un deux trois quatre", "1234"),
        ({"digits": Digits(6, 8)}, "12345", None),
        ({"digits": Digits(6, 8)}, "123456789", None),
        ({"digits": Digits(1, 4)}, "12 rue 34", None),
        ({"shape": "A-9999"}, "a 12 34", "A-1234"),
        ({"shape": "A-9999"}, "la commande B4567 merci", "B-4567"),
        ({"shape": "A-9999"}, "4567", None),
        ({"choices": {"yes": ("oui", "d'accord"), "no": ("non",)}}, "d'accord", "yes"),
        ({"choices": {"yes": ("oui", "d'accord"), "no": ("non",)}}, "peut-être", None),
        ({}, " Dupont ", "Dupont"),
        ({}, "  ", None),
    ],
)
def test_an_answer_gives_a_slot_its_value(
    slot: dict[str, object], text: str, value: str | None
) -> None:
    assert filled(Slot(name="x", ask="?", **slot), text) == value  # type: ignore[arg-type]


@given(st.text(max_size=600))
def test_whatever_a_caller_says_gets_an_answer(text: str) -> None:
    assert isinstance(says(text), Say | HandOver | End)
