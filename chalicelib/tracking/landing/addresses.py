"""Web addresses as a browser sends them: taken apart once, kept short, never trusted.

Whatever comes in gives an address or none; nothing is raised. Of a query only the parameters that
tell a campaign are kept: the rest may hold people's names, and nobody asked us to know them. Nor
their e-mail addresses and numbers, which mail tools put into the tags of a campaign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from chalicelib.tracking.landing.campaigns import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Mapping

# A browser's longest practical address; what is beyond is cut, not refused: the visit counts.
LONGEST_ADDRESS: Final = 8_192
LONGEST_PATH: Final = 500
LONGEST_VALUE: Final = 200
# A click id that is cut is nobody's; Meta's and TikTok's grow, and no network bounds its own.
LONGEST_CLICK: Final = 500
MOST_PARAMETERS: Final = 100

_WEB: Final = frozenset({"http", "https", "android-app"})
# A host is what a table or a report may show: letters, digits, dots, hyphens and underscores.
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?")
# An e-mail address from where it begins, so that a long text is read once; and numbers as people
# write them, not networks' ids of campaigns.
_E_MAIL: Final = re.compile(r"(?<![^/\s@])[^/\s@]+@[^/\s@]+\.[^/\s@]+")
_NUMBER: Final = re.compile(
    r"(?<!\w)(?:0[1-9](?:([ .-]?)\d{2})(?:\1\d{2}){3}|(?:\+|00)[1-9](?:[ .-]?\d){7,14})(?!\w)"
)
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Address:
    """A page's address. `query` has the first value of each parameter, names in small letters."""

    host: str
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)


def address(url: str) -> Address | None:
    """Take an address apart; None where it leads to no page of the web.

    >>> address("HTTPS://Boutique.example:8443/Promo?UTM_Source=Radio&nom=Jean")
    Address(host='boutique.example', path='/Promo', query={'utm_source': 'Radio', 'nom': 'Jean'})
    >>> address("https://boutique.example/#/panier?etape=2").path
    '/#/panier'
    >>> address("about:blank")
    """
    try:
        parts = urlsplit(url[:LONGEST_ADDRESS].strip())
        host = host_of((parts.hostname or "").rstrip("."))
    except ValueError:  # brackets that hold no address
        return None
    if parts.scheme not in _WEB or not _HOST.fullmatch(host):
        return None
    return Address(host, _path(parts.path + _route(parts.fragment)), _query(parts.query))


def clean(text: str, longest: int = LONGEST_VALUE) -> str:
    """Return a text without what no screen shows, cut to its longest."""
    return _UNSEEN.sub("", text).strip()[:longest].rstrip()


def unaddressed(text: str) -> str:
    """Return a text without e-mail addresses.

    >>> unaddressed("Merci jean.dupont@mail.example")
    'Merci …'
    """
    return _E_MAIL.sub("…", text)


def same_site(host: str, own: str) -> bool:
    """Say whether a host is a site's own or below it; a `www.` of the site's is no part of it.

    >>> same_site("commande.boutique.example", "www.boutique.example")
    True
    >>> same_site("www.boutique.example", "commande.boutique.example")
    False
    """
    bare = own.removeprefix("www.")
    whole = bare if "." in bare else own
    return host == whole or host.endswith(f".{whole}")


def host_of(text: str) -> str:
    """Write a host, or whole labels of one, as DNS does; what cannot be stays as it is.

    >>> host_of("métro.example"), host_of(".métro.example")
    ('xn--mtro-bpa.example', '.xn--mtro-bpa.example')
    """
    return text if text.isascii() else ".".join(_label(each) for each in text.split("."))


def _label(text: str) -> str:
    try:
        return text.encode("idna").decode() if text else ""
    except UnicodeError:
        return text


def _path(path: str) -> str:
    """Keep the path for people to read; an e-mail address in it is nobody's business."""
    readable = unquote(path, errors="replace")
    return clean(unaddressed(readable), LONGEST_PATH) or "/"


def _route(fragment: str) -> str:
    """Return what stands for a path in applications that have their routes behind a `#`."""
    return f"#{fragment.partition('?')[0]}" if fragment.startswith(("/", "!")) else ""


def _nameless(tag: str) -> str:
    return _NUMBER.sub("…", unaddressed(tag))


def _query(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _pairs(query):
        known = clean(name).lower()
        is_click = known in NETWORKS
        told = clean(value, LONGEST_CLICK) if is_click else clean(_nameless(value))
        found.setdefault(known, told)
    return {name: value for name, value in found.items() if name and value}


def _pairs(query: str) -> list[tuple[str, str]]:
    first = "&".join(query.split("&", MOST_PARAMETERS)[:MOST_PARAMETERS])
    return parse_qsl(first, errors="replace")
