"""Appointments as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, StringConstraints

from chalicelib.campaigns.asked.words import tongue
from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.reminders.appointments import MOST_OTHERS, Appointment, State, id_of
from chalicelib.directory.identity import siren_is_valid
from chalicelib.kernel import telling
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.runtime.schema import E164, Body, Out, Query, storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.directory.lines import Line

FURTHEST = timedelta(days=400)
Ref = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(storable)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(storable),
]
Place = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(storable)
]
Siren = Annotated[str, StringConstraints(max_length=20), AfterValidator(storable)]
Zone = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Minutes = Annotated[int, Field(ge=15, le=30 * 24 * 60)]
# JSON has no instants: they come as text.
Instant = Annotated[AwareDatetime, Field(strict=False)]


class BusinessIn(Body):
    """On whose behalf people are reminded."""

    siren: Siren
    name: Name


class AppointmentIn(Body):
    """An appointment, by your own reference: sent again it is changed."""

    ref: Ref
    number: E164 = Field(description="a mobile of France: it is reminded by text")
    at: Instant
    zone: Zone = Field("Europe/Paris", description="by whose clock it is said")
    professional: BusinessIn
    sender: E164 = Field(description="your number that texts come from, and are answered to")
    place: Place = ""
    language: Language = "fr"
    before_minutes: Annotated[list[Minutes], Field(max_length=5)] = [48 * 60, 120]
    others: Annotated[list[Instant], Field(max_length=MOST_OTHERS)] = Field(
        [], description="instants that it may be moved to"
    )


class AppointmentsIn(Body):
    """Appointments to write down, or to change."""

    appointments: Annotated[list[AppointmentIn], Field(min_length=1, max_length=100)]

    def read(
        self,
        account_id: str,
        now: datetime,
        person: Callable[[str, str], str],
        line: Callable[[str, str], Line | None],
    ) -> list[Appointment]:
        """Return them. Raises Rejected, naming each field that is wrong."""
        faults: list[Fault] = []
        lines = {each.sender: line(account_id, each.sender) for each in self.appointments}
        for place, each in enumerate(self.appointments):
            pointer = f"/appointments/{place}"
            faults += [Fault(f"{pointer}{at}", why) for at, why in _faults(each, now)]
            if lines[each.sender] is None:
                reason = "not a number of yours that is in service"
                faults.append(Fault(f"{pointer}/sender", reason))
        if faults:
            raise Rejected("these are no appointments to remind of", faults=tuple(faults))
        return [_appointment(each, account_id, person) for each in self.appointments]


class AppointmentOut(Out):
    """An appointment, and what its person said."""

    id: str
    ref: str
    number: str | None
    at: datetime
    zone: str
    place: str
    language: str
    state: State
    moved_to: datetime | None
    answered_at: datetime | None
    before_minutes: list[int]
    reminded: list[int] = Field(description="reminders that are done, or given up")
    reminded_at: datetime | None
    refused: list[str] = Field(description="why reminders were given up")
    next_at: datetime | None
    others: list[datetime]
    decisions: list[dict[str, JsonValue]] = Field(description="what the law said each time")

    @classmethod
    def of(cls, appointment: Appointment, *, numbers: bool) -> Self:
        """Show one; its number with `calls:read` only."""
        return cls(
            id=appointment.id,
            ref=appointment.ref,
            number=appointment.number if numbers else None,
            at=appointment.at,
            zone=appointment.zone,
            place=appointment.place,
            language=appointment.language,
            state=appointment.state,
            moved_to=appointment.moved_to,
            answered_at=appointment.answered_at,
            before_minutes=list(appointment.before),
            reminded=sorted(appointment.reminded, reverse=True),
            reminded_at=appointment.reminded_at,
            refused=list(appointment.refused),
            next_at=appointment.due_at,
            others=list(appointment.others),
            decisions=[dict(each) for each in appointment.decisions],
        )


class AppointmentList(Out):
    """A page of them, in order of id."""

    items: list[AppointmentOut]
    next: str | None = None


class AppointmentsQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


def _faults(each: AppointmentIn, now: datetime) -> list[tuple[str, str]]:
    found = []
    if not siren_is_valid(each.professional.siren):
        found.append(("/professional/siren", "not a SIREN: nine digits, the last a check digit"))
    if not now < each.at < now + FURTHEST:
        found.append(("/at", "not to come, or over a year ahead"))
    reason = telling.refusal(each.number)
    if reason is not None:
        found.append(("/number", f"no text reaches it: {reason}"))
    try:
        ZoneInfo(each.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found.append(("/zone", "no time zone is called so"))
    return found


def _appointment(
    each: AppointmentIn, account_id: str, person: Callable[[str, str], str]
) -> Appointment:
    business = each.professional
    return Appointment(
        id=id_of(account_id, each.ref),
        account_id=account_id,
        ref=each.ref,
        number=each.number,
        person=person(account_id, each.number),
        at=each.at,
        zone=each.zone,
        professional=Professional(siren=business.siren, name=business.name),
        sender=each.sender,
        place=each.place,
        language=tongue(each.language),
        before=tuple(sorted(set(each.before_minutes), reverse=True)),
        others=tuple(each.others),
    )
