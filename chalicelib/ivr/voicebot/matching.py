"""How near what a caller said is to a phrase of the flow's. Pure, without a network or a model.

Speech recognisers drop accents, add politeness and mishear endings; so words are compared bare,
small words count for little, and a word may be a letter or two away.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.voicebot import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a score has to reach, and how far it has to be above the runner-up's. Chosen on the
# sentences in the tests: below 0.6 "je veux annuler" began to mean "je veux commander".
ENOUGH: Final = 0.6
CLEAR: Final = 0.05
# A word is another one misheard when this much of it is the same ("commande", "commandes").
_SAME_WORD: Final = 0.8
_LONGEST: Final = 500  # characters of a sentence that are looked at
_MOST_WORDS: Final = 60

_WORD: Final = re.compile(r"[^\W_]+")
# Words that say little about what is wanted, in the languages that flows are mostly written in.
_SMALL_WORDS: Final = (
    "a ai au aux avec bonjour bonsoir c ca ce cela ces cette d dans de des du elle en est et eu il",
    "ils j je l la le les lui m ma me merci mes moi mon n ne nous on ou par pas plait pour qu que",
    "quel quelle quelles quels qui s sa se ses si sil son sont suis sur svp t te un une vais votre",
    "voudrais voulais vous y veux aimerais souhaite souhaiterais euh bah ben alors donc voila oui",
    "am an and are can do for hello hi i id im in is it its like me my of please so thanks that",
    "the this to uh um want with would you your",
    "der die das den ein eine ich mochte bitte und zu el los las una quiero por favor para",
)
_SMALL: Final = frozenset(word for line in _SMALL_WORDS for word in line.split())
_LITTLE: Final = 0.15  # the weight of a small word, beside 1 for any other


@dataclass(frozen=True, slots=True)
class Match:
    """The name whose phrase fits best, and how well: 0 not at all, 1 word for word."""

    name: str
    score: float


def normalised(text: str) -> str:
    """Return words alone: no accents, no capitals, no punctuation.

    >>> normalised("Où EST ma commande ?")
    'ou est ma commande'
    """
    return " ".join(_words(text))


def best(text: str, phrases: Iterable[tuple[str, Iterable[str]]]) -> Match | None:
    """Return the name that the words mean; None if nothing fits, or if two fit as well."""
    scored = sorted(
        (Match(name, max((score(text, each) for each in of), default=0.0)) for name, of in phrases),
        key=lambda match: match.score,
        reverse=True,
    )
    if not scored or scored[0].score < ENOUGH:
        return None
    if len(scored) > 1 and scored[0].score - scored[1].score < CLEAR:
        return None
    return scored[0]


def score(text: str, phrase: str) -> float:
    """Return how much of a phrase is in the words, from 0 to 1; what else was said costs a little.

    >>> score("bonjour, je voudrais suivre ma commande s'il vous plaît", "suivre ma commande") > 0.9
    True
    """
    said, wanted = _words(text), _words(phrase)
    if not refusals.negative(wanted):
        said = refusals.left(said, _SMALL)
    total = sum(map(_weight, wanted))
    if not total:
        return 0.0
    found = sum(
        _weight(word) * max((_alike(word, each) for each in said), default=0.0) for word in wanted
    )
    beside = sum(_weight(word) for word in said if not any(_alike(word, each) for each in wanted))
    return float((found / total) * (1 - min(0.32, 0.08 * beside)))


def _words(text: str) -> tuple[str, ...]:
    bare = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    letters = "".join(each for each in bare if not unicodedata.combining(each))
    return tuple(_WORD.findall(letters)[:_MOST_WORDS])


def _weight(word: str) -> float:
    return _LITTLE if word in _SMALL else 1.0


@lru_cache(maxsize=10_000)
def _alike(word: str, other: str) -> float:
    """Return how alike two words are; 0 unless one may be the other misheard."""
    if word == other:
        return 1.0
    if min(len(word), len(other)) < 4:  # "non" and "nom" are not the same
        return 0.0
    ratio = SequenceMatcher(None, word, other, autojunk=False).ratio()
    return ratio if ratio >= _SAME_WORD else 0.0
