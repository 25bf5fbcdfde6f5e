"""Who is told that somebody in a call wants no more calls. Loads campaigns when one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class LateOppositions:
    """The port `Oppositions` of flows."""

    def said(self, account_id: str, person: str, attempt: str, ref: str, at: datetime) -> None:
        """Store it, now."""
        from chalicelib.runtime import dialling_wiring

        dialling_wiring.oppose(account_id, person, attempt, ref, at)
