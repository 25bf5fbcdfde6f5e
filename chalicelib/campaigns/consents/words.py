"""Words as people write them: those that end a consent, those that say too little. Pure.

The lists are `words.json`, written without accents, in small letters, without punctuation.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 1_600  # letters that are read of a text message: no carrier takes more
LONGEST_NAME: Final = 60  # of whoever confirms: one text message


def plain(text: str) -> str:
    """Reduce to small letters and digits without accents, words apart by one space.

    >>> plain(" Ne m’appelez PLUS, arrêtez !")
    'ne m appelez plus arretez'
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = (each for each in letters if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in kept).split())


def is_stop(text: str) -> bool:
    """Say whether a message ends a consent: it begins with such a word, or says so in others.

    The law wants no form (C. conso L223-1), so in doubt it ends it.

    >>> is_stop("STOP"), is_stop("Arrêt."), is_stop("Bonjour, stop svp"), is_stop("Stop 36111")
    (True, True, True, True)
    >>> is_stop("Laissez-moi tranquille"), is_stop("Je retire mon consentement")
    (True, True)
    >>> is_stop("Le bus s'arrête au stop ?"), is_stop("N'oubliez pas de me rappeler"), is_stop("")
    (False, False, False)
    """
    left = _without(plain(text[:LONGEST]), _polite())
    return _is_only(left, _stops()) or _says(left, "fr") or _says(left, "en")


def confirmation(text: str, name: str) -> str:
    """Return what is answered to a message that ends a consent, in its language, or in French.

    >>> confirmation("Please stop calling me", "Pain SARL")[:16], confirmation("STOP", "")[:5]
    ('Noted: Pain SARL', "C'est")
    """
    left = _without(plain(text[:LONGEST]), _polite())
    french, english = (_longest_first(_words()["stop"][each]) for each in ("fr", "en"))
    is_english = _is_only(left, english) or _says(left, "en")
    language = "en" if is_english and not _is_only(left, french) else "fr"
    answer: str = _words()["confirmation"][language]
    return answer.format(name=name[:LONGEST_NAME])


def tidy(text: str) -> str:
    """Write an object without the spaces and stops that make it look like another.

    >>> tidy(" Livraison  de pain .")
    'Livraison de pain'
    """
    return " ".join(text.split()).rstrip(" .,;:")


def is_vague(text: str) -> bool:
    """Say whether an object is none: nothing is left of it without words that anything could be.

    >>> is_vague("Nos offres commerciales."), is_vague("Offres diverses du groupe")
    (True, True)
    >>> is_vague("Contrat d'entretien de chaudière"), is_vague("Nos offres de pain bio")
    (False, False)
    """
    left = _without(plain(text), _vague())
    return all(word in _empty() or word.isdecimal() for word in left.split())


def names_others(text: str) -> bool:
    """Say whether it is about whoever: "our partners", "our network".

    >>> names_others("les offres de nos partenaires"), names_others("un devis de fenêtres")
    (True, False)
    """
    padded = f" {plain(text)} "
    return any(f" {each} " in padded for each in _words()["others"])


def unsaid(text: str, name: str) -> tuple[str, ...]:
    """Return what the law wants said and a text does not seem to say.

    >>> unsaid("Oui, Dupont SA peut m'appeler un an ; je peux retirer mon accord.", "Dupont SA")
    ('proof',)
    """
    read = plain(text)
    lacks = [about for about, words in _words()["says"].items() if not _any_of(words, read)]
    return (*(() if plain(name) in read else ("professional",)), *lacks)


def _is_only(left: str, phrases: tuple[str, ...]) -> bool:
    bare = " ".join(word for word in left.split() if not word.isdecimal())
    return bool(bare) and not _without(bare, phrases)


def _says(left: str, language: str) -> bool:
    return any(each.search(left) for each in _patterns(language))


def _any_of(words: list[str], read: str) -> bool:
    return any(each in read for each in words)


def _without(text: str, phrases: tuple[str, ...]) -> str:
    padded = f" {text} "
    for each in phrases:  # the longest first
        while f" {each} " in padded:
            padded = padded.replace(f" {each} ", " ")
    return padded.strip()


@cache
def _words() -> dict[str, Any]:
    text = Path(__file__).with_name("words.json").read_text(encoding="utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    said = _words()["says_stop"]
    parts = {f"{{{name}}}": said[name] for name in ("ring", "about", "filler")}
    written = list(said[language])
    for name, part in parts.items():
        written = [each.replace(name, part) for each in written]
    return tuple(re.compile(each) for each in written)


@cache
def _vague() -> tuple[str, ...]:
    return _longest_first(_words()["vague"])


@cache
def _empty() -> frozenset[str]:
    return frozenset(_words()["empty"])


@cache
def _stops() -> tuple[str, ...]:
    return _longest_first(each for words in _words()["stop"].values() for each in words)


@cache
def _polite() -> tuple[str, ...]:
    return _longest_first(_words()["polite"])


def _longest_first(phrases: Any) -> tuple[str, ...]:
    return tuple(sorted(set(phrases), key=lambda each: (-len(each), each)))
