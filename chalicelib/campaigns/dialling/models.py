"""What an account's carrier takes, as the HTTP API shows it. Imported at a first request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AwareDatetime, Field

from chalicelib.campaigns.dialling.seats import Doing
from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.runtime.schema import Body, Out

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.dialling.previewing import Shown
    from chalicelib.campaigns.dialling.seats import Seat

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


class BeforeOut(Out):
    """A call to the same person, in the same campaign, before this one."""

    at: datetime
    outcome: Outcome


class AboutOut(Out):
    """Whom an agent is kept for, or talks with."""

    attempt_id: str
    contact_id: str
    number: str | None
    fields: dict[str, str] = Field(description="those of the contact")
    before: list[BeforeOut]

    @classmethod
    def of(cls, attempt: Attempt, contact: Contact | None) -> Self:
        """Show it."""
        return cls(
            attempt_id=attempt.id,
            contact_id=attempt.contact_id,
            number=attempt.number,
            fields={} if contact is None else dict(contact.fields),
            before=[BeforeOut(at=each.at, outcome=each.outcome) for each in attempt.history],
        )


class SeatOut(Out):
    """An agent who is on duty for a campaign."""

    agent_id: str
    name: str
    state: Doing
    since: datetime
    leaving: bool = Field(description="off duty after the conversation")
    about: AboutOut | None

    @classmethod
    def of(cls, seat: Seat, about: AboutOut | None) -> Self:
        """Show it."""
        return cls(
            agent_id=seat.agent_id,
            name=seat.name,
            state=seat.doing,
            since=seat.since,
            leaving=seat.leaving,
            about=about,
        )


class SeatList(Out):
    """Who is on duty for a campaign."""

    items: list[SeatOut]


class SkipIn(Body):
    """Somebody whom an agent is shown is left for later."""

    until: AwareDatetime | None = Field(
        None, description="when they are to be shown again; left out: in an hour"
    )


class ContactShownOut(Out):
    """Whom an agent is shown before they have them rung."""

    contact_id: str
    number: str
    fields: dict[str, str] = Field(description="those of the contact")
    before: list[BeforeOut]
    until: datetime = Field(description="nobody else is shown them until then")

    @classmethod
    def of(cls, shown: Shown) -> Self:
        """Show it."""
        return cls(
            contact_id=shown.member.contact_id,
            number=shown.number,
            fields=dict(shown.contact.fields),
            before=[BeforeOut(at=each.at, outcome=each.outcome) for each in shown.member.history],
            until=shown.until,
        )


class PreviewOut(Out):
    """Whom an agent may have rung next."""

    contact: ContactShownOut | None = Field(description="null: nobody may be rung now")

    @classmethod
    def of(cls, shown: Shown | None) -> Self:
        """Show it."""
        return cls(contact=None if shown is None else ContactShownOut.of(shown))
