"""Who sends visitors: search engines, social networks, AI assistants, webmails, directories.

The list is `referrers.json`; an account's own rules come before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from chalicelib.tracking.landing.addresses import LONGEST_VALUE
from chalicelib.tracking.landing.hosts import names_of


class Kind(StrEnum):
    """What kind of place links to us."""

    AI = "ai"
    DIRECTORY = "directory"
    EMAIL = "email"
    SEARCH = "search"
    SHOPPING = "shopping"
    SOCIAL = "social"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Referrer:
    """A place that is known. `name` is what reports call it."""

    name: str
    kind: Kind


@lru_cache(maxsize=2_000)  # hosts are anybody's to invent: few are worth keeping
def referrer_of(host: str) -> Referrer | None:
    """Return who a host belongs to, None if nobody we know.

    >>> referrer_of("www.google.co.uk")
    Referrer(name='google', kind=<Kind.SEARCH: 'search'>)
    >>> referrer_of("gemini.google.com")
    Referrer(name='gemini', kind=<Kind.AI: 'ai'>)
    >>> referrer_of("docs.google.com"), referrer_of("google.com.mechant.example")
    (None, None)
    """
    known = _known()
    return next((known[each] for each in names_of(host) if each in known), None)


@lru_cache(maxsize=2_000)
def named(name: str) -> Referrer | None:
    """Return the place that a campaign's source names, as people write it.

    >>> named("Google")
    Referrer(name='google', kind=<Kind.SEARCH: 'search'>)
    """
    written = name.strip().lower()
    return _names().get(written) or (referrer_of(written) if "." in written else None)


def source_name(written: str) -> str:
    """Return what reports call a source, however it is spelt: a place by its name, others in small.

    >>> source_name("FB"), source_name("chatgpt.com"), source_name("www.Partenaire.example")
    ('facebook', 'chatgpt', 'partenaire.example')
    """
    known = named(written)
    if known is not None:
        return known.name
    plain = written.strip().lower()[:LONGEST_VALUE]
    return plain.removeprefix("www.") or plain


@cache
def _known() -> dict[str, Referrer]:
    """Return places by host; the names of apps are hosts too, as Android sends them."""
    places = _list()
    return {
        host: Referrer(name, Kind(kind))
        for kind, named_hosts in places.items()
        for name, hosts in named_hosts.items()
        for host in hosts
    }


@cache
def _names() -> dict[str, Referrer]:
    """Return places by name, and by what else people call them."""
    return {name: Referrer(name, Kind(kind)) for kind, each in _list().items() for name in each} | {
        short: Referrer(name, Kind(kind)) for short, (name, kind) in _SHORT.items()
    }


# What people write in `utm_source` for places that have another name here.
_SHORT: Final = {
    "adwords": ("google", "search"),
    "fb": ("facebook", "social"),
    "ig": ("instagram", "social"),
    "insta": ("instagram", "social"),
    "meta": ("facebook", "social"),
    "microsoft": ("bing", "search"),
    "openai": ("chatgpt", "ai"),
    "pagesjaunes": ("pages-jaunes", "directory"),
    "twitter": ("x", "social"),
    "yt": ("youtube", "video"),
}


def _list() -> dict[str, dict[str, list[str]]]:
    text = Path(__file__).with_name("referrers.json").read_text(encoding="utf-8")
    places: dict[str, dict[str, list[str]]] = json.loads(text)
    return places
