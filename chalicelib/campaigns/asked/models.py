"""Forms and askings as the HTTP API and pages know them. Imported at a first request."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from chalicelib.campaigns.asked import forms, taking
from chalicelib.campaigns.asked.askings import State
from chalicelib.campaigns.asked.forms import Rings
from chalicelib.campaigns.asked.slots import said, zone_of
from chalicelib.campaigns.asked.words import told, tongue
from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.rules import Sector
from chalicelib.kernel import errors, timetable
from chalicelib.runtime.schema import E164, Body, Out, Query, storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.slots import Slot

Id = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(storable)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(storable),
]
Words = Annotated[str, StringConstraints(max_length=300), AfterValidator(storable)]
Text = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(storable)]
Siren = Annotated[str, StringConstraints(max_length=20), AfterValidator(storable)]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(storable)
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Written = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Times = Annotated[int, Field(ge=1, le=100_000)]
Hours = dict[str, JsonValue]


class BusinessIn(Body):
    """On whose behalf people are rung."""

    siren: Siren
    name: Name


class CallbackFormIn(Body):
    """A form to make: what people are shown, word for word, and how they are rung back."""

    site: Id = Field(description="whose pages may show it")
    professional: BusinessIn
    object: Words = Field(description="what they are rung about, precisely")
    text: Text = Field(description="what stands by the button, word for word: it is what proves")
    queue: Written = Field(description="whose agents ring back")
    shown: E164 = Field(description="your number that people see, and ring back")
    rings: Annotated[Rings, Field(strict=False)] = Rings.AGENT_FIRST
    hours: Hours | None = Field(None, description="opening hours; null: every day by day")
    sector: Annotated[Sector, Field(strict=False)] = Sector.OTHER
    sells: bool = Field(True, description="false: it is about no offer")
    by_code: bool = Field(False, description="a code by text confirms that the number is theirs")
    texts: bool = Field(True, description="a text confirms what was agreed, with a link to cancel")
    now: bool = Field(True, description="people may be rung at once, while it is open")
    slot_minutes: int = Field(60, ge=15, le=240)
    capacity: int = Field(0, ge=0, le=10_000, description="people a slot; 0: as many as ask")
    notice_minutes: Minutes = 0
    tries: int = Field(3, ge=1, le=4, description="where people are rung first")
    retry_minutes: int = Field(5, ge=1, le=240, description="where people are rung first")
    most_a_day: Times = 500
    most_of_number: int = Field(3, ge=1, le=20)
    most_of_address: int = Field(10, ge=1, le=1_000)
    language: Language = "fr"

    def form(self, form_id: str, account_id: str, now: datetime) -> forms.Form:
        """Return it as a form. Raises Rejected on hours that are none."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        hours, faults = timetable.read_hours(told.pop("hours"), "/hours")
        if faults:
            raise errors.Rejected("the hours are not right", faults=faults)
        business = told.pop("professional")
        return forms.Form(
            id=form_id,
            account_id=account_id,
            site_id=told.pop("site"),
            professional=Professional(siren=business.siren, name=business.name),
            hours=hours,
            created_at=now,
            **{**told, "language": tongue(self.language)},
        )


class CallbackFormOut(Out):
    """A form. It never changes: another text is another form."""

    id: str
    site: str
    professional: dict[str, str]
    object: str
    text: str
    queue: str
    shown: str
    rings: Rings
    hours: Hours | None
    sector: Sector
    sells: bool
    by_code: bool
    texts: bool
    now: bool
    slot_minutes: int
    capacity: int
    notice_minutes: int
    tries: int
    retry_minutes: int
    most_a_day: int
    most_of_number: int
    most_of_address: int
    language: str
    created_at: datetime
    archived_at: datetime | None

    @classmethod
    def of(cls, form: forms.Form) -> Self:
        """Show a form."""
        who = form.professional
        told: dict[str, Any] = {
            "site": form.site_id,
            "professional": {"siren": who.siren, "name": who.name},
            "hours": json.loads(form.hours) if form.hours else None,
        }
        known = cls.model_fields.keys() - told.keys()
        return cls(**{name: getattr(form, name) for name in known}, **told)


class CallbackFormList(Out):
    """An account's forms, newest first."""

    items: list[CallbackFormOut]


