"""What a call is to leads: an interaction, and the facts that rules ask of it. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import Pressed, Said
from chalicelib.tracking.attribution.touchpoints import Touchpoint
from chalicelib.tracking.leads.leads import (
    SURE_ENOUGH,
    Interaction,
    Kind,
    by_caller,
    by_visit,
    told,
)
from chalicelib.tracking.leads.qualifying import Cart, Facts
from chalicelib.tracking.visits.visits import journey as steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.qualifying import Quality
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.visits import Remembered

# A visitor who did nothing for so long came anew (Google Analytics 4, "Session timeout").
SESSION: Final = timedelta(minutes=30)
# Whatever an account believes: the row of a lead has room for no more.
_MOST_EUROS: Final = Decimal(10_000_000)


def facts_of(call: Call, visit: Remembered | None, most_cents: int) -> Facts:
    """Return what rules may ask of a call. A cart of more than `most_cents` is not believed."""
    cents = 0 if visit is None else cart_cents(visit.cart)
    believed = cents <= most_cents
    pressed = [each for each in call.events if isinstance(each, Pressed)]
    said = [each for each in call.events if isinstance(each, Said)]
    chosen = [each.choice for each in pressed] + [each.choice for each in said]
    return Facts(
        kind=Kind.CALL,
        outcome=str(call.outcome),
        talk_seconds=call.talk_seconds,
        choices=frozenset([*chosen, *(each.keys for each in pressed)]),
        tags=frozenset(call.tags),
        words=" ".join(each.words for each in said),
        source_id=call.source_id,
        cents=cents if believed else 0,
        cart=_cart(call, visit) if believed else Cart.BEYOND,
    )


def interaction_of(
    call: Call,
    journey: Journey,
    visit: Remembered | None,
    source: Source | None,
    quality: Quality,
    cart: Cart | None = None,
) -> Interaction:
    """Return a call as something that a person did; `cart` says why that is worth nothing.

    A visit that is a guess is told, but joins nobody: two people would become one.
    """
    return Interaction(
        id=call.call_id,
        kind=Kind.CALL,
        at=call.started_at,
        identities=tuple(_identities(call, journey)),
        visit_id=journey.visit_id,
        touches=tuple(touches_to(call.started_at, journey, visit, source)),
        facts=told(
            {
                "outcome": str(call.outcome),
                "seconds": call.seconds or 0,
                "talk_seconds": call.talk_seconds,
                "dialled": call.dialled,
                "source_id": call.source_id,
                "confidence": round(journey.confidence, 2),
                "rule": quality.rule,
                "cart": cart and str(cart),
            }
        ),
        qualified=quality.qualified,
        cents=quality.cents,
    )


def cart_cents(cart: str | None) -> int:
    """Return what is in a cart, in cents: its `total`, 0 if it has none that is an amount.

    More than any row has room for is as much as that.

    >>> cart_cents('{"total": "129.90"}'), cart_cents('{"total": "beaucoup"}'), cart_cents(None)
    (12990, 0, 0)
    >>> cart_cents('{"total": "9e999999"}') == cart_cents('{"total": 1e300}') == 10**9
    True
    """
    try:
        data = json.loads(cart or "{}")
        total = data.get("total") if isinstance(data, dict) else None
        euros = Decimal(str(total)) if isinstance(total, str | int | float) else Decimal(0)
    except (ValueError, InvalidOperation):
        return 0
    if not euros.is_finite() or euros < 0:
        return 0
    return int(min(euros, _MOST_EUROS) * 100)


def touches_of(visit: Remembered) -> Iterator[Touchpoint]:
    """Yield what brought a visitor to the site, each time that they came.

    Whoever goes back to the landing page, or loads it again, was brought there once: what
    brought them again with no half hour of silence in between is one touch. Whoever types the
    address after such a silence came directly; a visit of which nothing is known did, too.
    """
    found, seen = False, datetime.min.replace(tzinfo=UTC)
    this_time: set[Touchpoint] = set()
    for each in steps_of(visit.steps):
        at = datetime.fromtimestamp(each["at"] / 1000, UTC)
        came = at - seen > SESSION
        if came:
            this_time.clear()
        seen = at
        touch = _touch(at, each)
        brought = replace(touch, at=visit.first_seen)
        if ("channel" in each and brought not in this_time) or ("direct" in each and came):
            found = True
            this_time.add(brought)
            yield touch
    if not found:
        landing: dict[str, Any] = json.loads(visit.landing)
        yield _touch(visit.first_seen, landing)


def touches_to(
    at: datetime, journey: Journey, visit: Remembered | None, source: Source | None
) -> Iterator[Touchpoint]:
    """Yield what led somebody to a number: their visit, what brought it, or what it stands for."""
    if visit is not None:
        yield from touches_of(visit)
    elif journey.landing:
        yield _touch(at, journey.landing)
    elif source is not None:
        yield Touchpoint(
            at=at, channel=str(source.channel), source=source.name, campaign=source.campaign
        )


def _cart(call: Call, visit: Remembered | None) -> Cart | None:
    if visit is None or visit.cart is None or visit.counted in (None, call.call_id):
        return None
    return Cart.COUNTED


def _identities(call: Call, journey: Journey) -> Iterator[str]:
    if call.caller_hash is not None:
        yield by_caller(call.caller_hash)
    if journey.visit_id is not None and journey.confidence >= SURE_ENOUGH:
        yield by_visit(journey.visit_id)


def _touch(at: datetime, facts: Any) -> Touchpoint:
    return Touchpoint(
        at=at,
        channel=facts.get("channel") or "direct",
        source=facts.get("source"),
        campaign=facts.get("campaign"),
    )
