"""Contacts, lists and imports as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from chalicelib.campaigns.contacts import charsets, columns, previewing, refusals, tables
from chalicelib.campaigns.contacts.contacts import LONGEST_VALUE, MOST_FIELDS, MOST_NUMBERS
from chalicelib.campaigns.contacts.imports import ImportStatus
from chalicelib.campaigns.contacts.managing import MOST_AT_ONCE, Told
from chalicelib.campaigns.contacts.refusals import Reason
from chalicelib.campaigns.contacts.segments import LONGEST
from chalicelib.runtime.schema import E164, Body, Out, Query, storable

if TYPE_CHECKING:
    from chalicelib.campaigns.contacts.columns import Column
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.contacts.imports import Import
    from chalicelib.campaigns.contacts.previewing import Preview
    from chalicelib.campaigns.contacts.reading import Person
    from chalicelib.campaigns.contacts.refusals import Refusal


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone: write it as Europe/Paris") from error
    return name


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(_zone)]
Written = Annotated[str, StringConstraints(min_length=2, max_length=40)]
FieldName = Annotated[str, StringConstraints(max_length=60)]
Value = Annotated[str, StringConstraints(max_length=LONGEST_VALUE), AfterValidator(storable)]
Line = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(storable)]


class ListIn(Body):
    """A list to make."""

    name: Name
    country: Country = Field("FR", description="How its numbers are written: FR, RE, GB ...")
    zone: Zone | None = Field(None, description="Whose clock counts where a number does not tell")


class ListOut(Out):
    """A list of contacts. `fields` are those that a contact of it may have."""

    id: str
    name: str
    country: str
    zone: str | None
    fields: list[str]
    segments: dict[str, str]
    created_at: AwareDatetime

    @classmethod
    def of(cls, known: ContactList) -> Self:
        """Show a list."""
        return cls(
            id=known.id,
            name=known.name,
            country=known.country,
            zone=known.zone,
            fields=list(known.fields),
            segments=dict(known.segments),
            created_at=known.created_at,
        )


class ListsOut(Out):
    """All lists of an account, oldest first."""

    items: list[ListOut]


class SegmentIn(Body):
    """Whom of a list is meant."""

    segment: Line = Field(description='Such as `city = "Lyon" and age >= 40`')


class ContactIn(Body):
    """Somebody: known by the first number, the others are rung after it."""

    numbers: list[Written] = Field(min_length=1, max_length=MOST_NUMBERS)
    fields: dict[FieldName, Value] = Field(
        default_factory=dict,
        max_length=MOST_FIELDS,
        description="`first_name`, `name`, `email`, and your own",
    )

    def read(self) -> Told:
        """Return it."""
        return Told(numbers=self.numbers, fields=self.fields)


class ContactsIn(Body):
    """People to keep; who is there is merged with what is known of them."""

    contacts: list[ContactIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ContactOut(Out):
    """Somebody in a list."""

    id: str = Field(description="A keyed hash of the first number, of this account alone")
    list_id: str
    numbers: list[str]
    fields: dict[str, str]
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Show a contact."""
        return cls(
            id=contact.id,
            list_id=contact.list_id,
            numbers=list(contact.numbers),
            fields=dict(contact.fields),
            created_at=contact.created_at,
            updated_at=contact.updated_at,
        )


class ContactsOut(Out):
    """People who were kept, each once."""

    items: list[ContactOut]


