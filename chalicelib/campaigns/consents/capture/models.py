"""Forms as the HTTP API shows them, and what pages send. Imported at a first request."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from chalicelib.campaigns.consents.capture import forms
from chalicelib.campaigns.consents.capture.capturing import Done, Sent
from chalicelib.campaigns.consents.consents import Channel
from chalicelib.campaigns.consents.models import Name, ProfessionalIn, Text, Words, Written
from chalicelib.runtime.schema import E164, Body, Out

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w-]+$")]
Boxes = Annotated[list[Annotated[Channel, Field(strict=False)]], Field(max_length=10)]


class FormIn(Body):
    """A form on a site: what it shows, word for word, and which boxes it has."""

    site: Id
    professional: ProfessionalIn
    collector: Name | None = None
    object: Words
    text: Text
    covers: Boxes = Field([Channel.PHONE], description="one box each, none ticked beforehand")
    outside_hours: bool = Field(False, description="a box for calls outside the law's hours")
    doubled: bool = Field(False, description="a code by text confirms that the number is theirs")
    sender: Written | None = Field(None, description="your number that codes come from")
    lasts_days: int | None = Field(
        None, ge=1, le=365, description="null: a year, as the law has it"
    )


class FormOut(Out):
    """A form. It never changes: another text is another form."""

    id: str
    site: str
    professional: dict[str, str]
    collector: str | None
    object: str
    text: str
    covers: list[Channel]
    outside_hours: bool
    doubled: bool
    sender: str | None
    lasts_days: int | None
    created_at: datetime

    @classmethod
    def of(cls, form: forms.Form) -> Self:
        """Show a form."""
        who = form.professional
        return cls(
            id=form.id,
            site=form.site_id,
            professional={"siren": who.siren, "name": who.name},
            collector=form.collector,
            object=form.object,
            text=form.text,
            covers=sorted(form.covers),
            outside_hours=form.outside_hours,
            doubled=form.doubled,
            sender=form.sender,
            lasts_days=form.lasts_days,
            created_at=form.created_at,
        )


class FormList(Out):
    """An account's forms, newest first."""

    items: list[FormOut]


class SentIn(Body):
    """What a page sends of a form that somebody filled in."""

    site: Annotated[str, StringConstraints(max_length=100)]
    form: Annotated[str, StringConstraints(max_length=100)]
    number: E164
    covers: Boxes = [Channel.PHONE]
    outside_hours: bool = False

    def sent(self, account_id: str) -> Sent:
        """Return it as the room takes it."""
        return Sent(
            account_id=account_id,
            site_id=self.site,
            form_id=self.form,
            number=self.number,
            ticked=forms.Ticked(tuple(dict.fromkeys(self.covers)), self.outside_hours),
        )


class CodeIn(Body):
    """The code that somebody was sent."""

    site: Annotated[str, StringConstraints(max_length=100)]
    form: Annotated[str, StringConstraints(max_length=100)]
    number: E164
    code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10)]

    def sent(self, account_id: str) -> Sent:
        """Return whose it is."""
        return Sent(
            account_id=account_id,
            site_id=self.site,
            form_id=self.form,
            number=self.number,
            ticked=forms.Ticked(()),
        )


class DoneOut(Out):
    """What became of it: anything but `recorded` and `code_sent` is no consent."""

    status: Done
