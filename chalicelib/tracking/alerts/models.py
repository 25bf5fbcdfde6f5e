"""Alerts as the HTTP API shows them. Imported at the first request of one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.phone import parse
from chalicelib.kernel.signing import FIRST_GENERATION, LAST_GENERATION
from chalicelib.kernel.telling import Means
from chalicelib.kernel.timetable import read_hours
from chalicelib.runtime.schema import E164, Body, Out, Patch, Query, storable
from chalicelib.tracking.alerts.alerts import DEFAULT_STAY_SECONDS, LONGEST_WAIT_MINUTES, Time

if TYPE_CHECKING:
    from chalicelib.tracking.alerts import alerts, ports

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(storable),
]
To = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable)]
SourceId = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(storable)]
Hours = dict[str, JsonValue]
By = Annotated[Means, Field(strict=False)]
Told = Annotated[Time, Field(strict=False, description="Of calls inside of `hours`, or outside.")]
Numbers = Annotated[list[E164], Field(max_length=100, description="Empty: all of them.")]
Sources = Annotated[list[SourceId], Field(max_length=100, description="Empty: all calls.")]
Stay = Annotated[
    int, Field(ge=0, le=600, description="Who hung up earlier has abandoned: nobody missed them.")
]
Wait = Annotated[
    int,
    Field(ge=0, le=LONGEST_WAIT_MINUTES, description="Told then, if nobody was reached by then."),
]
Quiet = Annotated[
    int, Field(ge=0, le=1_440, description="Nothing more of the same caller for so long.")
]
Secret = Annotated[int, Field(ge=FIRST_GENERATION, le=LAST_GENERATION)]
Language = Literal["fr", "en"]


class AlertIn(Body):
    """Somebody to tell of calls that nobody took."""

    name: Text
    by: By
    to: To = Field(description="An e-mail address, a French mobile, or an https URL, by `by`.")
    numbers: Numbers = Field(default_factory=list)
    sources: Sources = Field(default_factory=list)
    hours: Hours | None = Field(None, description="As in flows; null is always.")
    told: Told = Time.INSIDE
    stay_seconds: Stay = DEFAULT_STAY_SECONDS
    wait_minutes: Wait = 2
    quiet_minutes: Quiet = 30
    language: Language = "fr"
    secret: Secret = FIRST_GENERATION
    enabled: bool = True

    @property
    def facts(self) -> dict[str, Any]:
        """Return it as the room takes it."""
        return _facts(self.model_dump(), self.by)


class AlertPatch(Patch):
    """What to change of an alert: fields that are not sent stay. `by` and `to` go together."""

    name: Text = ""
    by: By = Means.EMAIL
    to: To = ""
    numbers: Numbers = Field(default_factory=list)
    sources: Sources = Field(default_factory=list)
    hours: Hours | None = None
    told: Told = Time.INSIDE
    stay_seconds: Stay = DEFAULT_STAY_SECONDS
    wait_minutes: Wait = 2
    quiet_minutes: Quiet = 30
    language: Language = "fr"
    secret: Secret = FIRST_GENERATION
    enabled: bool = True

    def facts(self, by: Means) -> dict[str, Any]:
        """Return what was sent, as the room takes it, for an alert of that means."""
        sent = self.model_dump(exclude_unset=True)
        return _facts(sent, sent.get("by", by))


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class AlertOut(Out):
    """Somebody who is told of calls that nobody took."""

    id: str
    name: str
    by: Means
    to: str
    numbers: list[str]
    sources: list[str]
    hours: Hours | None
    told: Time
    stay_seconds: int
    wait_minutes: int
    quiet_minutes: int
    language: str
    secret: int
    enabled: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, alert: alerts.Alert) -> Self:
        """Show one."""
        return cls(
            id=alert.id,
            name=alert.name,
            by=alert.by,
            to=alert.to,
            numbers=list(alert.numbers),
            sources=list(alert.sources),
            hours=json.loads(alert.hours) if alert.hours else None,
            told=alert.told,
            stay_seconds=alert.stay_seconds,
            wait_minutes=alert.wait_minutes,
            quiet_minutes=alert.quiet_minutes,
            language=alert.language,
            secret=alert.secret,
            enabled=alert.enabled,
            created_at=alert.created_at,
            version=alert.version,
        )


class AlertList(Out):
    """All alerts of the account: they are few."""

    items: list[AlertOut]


class SentOut(Out):
    """A call that an alert was for, and what became of telling it."""

    call: str
    at: datetime
    status: Literal["pending", "sent", "refused", "unneeded"]
    reason: str | None = Field(
        description="`reached`: rang again and was answered; `quiet`: told of this caller lately;"
        " otherwise why it could not be sent."
    )

    @classmethod
    def of(cls, attempt: ports.Attempt) -> Self:
        """Show one."""
        status: Any = attempt.status or "pending"
        return cls(call=attempt.call_id, at=attempt.began_at, status=status, reason=attempt.reason)


class SentList(Out):
    """A page of what an alert was for, newest first."""

    items: list[SentOut]
    next: str | None


def _facts(sent: dict[str, Any], by: Means) -> dict[str, Any]:
    for name in sent.keys() & {"numbers", "sources"}:
        sent[name] = tuple(sent[name])
    if "hours" in sent:
        sent["hours"], faults = read_hours(sent["hours"], "/hours")
        if faults:
            raise Rejected("the hours are not sound", faults=faults)
    if "to" in sent:
        sent["to"] = _to(sent["to"], by)
    return sent


def _to(written: str, by: Means) -> str:
    """Read a telephone number in any spelling; whether it can be told is looked at later."""
    if by is not Means.SMS:
        return written.strip()
    try:
        return parse(written)
    except Rejected:
        return written
