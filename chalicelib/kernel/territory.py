"""Where a French number belongs: its territory, that territory's time zones and country code.

The values are those of the numbering plan's table. A few ranges are shared by several overseas
territories; the table alone cannot tell which one, and this module does not guess.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Territory(StrEnum):
    """A territory of the numbering plan, or a group of them that one range serves."""

    NATIONAL = "national"
    METROPOLE = "metropole"
    GUADELOUPE = "guadeloupe_stmartin_stbarth"
    GUYANE = "guyane"
    MARTINIQUE = "martinique"
    MAYOTTE = "mayotte"
    REUNION = "reunion"
    REUNION_OR_MAYOTTE = "reunion_or_mayotte"
    SAINT_PIERRE_MIQUELON = "saint_pierre_miquelon"
    ANTILLES_GUYANE = "antilles_guyane_see_majnum"
    OVERSEAS = "dom_see_majnum"

    @property
    def zone_names(self) -> tuple[str, ...]:
        """Name every IANA time zone the territory may be in; several mean nobody knows which."""
        return ZONES[self]

    @property
    def country_codes(self) -> tuple[str, ...]:
        """List the country codes under which the territory's numbers are dialled from abroad."""
        return COUNTRY_CODES[self]

    @property
    def country_code(self) -> str | None:
        """Give the one country code, or None when the range is shared between several."""
        codes = COUNTRY_CODES[self]
        return codes[0] if len(codes) == 1 else None

    @property
    def is_overseas(self) -> bool:
        """Say whether every number of it is outside metropolitan France."""
        return "33" not in COUNTRY_CODES[self]

    def zone(self) -> ZoneInfo | None:
        """Give the time zone, or None when the territory is ambiguous: ask, or be prudent."""
        from zoneinfo import ZoneInfo

        names = ZONES[self]
        return ZoneInfo(names[0]) if len(names) == 1 else None


# Zones of the consumer, as the hours of C. conso D223-9 (in force 1 Mar 2023) need them.
# St-Martin and St-Barthélemy keep Guadeloupe's time. A national number says nothing about where
# its holder is; Paris is the country's legal time.
ZONES: Final[dict[Territory, tuple[str, ...]]] = {
    Territory.NATIONAL: ("Europe/Paris",),
    Territory.METROPOLE: ("Europe/Paris",),
    Territory.GUADELOUPE: ("America/Guadeloupe",),
    Territory.GUYANE: ("America/Cayenne",),
    Territory.MARTINIQUE: ("America/Martinique",),
    Territory.MAYOTTE: ("Indian/Mayotte",),
    Territory.REUNION: ("Indian/Reunion",),
    Territory.REUNION_OR_MAYOTTE: ("Indian/Reunion", "Indian/Mayotte"),
    Territory.SAINT_PIERRE_MIQUELON: ("America/Miquelon",),
    Territory.ANTILLES_GUYANE: ("America/Guadeloupe", "America/Martinique", "America/Cayenne"),
    Territory.OVERSEAS: (
        "America/Guadeloupe",
        "America/Martinique",
        "America/Cayenne",
        "Indian/Reunion",
        "Indian/Mayotte",
        "America/Miquelon",
    ),
}

# ITU-T E.164 country codes, as also found in libphonenumber's metadata (Jul 2026).
COUNTRY_CODES: Final[dict[Territory, tuple[str, ...]]] = {
    Territory.NATIONAL: ("33",),
    Territory.METROPOLE: ("33",),
    Territory.GUADELOUPE: ("590",),
    Territory.GUYANE: ("594",),
    Territory.MARTINIQUE: ("596",),
    Territory.MAYOTTE: ("262",),
    Territory.REUNION: ("262",),
    Territory.REUNION_OR_MAYOTTE: ("262",),
    Territory.SAINT_PIERRE_MIQUELON: ("508",),
    Territory.ANTILLES_GUYANE: ("590", "594", "596"),
    Territory.OVERSEAS: ("590", "594", "596", "262", "508"),
}

OVERSEAS_CODES: Final = COUNTRY_CODES[Territory.OVERSEAS]
FRENCH_CODES: Final = ("33", *OVERSEAS_CODES)
