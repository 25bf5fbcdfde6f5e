"""Why somebody was rung, in words: what an attempt's decision rested on. Pure.

Of a decision that was stored years ago: its own article, in the words of today. A code that nobody
knows any more is told as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.rules.articles import ARTICLES
from chalicelib.campaigns.rules.decision import Ground, decision_of
from chalicelib.campaigns.rules.words import GROUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.campaigns.attempts.attempts import Attempt

LANGUAGES: Final = ("fr", "en")
# Which text a call of a country that is allowed for a reason rests on.
_ARTICLES: Final[Mapping[tuple[str, str], str]] = {
    ("FR", "consent"): "fr.l223-1.2026",
    ("FR", "contract"): "fr.l223-1.2026",
    ("FR", "callback"): "fr.r223-4",
    ("FR", "opt-out"): "fr.l223-1.2020",
    ("GB", "consent"): "gb.pecr.21",
    ("GB", "opt-out"): "gb.pecr.21",
    ("US", "consent"): "us.64.1200.a",
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What an attempt rested on: a ground with its id and proof, and the article it is of."""

    kind: str
    id: str
    article: str
    words: Mapping[str, str]
    rules: str
    facts: Mapping[str, Any]


def basis_of(attempt: Attempt) -> Basis:
    """Return what an attempt rested on."""
    decision = decision_of(attempt.decision, ARTICLES)
    ground = decision.ground or Ground("")
    article = _ARTICLES.get((decision.country, ground.kind), "")
    return Basis(
        kind=ground.kind,
        id=ground.id,
        article=article,
        words={each: _words(ground, article, each) for each in LANGUAGES},
        rules=decision.rules,
        facts=decision.facts,
    )


def _words(ground: Ground, article: str, language: str) -> str:
    if ground.kind not in GROUNDS[language]:
        return ground.kind
    said = ground.in_words(language)
    return f"{said} ({ARTICLES[article].named(language)})" if article in ARTICLES else said
