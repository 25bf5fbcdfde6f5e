"""A campaign tried against the law before it rings: who could be rung when, and why not. Pure.

What a page of contacts comes to is counted; whoever asks for all pages adds them up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.days import Days, zone_of
from chalicelib.campaigns.evidence import past_of, person_of
from chalicelib.campaigns.rules import Reason, decide
from chalicelib.campaigns.rules.articles import HOUSE
from chalicelib.campaigns.rules.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.rules import Campaign as Seen
    from chalicelib.campaigns.rules import Decision

MOST_EXAMPLES: Final = 20
# The law's hours and the campaign's are looked at in turns until both are open.
_MOST_TURNS: Final = 60
HOURS_CODE: Final = "campaign.hours"
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "campaign.days": {
        "fr": "Ce jour n'est pas de ceux de la campagne.",
        "en": "It is none of the campaign's days.",
    },
    HOURS_CODE: {
        "fr": "Ce n'est pas une heure de la campagne.",
        "en": "It is none of the campaign's hours.",
    },
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a contact could be rung at the instant; else why not, and from when on they could."""

    contact_id: str
    reasons: tuple[Reason, ...]
    earliest: datetime | None

    @property
    def allowed(self) -> bool:
        """Say whether nothing is against it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Why:
    """A reason, and how many contacts of the page it is of."""

    reason: Reason
    contacts: int

    def in_words(self, language: str) -> str:
        """Say it, with the article that it rests on."""
        return in_words(self.reason, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a page of contacts comes to. A contact that several things speak against is in each."""

    at: datetime
    contacts: int
    now: int
    later: Mapping[date, int]
    never: int
    first: datetime | None
    last: datetime | None
    reasons: tuple[Why, ...]
    examples: tuple[Verdict, ...]


def in_words(reason: Reason, language: str) -> str:
    """Say a reason of the law's, or of the campaign's own; another one is called by its code."""
    if reason.code in WORDS[language]:
        return reason.in_words(language)
    own = _WORDS.get(reason.code, {}).get(language, reason.code)
    return f"{own} ({reason.article.named(language)})"


def judged(
    contact: Contact,
    campaign: Campaign,
    seen: Seen,
    people: ContactList,
    known: Facts,
    at: datetime,
) -> Verdict:
    """Judge a contact by their first number."""
    person = person_of(contact, campaign.plan, people)
    past = past_of(contact, campaign.plan, known, campaign.id)
    days = Days.of(campaign.plan)

    def ask(when: datetime) -> Decision:
        return decide(when, seen, person, past)

    decision = ask(at)
    reasons = (*decision.reasons, *_own(days, at))
    found = earliest(decision, days, ask) if reasons else at
    return Verdict(contact.id, reasons, found)


def counted(verdicts: Iterable[Verdict], at: datetime, country: str) -> Tried:
    """Count a page. Days are those of the country whose law it is."""
    found = list(verdicts)
    refused = [each for each in found if not each.allowed]
    instants = sorted(each.earliest for each in refused if each.earliest is not None)
    zone = zone_of(country)
    later = Counter(each.astimezone(zone).date() for each in instants)
    return Tried(
        at=at,
        contacts=len(found),
        now=len(found) - len(refused),
        later=dict(sorted(later.items())),
        never=len(refused) - len(instants),
        first=instants[0] if instants else None,
        last=instants[-1] if instants else None,
        reasons=_whys(refused),
        examples=tuple(refused[:MOST_EXAMPLES]),
    )


def _whys(refused: Iterable[Verdict]) -> tuple[Why, ...]:
    """Return the reasons, the most frequent first; until when is each contact's own."""
    of_key: dict[tuple[str, str], Reason] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for each in refused:
        keys = {(reason.code, reason.article.key): reason for reason in each.reasons}
        of_key |= keys
        counts.update(keys.keys())
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Why(of_key[key], contacts) for key, contacts in ordered)


def _own(days: Days, at: datetime) -> tuple[Reason, ...]:
    """Return what the campaign's own days and hours have against an instant."""
    opens = days.next_opening(at)
    if opens == at:
        return ()
    early = days.begins is not None and at < days.begins
    code = "campaign.days" if early or days.over(at) else HOURS_CODE
    return (Reason(code, HOUSE, opens),)


def earliest(
    decision: Decision, days: Days, ask: Callable[[datetime], Decision]
) -> datetime | None:
    """Go from the law's next instant to the campaign's, and back, until it is one of both."""
    for _ in range(_MOST_TURNS):
        if decision.earliest is None:
            return None
        opens = days.next_opening(decision.earliest)
        if opens is None or opens == decision.earliest:
            return opens
        decision = ask(opens)
    return None
