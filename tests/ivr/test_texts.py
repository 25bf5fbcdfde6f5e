"""What the platform says of itself, in each of its languages."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from chalicelib.ivr import texts
from chalicelib.ivr.texts import TEXTS, WRITTEN, Line, placeholders, say
from chalicelib.ivr.tongues import SPOKEN, family
from chalicelib.ivr.voices import LONGEST_TEXT, VOICE_OF
from tests.architecture.tidiness import word_faults
from tests.architecture.tree import ROOT

if TYPE_CHECKING:
    from chalicelib.ivr.readings import Value

TAGS = {"fr": "fr-FR", "en": "en-GB", "es": "es-ES", "de": "de-DE", "ar": "ar-AE"}
VALUES: dict[str, Value] = {
    "position": 3,
    "duration": 1260,
    "key": "#",
    "number": "+33142680005",
    "time": datetime(2026, 3, 3, 14, 5),  # noqa: DTZ001 - the callers' own wall clock
    "label": "Lyon",
    "value": "quatre, deux",
    "price": Decimal("0.15"),
    "purpose": "x",
}
PRICES = [(Decimal(cents) / 100, False) for cents in range(1, 301)]
PRICES += [(Decimal(cents) / 100, True) for cents in range(1, 81)]
# The carrier's voices are within this much of people reading aloud.
FASTER, SLOWER = Decimal("0.85"), Decimal("1.15")


def test_every_sentence_exists_in_every_language() -> None:
    assert set(TEXTS) == set(SPOKEN)
    assert all(set(TEXTS[language]) == set(Line) for language in TEXTS)
    assert word_faults(TEXTS) == []


@pytest.mark.parametrize("language", SPOKEN)
def test_no_file_says_a_sentence_twice(language: str) -> None:
    text = (ROOT / f"chalicelib/ivr/prompts/{language}.json").read_text(encoding="utf-8")
    names = [name for name, _ in json.loads(text, object_pairs_hook=list)]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("line", Line)
@pytest.mark.parametrize("language", SPOKEN)
def test_a_sentence_asks_for_the_same_values_in_every_language(language: str, line: Line) -> None:
    assert placeholders(TEXTS[language][line]) == placeholders(TEXTS["fr"][line])


@pytest.mark.parametrize("line", Line)
@pytest.mark.parametrize("language", SPOKEN)
def test_a_sentence_is_written_in_the_script_of_its_language(language: str, line: Line) -> None:
    bare = re.sub(r"\{\w+\}|SMS", "", TEXTS[language][line])
    scripts = {unicodedata.name(each).partition(" ")[0] for each in bare if each.isalpha()}

    assert scripts == {"ARABIC" if language == "ar" else "LATIN"}


@pytest.mark.parametrize("language", SPOKEN)
def test_no_two_languages_say_the_same(language: str) -> None:
    others = [TEXTS[other] for other in SPOKEN if other != language]

    for line in (Line.APOLOGY, Line.PRICE_CALL, Line.RECORDING, Line.CLOSED, Line.QUEUE_WHISPER):
        assert all(TEXTS[language][line] != other[line] for other in others)


@pytest.mark.parametrize("line", [line for line in Line if line not in WRITTEN])
@pytest.mark.parametrize("language", SPOKEN)
def test_a_sentence_is_said_with_its_values_in_words(language: str, line: Line) -> None:
    wanted = placeholders(TEXTS[language][line])
    said = say(line, TAGS[language], **{name: VALUES[name] for name in wanted})

    assert said.language == TAGS[language]
    assert "{" not in said.text
    assert len(said.text) <= LONGEST_TEXT
    written = set(re.findall("[0-9]", TEXTS[language][line]))
    assert set(re.findall("[0-9]", said.text)) == written


def test_a_caller_of_another_language_hears_french() -> None:
    said = say(Line.QUEUE_WAIT, "it-IT", duration=60)

    assert (said.language, said.text) == (
        "fr-FR",
        "Votre temps d'attente est d'environ une minute.",
    )


@pytest.mark.parametrize(
    ("seconds", "heard"),
    [
        (0, "Votre temps d'attente est de moins d'une minute."),
        (59, "Votre temps d'attente est de moins d'une minute."),
        (60, "Votre temps d'attente est d'environ une minute."),
        (61, "Votre temps d'attente est d'environ deux minutes."),
        (600, "Votre temps d'attente est d'environ dix minutes."),
        (601, "Votre temps d'attente est d'environ quinze minutes."),
        (1860, "Votre temps d'attente est d'environ quarante-cinq minutes."),
        (3_600, "Votre temps d'attente est d'environ une heure."),
    ],
)
def test_a_caller_is_told_about_how_long_to_wait(seconds: int, heard: str) -> None:
    assert texts.expected_wait(seconds, "fr-FR").text == heard


@pytest.mark.parametrize(
    ("position", "heard"),
    [(1, "Votre appel sera le prochain."), (2, "Vous êtes en position deux.")],
)
def test_a_caller_is_told_their_place(position: int, heard: str) -> None:
    assert texts.standing(position, "fr-FR").text == heard


def test_an_agent_hears_whom_to_call_back() -> None:
    said = say(Line.CALLBACK_WHISPER, "fr-FR", number="+33142680005", time=time(14))

    assert said.text == (
        "Rappel de zéro un, quarante-deux, soixante-huit, zéro zéro, zéro cinq, "
        "demandé à quatorze heures. Tapez 1 pour appeler."
    )


def test_a_caller_is_told_of_the_recording_its_purpose_and_how_to_object() -> None:
    said = say(Line.RECORDING, "fr-FR", key="9").text

    assert "susceptible d'être enregistré" in said
    assert "afin d'améliorer la qualité de nos services" in said
    assert "opposez, appuyez sur neuf" in said


def test_a_customer_may_name_another_purpose() -> None:
    said = say(Line.RECORDING, "fr-FR", key="9", purpose="à des fins de preuve").text

    assert said.startswith("Cet appel est susceptible d'être enregistré à des fins de preuve.")


def test_a_label_cannot_break_what_is_sent_to_the_carrier() -> None:
    said = say(Line.QUEUE_WHISPER, "fr-FR", label="Lyon\x00").text

    assert said == "Appel en attente : Lyon ."


def test_a_notification_keeps_its_values_as_they_are_written() -> None:
    assert texts.write(Line.VOICEMAIL_SUBJECT, "fr-FR", caller="01 42 68 00 05") == (
        "Nouveau message vocal de 01 42 68 00 05"
    )


@pytest.mark.parametrize("language", SPOKEN)
def test_the_price_notice_lasts_ten_to_twenty_seconds_at_every_price(language: str) -> None:
    # Arrêté of 10 June 2009: 10 s at least; AF2M's code of conduct: 10 to 20 s.
    for price, per_minute in PRICES:
        notice = texts.price_notice(price, TAGS[language], per_minute=per_minute)
        seconds = texts.spoken_seconds(notice.text, notice.language)

        assert 10 <= seconds * FASTER <= seconds * SLOWER <= 20, notice


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("line", [Line.PRICE_CALL, Line.PRICE_MINUTE])
def test_the_price_comes_first(language: str, line: Line) -> None:
    assert TEXTS[language][line].startswith("{price} ")


def test_the_price_notice_says_what_the_law_asks_for() -> None:
    said = texts.price_notice(Decimal("0.15"), "fr-FR", per_minute=True).text

    assert said.startswith("Quinze centimes d'euro par minute, toutes taxes comprises, ")
    for part in ("plus le prix d'un appel", "après le bip", "raccrochez avant le bip", "dièse"):
        assert part in said


def test_a_longer_text_lasts_longer() -> None:
    assert texts.spoken_seconds("Bonjour à tous", "fr-FR") > texts.spoken_seconds("a", "fr-FR") > 0


@pytest.mark.parametrize("tag", [tag for tag in VOICE_OF if family(tag)])
def test_every_accent_of_our_languages_hears_its_own_language(tag: str) -> None:
    assert say(Line.GOODBYE, tag).language == tag
