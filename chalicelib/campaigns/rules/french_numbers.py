"""Where French people are, by the list or their number; and numbers that are never rung. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules.clock import zone_or_none
from chalicelib.campaigns.rules.law import Place
from chalicelib.kernel.destinations import REFUSED_ABROAD
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify
from chalicelib.kernel.territory import Territory

if TYPE_CHECKING:
    from chalicelib.campaigns.rules.facts import Person
    from chalicelib.kernel.numbering import PhoneLine

# What is never rung, as `kernel/destinations.py` has it for calls that are put through.
NEVER: Final[dict[Family, str]] = {
    Family.URGENCE: "number.emergency",
    Family.SVA_MAJORE: "number.surcharged",
    Family.RENSEIGNEMENTS: "number.surcharged",
    Family.COURT_GRATUIT: "number.short",
    Family.COURT_FONCTIONNALITE_BANALISEE: "number.short",
    Family.COURT_GENERALISTE: "number.short",
    Family.COURT_ASSISTANCE_OPERATEUR: "number.short",
    Family.EUROPEEN_SOCIAL: "number.short",
    Family.INTERET_GENERAL: "number.short",
    Family.SPECIAL_DATA_OR_INTERNET: "number.unringable",
    Family.ROUTING_PREFIX_NOT_DIALABLE: "number.unringable",
    Family.MOBILE_LONG_M2M: "number.unringable",
    Family.POLYVALENT_LONG: "number.unringable",
}
# How lists write that somebody lives here: ISO 3166-1, with the territories of the plan.
FRENCH: Final = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "MF", "BL"})
_HERE: Final = FRENCH | {""}
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
# Numbers of the mainland, or of all of the country, that people carry about.
_WIDE: Final = frozenset({Territory.METROPOLE, Territory.NATIONAL})
_ANYWHERE: Final = ("06", "07", "08", "09")


def place_of(person: Person) -> Place:
    """Find where somebody is: as is known of them, else as their number or the list tells.

    A mobile of the mainland and a 09 don't tell, nor do foreign numbers: the list's zone, else
    Paris. Of a range that several territories share, the list may tell which one it is.
    """
    line = _line(person.number)
    fault = _fault(person.number, line, person.country)
    territory = line.territory if line is not None else Territory.NATIONAL
    zone = person.zone or (person.list_zone if _asks(line, person.list_zone) else "")
    if not zone:
        return _of_territory(territory, fault)
    if zone_or_none(zone) is None:
        return Place(territory.zone_names, territory, fault or "zone.unreadable")
    return Place((zone,), territory, fault)


def _asks(line: PhoneLine | None, list_zone: str) -> bool:
    """Tell whether the list has to say where a number is."""
    if not list_zone or line is None:
        return bool(list_zone)
    zones = line.territory.zone_names
    if len(zones) > 1:
        return list_zone in zones
    return line.territory in _WIDE and line.number.startswith(_ANYWHERE)


@lru_cache(maxsize=256)
def _of_territory(territory: Territory, fault: str) -> Place:
    return Place(territory.zone_names, territory, fault)


def _line(number: str) -> PhoneLine | None:
    try:
        return classify(number)
    except Rejected:
        return None


def _fault(number: str, line: PhoneLine | None, country: str) -> str:
    if line is not None and line.family in NEVER:
        return NEVER[line.family]
    if not _E164.fullmatch(number) or (line is None and number.startswith("+33")):
        return "number.malformed"
    if country not in _HERE or (line is None and not country):
        return "number.abroad"
    surcharged = line is None and number.startswith(tuple(REFUSED_ABROAD))
    return "number.surcharged" if surcharged else ""
