"""Where on the internet a customer may send us: which URLs, which addresses, and what may go wrong.

A URL that a customer wrote is fetched from inside our cloud, so it must never lead back into it
(server-side request forgery). This decides; nothing here opens a connection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from chalicelib.kernel.errors import Rejected

Address = IPv4Address | IPv6Address

PORTS: Final = frozenset({443, 8443})
LONGEST_URL: Final = 2_000


class Trouble(StrEnum):
    """Everything that may keep a customer's server from answering us; stable names."""

    REFUSED_URL = "refused-url"  # never asked: the URL itself is not one we follow
    REFUSED_ADDRESS = "refused-address"  # its name leads to an address that is not public
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # cut off, or not HTTP
    REDIRECT = "redirect"
    STATUS = "status"
    TOO_LARGE = "too-large"
    ENCODED = "encoded"  # compressed although we asked for plain
    NOT_JSON = "not-json"
    OURS = "ours"  # our own side could not ask


class UrlRefused(Rejected):
    """A URL that we do not follow: the message says why, as the end of "the URL ..."."""

    code = "url-refused"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An HTTPS URL taken apart, once: what was checked is what is asked for."""

    host: str  # lower case, a name with at least one dot
    port: int
    target: str  # path and query, as sent


# ASCII only: one spelling, one meaning, whoever reads it.
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?"
    r"(?P<query>\?[^#]*)?"
)
_AUTHORITY: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_SENDABLE: Final = re.compile(r"[!-~]+")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# A last part that begins with a digit is an address in disguise: 2130706433, 0x7f.1, 0177.0.0.1
# (WHATWG URL, "ends in a number checker"). No top-level domain does (RFC 3696, section 2).
_LAST_LABEL: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_LONGEST_NAME: Final = 253
# Names that mean something else, or nothing, outside one network (IANA special-use domain names,
# RFC 6761, 6762, 7686, 8375; `internal` by ICANN's decision of 2024-07-29).
_PRIVATE_NAMES: Final = frozenset({"localhost", "local", "internal", "arpa", "onion"})

# IANA IPv4 special-purpose address registry, all of it, reachable or not, and multicast (2026-11).
# A few of them are called globally reachable (AS112, AMT): no customer's server is there.
_REFUSED: Final = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # The same of IPv6 inside global unicast: protocol assignments with Teredo, documentation,
        # 6to4, AS112. An IPv4 address inside an IPv6 one would be a way around the list above.
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
# RFC 4291, section 2.4, and IANA: nothing outside it is assigned to anybody's server. Mapped
# (::ffff:0:0/96), NAT64 (64:ff9b::/96), unique local with Amazon's fd00:ec2::/32, link-local and
# multicast addresses are all outside.
_GLOBAL_UNICAST: Final = ip_network("2000::/3")


def is_public(address: Address) -> bool:
    """Tell whether an address may be somebody's public server.

    >>> is_public(IPv4Address("8.8.8.8")), is_public(IPv4Address("169.254.169.254"))
    (True, False)
    """
    if isinstance(address, IPv6Address) and (
        address not in _GLOBAL_UNICAST or address.scope_id is not None
    ):
        return False
    special = any(address in each for each in _REFUSED if each.version == address.version)
    return address.is_global and not special


def read_url(text: str, ports: frozenset[int] = PORTS) -> WebUrl:
    """Take a URL apart. Raises UrlRefused in words for whoever wrote it.

    >>> read_url("https://crm.example.fr/clients?vip=1")
    WebUrl(host='crm.example.fr', port=443, target='/clients?vip=1')
    """
    if len(text) > LONGEST_URL:
        raise UrlRefused(f"is too long: {len(text)} characters, at most {LONGEST_URL}")
    if not _SENDABLE.fullmatch(text) or "\\" in text:
        raise UrlRefused("holds a character that must be percent-encoded (or xn-- in the host)")
    found = _URL.fullmatch(text)
    if found is None:
        raise UrlRefused("must be https://host/path, without a #fragment")
    if found["scheme"].lower() != "https":
        raise UrlRefused("must begin with https://")
    host, port = _authority(found["authority"], ports)
    return WebUrl(host, port, (found["path"] or "/") + (found["query"] or ""))


def _authority(text: str, ports: frozenset[int]) -> tuple[str, int]:
    if "@" in text:
        raise UrlRefused("must not hold a user name or password")
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise UrlRefused("names no host and port that can be read")
    port = int(found["port"] or 443)
    if port not in ports:
        known = " or ".join(str(each) for each in sorted(ports))
        raise UrlRefused(f"must use port {known}, not {port}")
    host = found["host"].lower()
    reason = _refusal_of_host(host)
    if reason:
        raise UrlRefused(reason)
    return host, port


def _refusal_of_host(host: str) -> str | None:
    *others, last = host.split(".")
    if host.startswith("[") or re.match(r"\d", last):
        return "must name its host, not give an address"
    sound = others and all(_LABEL.fullmatch(each) for each in others)
    if last in _PRIVATE_NAMES:
        return "names a host that is not on the public internet"
    if not sound or not _LAST_LABEL.fullmatch(last) or len(host) > _LONGEST_NAME:
        return "must name a host on the public internet, such as crm.example.fr"
    return None
