"""What the carrier can say: its languages, the voice we choose for each, and how long a text.

Facts of Twilio's <Say>; whether a text is a good one is nobody's business here.
"""

from __future__ import annotations

import re
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

# A language that is not listed is spoken by the carrier's own default voice.
VOICE_OF: Final = {
    "fr-FR": "Polly.Lea-Neural",
    "fr-BE": "Polly.Isabelle-Neural",
    "fr-CA": "Polly.Gabrielle-Neural",
    "en-GB": "Polly.Amy-Neural",
    "en-US": "Polly.Joanna-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "de-DE": "Polly.Vicki-Neural",
    "it-IT": "Polly.Bianca-Neural",
    "nl-NL": "Polly.Laura-Neural",
    "pt-PT": "Polly.Ines-Neural",
    "ar-AE": "Polly.Hala-Neural",
}

# A Google voice names the language it speaks: any other would fail the <Say>.
VOICE: Final = re.compile(
    r"man|woman|alice|Polly\.[\w-]{2,40}|Google\.(?P<language>[a-z]{2,3}-[A-Z]{2})-[\w-]{2,40}"
)

# Twilio error 13521: 3,000 characters for Polly voices, 4,500 once URL-encoded, for any voice.
LONGEST_TEXT: Final = 3000
LONGEST_ENCODED: Final = 4500


def voice_for(language: str) -> str | None:
    """Return the voice we choose for a language, None to leave it to the carrier."""
    return VOICE_OF.get(language)


def speaks(voice: str, language: str) -> bool:
    """Say whether a voice, as far as its name tells, speaks a language.

    >>> speaks("Google.fr-FR-Neural2-A", "fr-FR"), speaks("Google.fr-FR-Neural2-A", "en-GB")
    (True, False)
    """
    named = VOICE.fullmatch(voice)
    return named is not None and named["language"] in {None, language}


def encoded_length(text: str) -> int:
    """Return how long a text is once URL-encoded: an accented letter counts six.

    >>> encoded_length("été")
    13
    """
    return len(quote(text, safe=""))
