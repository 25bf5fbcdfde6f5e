"""What is decided of a call: allowed, or every reason against it, each with its article. Pure.

A decision is stored with its attempt, and read years later: codes and articles' keys stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.rules.words import GROUNDS, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Basis(StrEnum):
    """What stands behind a rule."""

    LAW = "law"
    PRACTICE = "practice"  # nobody fines for it, and it may be switched off or set


@dataclass(frozen=True, slots=True)
class Article:
    """A text in one of its versions: in force from `since`, and until before `until`."""

    key: str
    text: str
    since: date
    until: date | None = None
    basis: Basis = Basis.LAW
    in_english: str = ""  # where it is no title, which stay as they are

    def named(self, language: str) -> str:
        """Name it as people of a language do."""
        return self.in_english if self.in_english and language == "en" else self.text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may not be rung; `until` when: None if time alone changes nothing."""

    code: str
    article: Article
    until: datetime | None = None

    def in_words(self, language: str = "fr") -> str:
        """Say it, with the text that it rests on."""
        return f"{WORDS[language][self.code]} ({self.article.named(language)})"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a call that is allowed rests on: its kind, and the id of what proves it."""

    kind: str
    id: str = ""

    def in_words(self, language: str = "fr") -> str:
        """Say it."""
        words = GROUNDS[language][self.kind]
        return f"{words} ({self.id})" if self.id else words


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether somebody may be rung at an instant.

    `earliest` is the first instant from then on at which nothing is against it, if nothing but
    time passes; None: never. `rules` is the edition of this package that decided, `facts` what it
    looked at: those may change afterwards.
    """

    at: datetime
    country: str
    allowed: bool
    reasons: tuple[Reason, ...]
    earliest: datetime | None
    ground: Ground | None
    rules: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def as_fields(self) -> dict[str, Any]:
        """Give what is stored, in types that JSON has."""
        return {
            "at": self.at.isoformat(),
            "country": self.country,
            "allowed": self.allowed,
            "reasons": [
                {
                    "code": each.code,
                    "article": each.article.key,
                    "until": each.until.isoformat() if each.until else None,
                }
                for each in self.reasons
            ],
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "ground": [self.ground.kind, self.ground.id] if self.ground else None,
            "rules": self.rules,
            "facts": dict(self.facts),
        }


def decision_of(fields: Mapping[str, Any], articles: Mapping[str, Article]) -> Decision:
    """Read a stored decision; `articles` by their keys."""
    reasons = (
        Reason(each["code"], articles[each["article"]], _instant(each["until"]))
        for each in fields["reasons"]
    )
    return Decision(
        at=datetime.fromisoformat(fields["at"]),
        country=fields["country"],
        allowed=fields["allowed"],
        reasons=tuple(reasons),
        earliest=_instant(fields["earliest"]),
        ground=Ground(*fields["ground"]) if fields["ground"] else None,
        rules=fields["rules"],
        facts=fields.get("facts", {}),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
