"""What callers say, and what the bot of the product makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.voicebot.bots import Asking, End, HandOver, Said, Say, Turn
from chalicelib.ivr.voicebot.brief import Digits, Slot
from chalicelib.ivr.voicebot.bundled import MatchingBot
from chalicelib.ivr.voicebot.matching import ENOUGH, score
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
    assert filled(Slot(name="x", ask="?", **slot), text, "fr-FR") == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr-FR", "douze trente-quatre cinquante-six"),
        ("fr-FR", "un dossier : cent vingt-trois quatre cent cinquante-six"),
        ("en-GB", "it's one two three four five six"),
        ("de-DE", "eins zwei drei vier fünf sechs"),
        ("es-ES", "doce treinta y cuatro cincuenta y seis"),
        ("ar-AE", "واحد اثنان ثلاثة أربعة خمسة ستة"),
    ],
)
def test_a_number_is_understood_however_it_is_said(language: str, text: str) -> None:
    slot = Slot(name="x", ask="?", digits=Digits(6, 6))

    assert filled(slot, text, language) == "123456"


@pytest.mark.parametrize(
    "text",
    [
        "je ne veux pas annuler ma commande",
        "non je ne souhaite surtout pas annuler",
        "I don't want annuler ma commande",
        "pas annuler",
        "je ne veux pas parler à un conseiller",
    ],
)
def test_what_a_caller_does_not_want_is_not_done(text: str) -> None:
    assert not isinstance(says(text), HandOver)


def test_what_a_caller_wants_instead_is_done() -> None:
    assert says("je ne veux pas annuler, je veux parler à un conseiller") == HandOver(exit="person")
    assert says("pas les horaires, je veux annuler ma commande") == HandOver(exit="cancel")


def test_a_complaint_is_no_refusal() -> None:
    assert score("je ne comprends pas ma facture", "ma facture") > ENOUGH
    assert score("je n'ai pas reçu ma commande", "commande pas reçue") > ENOUGH
    assert score("pas annuler ma commande mais la modifier", "modifier ma commande") > ENOUGH


@given(st.text(max_size=600))
def test_whatever_a_caller_says_gets_an_answer(text: str) -> None:
    assert isinstance(says(text), Say | HandOver | End)