class ContactsQuery(Query):
    """Which part of a list. With a segment a page may be short though others follow."""

    segment: str | None = Field(None, max_length=LONGEST, description="A line, or a name of one")
    limit: int = Field(default=50, ge=1, le=200, description="At most so many")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`")


class ContactPage(Out):
    """Some of a list's contacts."""

    items: list[ContactOut]
    next: str | None


class ErasureIn(Body):
    """Whom to erase."""

    number: E164


class ErasureOut(Out):
    """From how many lists somebody was erased."""

    erased: int


class ImportIn(Body):
    """A file that is about to come. `language` is that of what is refused."""

    list_id: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    name: Name
    language: Literal["fr", "en"] = "fr"


class LookIn(Body):
    """What is known of a file: null of what the file tells by itself."""

    charset: Literal[*charsets.CHARSETS] | None = None  # type: ignore[valid-type]
    separator: Literal[*tables.SEPARATORS] | None = None  # type: ignore[valid-type]
    heading: bool | None = Field(None, description="Whether the first row names the columns")
    mapping: list[FieldName] | None = Field(
        None,
        max_length=columns.MOST_COLUMNS,
        description="What each column holds: `number`, a field's name, or nothing to leave it out",
    )

    def read(self) -> previewing.Said:
        """Return it."""
        mapping = None if self.mapping is None else tuple(self.mapping)
        return previewing.Said(self.charset, self.separator, self.heading, mapping)


class ColumnOut(Out):
    """A column, and what it seems to hold."""

    title: str
    seems: str
    numbers: float = Field(description="The share of its cells that are telephone numbers")
    filled: float
    examples: list[str]

    @classmethod
    def of(cls, column: Column) -> Self:
        """Show a column."""
        return cls(
            title=column.title,
            seems=column.target,
            numbers=round(column.numbers, 3),
            filled=round(column.filled, 3),
            examples=list(column.examples),
        )


class PersonOut(Out):
    """Somebody on a row."""

    line: int
    numbers: list[str]
    fields: dict[str, str]

    @classmethod
    def of(cls, person: Person) -> Self:
        """Show somebody."""
        return cls(line=person.line, numbers=list(person.numbers), fields=dict(person.fields))


class RefusalOut(Out):
    """What would be refused: a row, or a cell of a row that would be kept."""

    line: int
    kept: bool
    column: str
    value: str
    reason: Reason
    detail: str

    @classmethod
    def of(cls, refusal: Refusal, language: str) -> Self:
        """Show it, in a language."""
        return cls(
            line=refusal.line,
            kept=refusal.kept,
            column=refusal.column,
            value=refusal.value,
            reason=refusal.reason,
            detail=refusals.words(refusal.reason, language),
        )


class PreviewOut(Out):
    """What an import would do, told of the first rows. `mapping` is what would be followed."""

    kind: str
    charset: str | None
    separator: str | None
    columns: list[ColumnOut]
    mapping: list[str]
    remembered: bool = Field(description="The mapping is that of the last file with such columns")
    rows: int
    people: list[PersonOut]
    refused: list[RefusalOut]

    @classmethod
    def of(cls, seen: Preview, language: str) -> Self:
        """Show what was seen."""
        return cls(
            kind=seen.form.kind,
            charset=seen.form.charset or None,
            separator=seen.form.separator or None,
            columns=list(map(ColumnOut.of, seen.columns)),
            mapping=list(seen.mapping),
            remembered=seen.remembered,
            rows=seen.rows,
            people=list(map(PersonOut.of, seen.people)),
            refused=[RefusalOut.of(each, language) for each in seen.refused],
        )


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`")


class ImportOut(Out):
    """How far an import has come. `rows` are all in the file, once they are counted.

    Rows done are created, updated, merged or refused; remarks are of rows that were kept.
    """

    id: str
    list_id: str
    name: str
    status: ImportStatus
    cancelling: bool
    rows: int | None
    done: int
    progress: float | None = Field(description="From 0 to 1")
    created: int
    updated: int
    merged: int
    refused: int
    remarks: int
    reason: str | None
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    upload_url: str | None = Field(None, description="Takes the file by PUT, for an hour")
    refused_url: str | None = Field(None, description="What was refused, as CSV; for an hour")

    @classmethod
    def of(
        cls, known: Import, *, upload_url: str | None = None, refused_url: str | None = None
    ) -> Self:
        """Show an import."""
        counts, total = known.counts, known.total
        return cls(
            id=known.import_id,
            list_id=known.list_id,
            name=known.name,
            status=known.status,
            cancelling=known.stopping and not known.over,
            rows=total,
            done=counts.rows,
            progress=None if total is None else round(counts.rows / max(1, total), 3),
            created=counts.created,
            updated=counts.updated,
            merged=counts.merged,
            refused=counts.refused,
            remarks=counts.remarks,
            reason=known.reason,
            requested_at=known.requested_at,
            started_at=known.started_at,
            ended_at=known.ended_at,
            upload_url=upload_url,
            refused_url=refused_url,
        )


class ImportPage(Out):
    """Some of an account's imports, the newest first."""

    items: list[ImportOut]
    next: str | None
