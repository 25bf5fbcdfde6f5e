"""What earlier calls say about this one: a number rung again, a visitor known by their telephone.

Only a keyed hash is compared. A withheld number has no past.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from chalicelib.tracking.attribution.behaviour import Behaviour
    from chalicelib.tracking.attribution.evidence import Credited, PastCall, Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Redial:
    """The caller rang this very number before: `share` is how likely it is for that reason.

    `first_at` is when the call rang that followed the visit; `visit` is None if that is too long
    ago for this one to be the visit's still.
    """

    share: float
    visit: str | None
    confidence: float
    seconds: float
    source: str | None
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Visits that this caller made, as far as their earlier calls tell."""

    sure: dict[str, float]
    stranger_share: float

    def is_one(self, visit: str | None) -> bool:
        """Say whether it is a visit of theirs, more likely than not."""
        return self.sure.get(visit or "", 0.0) > 0.5

    def among_others(self, visit: str | None) -> float:
        """Return what is left of somebody's weight, when the caller is known as somebody else."""
        others = [sure for known, sure in self.sure.items() if known != visit]
        somebody_else = max(others, default=0.0)
        if visit in self.sure and self.sure[visit] >= somebody_else:
            return 1.0
        return 1 - somebody_else * (1 - self.stranger_share)


def unclaimed(ring: Ring, calls: Iterable[Credited], behaviour: Behaviour) -> float:
    """Return how likely it is that a visit was not another caller's, who rang shortly before.

    Of two who withhold their numbers nobody knows whether they are two.
    """
    oldest, left = ring.at - behaviour.one_caller, 1.0
    for each in calls:
        if oldest <= each.at < ring.at and each.caller != ring.caller:
            left *= 1 - _share(each.confidence)
    return left


def redialled(ring: Ring, past: Iterable[PastCall], behaviour: Behaviour) -> Redial | None:
    """Find the earlier call of the same number; None if there is none.

    Of several, the one of which most was known: the first of them followed the visit, the others
    followed the first, and don't make its time any longer.
    """
    earlier = [each for each in _known(ring, past, behaviour) if each.number == ring.dialled.number]
    if not earlier:
        return None
    oldest = ring.at - behaviour.redial_window
    last = max(earlier, key=lambda each: each.at)
    found = [each for each in earlier if _first(each) >= oldest] or [replace(last, visit=None)]
    best = max(found, key=lambda each: (each.confidence, each.at, each.visit or ""))
    return Redial(
        share=behaviour.redial_share,
        visit=best.visit,
        confidence=_share(best.confidence),
        seconds=(ring.at - best.at).total_seconds(),
        source=best.source,
        first_at=_first(best),
    )


def _first(call: PastCall) -> datetime:
    return call.first_at or call.at


def recognised(ring: Ring, past: Iterable[PastCall], behaviour: Behaviour) -> Recognised:
    """Collect the visits that this caller's earlier calls were credited to."""
    sure: dict[str, float] = {}
    for each in _known(ring, past, behaviour):
        if each.visit is not None:
            sure[each.visit] = max(sure.get(each.visit, 0.0), _share(each.confidence))
    return Recognised(sure=sure, stranger_share=behaviour.stranger_share)


def _known(ring: Ring, past: Iterable[PastCall], behaviour: Behaviour) -> Sequence[PastCall]:
    if ring.caller is None:
        return []
    oldest = ring.at - behaviour.redial_window
    return [each for each in past if oldest <= each.at < ring.at]


def _share(confidence: float) -> float:
    return min(1.0, max(0.0, confidence))
