"""Costs told, listed, taken back and imported.

Every function takes the account that the request acts for; another account's source is NotFound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import Fault, NotFound, Rejected
from chalicelib.tracking.costs import costs, importing
from chalicelib.tracking.costs.costs import Target
from chalicelib.tracking.usecases import source_of_account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.costs.costs import Cost
    from chalicelib.tracking.costs.days import Order
    from chalicelib.tracking.costs.importing import Origin, Owner, Read
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.usecases import Sources


class Costs(Protocol):
    """Costs to keep."""

    def put(self, costs: Iterable[Cost]) -> None:
        """Store costs; one that is there under its id is replaced."""

    def remove(self, account_id: str, cost_id: str, source_id: str | None = None) -> None:
        """Delete a cost; of a source, if that is named. Raises NotFound."""


def add(cost: Cost, *, store: Costs, sources: Sources) -> Cost:
    """Tell what something cost; of a source, if it has one. Raises Rejected, NotFound."""
    known = costs.check(cost)
    if known.source_id is not None:
        source = source_of_account(known.account_id, known.source_id, sources)
        known = replace(known, target=target_of(source))
    elif known.target == Target():
        fault = Fault("/campaign", "of what? say a channel, a source, a campaign or a keyword")
        raise Rejected("this is no cost", faults=(fault,))
    store.put([known])
    return known


def target_of(source: Source) -> Target:
    """Return what reports count calls to a source by."""
    return Target(channel=str(source.channel), source=source.id, campaign=source.campaign or "")


def take(
    text: str,
    origin: Origin,
    owner: Owner,
    *,
    preview: bool,
    store: Costs,
    sources: Sources,
    order: Order | None = None,
) -> Read:
    """Import a file of costs, or only tell what would be. All of it or nothing: raises Rejected."""
    found = importing.read(text, origin, owner, order)
    known, faults = _with_sources(found.costs, sources)
    found = replace(found, costs=known, faults=(*found.faults, *faults))
    if preview:
        return found
    if found.faults:
        raise Rejected("the file has faults", faults=found.faults)
    store.put(found.costs)
    return found


def _with_sources(found: Iterable[Cost], sources: Sources) -> tuple[tuple[Cost, ...], list[Fault]]:
    """Copy what is known of the account's sources into their costs."""
    asked: dict[str, Target | None] = {}
    known, faults = [], []
    for cost in found:
        if cost.source_id is None:
            known.append(cost)
            continue
        if cost.source_id not in asked:
            asked[cost.source_id] = _target(cost.account_id, cost.source_id, sources)
            if asked[cost.source_id] is None:
                faults.append(Fault("/source_id", f"no such source: {cost.source_id[:60]}"))
        target = asked[cost.source_id]
        if target is not None:
            known.append(replace(cost, target=target))
    return tuple(known), faults


def _target(account_id: str, source_id: str, sources: Sources) -> Target | None:
    try:
        return target_of(source_of_account(account_id, source_id, sources))
    except NotFound:
        return None
