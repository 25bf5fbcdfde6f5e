"""What a key may do: a closed list of scopes, and which of them imply which.

A scope is `area:read` or `area:write`; `area:*` is both, `*` everything. Reading and writing are
apart on purpose: a key that writes flows has no business listing calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYTHING: Final = "*"

# One area for each resource of the API; money has a single one, since who may read a charge may
# read the invoice that it is on.
AREAS: Final = (
    "accounts",
    "keys",
    "numbers",
    "flows",
    "prompts",
    "callers",
    "calls",
    "live",
    "sites",
    "pools",
    "sources",
    "visits",
    "leads",
    "conversions",
    "reports",
    "queues",
    "agents",
    "callbacks",
    "appointments",
    "campaigns",
    "consents",
    "suppressions",
    "billing",
    "imports",
    "webhooks",
    "messages",
)

SCOPES: Final = frozenset(
    {EVERYTHING, *(f"{area}:{verb}" for area in AREAS for verb in ("read", "write", "*"))}
)


def check(scopes: Iterable[str]) -> frozenset[str]:
    """Return the scopes as a set; `Rejected` names each one that does not exist."""
    asked = tuple(scopes)
    faults = tuple(
        Fault(f"/scopes/{at}", "no such scope")
        for at, scope in enumerate(asked)
        if scope not in SCOPES
    )
    if faults or not asked:
        raise Rejected(
            "a key needs scopes that exist", faults=faults or (Fault("/scopes", "none given"),)
        )
    return frozenset(asked)


def exceeding(asked: Iterable[str], held: frozenset[str]) -> tuple[str, ...]:
    """List the scopes asked for that a key with `held` has no right to hand on.

    >>> exceeding(["calls:read", "flows:write"], frozenset({"calls:*"}))
    ('flows:write',)
    """
    return tuple(sorted(scope for scope in asked if not _covered(scope, held)))


def _covered(scope: str, held: frozenset[str]) -> bool:
    area = scope.partition(":")[0]
    return bool(held & {EVERYTHING, f"{area}:*", scope})
