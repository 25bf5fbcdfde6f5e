"""How many calls one core rates in a second of CPU time.

A mixed month: every family of number that is sold, every origin, lengths as people talk (many
short, some long), two versions of a tariff with a rate for each origin, one rate by family, a
minimum, prices with VAT in them, and one in twenty callers unknown, who pay the dearest.

`rate_explained` also writes out each charge's explanation, which the product does when somebody
reads it; it has no bound.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.figures import Figure, report
from chalicelib.billing.origin import Origin
from chalicelib.billing.pricelist import parse
from chalicelib.billing.rating import RatedCall, rate
from chalicelib.kernel.numbering import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_LEAST: Final = 50_000
CALLS: Final = 20_000
ROUNDS: Final = 15
MEAN_SECONDS: Final = 150.0

# Number sold -> how often it is dialled.
DIALLED: Final = {
    Family.NPV: 60,
    Family.POLYVALENT: 25,
    Family.POLYVALENT_INTERET_GENERAL: 10,
    None: 5,
}
ORIGINS: Final = {
    Origin.MOBILE_METRO: 60,
    Origin.FIXED_METRO: 25,
    Origin.INTERNATIONAL: 6,
    Origin.UNKNOWN: 5,
    Origin.OVERSEAS: 3,
    Origin.PAYPHONE: 1,
}


def figures() -> Iterator[Figure]:
    """Rate the month again and again; the median is the figure."""
    tariff, calls = parse(_tariff()), list(_calls(random.Random(2026)))
    gc.collect()
    speed = _speed(calls, lambda call: rate(call, tariff))
    yield Figure("rate", speed, "charges/s CPU", at_least=AT_LEAST)
    explained = _speed(calls, lambda call: str(rate(call, tariff).explanation))
    yield Figure("rate_explained", explained, "charges/s CPU")


def _speed(calls: list[RatedCall], work: Callable[[RatedCall], object]) -> int:
    speeds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for call in calls:
            work(call)
        speeds.append(len(calls) / (time.process_time() - began))
    return int(median(speeds))


def _calls(dice: random.Random) -> Iterator[RatedCall]:
    families, origins = _drawn(dice, DIALLED), _drawn(dice, ORIGINS)
    began = datetime(2026, 6, 15, 8, tzinfo=UTC)
    for number in range(CALLS):
        yield RatedCall(
            call_id=f"CA{number:032x}",
            account_id=f"acct_{number % 50}",
            number="+33199001234",
            family=families[number],
            origin=origins[number],
            started_at=began + timedelta(seconds=130 * number),  # a month, over the change
            seconds=int(dice.expovariate(1 / MEAN_SECONDS)),
        )


def _drawn(dice: random.Random, shares: dict[Any, int]) -> list[Any]:
    return dice.choices(list(shares), weights=list(shares.values()), k=CALLS)


def _tariff() -> dict[str, Any]:
    return {
        "name": "Opérateur",
        "versions": [
            {"valid_from": "2026-01-01T00:00:00+01:00", "rates": _rates("0.12", "0.24")},
            {"valid_from": "2026-07-01T00:00:00+02:00", "rates": _rates("0.13", "0.25")},
        ],
    }


def _rates(fixed: str, mobile: str) -> list[dict[str, Any]]:
    whole_minutes = {"first_seconds": 60, "next_seconds": 60}
    shared = {"vat_rate": "20"}
    return [
        {"name": "Fixes", "origins": ["fixed_metro"], "per_minute": fixed, **shared},
        {"name": "Mobiles", "origins": ["mobile_metro"], "per_minute": mobile, **shared},
        {"name": "Cabines", "origins": ["payphone"], "per_minute": "0.30", **shared},
        {
            "name": "Outre-mer",
            "origins": ["overseas"],
            "per_minute": "0.35",
            "minimum": "0.10",
            **shared,
        },
        {
            "name": "Étranger",
            "origins": ["international"],
            "per_minute": "0.50",
            "per_call": "0.05",
            **whole_minutes,
            **shared,
        },
        {
            "name": "Numéros d'intérêt général",
            "families": [Family.POLYVALENT_INTERET_GENERAL.value],
            "per_minute": "0.06",
            "includes_vat": True,
            **shared,
        },
    ]


if __name__ == "__main__":
    sys.exit(report(figures()))
