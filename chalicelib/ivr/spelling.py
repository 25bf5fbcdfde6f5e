"""The words with which a caller spells a code, without the sentence around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import hearing
from chalicelib.ivr.tongues import words

if TYPE_CHECKING:
    from chalicelib.ivr.hearing import Tokens

_WORD: Final = re.compile(r"[^\W_]+['’]?")  # "l'" of "l'AB" is known by its apostrophe
_SHORTENED: Final = re.compile(r"(?<=\w\w)['’](?:s|d|ll|re|ve)\b", re.IGNORECASE)  # "that's"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was said: bare, and as it was written."""

    bare: str
    raw: str

    @property
    def letters(self) -> bool:
        """Whether it is written as people write letters that were spelt: "AB", "W"."""
        return self.raw.isupper() and self.raw.isalpha()


def spelt(said: str, tongue: str) -> list[Word]:
    """Return the words that may be part of a code.

    >>> [word.raw for word in spelt("c'est le B comme Bernard, tiret, 42", "fr")]
    ['B', '42']
    """
    found = _words(said)
    for leave_out in (_letters_by_name, _explained, _sentence, _small_words, _doubled, _joints):
        found = leave_out(found, tongue)
    return found


def _words(said: str) -> list[Word]:
    """Return every word; where a whole sentence is in capitals, they say nothing."""
    sentence = said.isupper() and any(len(each) > 4 and each.isalpha() for each in said.split())
    text = _SHORTENED.sub(" ", said.lower() if sentence else said)
    return [Word(bare, raw) for raw in _WORD.findall(text) for bare in hearing.split(raw)]


def _places(found: list[Word], phrase: Tokens) -> list[int]:
    """Return where a phrase begins, the last place first: what stands there may be taken out."""
    return hearing.places(tuple(word.bare for word in found), phrase)[::-1]


def _letters_by_name(found: list[Word], tongue: str) -> list[Word]:
    """Write letters for their names: "double v" is a W."""
    for name, letter in words(tongue)["letters"].items():
        phrase = hearing.split(name)
        for at in _places(found, phrase):
            found[at : at + len(phrase)] = [Word(letter, letter.upper())]
    return found


def _explained(found: list[Word], tongue: str) -> list[Word]:
    """Leave out what explains a letter: "B comme Bernard"."""
    for phrase in hearing.phrases(tongue, "spelt_as"):
        for at in _places(found, phrase):
            end = at + len(phrase)
            letter = found[at - 1].bare if at else ""
            if len(letter) == 1 and end < len(found) and found[end].bare.startswith(letter):
                found[at - 1 : end + 1] = [Word(letter, letter.upper())]
    return found


def _sentence(found: list[Word], tongue: str) -> list[Word]:
    """Leave out the words of a sentence, with an article before them: "un dossier"."""
    articles = hearing.phrases(tongue, "articles")
    for phrase in hearing.sentence_words(tongue):
        for at in _places(found, phrase):
            if len(phrase) == 1 and (found[at].letters or len(phrase[0]) == 1):
                continue
            article = at > 0 and (found[at - 1].bare,) in articles
            del found[at - article : at + len(phrase)]
    return found


def _small_words(found: list[Word], tongue: str) -> list[Word]:
    """Leave out "l'" and "à", and "a" where letters are written as capitals."""
    capitals = any(word.letters for word in found)
    small = words(tongue)["one_letter_words"]
    return [
        each
        for each in found
        if each.raw[-1] not in "'’"
        and (each.raw not in small or (each.raw.isascii() and not capitals))
    ]


def _doubled(found: list[Word], tongue: str) -> list[Word]:
    """Write a letter as often as it was said: "double L"."""
    repeats = words(tongue)["repeats"]
    for at in range(len(found) - 2, -1, -1):
        letter = found[at + 1]
        if found[at].bare in repeats and len(letter.bare) == 1 and letter.bare.isalpha():
            found[at : at + 2] = [letter] * int(repeats[found[at].bare])
    return found


def _joints(found: list[Word], tongue: str) -> list[Word]:
    """Leave out "et" between letters; it stays in "vingt et un"."""
    (joint,) = hearing.split(words(tongue)["and"])
    count = len(found)

    def counts(at: int) -> bool:
        return 0 <= at < count and hearing.numeric(found[at].bare, tongue)

    return [
        word
        for at, word in enumerate(found)
        if word.bare != joint or word.letters or (counts(at - 1) and counts(at + 1))
    ]
