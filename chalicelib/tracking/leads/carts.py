"""What is in a visit's cart counts once: for the first of its calls that is worth something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.leads.calls import facts_of
from chalicelib.tracking.leads.qualifying import Cart, is_worth_its_cart, judge

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.qualifying import Facts, Quality, Rules
    from chalicelib.tracking.visits.visits import Remembered


def visit_of(journey: Journey, desk: Desk) -> Remembered | None:
    """Return the visit that a call came from, None where there is none, or was erased."""
    if journey.visit_id is None:
        return None
    try:
        return desk.visits.visit(journey.account_id, journey.visit_id)
    except NotFound:
        return None


def judged(call: Call, visit: Remembered | None, desk: Desk) -> tuple[Facts, Quality]:
    """Judge a call, and keep what it is worth; its visit's cart counts for one call only."""
    rules = desk.rules(call.account_id)
    facts = facts_of(call, visit, rules.most_cents)
    quality = _kept(call, facts, rules, desk)
    if visit is None:
        return facts, quality
    if not quality.qualified:
        free(call, visit, desk)
    elif is_worth_its_cart(facts, rules.rules) and not desk.visits.count_cart(
        call.account_id, visit.id, call.call_id
    ):
        facts = replace(facts, cart=Cart.COUNTED)
        quality = _kept(call, facts, rules, desk)
    return facts, quality


def free(call: Call, visit: Remembered | None, desk: Desk) -> None:
    """Let a visit's cart count for another of its calls: each is judged again, a little later."""
    if visit is None or visit.counted != call.call_id:
        return
    for each in visit.calls:
        if each != call.call_id:
            desk.again(call.account_id, each)
    desk.visits.uncount_cart(call.account_id, visit.id, call.call_id)


def _kept(call: Call, facts: Facts, rules: Rules, desk: Desk) -> Quality:
    found = judge(facts, rules.rules)
    return desk.qualities.keep(call.account_id, call.call_id, found, call.started_at, said=False)
