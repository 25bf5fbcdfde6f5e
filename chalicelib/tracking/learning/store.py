"""What owners say of attribution, on the table `tracking`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

from pynamodb.attributes import JSONAttribute

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.learning.assumptions import Assumptions
from chalicelib.tracking.store import TrackingRow, unchanged, versioned

ASSUMPTIONS: Final = "assumptions"
_COLUMNS: Final = frozenset({"account_id", "version"})


class AssumptionsRow(TrackingRow):
    """What an account's owner says of attribution."""

    facts = JSONAttribute()


class LearningStore:
    """What is known of how an account's visitors behave."""

    def __init__(self, table_name: str) -> None:
        bind(AssumptionsRow, table_name)

    def assumptions(self, account_id: str) -> Assumptions:
        """Return what an account's owner says; the usual, where nothing was said."""
        try:
            with translated("load assumptions", account_id=account_id):
                row = AssumptionsRow.get(_key(account_id), ASSUMPTIONS, consistent_read=True)
        except NotFound:
            return Assumptions(account_id=account_id)
        return Assumptions(account_id=account_id, version=int(row.version or 0), **row.facts)

    def save_assumptions(self, assumptions: Assumptions) -> Assumptions:
        """Store what an owner says. Raises Stale."""
        facts = {name: each for name, each in asdict(assumptions).items() if name not in _COLUMNS}
        row = AssumptionsRow(_key(assumptions.account_id), ASSUMPTIONS, facts=facts)
        row.version = assumptions.version + 1
        with versioned(), translated("save assumptions", account_id=assumptions.account_id):
            row.save(condition=unchanged(assumptions.version))
        return replace(assumptions, version=assumptions.version + 1)


def _key(account_id: str) -> str:
    return f"attribution#{account_id}"
