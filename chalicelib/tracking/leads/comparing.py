"""An account's leads under any two models of credit, and one lead's touches under each. Pure."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.attribution import comparing, touchpoints
from chalicelib.tracking.attribution.chains import Path
from chalicelib.tracking.attribution.crediting import USUAL, by_channel
from chalicelib.tracking.attribution.removal import removal_shares
from chalicelib.tracking.attribution.shapley import shapley_shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from fractions import Fraction

    from chalicelib.tracking.attribution.comparing import Compared
    from chalicelib.tracking.attribution.crediting import Model, Terms
    from chalicelib.tracking.attribution.touchpoints import Touchpoint
    from chalicelib.tracking.leads.leads import Lead

# A report reads every lead of its days: as many as there is time for in one request.
MOST_LEADS: Final = 20_000


class ModelName(StrEnum):
    """How credit is shared among the touches of a lead."""

    FIRST = "first"
    LAST = "last"
    LAST_NON_DIRECT = "last-non-direct"
    LINEAR = "linear"
    POSITION_BASED = "position-based"
    W_SHAPED = "w-shaped"
    TIME_DECAY = "time-decay"
    REMOVAL = "data-driven-removal"
    SHAPLEY = "data-driven-shapley"


class By(StrEnum):
    """What the credit goes to."""

    CHANNEL = "channel"
    SOURCE = "source"
    CAMPAIGN = "campaign"


_LEARNT: Final[Mapping[ModelName, Callable[[Iterable[Path]], dict[str, Fraction]]]] = {
    ModelName.REMOVAL: removal_shares,
    ModelName.SHAPLEY: shapley_shares,
}
_KEYS: Final[Mapping[By, Callable[[Touchpoint], str | None]]] = {
    By.CHANNEL: lambda touch: touch.channel,
    By.SOURCE: lambda touch: touch.source,
    By.CAMPAIGN: lambda touch: touch.campaign,
}


def won(leads: Iterable[Lead], since: datetime, until: datetime) -> list[Lead]:
    """Return the leads that were worth something first in [since, until)."""
    return [each for each in leads if (at := _won_at(each)) is not None and since <= at < until]


def compare(
    leads: Iterable[Lead],
    one: ModelName,
    other: ModelName,
    *,
    since: datetime,
    until: datetime,
    by: By = By.CHANNEL,
    terms: Terms = USUAL,
) -> list[Compared]:
    """Set the leads won in [since, until) under two models side by side.

    Models that learn do so from all the leads given, won or not. Raises Rejected where there is
    nothing to learn from.
    """
    known = list(leads)
    credited = [_credited(each) for each in won(known, since, until)]
    first, second = (
        _model(name, known, at, terms) for at, name in (("one", one), ("other", other))
    )
    return comparing.compare(credited, first, second, _KEYS[by], terms.lookback)


def credits_of(
    lead: Lead, terms: Terms = USUAL
) -> list[tuple[Touchpoint, dict[ModelName, Fraction]]]:
    """Return a lead's touches in order, with what each model that needs no others gives them."""
    credited = _credited(lead)
    touches = touchpoints.journey(credited, terms.lookback)
    if not touches:
        return []
    shares = {ModelName(name): model(credited, touches) for name, model in terms.models.items()}
    return [
        (touch, {name: parts[at] for name, parts in shares.items()})
        for at, touch in enumerate(touches)
    ]


def _model(name: ModelName, leads: list[Lead], field: str, terms: Terms) -> Model:
    learn = _LEARNT.get(name)
    if learn is None:
        return terms.models[str(name)]
    try:
        return by_channel(learn(_paths(leads, terms)))
    except Rejected as error:
        fault = Fault(f"/{field}", error.message)
        raise Rejected("this model cannot be learnt yet", faults=(fault,)) from error


def _paths(leads: list[Lead], terms: Terms) -> list[Path]:
    """Count journeys by their channels: those worth something, and the others."""
    good: Counter[tuple[str, ...]] = Counter()
    bad: Counter[tuple[str, ...]] = Counter()
    for lead in leads:
        touches = touchpoints.journey(_credited(lead), terms.lookback)
        if touches:
            (good if lead.qualified else bad)[tuple(each.channel for each in touches)] += 1
    return [
        Path(channels=channels, won=good[channels], lost=bad[channels])
        for channels in sorted(good.keys() | bad.keys())
    ]


def _credited(lead: Lead) -> touchpoints.Lead:
    at = _won_at(lead) or lead.last_at
    touches = {touch: None for each in lead.interactions for touch in each.touches}
    return touchpoints.Lead(
        id=lead.id,
        won_at=at,
        known_at=min(lead.first_at, at),
        touchpoints=tuple(touches),
        cents=lead.cents,
    )


def _won_at(lead: Lead) -> datetime | None:
    """Return when it was worth something first: its first interaction, if only a person says so."""
    return (lead.qualified_at or lead.first_at) if lead.qualified else None
