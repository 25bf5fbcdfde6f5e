"""Which visit made the phone ring, and how sure that is: the share of each one's intensity.

Everybody who may be ringing at that instant competes: each visit that had the number, those whom
no visit explains, and the caller's own past. Nobody's weight depends on who else there is, so
another candidate can only take confidence away. Decision 19 says why, `behaviour` with what.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution import reasons
from chalicelib.tracking.attribution.behaviour import Behaviour
from chalicelib.tracking.attribution.curves import HOUR, ON_PAGE_SECONDS
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.attribution.past import recognised, redialled
from chalicelib.tracking.attribution.reasons import Why
from chalicelib.tracking.attribution.sightings import sightings
from chalicelib.tracking.attribution.weights import of_nobody, of_sighting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.tracking.attribution.evidence import Lease, PastCall, Ring, Visit
    from chalicelib.tracking.attribution.past import Redial
    from chalicelib.tracking.attribution.reasons import Reason
    from chalicelib.tracking.attribution.sightings import Sighting

DEFAULT: Final = Behaviour()
_CERTAIN: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be ringing, `weight` being how likely it is they.

    `visit` is None for an erased visit, which has a `lease` and no journey, and for the one
    candidate that stands for all whom no visit explains, which has neither. `first_at` is when the
    visit's first call rang, if this one only follows that.
    """

    visit: str | None
    weight: float
    reason: Reason
    lease: str | None = None
    source: str | None = None
    first_at: datetime | None = None

    @property
    def is_nobody(self) -> bool:
        """Say whether it stands for those whom no visit explains."""
        return self.visit is None and self.lease is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A call's visit, or None, and how sure that is; heaviest candidate first.

    `confidence` is the visit's; without one, it is the source's: 1 for a number that stands for
    one, else 0. Weights add up to 1 wherever there are candidates. `first_at` is when the call rang
    that followed the visit: this one, or the one that it repeats.
    """

    visit: str | None
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    source: str | None = None
    reason: tuple[Reason, ...] = ()
    first_at: datetime | None = None

    def in_words(self, language: str = "fr") -> str:
        """Say why, in French or in English."""
        return " ".join(each.in_words(language) for each in self.reason)

    def by_source(self) -> dict[str | None, float]:
        """Add the weights up by source: often it is sure where the visit is not."""
        if not self.candidates:
            return {self.source: _CERTAIN}
        weights: defaultdict[str | None, float] = defaultdict(float)
        for each in self.candidates:
            weights[each.source] += each.weight
        return dict(weights)


def attribute(
    ring: Ring,
    leases: Iterable[Lease] = (),
    visits: Mapping[str, Visit] | None = None,
    past: Sequence[PastCall] = (),
    behaviour: Behaviour = DEFAULT,
) -> Attribution:
    """Find the visit behind a call.

    Neither the order of `leases` nor that of `past` matters; visits that are not given count as
    erased. `past` is the caller's own; what others rang is with the visits. What happened after
    the call may be given: it is used only as proof that the page was still open.
    """
    if ring.dialled.role in _SETTLED:
        why = _SETTLED[ring.dialled.role]
        sure = _CERTAIN if ring.dialled.role is Role.STATIC else 0.0
        return Attribution(
            visit=None, confidence=sure, source=ring.dialled.source, reason=(reasons.Reason(why),)
        )
    known = visits or {}
    seen = sightings(ring, leases, known, behaviour)
    return _decided(ring, _candidates(ring, seen, known, past, behaviour), behaviour)


_SETTLED: Final = {Role.STATIC: Why.STATIC, Role.UNKNOWN: Why.UNKNOWN}


def _candidates(
    ring: Ring,
    seen: list[Sighting],
    visits: Mapping[str, Visit],
    past: Sequence[PastCall],
    behaviour: Behaviour,
) -> list[Candidate]:
    known = recognised(ring, past, behaviour)
    redial = redialled(ring, past, behaviour)
    weights = [of_sighting(each, ring, visits, known, behaviour) for each in seen]
    nobody = of_nobody(ring, seen, behaviour) * known.among_others(None)
    rest = (1 - (redial.share if redial else 0.0)) / (sum(weights) + nobody)
    found = [
        Candidate(
            visit=each.visit,
            lease=each.lease,
            source=each.source,
            weight=weight * rest,
            reason=_why(each, known.is_one(each.visit)),
        )
        for each, weight in zip(seen, weights, strict=True)
    ]
    none = Candidate(visit=None, weight=nobody * rest, reason=reasons.Reason(Why.NOBODY))
    if redial is None:
        return [*found, none]
    return _with_redial([*found, none], redial, behaviour)


def _with_redial(
    candidates: list[Candidate], redial: Redial, behaviour: Behaviour
) -> list[Candidate]:
    """Give the redial's share to the visit it was found for then; what was open then stays so.

    A visitor who is back, and would be credited without having rung before, begins anew.
    """
    mine = next((each for each in candidates if redial.visit and each.visit == redial.visit), None)
    others = [each for each in candidates if each is not mine and not each.is_nobody]
    (nobody,) = (each for each in candidates if each.is_nobody)
    known = redial.share * (redial.confidence if redial.visit else 0.0)
    none = Candidate(visit=None, weight=nobody.weight + redial.share - known, reason=nobody.reason)
    if redial.visit is None:
        return [*others, none]
    own = 0.0 if mine is None else mine.weight
    is_back = own >= behaviour.least_confidence * (1 - redial.share)
    again = Candidate(
        visit=redial.visit,
        lease=None if mine is None else mine.lease,
        source=redial.source or (None if mine is None else mine.source),
        weight=known + own,
        reason=reasons.Reason(Why.REDIAL, seconds=redial.seconds),
        first_at=None if is_back else redial.first_at,
    )
    return [again, *others, none]


def _why(each: Sighting, known: bool) -> Reason:
    if each.shared:
        why = Why.SHARED
    elif known:
        why = Why.RECOGNISED
    elif each.visit is None:
        why = Why.ERASED
    else:
        why = next(why for seconds, why in _BY_DELAY if each.seconds <= seconds)
    return reasons.Reason(why, seconds=each.seconds)


_BY_DELAY: Final = (
    (ON_PAGE_SECONDS, Why.ON_PAGE),
    (HOUR, Why.SOON),
    (float("inf"), Why.NOTED),
)


def _decided(ring: Ring, candidates: list[Candidate], behaviour: Behaviour) -> Attribution:
    ranked = sorted(candidates, key=lambda each: (-each.weight, each.lease or "", each.visit or ""))
    best = next((each for each in ranked if each.visit is not None), None)
    (nobody,) = (each for each in ranked if each.is_nobody)
    credited = best is not None and best.weight >= max(behaviour.least_confidence, nobody.weight)
    return Attribution(
        visit=best.visit if credited and best else None,
        confidence=min(best.weight, _CERTAIN) if credited and best else 0.0,
        source=(best.source if credited and best else None) or ring.dialled.source,
        candidates=tuple(ranked),
        reason=reasons.told(
            ring.dialled.role,
            [(each.reason, each.weight) for each in ranked if not each.is_nobody],
            credited=best.reason if credited and best else None,
            withheld=ring.caller is None,
        ),
        first_at=(best.first_at or ring.at) if credited and best else None,
    )
