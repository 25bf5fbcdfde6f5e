"""What the carrier can say: its languages, the voice we choose for each, and how long a text.

Facts of Twilio's <Say>; whether a text is a good one is nobody's business here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

# Twilio, <Say> language attribute (helper library 9.13).
LANGUAGES: Final = frozenset(
    {
        "af-ZA", "am-ET", "ar-AE", "ar-XA", "arb", "bg-BG", "bn-IN", "ca-ES", "cmn-CN", "cmn-TW",
        "cs-CZ", "cy-GB", "da-DK", "de-AT", "de-DE", "el-GR", "en-AU", "en-CA", "en-GB",
        "en-GB-WLS", "en-IE", "en-IN", "en-NZ", "en-US", "en-ZA", "es-ES", "es-MX", "es-US",
        "fi-FI", "fil-PH", "fr-BE", "fr-CA", "fr-FR", "gu-IN", "he-IL", "hi-IN", "hu-HU",
        "id-ID", "is-IS", "it-IT", "ja-JP", "kn-IN", "ko-KR", "lv-LV", "ml-IN", "mr-IN", "ms-MY",
        "nb-NO", "nl-BE", "nl-NL", "pa-IN", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK",
        "sr-RS", "sv-SE", "ta-IN", "te-IN", "th-TH", "tr-TR", "uk-UA", "vi-VN", "yue-HK",
        "zh-CN", "zh-HK", "zh-TW",
    }
)  # fmt: skip

# Neural voices, or WaveNet where Amazon has none; Hala speaks English words inside Arabic as well.
# Modern Standard Arabic (arb) has one voice, which is older. A language that is not listed is
# spoken by the carrier's own default voice.
VOICE_OF: Final = {
    "fr-FR": "Polly.Lea-Neural",
    "fr-BE": "Polly.Isabelle-Neural",
    "fr-CA": "Polly.Gabrielle-Neural",
    "en-GB": "Polly.Amy-Neural",
    "en-US": "Polly.Joanna-Neural",
    "en-AU": "Polly.Olivia-Neural",
    "en-IE": "Polly.Niamh-Neural",
    "en-IN": "Polly.Kajal-Neural",
    "en-NZ": "Polly.Aria-Neural",
    "en-ZA": "Polly.Ayanda-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "es-MX": "Polly.Mia-Neural",
    "es-US": "Polly.Lupe-Neural",
    "de-DE": "Polly.Vicki-Neural",
    "de-AT": "Polly.Hannah-Neural",
    "ar-AE": "Polly.Hala-Neural",
    "ar-XA": "Google.ar-XA-Wavenet-A",
    "arb": "Polly.Zeina",
    "it-IT": "Polly.Bianca-Neural",
    "nl-NL": "Polly.Laura-Neural",
    "nl-BE": "Polly.Lisa-Neural",
    "pt-PT": "Polly.Ines-Neural",
    "pt-BR": "Polly.Camila-Neural",
    "ca-ES": "Polly.Arlet-Neural",
    "cmn-CN": "Polly.Zhiyu-Neural",
    "cs-CZ": "Google.cs-CZ-Wavenet-A",
    "da-DK": "Polly.Sofie-Neural",
    "el-GR": "Google.el-GR-Wavenet-A",
    "fi-FI": "Polly.Suvi-Neural",
    "he-IL": "Google.he-IL-Wavenet-A",
    "hi-IN": "Polly.Kajal-Neural",
    "ja-JP": "Polly.Tomoko-Neural",
    "ko-KR": "Polly.Seoyeon-Neural",
    "nb-NO": "Polly.Ida-Neural",
    "pl-PL": "Polly.Ola-Neural",
    "ro-RO": "Google.ro-RO-Wavenet-A",
    "ru-RU": "Google.ru-RU-Wavenet-A",
    "sk-SK": "Google.sk-SK-Wavenet-A",
    "sv-SE": "Polly.Elin-Neural",
    "tr-TR": "Polly.Burcu-Neural",
    "uk-UA": "Google.uk-UA-Wavenet-A",
    "vi-VN": "Google.vi-VN-Neural2-A",
    "yue-HK": "Polly.Hiujin-Neural",
}

# What a voice's name looks like; whether there is such a voice is in `voices.json`.
VOICE: Final = re.compile(
    r"man|woman|alice|Polly\.[\w-]{2,40}|Google\.[a-z]{2,3}-[A-Za-z]{2}-[\w-]{2,40}"
)
# The carrier's first voices: they speak what they are given, each language with one accent.
_OF_ANY_LANGUAGE: Final = frozenset({"man", "woman", "alice"})
_FILE: Final = Path(__file__).parent / "voices.json"

# Twilio error 13521: 3,000 characters for Polly voices, 4,500 once URL-encoded, for any voice.
LONGEST_TEXT: Final = 3000
LONGEST_ENCODED: Final = 4500
_LONGEST_CHARACTER: Final = 12  # encoded: four bytes of UTF-8, three characters each
# XML 1.0, section 2.2: what a document may not carry even when escaped.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def voice_for(language: str) -> str | None:
    """Return the voice we choose for a language, None to leave it to the carrier."""
    return VOICE_OF.get(language)


def speaks(voice: str, language: str) -> bool:
    """Say whether the carrier has a voice, and whether it speaks a language.

    >>> speaks("Google.fr-FR-Neural2-A", "fr-FR"), speaks("Google.fr-FR-Neural2-A", "en-GB")
    (True, False)
    """
    return voice in _OF_ANY_LANGUAGE or voice in voices_of(language)


@cache
def voices_of(language: str) -> frozenset[str]:
    """Return every voice of the carrier's that speaks a language."""
    return frozenset(_voices().get(language, ()))


@cache
def _voices() -> dict[str, list[str]]:
    # Written by `python -m tests.ivr.voice_list` from the list that the carrier's SDK publishes.
    voices: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return voices


def fitted(text: str) -> str:
    """Return what the carrier can say of a text: without control characters, cut after a word.

    A text that is too long would not be cut by the carrier, but not be said at all.

    >>> fitted("Bonjour\\x00 à tous")
    'Bonjour  à tous'
    """
    clean = _NOT_XML.sub(" ", text)
    if len(clean) * _LONGEST_CHARACTER <= LONGEST_ENCODED:
        return clean  # as nearly all are: no need to count
    if len(clean) <= LONGEST_TEXT and encoded_length(clean) <= LONGEST_ENCODED:
        return clean
    room, kept = LONGEST_ENCODED, 0
    for character in clean[:LONGEST_TEXT]:
        room -= encoded_length(character)
        if room < 0:
            break
        kept += 1
    return clean[:kept].rpartition(" ")[0] or clean[:kept]


def encoded_length(text: str) -> int:
    """Return how long a text is once URL-encoded: an accented letter counts six.

    >>> encoded_length("été")
    13
    """
    return len(quote(text, safe=""))
