"""Where American numbers are: area codes, their states and time zones. Pure, from a data file."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules.clock import zone_or_none
from chalicelib.campaigns.rules.law import Place

if TYPE_CHECKING:
    from chalicelib.campaigns.rules.facts import Person

AREA_CODES_FILE: Final = Path(__file__).parent / "area_codes_us.csv"
# An area code that is newer than the file: it is day in all of the country, or nobody is rung.
ANYWHERE: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
# North American Numbering Plan: NXX-NXX-XXXX; 8XX reaches companies; Canada and the Caribbean
# share the country code.
_NUMBER: Final = re.compile(r"\+1([2-9][0-9]{2})[2-9][0-9]{6}")
AMERICAN: Final = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
_HERE: Final = AMERICAN | {""}
_TOLL_FREE: Final = frozenset({"800", "833", "844", "855", "866", "877", "888"})
_SHORT: Final = re.compile(r"\+?1?[2-9]11")


def place_of(person: Person) -> Place:
    """Find a person by what is known of them, else by their area code, helped by the list."""
    match = _NUMBER.fullmatch(person.number)
    code = match[1] if match else ""
    state, zones = area_codes().get(code, ("", ANYWHERE))
    fault = _fault(person, code, known=bool(state))
    zone = person.zone or (person.list_zone if _asks(zones, person.list_zone) else "")
    if not zone:
        return Place(zones, state, fault)
    if zone_or_none(zone) is None:
        return Place(zones, state, fault or "zone.unreadable")
    return Place((zone,), state, fault)


def _asks(zones: tuple[str, ...], list_zone: str) -> bool:
    """Tell whether the list has to say where a number is."""
    return list_zone in zones or (bool(list_zone) and zones is ANYWHERE)


def _fault(person: Person, code: str, *, known: bool) -> str:
    number = person.number
    if not code:
        abroad = re.fullmatch(r"\+[2-9][0-9]{6,14}", number)
        short = "number.emergency" if _SHORT.fullmatch(number) else "number.malformed"
        return "number.abroad" if abroad else short
    if code == "900":
        return "number.surcharged"
    if person.country not in _HERE:
        return "number.abroad"
    return "" if known or code in _TOLL_FREE or person.country else "number.abroad"


@cache
def area_codes() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the state and the zones of each area code."""
    with AREA_CODES_FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["area_code"]: (row["state"], tuple(row["zones"].split())) for row in rows}
