"""Where a number belongs, and when not even the plan can tell."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.kernel.territory import Territory

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("territory", "hour"),
    [
        (Territory.NATIONAL, 13),
        (Territory.METROPOLE, 13),
        (Territory.GUADELOUPE, 8),
        (Territory.MARTINIQUE, 8),
        (Territory.GUYANE, 9),
        (Territory.SAINT_PIERRE_MIQUELON, 9),
        (Territory.MAYOTTE, 15),
        (Territory.REUNION, 16),
    ],
)
def test_noon_in_greenwich_is_another_hour_there(territory: Territory, hour: int) -> None:
    zone = territory.zone()

    assert zone is not None
    assert NOON.astimezone(zone).hour == hour


@pytest.mark.parametrize(
    "shared", [Territory.REUNION_OR_MAYOTTE, Territory.ANTILLES_GUYANE, Territory.OVERSEAS]
)
def test_a_range_shared_by_several_places_has_no_zone_of_its_own(shared: Territory) -> None:
    assert shared.zone() is None
    assert len(shared.zone_names) > 1


@pytest.mark.parametrize("territory", list(Territory))
def test_every_territory_has_real_zones_and_a_code(territory: Territory) -> None:
    assert all(ZoneInfo(name) for name in territory.zone_names)
    assert territory.country_codes
    assert territory.is_overseas == (territory.country_codes != ("33",))


def test_reunion_and_mayotte_share_a_code_but_not_a_clock() -> None:
    assert Territory.REUNION_OR_MAYOTTE.country_code == "262"
    assert Territory.OVERSEAS.country_code is None
