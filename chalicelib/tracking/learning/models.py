"""What the HTTP API takes and tells of attribution. Imported at the first request of it."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from chalicelib.runtime.schema import Body, Out
from chalicelib.tracking.learning import assumptions
from chalicelib.tracking.learning.assumptions import Assumptions

_USUAL = Assumptions(account_id="")


class AttributionIn(Body):
    """How your calls are matched with visits, and your leads credited. Not sent: as is usual."""

    lease_days: int = Field(
        _USUAL.lease_days,
        ge=1,
        le=assumptions.MOST_LEASE_DAYS,
        description="A visit that saw the number longer ago is no candidate",
    )
    caller_days: int = Field(
        _USUAL.caller_days,
        ge=1,
        le=assumptions.MOST_CALLER_DAYS,
        description="A caller's earlier calls count for so long",
    )
    least_confidence: float = Field(
        _USUAL.least_confidence,
        ge=assumptions.LEAST_CONFIDENCE,
        le=assumptions.MOST_CONFIDENCE,
        allow_inf_nan=False,
        description="A call is credited to a visit from this confidence on",
    )
    touch_days: int = Field(
        _USUAL.touch_days,
        ge=1,
        le=assumptions.MOST_TOUCH_DAYS,
        description="Touches of a lead count for so long",
    )
    half_life_days: int = Field(
        _USUAL.half_life_days,
        ge=1,
        le=assumptions.MOST_TOUCH_DAYS,
        description="Time decay credits half as much for each so many days before",
    )

    def said_of(self, account_id: str, version: int) -> Assumptions:
        """Return it as the room takes it."""
        return Assumptions(account_id=account_id, version=version, **self.model_dump())


class AttributionOut(Out):
    """How calls are matched with visits, and leads credited."""

    lease_days: int
    caller_days: int
    least_confidence: float
    touch_days: int
    half_life_days: int
    version: int

    @classmethod
    def of(cls, said: Assumptions) -> Self:
        """Show what an owner says."""
        names = cls.model_fields.keys()
        return cls(**{name: getattr(said, name) for name in names})
