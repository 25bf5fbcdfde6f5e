"""The voices we choose and accept, against the carrier's own list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.tongues import SPOKEN, family
from chalicelib.ivr.voices import (
    LANGUAGES,
    LONGEST_ENCODED,
    LONGEST_TEXT,
    VOICE,
    VOICE_OF,
    encoded_length,
    fitted,
    speaks,
    voice_for,
    voices_of,
)
from tests.ivr import voice_list

WANTED = ["fr-FR", "en-GB", "en-US", "es-ES", "de-DE", "ar-AE", "it-IT", "nl-NL", "pt-PT", "pt-BR"]


def test_the_list_we_ship_is_the_carriers() -> None:
    # Written by `python -m tests.ivr.voice_list`.
    assert voice_list.FILE.read_text(encoding="utf-8") == voice_list.render()


def test_every_amazon_voice_of_the_carriers_has_its_language() -> None:
    polly = {voice for voice in voice_list.published() if voice.startswith("Polly.")}

    assert {voice for voice in polly if not voice_list.languages_of(voice)} == set()
    assert len(voice_list.published()) == 900


@pytest.mark.parametrize(("language", "voice"), VOICE_OF.items())
def test_our_voice_of_a_language_exists_and_speaks_it(language: str, voice: str) -> None:
    assert voice in voice_list.published()
    assert voice in voices_of(language)
    assert VOICE.fullmatch(voice)


@pytest.mark.parametrize("language", WANTED)
def test_the_languages_of_our_customers_have_a_neural_voice(language: str) -> None:
    assert str(voice_for(language)).endswith("-Neural")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_better_kind_of_voice_was_left_for_a_language_of_ours(language: str) -> None:
    neural = any(voice.endswith("-Neural") for voice in voices_of(language))
    chosen = voice_for(language)

    assert chosen is None or chosen.endswith("-Neural") == neural


def test_each_language_with_sentences_of_ours_has_a_voice() -> None:
    assert {family(tag) for tag in VOICE_OF} >= set(SPOKEN)


@pytest.mark.parametrize(
    ("voice", "language", "does"),
    [
        pytest.param("Polly.Lea-Neural", "fr-FR", True, id="her own language"),
        pytest.param("Polly.Lea-Neural", "fr-CA", False, id="another accent"),
        pytest.param("Polly.Lea-Neural", "en-GB", False, id="another language"),
        pytest.param("Polly.Léa-Neural", "fr-FR", False, id="misspelt"),
        pytest.param("Polly.Rémi-Generative", "fr-FR", True, id="spelt with its accent"),
        pytest.param("Polly.Celine-Neural", "fr-FR", False, id="a voice that is not neural"),
        pytest.param("Polly.Kajal-Neural", "hi-IN", True, id="bilingual, in Hindi"),
        pytest.param("Polly.Kajal-Neural", "en-IN", True, id="bilingual, in English"),
        pytest.param("Polly.Hala-Neural", "ar-AE", True, id="Gulf Arabic"),
        pytest.param("Polly.Hala-Neural", "arb", False, id="not Modern Standard Arabic"),
        pytest.param("Google.fr-FR-Neural2-A", "fr-FR", True, id="Google"),
        pytest.param("Google.fr-FR-Neural2-Z", "fr-FR", False, id="no such letter"),
        pytest.param("Google.fil-ph-Neural2-A", "fil-PH", True, id="named in small letters"),
        pytest.param("woman", "hu-HU", True, id="the carrier's first voices"),
        pytest.param("", "fr-FR", False, id="nothing"),
    ],
)
def test_a_voice_speaks_what_the_carrier_lists(voice: str, language: str, does: bool) -> None:
    assert speaks(voice, language) is does


@given(st.text(max_size=6000) | st.text("é€😀 ", min_size=1000, max_size=4000))
def test_a_fitted_text_can_be_said(text: str) -> None:
    fit = fitted(text)

    assert len(fit) <= LONGEST_TEXT
    assert encoded_length(fit) <= LONGEST_ENCODED
    assert fitted(fit) == fit


def test_a_short_text_is_left_alone() -> None:
    assert fitted("Bonjour à tous.") == "Bonjour à tous."


def test_a_long_text_ends_with_a_whole_word() -> None:
    assert fitted("bonjour " * 1000).endswith("bonjour")
