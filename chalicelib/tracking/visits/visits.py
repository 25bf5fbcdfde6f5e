"""What pages say of a visit, and what they are answered. Pure: nothing here loads or stores.

Our clock counts. The visitor's own only orders what one message says, and is kept as `said`, so
that a step which came twice can be told from two.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel import phone
from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.landing.addresses import address, clean, unaddressed
from chalicelib.tracking.landing.campaigns import clicks_of
from chalicelib.tracking.landing.classifying import Evidence
from chalicelib.tracking.pools.leases import Noted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.tracking.landing.classifying import Landing
    from chalicelib.tracking.pools.leases import Lease
    from chalicelib.tracking.sites.sites import Site, Swap
    from chalicelib.tracking.visits.tokens import Known

# A row holds all the steps of this size that a visit may take, whatever alphabet they are in.
LONGEST_PATH: Final = 120
LONGEST_TITLE: Final = 80
LONGEST_NAME: Final = 60
BEAT_SECONDS: Final = 60
# A landing within the site, or on the way back from paying, brought nobody: the visit goes on, or
# its past is unknown.
FROM_OUTSIDE: Final = frozenset(Evidence) - {Evidence.INTERNAL, Evidence.PASSING, Evidence.NONE}


class Kind(StrEnum):
    """What a page tells of."""

    PAGE = "page"
    BEAT = "beat"
    CART = "cart"
    FORM = "form"
    CUSTOM = "custom"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A page was opened. `numbers` are those printed on it; none: whatever the site swaps."""

    url: str
    referrer: str = ""
    title: str = ""
    numbers: tuple[str, ...] = ()
    said: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened on a page. `data` is JSON."""

    kind: Kind
    said: int = 0
    url: str = ""
    title: str = ""
    name: str = ""
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer: what to show in place of what, and for how long it is sure to be the visit's.

    `printed`: all that the site swaps, for pages on which some of it comes later.
    """

    known: Known | None = None
    numbers: tuple[tuple[str, str], ...] = ()
    beat: int | None = None
    until: datetime | None = None
    printed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A visit as it is stored. `landing`, `cart` and `form` are JSON, and so is each step.

    `landing` is what brought it first; `latest` is what brought it last from outside, with `at`;
    `clicks` are the last clicks on adverts, by the parameter that bore their id: the id and when.
    `counted` is the call that its cart counts for: it counts once, however often they ring.
    """

    id: str
    site_id: str
    landing: str
    first_seen: datetime
    last_seen: datetime
    latest: str | None = None
    clicks: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    cart: str | None = None
    form: str | None = None
    counted: str | None = None
    lease: Lease | None = None
    calls: tuple[str, ...] = ()  # credited to it

    @property
    def brought(self) -> dict[str, Any]:
        """What brought it last from outside, with `at` if that was not what brought it first."""
        found: dict[str, Any] = json.loads(self.latest or self.landing)
        return found


def wanted(site: Site, numbers: Sequence[str]) -> tuple[Swap, ...]:
    """Return what is swapped on a page that has these numbers; all of the site's, if it has none.

    What is no number is left alone: pages hold many things that look like one.
    """
    if not numbers:
        return site.swaps
    printed = {found for each in numbers if (found := _parsed(each)) is not None}
    return tuple(each for each in site.swaps if each.find in printed)


def standins(swaps: Iterable[Swap], landing: Landing) -> tuple[tuple[str, str], ...]:
    """Return what visits of this kind see that are lent nothing."""
    found = ((each.find, each.standin(landing)) for each in swaps)
    return tuple((find, show) for find, show in found if show is not None)


def is_from_outside(landing: Landing) -> bool:
    """Say whether anything but the site itself is known to have brought the visit there."""
    return landing.evidence in FROM_OUTSIDE


def written(landing: Landing) -> str:
    """Write what brought a visit, as JSON; what nobody said is left out."""
    return _json(_facts(landing))


def source_of(landing: Landing) -> str:
    """Return what visits have in common that one source brought."""
    facts = (landing.channel, landing.source, landing.medium, landing.campaign)
    return json.dumps([str(each).lower() for each in facts])


def arrived(arrival: Arrival, landing: Landing, at: int) -> Noted:
    """Return the step of opening a page; it says what brought the visitor there, if that is new.

    `direct`: nothing is known to have, not even the site itself. A network asks for its own
    click, whatever brought the visitor back since.
    """
    source: dict[str, Any] = {"direct": True} if landing.evidence is Evidence.NONE else {}
    brought = None
    if is_from_outside(landing):
        texts = (landing.channel, landing.source, landing.medium, landing.campaign)
        names = ("channel", "source", "medium", "campaign")
        source = {name: clean(text, LONGEST_NAME) for name, text in zip(names, texts, strict=True)}
        brought = _json({**_facts(landing), "at": at})
    page = _page(arrival.url, arrival.title)
    step = {"kind": "page", "at": at, "said": arrival.said, **page, **source}
    return Noted(steps=(_json(step),), brought=brought, clicks=_clicks(arrival.url, at))


def happened(events: Iterable[Event], at: int) -> Noted:
    """Return what a message tells, in the order of the visitor's clock, each thing once."""
    steps: dict[str, None] = {}
    last: dict[Kind, str] = {}
    for each in sorted(events, key=lambda event: event.said):
        if each.kind in (Kind.PAGE, Kind.CUSTOM):
            steps[_step(each, at)] = None
        elif each.kind in (Kind.CART, Kind.FORM) and each.data is not None:
            last[each.kind] = each.data
    return Noted(steps=tuple(steps), cart=last.get(Kind.CART), form=last.get(Kind.FORM))


def journey(steps: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Return the steps that are stored of a visit; one that was sent again is there once."""
    seen: dict[str, dict[str, Any]] = {}
    for each in steps:
        step: dict[str, Any] = json.loads(each)
        seen.setdefault(json.dumps({**step, "at": 0}, sort_keys=True), step)
    return tuple(seen.values())


def _facts(landing: Landing) -> dict[str, Any]:
    return {
        "channel": str(landing.channel),
        "source": landing.source,
        "medium": landing.medium,
        "campaign": landing.campaign,
        "term": landing.term,
        "content": landing.content,
        "click": None if landing.click is None else [landing.click.parameter, landing.click.id],
        "host": landing.host,
        "path": landing.path,
        "referrer": landing.referrer,
        "evidence": str(landing.evidence),
        "rule": landing.rule,
    }


def _step(event: Event, at: int) -> str:
    facts = {"kind": str(event.kind), "at": at, "said": event.said, "name": event.name}
    data = None if event.data is None else json.loads(event.data)
    return _json({**facts, **_page(event.url, event.title), "data": data})


def _clicks(url: str, at: int) -> dict[str, str]:
    found = address(url)
    clicks = () if found is None else clicks_of(found.query)
    return {each.parameter: json.dumps([each.id, at]) for each in clicks}


def _page(url: str, title: str) -> dict[str, str]:
    found = address(url)
    path = "" if found is None else clean(found.path, LONGEST_PATH)
    return {"path": path, "title": clean(unaddressed(title), LONGEST_TITLE)}


def _json(facts: dict[str, Any]) -> str:
    there = {name: value for name, value in facts.items() if value not in ("", None)}
    return json.dumps(there, ensure_ascii=False, separators=(",", ":"))


def _parsed(written: str) -> str | None:
    try:
        return phone.parse(written)
    except Rejected:
        return None
