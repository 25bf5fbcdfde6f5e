"""What an account's carrier takes, as the HTTP API shows it. Imported at a first request."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.runtime.schema import Body, Out

Many = Annotated[int, Field(ge=1, le=100_000)]


class LimitsIn(Body):
    """How many calls an account's campaigns may begin in a second, and have up at a time."""

    calls_per_second: int = Field(ge=1, le=1000, description="what the carrier takes")
    burst: int = Field(
        1, ge=1, le=1000, description="calls that were not made may be made up for: 1 is never"
    )
    calls_at_once: Many | None = Field(None, description="null: no limit")

    def read(self) -> Limit:
        """Return it as pacing has it. Raises Rejected."""
        return Limit(self.calls_per_second, self.burst, self.calls_at_once)


class LimitsOut(Out):
    """What an account's campaigns may do."""

    calls_per_second: int
    burst: int
    calls_at_once: int | None

    @classmethod
    def of(cls, limit: Limit) -> Self:
        """Show it."""
        return cls(calls_per_second=limit.calls, burst=limit.burst, calls_at_once=limit.at_once)
