"""The demo account: whoever rings it, its month can be invoiced."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.billing import pricelist
from chalicelib.billing.origin import Origin
from local import seed

TODAY = datetime(2026, 11, 27, tzinfo=UTC)


# No number says that it is a payphone's.
ORIGINS = set(Origin) - {Origin.PAYPHONE}


@pytest.mark.parametrize("origin", sorted(ORIGINS))
def test_a_call_from_anywhere_has_a_price(origin: Origin) -> None:
    version = pricelist.parse(seed.TARIFF).version_at(TODAY)

    assert version.rates(None, origin)
