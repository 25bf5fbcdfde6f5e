"""What a page's address says of the campaign that led to it: its tags, and click ids of networks.

Tags come in three spellings: Google's `utm_`, Matomo's `mtm_` (and the older `pk_`), Piano's `at_`.
Click ids are kept as they came: conversions are sent back with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Tags:
    """A campaign as it was tagged; "" is what was not."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A click that an advertising network knows by an id of its own."""

    parameter: str
    id: str


@dataclass(frozen=True, slots=True)
class Network:
    """Whose click id it is. `medium` is "" where the network marks free links as well."""

    source: str
    medium: str


# The first spelling that is there gives the value. Parameters: Google Analytics' campaign URL
# builder; Matomo's campaign tracking; Piano Analytics' marketing campaigns.
_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "source": ("utm_source", "mtm_source", "pk_source", "at_channel", "at_platform"),
    "medium": ("utm_medium", "mtm_medium", "pk_medium", "at_medium"),
    "campaign": ("utm_campaign", "mtm_campaign", "pk_campaign", "at_campaign"),
    "term": ("utm_term", "mtm_keyword", "mtm_kwd", "pk_keyword", "pk_kwd", "at_term"),
    "content": ("utm_content", "mtm_content", "pk_content", "at_creation"),
}

# Those of paid clicks first: one click can bear several. Facebook marks every link that leaves it.
NETWORKS: Final[dict[str, Network]] = {
    "gclid": Network("google", "cpc"),
    "gbraid": Network("google", "cpc"),
    "wbraid": Network("google", "cpc"),
    "msclkid": Network("bing", "cpc"),
    "ttclid": Network("tiktok", "paid"),
    "li_fat_id": Network("linkedin", "paid"),
    "fbclid": Network("facebook", ""),
}


def tags_of(query: Mapping[str, str]) -> Tags:
    """Read the tags of an address, in whichever spelling.

    >>> tags_of({"mtm_campaign": "Rentrée", "utm_source": "radio"})
    Tags(source='radio', medium='', campaign='Rentrée', term='', content='')
    """
    return Tags(**{name: _first(query, names) for name, names in _SPELLINGS.items()})


def click_of(query: Mapping[str, str]) -> Click | None:
    """Return the click id that an address bears, None without one."""
    return next(iter(clicks_of(query)), None)


def clicks_of(query: Mapping[str, str]) -> tuple[Click, ...]:
    """Return every click id that an address bears: one click can be several networks'.

    >>> clicks_of({"fbclid": "Iw", "gclid": "Cj", "nom": "Jean"})
    (Click(parameter='gclid', id='Cj'), Click(parameter='fbclid', id='Iw'))
    """
    return tuple(Click(name, query[name]) for name in NETWORKS if name in query)


def _first(query: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((query[name] for name in names if name in query), "")
