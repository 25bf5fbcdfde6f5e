"""AvailablePhoneNumbers of France: plausible numbers that nobody has.

Geographic and mobile ones come from the ranges set aside for fiction, so a mistake rings no one.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web

from local.phone.rest.errors import RestError, not_found

if TYPE_CHECKING:
    from local.phone.exchange import Exchange

_EACH = 120  # numbers of a kind
_PAGE = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """The numbers of one kind: how all of them begin, and the ranges that are offered."""

    prefixes: tuple[str, ...]
    ranges: tuple[tuple[str, str, str], ...]  # beginning, place, region


KINDS = {
    "Local": Kind(
        ("+331", "+332", "+333", "+334", "+335"),
        (
            ("+3319900", "Paris", "Île-de-France"),
            ("+3326191", "Nantes", "Pays de la Loire"),
            ("+3335301", "Strasbourg", "Grand Est"),
            ("+3346571", "Lyon", "Auvergne-Rhône-Alpes"),
            ("+3353649", "Bordeaux", "Nouvelle-Aquitaine"),
        ),
    ),
    "Mobile": Kind(("+336", "+337"), (("+3363998", "", ""),)),
    "National": Kind(("+339",), (("+3397018", "", ""), ("+3397070", "", ""))),
    "TollFree": Kind(
        ("+33800", "+33801", "+33802", "+33803", "+33804", "+33805"),
        (
            ("+3380090", "", ""),
            ("+3380597", "", ""),
        ),
    ),
}


@cache
def offered(kind: str) -> tuple[tuple[str, str, str], ...]:
    """Make the numbers of a kind, the same in every run: number, place, region."""
    dice = random.Random(kind)
    ranges = KINDS[kind].ranges
    made: dict[str, tuple[str, str]] = {}
    while len(made) < _EACH:
        start, place, region = ranges[len(made) % len(ranges)]
        made[start + "".join(dice.choices("0123456789", k=12 - len(start)))] = (place, region)
    return tuple((number, *where) for number, where in made.items())


async def listed(exchange: Exchange, request: web.Request) -> web.Response:
    """List what can be bought and is not taken."""
    kind, country = request.match_info["kind"], request.match_info["country"]
    if country != "FR" or kind not in KINDS:
        raise not_found(request.path)
    pattern = _pattern(request.query.get("Contains", ""))
    size = min(int(request.query.get("PageSize", str(_PAGE))), _EACH)
    found = [
        _shown(kind, *offer)
        for offer in offered(kind)
        if pattern.search(offer[0]) and not exchange.book.owned(offer[0])
    ]
    body = {"available_phone_numbers": found[:size], "uri": request.path_qs}
    return web.json_response(body)


def _pattern(contains: str) -> re.Pattern[str]:
    """Read a pattern of digits, where `*` is any digit; 2 to 16 characters."""
    digits = contains.lstrip("+")
    if contains and not re.fullmatch(r"[0-9*]{2,16}", digits):
        raise RestError(400, 20422, f"Invalid parameter Contains: {contains}")
    return re.compile(digits.replace("*", r"\d"))


def _shown(kind: str, number: str, place: str, region: str) -> dict[str, Any]:
    national = "0" + number[3:]
    return {
        "friendly_name": " ".join(national[n : n + 2] for n in range(0, 10, 2)),
        "phone_number": number,
        "lata": None,
        "locality": place or None,
        "rate_center": None,
        "latitude": None,
        "longitude": None,
        "region": region or None,
        "postal_code": None,
        "iso_country": "FR",
        "address_requirements": "none" if kind == "TollFree" else "local",
        "beta": False,
        "capabilities": {"voice": True, "sms": kind == "Mobile", "mms": False, "fax": False},
    }
