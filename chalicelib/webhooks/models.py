"""Webhooks as the HTTP API shows them. Imported at the first request of one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.kernel.internet import LONGEST_URL
from chalicelib.kernel.signing import FIRST_GENERATION, LAST_GENERATION
from chalicelib.runtime.schema import Body, Out, Patch, Query, storable
from chalicelib.webhooks.deliveries import Status
from chalicelib.webhooks.events import SCOPES

if TYPE_CHECKING:
    from chalicelib.webhooks import deliveries, endpoints

Url = Annotated[str, StringConstraints(max_length=LONGEST_URL + 1), AfterValidator(storable)]
Event = Annotated[str, StringConstraints(max_length=100), AfterValidator(storable)]
Events = Annotated[
    list[Event], Field(max_length=100, description=f"Of these: {', '.join(SCOPES)}.")
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)
]
Generation = Annotated[
    int,
    Field(
        ge=FIRST_GENERATION,
        le=LAST_GENERATION,
        description="Which of the account's secrets signs; see `POST /v1/webhooks/secret`.",
    ),
]


class WebhookIn(Body):
    """A server to tell of events."""

    url: Url = Field(description="https, on port 443 or 8443 of a public server.")
    events: Events
    description: Text = ""
    secret: Generation = FIRST_GENERATION
    enabled: bool = True


class WebhookPatch(Patch):
    """What to change of a webhook: fields that are not sent stay."""

    url: Url = ""
    events: Events = Field(default_factory=list)
    description: Text = ""
    secret: Generation = FIRST_GENERATION
    enabled: bool = True

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was sent, as the room takes it; `enabled` apart."""
        sent: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"enabled"})
        if "events" in sent:
            sent["events"] = tuple(sent["events"])
        return sent


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class WebhookOut(Out):
    """A server that is told of events."""

    id: str
    url: str
    events: list[str]
    description: str
    secret: int
    enabled: bool
    disabled_reason: str | None = Field(
        description="Why it was switched off by itself: `gone` (it answered 410) or `failing`"
        " (five days of nothing else). Null where you switched it off."
    )
    disabled_at: datetime | None
    failing_since: datetime | None = Field(description="Its first failure since it last answered.")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, endpoint: endpoints.Endpoint) -> Self:
        """Show one."""
        return cls(
            id=endpoint.id,
            url=endpoint.url,
            events=list(endpoint.events),
            description=endpoint.description,
            secret=endpoint.secret,
            enabled=endpoint.enabled,
            disabled_reason=endpoint.disabled_reason,
            disabled_at=endpoint.disabled_at,
            failing_since=endpoint.failing_since,
            created_at=endpoint.created_at,
            version=endpoint.version,
        )


class WebhookList(Out):
    """All webhooks of the account: they are few."""

    items: list[WebhookOut]


class AttemptOut(Out):
    """One time that your server was asked."""

    at: datetime
    milliseconds: int
    status: int | None = Field(description="HTTP's; null where no answer came.")
    reason: str | None = Field(description="What went wrong; null where the message was taken.")

    @classmethod
    def of(cls, attempt: deliveries.Attempt) -> Self:
        """Show one."""
        return cls(
            at=attempt.at,
            milliseconds=attempt.milliseconds,
            status=attempt.status,
            reason=attempt.reason,
        )


class DeliveryOut(Out):
    """A message for your server. `body` is left out of lists."""

    id: str = Field(description="The header `webhook-id`, the same at each attempt.")
    event: str
    status: Status
    created_at: datetime
    attempts: list[AttemptOut] = Field(description="Oldest first, the last twenty.")
    next_attempt_at: datetime | None
    body: str | None = Field(None, description="As it is signed.")

    @classmethod
    def of(cls, delivery: deliveries.Delivery, *, body: bool = False) -> Self:
        """Show one."""
        return cls(
            id=delivery.id,
            event=delivery.event,
            status=delivery.status,
            created_at=delivery.created_at,
            attempts=[AttemptOut.of(each) for each in delivery.attempts],
            next_attempt_at=delivery.next_at,
            body=delivery.body if body else None,
        )


class DeliveryList(Out):
    """A page of deliveries, newest first."""

    items: list[DeliveryOut]
    next: str | None
