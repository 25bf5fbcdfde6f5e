"""What an account's owner says of attribution: how far back, from when on, how fast it fades. Pure.

The defaults are those of `attribution`, which says why they are what they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chalicelib.tracking.attribution.behaviour import Behaviour
from chalicelib.tracking.attribution.crediting import USUAL, Terms
from chalicelib.tracking.attribution.curves import DAY, ENDS
from chalicelib.tracking.pools.lending import REMEMBERED

ASSUMED: Final = Behaviour()
# After the last step of the curve nobody rings who was not told by somebody else.
MOST_LEASE_DAYS: Final = round(ENDS[-1] / DAY)
# Journeys of calls are remembered for so long.
MOST_CALLER_DAYS: Final = REMEMBERED.days - 1
MOST_TOUCH_DAYS: Final = 365
LEAST_CONFIDENCE: Final = 0.1
MOST_CONFIDENCE: Final = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """How an account's calls are matched with visits, and how its leads are credited.

    `lease_days`: a visit that had the number earlier is no candidate. `caller_days`: a caller's
    earlier calls count for so long. `touch_days`: so do touches of a lead, of which time decay
    credits half as much for every `half_life_days` before the last one. `learns`: what
    the account's own calls taught is used.
    """

    account_id: str
    lease_days: int = ASSUMED.window.days
    caller_days: int = ASSUMED.redial_window.days
    least_confidence: float = ASSUMED.least_confidence
    touch_days: int = USUAL.lookback.days
    half_life_days: int = USUAL.half_life.days
    learns: bool = True
    version: int = 0

    def applied(self, behaviour: Behaviour = ASSUMED) -> Behaviour:
        """Return a behaviour as it is looked at with these windows."""
        return replace(
            behaviour,
            window=timedelta(days=self.lease_days),
            redial_window=timedelta(days=self.caller_days),
            least_confidence=self.least_confidence,
        )

    @property
    def terms(self) -> Terms:
        """On what terms leads are credited."""
        lookback, half_life = timedelta(days=self.touch_days), timedelta(days=self.half_life_days)
        return Terms(lookback=lookback, half_life=half_life)
