"""Spam as the HTTP API shows it. Imported at the first request of one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.runtime.schema import Body, Out, Patch, Query, storable
from chalicelib.tracking.spam.rules import LONGEST_WINDOW_MINUTES, Ground, Limits

if TYPE_CHECKING:
    from chalicelib.tracking.spam import rules, verdicts

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)
]
_USUAL = Limits()
Calls = Annotated[int, Field(ge=0, le=50)]


class LimitsPatch(Patch):
    """How much is too much: fields that are not sent stay. 0 switches a rule off."""

    short_seconds: Annotated[
        int, Field(ge=0, le=60, description="A call over by then is very short.")
    ] = _USUAL.short_seconds
    repeated_calls: Annotated[
        Calls, Field(description="So many very short calls of one caller.")
    ] = _USUAL.repeated_calls
    neighbours: Annotated[
        Calls, Field(description="Very short calls of so many neighbouring numbers.")
    ] = _USUAL.neighbours
    neighbour_digits: Annotated[
        int, Field(ge=1, le=4, description="Neighbours differ in so many last digits.")
    ] = _USUAL.neighbour_digits
    pumped_calls: Annotated[
        Calls, Field(description="So many calls of one foreign range to a free number.")
    ] = _USUAL.pumped_calls
    window_minutes: Annotated[
        int, Field(ge=1, le=LONGEST_WINDOW_MINUTES, description="Within so long.")
    ] = _USUAL.window_minutes
    invalid_numbers: Annotated[
        bool, Field(description="French numbers that nobody can ring from.")
    ] = _USUAL.invalid_numbers

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was sent."""
        return self.model_dump(exclude_unset=True)


class BlockIn(Body):
    """Why a number is blocked, for whoever reads the list."""

    note: Text = ""


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class BlockOut(Out):
    """A number, or all that begin alike, whose calls are spam."""

    pattern: str
    since: datetime
    note: str


class RulesOut(Out):
    """By what the account's calls are told to be spam."""

    short_seconds: int
    repeated_calls: int
    neighbours: int
    neighbour_digits: int
    pumped_calls: int
    window_minutes: int
    invalid_numbers: bool
    blocked: list[BlockOut]
    version: int

    @classmethod
    def of(cls, shown: rules.Rules) -> Self:
        """Show them."""
        limits = shown.limits
        return cls(
            short_seconds=limits.short_seconds,
            repeated_calls=limits.repeated_calls,
            neighbours=limits.neighbours,
            neighbour_digits=limits.neighbour_digits,
            pumped_calls=limits.pumped_calls,
            window_minutes=limits.window_minutes,
            invalid_numbers=limits.invalid_numbers,
            blocked=[
                BlockOut(pattern=each.pattern, since=each.since, note=each.note)
                for each in shown.blocks
            ],
            version=shown.version,
        )


class ReasonOut(Out):
    """Why a call was held to be spam. `words` are in French and English."""

    ground: Ground
    seen: str = Field(description="How many calls, or the entry of the block list.")
    words: dict[str, str]


class SpamOut(Out):
    """What was found of a call."""

    call: str
    spam: bool = Field(description="Whether it is left out of reports, conversions and alerts.")
    reasons: list[ReasonOut]
    by: str | None = Field(description="`rule`, or the key of who said so; null: nothing found.")
    restored: bool = Field(description="Somebody said that it was meant: no rule says otherwise.")
    at: datetime | None

    @classmethod
    def of(cls, call_id: str, verdict: verdicts.Verdict | None) -> Self:
        """Show a verdict, or that there is none."""
        if verdict is None:
            return cls(call=call_id, spam=False, reasons=[], by=None, restored=False, at=None)
        return cls(
            call=call_id,
            spam=verdict.is_spam,
            reasons=[
                ReasonOut(ground=each.ground, seen=each.seen, words=each.words)
                for each in verdict.reasons
            ],
            by=verdict.by,
            restored=verdict.restored,
            at=verdict.at,
        )


class SpamList(Out):
    """A page of calls that are spam, newest first."""

    items: list[SpamOut]
    next: str | None
