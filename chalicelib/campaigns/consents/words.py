"""Words as people write them: those that end a consent, those that say too little. Pure.

The lists are `words.json`, written without accents, in small letters, without punctuation.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 160  # a text message: whoever writes more says more than one word


def plain(text: str) -> str:
    """Reduce to small letters and digits without accents, words apart by one space.

    >>> plain(" Ne m’appelez PLUS, arrêtez !")
    'ne m appelez plus arretez'
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = (each for each in letters if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in kept).split())


def is_stop(text: str) -> bool:
    """Say whether a message is nothing but words that end a consent, and what is polite.

    A message that says more is for somebody to read: it may say that a parcel did not stop here.

    >>> is_stop("STOP"), is_stop("Arrêt."), is_stop("stop svp, merci"), is_stop("Stop 36111")
    (True, True, True, True)
    >>> is_stop("Le bus s'arrête au stop ?"), is_stop("merci"), is_stop("")
    (False, False, False)
    """
    if len(text) > LONGEST:
        return False
    words = " ".join(word for word in plain(text).split() if not word.isdecimal())
    left = _without(words, _polite())
    return bool(left) and not _without(left, _stops())


def confirmation(text: str) -> str:
    """Return what is answered to a message that ends a consent, in its language, or in French.

    >>> confirmation("Please stop calling me")[:6], confirmation("STOP")[:5]
    ('Noted:', "C'est")
    """
    left = _without(plain(text), _polite())
    french = _longest_first(_words()["stop"]["fr"])
    language = "fr" if not _without(left, french) or _without(left, _stops()) else "en"
    answer: str = _words()["confirmation"][language]
    return answer


def is_vague(text: str) -> bool:
    """Say whether an object is none: words that anything could be.

    >>> is_vague("Nos offres commerciales."), is_vague("Contrat d'entretien de chaudière")
    (True, False)
    """
    return plain(text) in _vague()


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
def _vague() -> frozenset[str]:
    return frozenset(_words()["vague"])


@cache
def _stops() -> tuple[str, ...]:
    return _longest_first(each for words in _words()["stop"].values() for each in words)


@cache
def _polite() -> tuple[str, ...]:
    return _longest_first(_words()["polite"])


def _longest_first(phrases: Any) -> tuple[str, ...]:
    return tuple(sorted(set(phrases), key=lambda each: (-len(each), each)))