class SlotOut(Out):
    """When somebody may be rung back, and how that is said."""

    id: str
    opens: datetime
    closes: datetime
    said: str


class SlotsOut(Out):
    """What is offered: at once, while somebody is there, and slots in order."""

    now: bool
    slots: list[SlotOut]

    @classmethod
    def of(
        cls, form: forms.Form, free: Iterable[Slot], at: datetime, language: str, *, now: bool
    ) -> Self:
        """Show them."""
        zone, spoken = zone_of(form), tongue(language or form.language)
        return cls(
            now=now,
            slots=[
                SlotOut(
                    id=each.id,
                    opens=each.opens,
                    closes=each.closes,
                    said=said(each, at, zone, spoken),
                )
                for each in free
            ],
        )


class SlotsQuery(Query):
    """In which language slots are said."""

    language: Language = "fr"


class WebCallbackIn(Body):
    """Somebody asked your own site, or you, to be rung back."""

    form: Id
    number: Written = Field(min_length=2, description="whom to ring, in any usual spelling")
    slot: Written = Field("now", description="`now`, or the `id` of a slot")
    label: Label = Field("", description="what the agent is told")
    language: Language | None = None
    page: Words = Field("", description="where they asked: kept as proof")

    def sent(self, account_id: str) -> taking.Sent:
        """Return it as the room takes it."""
        return taking.Sent(
            account_id=account_id,
            form_id=self.form,
            number=self.number,
            slot=self.slot,
            label=self.label,
            language=self.language or "",
            origin="api",
            page=self.page,
        )


class WebCallbackOut(Out):
    """What somebody asked for, and what became of it."""

    id: str
    form: str
    number: str | None
    label: str
    language: str
    state: State
    opens: datetime
    closes: datetime
    asked_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    tried: list[datetime]
    callback: str | None
    text: str | None = Field(description="`sent`, or why no text confirmed it; null: none was due")
    why: str | None
    proof: dict[str, str]
    decisions: list[dict[str, JsonValue]] = Field(
        description="what the law said each time, and on what it rests"
    )

    @classmethod
    def of(cls, asking: Asking, *, numbers: bool) -> Self:
        """Show an asking; the number with `calls:read` only."""
        proof = asking.proof
        return cls(
            id=asking.id,
            form=asking.form_id,
            number=(asking.number or None) if numbers else None,
            label=asking.label,
            language=asking.language,
            state=asking.state,
            opens=asking.slot.opens,
            closes=asking.slot.closes,
            asked_at=asking.asked_at,
            confirmed_at=asking.confirmed_at,
            ended_at=asking.ended_at,
            tried=list(asking.tried),
            callback=asking.callback_id or None,
            text=asking.texted or None,
            why=asking.why or None,
            proof={"origin": proof.origin, "address": proof.address, "page": proof.page},
            decisions=[dict(each) for each in asking.decisions],
        )


class WebCallbackList(Out):
    """A page of them, newest first."""

    items: list[WebCallbackOut]
    next: str | None = None


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class AskSlotsIn(Body):
    """What a page sends to learn when people may be rung back."""

    site: Id
    form: Id
    language: Language = "fr"


class ShownOut(Out):
    """What a page needs to show a form: its text, and what is offered."""

    name: str = ""
    text: str = ""
    by_code: bool = False
    now: bool = False
    slots: list[SlotOut] = []


class AskIn(Body):
    """What a page sends of a form that somebody filled in. Nobody sees `website` but machines."""

    site: Id
    form: Id
    number: Written
    slot: Written = "now"
    label: Label = ""
    language: Language = "fr"
    page: Words = ""
    website: Words = ""


class AskCodeIn(Body):
    """The code that somebody was sent, of what they asked for."""

    site: Id
    form: Id
    asking: Id
    code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10)]


class AskedOut(Out):
    """What became of it. `asking` is what a code is typed for, `said` when they will be rung."""

    status: taking.Status
    asking: str | None = None
    said: str | None = None

    @classmethod
    def of(cls, taken: taking.Taken, form: forms.Form, now: datetime) -> Self:
        """Show it."""
        asking = taken.asking
        at_once = asking.slot.opens <= now
        return cls(
            status=taken.status,
            asking=asking.id if taken.status is taking.Status.CODE_SENT else None,
            said=None if at_once else told(asking, form, now),
        )
