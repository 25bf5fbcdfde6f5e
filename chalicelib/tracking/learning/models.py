"""What the HTTP API takes and tells of attribution. Imported at the first request of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from chalicelib.runtime.schema import Body, Out
from chalicelib.tracking.learning import assumptions
from chalicelib.tracking.learning.assumptions import Assumptions
from chalicelib.tracking.learning.learnt import ENOUGH_CALLS, Known

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
    learns: bool = Field(
        _USUAL.learns, description="What your own calls taught is used, once there are enough"
    )

    def said_of(self, account_id: str, version: int) -> Assumptions:
        """Return it as the room takes it."""
        return Assumptions(account_id=account_id, version=version, **self.model_dump())


class BehaviourOut(Out):
    """How your visitors are taken to behave."""

    in_use: Literal["assumed", "learnt"]
    calls: int = Field(description="Your own calls that there were to learn from")
    enough_calls: int = Field(ENOUGH_CALLS, description="With fewer, what is assumed stays in use")
    learnt_at: datetime | None = Field(description="When that was tried last")
    calls_per_thousand_visits: float
    strays_per_day: float = Field(description="Calls a number gets that no visit explains")

    @classmethod
    def of(cls, known: Known) -> Self:
        """Show what is in use."""
        behaviour, learnt = known.behaviour, known.learnt
        return cls(
            in_use="learnt" if known.is_learnt else "assumed",
            calls=0 if learnt is None else learnt.calls,
            learnt_at=None if learnt is None else learnt.at,
            calls_per_thousand_visits=round(1000 * behaviour.calls_per_visit, 2),
            strays_per_day=round(behaviour.strays_per_day, 4),
        )


class AttributionOut(Out):
    """How calls are matched with visits, and leads credited."""

    lease_days: int
    caller_days: int
    least_confidence: float
    touch_days: int
    half_life_days: int
    learns: bool
    behaviour: BehaviourOut
    version: int

    @classmethod
    def of(cls, known: Known) -> Self:
        """Show what an owner says, and what is known of the visitors."""
        names = cls.model_fields.keys() - {"behaviour"}
        said = {name: getattr(known.assumptions, name) for name in names}
        return cls(**said, behaviour=BehaviourOut.of(known))
