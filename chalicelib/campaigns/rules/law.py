"""What a country's law is to this package: dated rules, over a case at an instant. Pure.

A rule looks at a case and gives the reasons that it has against ringing, with the instant at which
each may be over. It never asks what another rule says, nor when the law that it is of ends: the
timeline does.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from chalicelib.campaigns.rules.articles import HOUSE
from chalicelib.campaigns.rules.clock import midnight
from chalicelib.campaigns.rules.decision import Article, Ground, Reason
from chalicelib.campaigns.rules.facts import Audience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.campaigns.rules.facts import Campaign, Past, Person

Reasons = tuple[Reason, ...]
FINE: Reasons = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is: every zone that it may be, a part of the country, or why it is nowhere."""

    zones: tuple[str, ...]
    part: str = ""
    fault: str = ""


class Case:
    """The facts, with the instant that is asked about."""

    __slots__ = (
        "at",
        "campaign",
        "consumer",
        "id",
        "margin",
        "past",
        "person",
        "place",
        "prospecting",
        "sells",
    )

    def __init__(
        self,
        at: datetime,
        campaign: Campaign,
        person: Person,
        past: Past,
        place: Place,
        margin: timedelta = timedelta(),
    ) -> None:
        self.at = at
        self.margin = margin
        self.campaign = campaign
        self.person = person
        self.past = past
        self.place = place
        self.id = campaign.professional.id
        self.sells = campaign.is_selling
        self.consumer = person.audience is Audience.CONSUMER
        self.prospecting = self.sells and self.consumer

    def again(self) -> Case:
        """Give the same case to look ahead with, whose instant moves; the decided one's stays."""
        return Case(self.at, self.campaign, self.person, self.past, self.place, self.margin)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and the article that it is of."""

    article: Article
    check: Callable[[Case, Article], Reasons]


@dataclass(frozen=True, slots=True)
class Cap:
    """How many of the calls that people answer may find nobody: `permille`, over so long.

    A call is abandoned if nobody speaks within `answer_within`.
    """

    permille: int
    over: timedelta
    answer_within: timedelta
    article: Article


class Country(Protocol):
    """A country's law."""

    @property
    def code(self) -> str:
        """Its ISO code."""

    @property
    def margin(self) -> timedelta:
        """How long before hours end nobody is rung any more: a telephone rings later."""

    @property
    def timeline(self) -> Timeline:
        """Its rules, by the dates of their articles."""

    def place(self, person: Person) -> Place:
        """Find where a person is."""

    def ground(self, case: Case) -> Ground:
        """Say what a call that nothing is against rests on."""

    def abandonment(self) -> Cap:
        """Say how many calls may be abandoned; pacing keeps to it."""


class Timeline:
    """Rules by the instants between which they are in force: days begin in the law's zone."""

    def __init__(self, rules: Iterable[Rule], zone: str) -> None:
        spans = [(rule, *_validity(rule.article, zone)) for rule in rules]
        edges = {edge for _, since, until in spans for edge in (since, until) if edge is not None}
        self._edges = sorted(edges)
        self._eras = [
            tuple(
                (rule.check, rule.article, until)
                for rule, since, until in spans
                if since <= edge and (until is None or edge < until)
            )
            for edge in self._edges
        ]

    def reasons(self, case: Case) -> Reasons:
        """Ask every rule that is in force."""
        index = bisect_right(self._edges, case.at) - 1
        if index < 0:
            return (Reason("at.before-the-rules", HOUSE, self._edges[0]),)
        found: list[Reason] = []
        for check, article, until in self._eras[index]:
            against = check(case, article)
            if against:
                found += against if until is None else _at_most(against, until)
        return tuple(found)


def is_in_force(article: Article, at: datetime, zone: str) -> bool:
    """Tell whether an article's version is law at an instant."""
    since, until = _validity(article, zone)
    return since <= at and (until is None or at < until)


def _validity(article: Article, zone: str) -> tuple[datetime, datetime | None]:
    until = None if article.until is None else midnight(article.until, zone)
    return midnight(article.since, zone), until


def _at_most(reasons: Reasons, until: datetime) -> list[Reason]:
    """End reasons with their law: what comes after it decides anew."""
    return [
        replace(each, until=until) if each.until is None or each.until > until else each
        for each in reasons
    ]


def soonest(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the first of the instants that there are."""
    return min((each for each in instants if each is not None), default=None)
