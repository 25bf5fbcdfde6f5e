"""What was learnt of how an account's visitors behave, and when it counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution.curves import Curve
from chalicelib.tracking.attribution.fitting import fit
from chalicelib.tracking.learning.assumptions import ASSUMED

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.tracking.attribution.behaviour import Behaviour
    from chalicelib.tracking.learning.assumptions import Assumptions
    from chalicelib.tracking.learning.lessons import Material

# Of fewer calls, chance teaches more than visitors do: a share of 20 % of them is known to six
# points. From there on the assumption still counts as three hundred visits (see `fitting`).
ENOUGH_CALLS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A behaviour found in so many calls; None while there are not enough of them."""

    account_id: str
    at: datetime
    calls: int
    behaviour: Behaviour | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an account's owner says, and what its calls taught."""

    assumptions: Assumptions
    learnt: Learnt | None = None

    @property
    def is_learnt(self) -> bool:
        """Say whether what was learnt is in use, and not what is assumed of everybody."""
        return self._learnt is not None

    @property
    def behaviour(self) -> Behaviour:
        """How the account's visitors behave, within the windows that its owner set."""
        return self.assumptions.applied(self._learnt or ASSUMED)

    @property
    def _learnt(self) -> Behaviour | None:
        known = None if self.learnt is None else self.learnt.behaviour
        return known if self.assumptions.learns else None


def learnt_from(material: Material | None, account_id: str, at: datetime) -> Learnt:
    """Find the behaviour that makes an account's calls likeliest."""
    calls = 0 if material is None else len(material.heard)
    if material is None or calls < ENOUGH_CALLS:
        return Learnt(account_id=account_id, at=at, calls=calls)
    found = fit(material.heard, material.exposure, ASSUMED)
    return Learnt(account_id=account_id, at=at, calls=calls, behaviour=found)


def written(behaviour: Behaviour) -> dict[str, object]:
    """Write what is learnt of a behaviour: the rest is assumed, or said by the owner."""
    return {
        "heights": list(behaviour.curve.heights),
        "calls_per_visit": behaviour.calls_per_visit,
        "strays_per_day": behaviour.strays_per_day,
    }


def read(facts: dict[str, object]) -> Behaviour:
    """Read it again."""
    known: dict[str, object] = {**facts}
    curve = Curve(tuple(known.pop("heights")))  # type: ignore[arg-type]
    return replace(ASSUMED, curve=curve, **known)  # type: ignore[arg-type]
