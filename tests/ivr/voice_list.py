"""Which voice speaks which language: writes `chalicelib/ivr/voices.json`.

    .venv/bin/python -m tests.ivr.voice_list

Names are the carrier's own list (twilio's SDK publishes it; the phone network of `local/` checks
calls by it). A Google voice names its language; what Amazon's speak is in "Available voices" of the
Amazon Polly developer guide.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from chalicelib.ivr.voices import LANGUAGES
from local.phone import rules

FILE = Path(__file__).parents[2] / "chalicelib" / "ivr" / "voices.json"

# Amazon Polly, "Available voices". Languages by the names that the carrier gives them; those with
# two are bilingual, or have two tags at the carrier.
POLLY = {
    "arb": "Zeina",
    "ar-AE": "Hala Zayd",
    "ca-ES": "Arlet",
    "cmn-CN": "Zhiyu",
    "zh-CN": "Zhiyu",
    "yue-HK": "Hiujin",
    "zh-HK": "Hiujin",
    "cy-GB": "Gwyneth",
    "da-DK": "Mads Naja Sofie",
    "de-AT": "Hannah",
    "de-DE": "Daniel Hans Marlene Vicki",
    "en-AU": "Nicole Olivia Russell",
    "en-GB": "Amy Arthur Brian Emma",
    "en-GB-WLS": "Geraint",
    "en-IE": "Niamh",
    "en-IN": "Aditi Kajal Raveena",
    "en-NZ": "Aria",
    "en-US": (
        "Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Ruth Salli Stephen"
    ),
    "en-ZA": "Ayanda",
    "es-ES": "Conchita Enrique Lucia Sergio",
    "es-MX": "Andres Mia Mía",
    "es-US": "Lupe Miguel Pedro Penelope",
    "fi-FI": "Suvi",
    "fr-BE": "Isabelle",
    "fr-CA": "Chantal Gabrielle Liam",
    "fr-FR": "Celine Lea Mathieu Remi Rémi",
    "hi-IN": "Aditi Kajal",
    "is-IS": "Dora Karl",
    "it-IT": "Adriano Bianca Carla Giorgio",
    "ja-JP": "Kazuha Mizuki Takumi Tomoko",
    "ko-KR": "Seoyeon",
    "nb-NO": "Ida Liv",
    "nl-BE": "Lisa",
    "nl-NL": "Laura Lotte Ruben",
    "pl-PL": "Ewa Jacek Jan Maja Ola",
    "pt-BR": "Camila Ricardo Thiago Vitoria",
    "pt-PT": "Cristiano Ines",
    "ro-RO": "Carmen",
    "ru-RU": "Maxim Tatyana",
    "sv-SE": "Astrid Elin",
    "tr-TR": "Burcu Filiz",
}
# The carrier's two names for one language: its old ones, and those that Google uses.
ALSO = {"cmn-CN": "zh-CN", "cmn-TW": "zh-TW", "yue-HK": "zh-HK"}
GOOGLE = re.compile(r"Google\.([a-z]{2,3})-([A-Za-z]{2})-.+")


def published() -> frozenset[str]:
    """Return every voice that the carrier names."""
    say = rules.element("Say")
    assert say is not None
    return say.attributes["voice"].values


def by_language() -> dict[str, list[str]]:
    """Return the voices of each language that the carrier can be asked to speak."""
    return {
        language: sorted(voice for voice in published() if language in languages_of(voice))
        for language in sorted(LANGUAGES)
    }


def languages_of(voice: str) -> set[str]:
    """Return the languages of a voice; none for the carrier's old voices, which have no name."""
    match = GOOGLE.fullmatch(voice)
    if match:
        language = f"{match[1]}-{match[2].upper()}"
        return {language, ALSO.get(language, language)}
    name = voice.removeprefix("Polly.").partition("-")[0]
    return {language for language, names in POLLY.items() if name in names.split()}


def render() -> str:
    """Return the text of the file."""
    return json.dumps(by_language(), indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
