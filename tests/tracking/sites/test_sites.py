"""Which number a visit without a lease sees, and whose pages may ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.tracking.landing.channels import WebChannel
from chalicelib.tracking.landing.classifying import Landing
from chalicelib.tracking.sites.sites import Site, Standin, Swap

ADS, RADIO, REST = "+33162010001", "+33162010002", "+33162010003"
SWAP = Swap(
    find="+33472001122",
    standins=(
        Standin(number=ADS, channel=WebChannel.PAID_SEARCH),
        Standin(number=RADIO, source="Radio", campaign="rentrée"),
        Standin(number=REST, medium="cpc"),
    ),
)


def a_landing(**facts: Any) -> Landing:
    return Landing(**{"channel": WebChannel.DIRECT, **facts})


@pytest.mark.parametrize(
    ("landing", "shown"),
    [
        (a_landing(channel=WebChannel.PAID_SEARCH, medium="cpc"), ADS),
        (a_landing(source="radio", campaign="Rentrée"), RADIO),
        (a_landing(source="radio", campaign="Noël"), None),
        (a_landing(channel=WebChannel.PAID_OTHER, medium="CPC"), REST),
        (a_landing(), None),
    ],
)
def test_the_first_stand_in_that_fits_a_visit_is_shown(landing: Landing, shown: str | None) -> None:
    assert SWAP.standin(landing) == shown


def test_a_stand_in_knows_a_source_by_any_of_its_names() -> None:
    standin = Standin(number=ADS, source="FB")

    assert standin.fits(a_landing(source="facebook"))
    assert not standin.fits(a_landing(source="instagram"))


def test_pages_of_other_origins_do_not_speak_for_a_site() -> None:
    site = Site(
        id="site_1",
        account_id="acct_1",
        name="Boutique",
        origins=("https://boutique.example", "https://boutique.example:8443"),
        created_at=datetime(2026, 11, 27, tzinfo=UTC),
    )

    assert site.admits("https://boutique.example")
    assert not site.admits("https://boutique.example.mechant.example")
    assert not site.admits("http://boutique.example")
    assert set(site.hosts) == {"boutique.example"}
