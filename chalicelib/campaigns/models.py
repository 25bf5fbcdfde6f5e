"""Campaigns as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, StringConstraints

from chalicelib.campaigns import campaign as campaigns
from chalicelib.campaigns.campaign import Machines, State
from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.contacts.segments import LONGEST
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.pacing.sharing import PRIORITIES
from chalicelib.campaigns.rules.facts import Purpose, Sector
from chalicelib.kernel import errors, timetable
from chalicelib.runtime.schema import E164, Body, Out, Patch, Query, storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.trying import Tried, Verdict, Why

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=campaigns.LONGEST_NAME),
    AfterValidator(storable),
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(storable)
]
Siren = Annotated[str, StringConstraints(max_length=20), AfterValidator(storable)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(storable)]
Column = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
Line = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(storable)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Mail = Annotated[str, StringConstraints(max_length=254), AfterValidator(storable)]
Queue = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
Times = Annotated[int, Field(ge=1, le=20)]
Minutes = Annotated[int, Field(ge=0, le=30 * 24 * 60)]
Many = Annotated[int, Field(ge=1, le=100_000_000)]
# JSON has no days: they come as text.
Day = Annotated[date, Field(strict=False, ge=date(2020, 1, 1), lt=date(2100, 1, 1))]
Hours = dict[str, JsonValue]
FURTHEST = timedelta(days=366)  # ahead that a campaign may be tried


class ProfessionalIn(Body):
    """On whose behalf people are rung: as their consents name it."""

    siren: Siren
    name: Name


class FlowIn(Body):
    """A published version of a flow."""

    flow_id: Id
    version: int = Field(ge=1, le=1_000_000_000)


class AgainIn(Body):
    """What follows an outcome: after `first_minutes`, then `factor` times as long each time."""

    first_minutes: Minutes
    most: Times = Field(description="how often a number may end so until it is left alone")
    factor: int = Field(1, ge=1, le=100)
    next_number: bool = Field(False, description="the person's next number comes first")
    best_hour: bool = False


class RetriesIn(Body):
    """How often somebody is tried, on all their numbers. The law may allow less."""

    most: Times = 4
    most_a_day: Times = 2
    between_seconds: int = Field(60, ge=0, le=86_400, description="between two numbers")
    rounds: Times = 1
    rest_days: int = Field(30, ge=1, le=400, description="between two rounds")
    rules: dict[Annotated[Outcome, Field(strict=False)], AgainIn] = Field(
        default_factory=dict, description="outcomes that are not named follow the usual rules"
    )


class ColumnsIn(Body):
    """Which fields of contacts prove that they may be rung; "" is none."""

    contract: Column = Field("", description="the id of a running contract")
    contract_began: Column = Field("", description="its first day: 2026-07-01 or 01/07/2026")
    contract_ended: Column = Field("", description="its last day, if it has one")
    contract_object: Column = Field("", description="what it is about, if they are of several")
    request: Column = Field("", description="what proves that they asked to be rung")
    request_at: Column = Field("", description="when they asked")
    request_object: Column = Field("", description="about what; all the object, if not said")
    audience: Column = Field("", description="`consumer`, `professional` or `company`")
    zone: Column = Field("", description="the time zone that they are in")


class _Said:
    """What is said of a campaign, as fields of ours."""

    def facts(self) -> dict[str, Any]:
        """Return what was sent. Raises Rejected on hours that are none."""
        sent: Body = self  # type: ignore[assignment]
        told = {name: getattr(sent, name) for name in sent.model_fields_set}
        for name, read in _READ.items():
            if told.get(name) is not None:
                told[name] = read(told[name])
        if told.get("call_back", "") is None:
            told["call_back"] = ""
        if "hours" in told:
            told["hours"], faults = timetable.read_hours(told["hours"], "/hours")
            if faults:
                raise errors.Rejected("the hours are not right", faults=faults)
        return told


class CampaignIn(_Said, Body):
    """A campaign to write down."""

    name: Name
    professional: ProfessionalIn
    purpose: Purpose = Field(strict=False)
    object: Words = Field(description="what people are rung about, in the words they agreed to")
    sector: Sector = Field(Sector.OTHER, strict=False)
    sells: bool | None = Field(None, description="null: as the purpose has it")
    link: Words = Field("", description="what the call has to do with the running contract")
    contract_objects: list[Words] = Field([], max_length=20, description="what those are about")
    country: Country = Field("FR", description="whose law it is: FR, GB or US")
    list_id: Id
    segment: Line = Field("", description="a line, or the name of one; the whole list, if empty")
    mode: Mode = Field(strict=False)
    flow: FlowIn | None = Field(None, description="what speaks, in the mode `agentless`")
    queue: Queue = Field("", description="whose agents speak, in the other modes")
    shown: E164 = Field(description="your number that people see")
    call_back: E164 | None = Field(None, description="the one to ring; null: the number shown")
    ratio: Annotated[float, Field(strict=False, ge=0, le=100)] | None = Field(
        None, description="calls for each idle agent, in the mode `power`"
    )
    abandoned_permille: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        None, description="in the mode `predictive`; null: as many as the law allows"
    )
    retries: RetriesIn = RetriesIn()
    priority: int = Field(1, ge=PRIORITIES[0], le=PRIORITIES[-1], description="ten is the highest")
    at_once: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="calls that may be up; null: as many as the account's"
    )
    per_second: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="calls placed in a second; null: as many as the account's"
    )
    most_a_day: Many | None = Field(None, description="calls in a day")
    most: Many | None = Field(None, description="calls in all")
    begins: Day | None = Field(None, description="its first day")
    ends: Day | None = Field(None, description="its last day")
    hours: Hours | None = Field(None, description="within those of the law; null: all of them")
    machines: Machines = Field(Machines.HANG_UP, strict=False)
    message: FlowIn | None = Field(None, description="what speaks to machines")
    columns: ColumnsIn = ColumnsIn()
    report_to: Mail = Field("", description="whom an e-mail tells what it came to, once it is over")

    def read(self) -> campaigns.Plan:
        """Return it as a plan. Raises Rejected."""
        return campaigns.Plan(**self.facts())


_NOBODY = ProfessionalIn(siren="", name="-")


class CampaignPatch(_Said, Patch):
    """What to change of a campaign: fields that are not sent stay; those with parts come whole."""

    name: Name = ""
    professional: ProfessionalIn = _NOBODY
    purpose: Purpose = Field(Purpose.COMMERCIAL, strict=False)
    object: Words = ""
    sector: Sector = Field(Sector.OTHER, strict=False)
    sells: bool | None = None
    link: Words = ""
    contract_objects: list[Words] = Field([], max_length=20)
    country: Country = "FR"
    list_id: Id = ""
    segment: Line = ""
    mode: Mode = Field(Mode.PREVIEW, strict=False)
    flow: FlowIn | None = None
    queue: Queue = ""
    shown: E164 = ""
    call_back: E164 | None = None
    ratio: Annotated[float, Field(strict=False, ge=0, le=100)] | None = None
    abandoned_permille: Annotated[int, Field(ge=0, le=1000)] | None = None
    retries: RetriesIn = RetriesIn()
    priority: int = Field(1, ge=PRIORITIES[0], le=PRIORITIES[-1])
    at_once: Annotated[int, Field(ge=1, le=10_000)] | None = None
    per_second: Annotated[int, Field(ge=1, le=1000)] | None = None
    most_a_day: Many | None = None
    most: Many | None = None
    begins: Day | None = None
    ends: Day | None = None
    hours: Hours | None = None
    machines: Machines = Field(Machines.HANG_UP, strict=False)
    message: FlowIn | None = None
    columns: ColumnsIn = ColumnsIn()
    report_to: Mail = ""

    def change(self, plan: campaigns.Plan) -> campaigns.Plan:
        """Return a plan with what was sent in it. Raises Rejected."""
        return replace(plan, **self.facts())


class CampaignOut(Out):
    """A campaign, as it was written down."""

    id: str
    state: State
    name: str
    professional: dict[str, str]
    purpose: Purpose
    object: str
    sector: Sector
    sells: bool | None
    link: str
    contract_objects: list[str]
    country: str
    list_id: str
    segment: str
    mode: Mode
    flow: dict[str, str | int] | None
    queue: str
    shown: str
    call_back: str | None
    ratio: float | None
    abandoned_permille: int | None
    retries: dict[str, JsonValue]
    priority: int
    at_once: int | None
    per_second: int | None
    most_a_day: int | None
    most: int | None
    begins: date | None
    ends: date | None
    hours: Hours | None
    machines: Machines
    message: dict[str, str | int] | None
    columns: dict[str, str]
    report_to: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, known: campaigns.Campaign) -> Self:
        """Show a campaign."""
        plan = asdict(known.plan)
        plan["call_back"] = plan["call_back"] or None
        plan["contract_objects"] = list(plan["contract_objects"])
        plan["hours"] = json.loads(plan["hours"]) if plan["hours"] else None
        return cls(
            id=known.id,
            state=known.state,
            created_at=known.created_at,
            updated_at=known.updated_at,
            started_at=known.started_at,
            ended_at=known.ended_at,
            version=known.version,
            **plan,
        )


class CampaignsQuery(Query):
    """Which campaigns: those that are archived, or the others."""

    archived: bool = False
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class CampaignPage(Out):
    """Some of an account's campaigns, the newest first."""

    items: list[CampaignOut]
    next: str | None


class TryQuery(Query):
    """When, and which page of the contacts."""

    at: AwareDatetime | None = Field(None, description="now, if not sent; never in the past")
    limit: int = Field(100, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")

    def instant(self, now: datetime) -> datetime:
        """Return the instant that is asked about. Raises Rejected."""
        at = self.at or now
        if not now <= at <= now + FURTHEST:
            reason = f"from now on, {FURTHEST.days} days ahead at most"
            raise errors.Rejected("nothing is tried then", faults=(errors.Fault("/at", reason),))
        return at.astimezone(UTC)


class WhyOut(Out):
    """What speaks against ringing, and of how many contacts of the page."""

    code: str
    article: str
    words: dict[str, str] = Field(description="in French (`fr`) and English (`en`)")
    contacts: int

    @classmethod
    def of(cls, why: Why) -> Self:
        """Show it."""
        words = {language: why.in_words(language) for language in ("fr", "en")}
        key = why.reason.article.key
        return cls(code=why.reason.code, article=key, words=words, contacts=why.contacts)


class RefusedOut(Out):
    """A contact that could not be rung. `earliest` null: never, if nothing but time passes."""

    contact_id: str
    codes: list[str]
    earliest: datetime | None

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """Show it."""
        codes = list(dict.fromkeys(each.code for each in verdict.reasons))
        return cls(contact_id=verdict.contact_id, codes=codes, earliest=verdict.earliest)


class TriedOut(Out):
    """What a page of a campaign's contacts comes to: `now`, `later` and `never` are all of them.

    Add pages up for the whole: a page may be empty though others follow.
    """

    at: datetime
    contacts: int
    now: int
    later: dict[date, int] = Field(description="by the day of the first instant that is lawful")
    never: int = Field(description="unless something changes but the time")
    first: datetime | None
    last: datetime | None
    reasons: list[WhyOut] = Field(description="a contact may be in several")
    items: list[RefusedOut] = Field(description="the first contacts that are refused, 20 at most")
    next: str | None

    @classmethod
    def of(cls, tried: Tried, following: str | None) -> Self:
        """Show it."""
        return cls(
            at=tried.at,
            contacts=tried.contacts,
            now=tried.now,
            later=dict(tried.later),
            never=tried.never,
            first=tried.first,
            last=tried.last,
            reasons=[WhyOut.of(each) for each in tried.reasons],
            items=[RefusedOut.of(each) for each in tried.examples],
            next=following,
        )


def _professional(sent: ProfessionalIn) -> Professional:
    return Professional(siren=sent.siren.replace(" ", ""), name=sent.name)


def _flow(sent: FlowIn) -> campaigns.FlowVersion:
    return campaigns.FlowVersion(sent.flow_id, sent.version)


def _retries(sent: RetriesIn) -> campaigns.Retries:
    rules = {name: campaigns.Again(**rule.model_dump()) for name, rule in sent.rules.items()}
    return campaigns.Retries(**{**sent.model_dump(exclude={"rules"}), "rules": rules})


def _columns(sent: ColumnsIn) -> campaigns.Columns:
    return campaigns.Columns(**sent.model_dump())


_READ: dict[str, Callable[[Any], Any]] = {
    "professional": _professional,
    "contract_objects": tuple,
    "flow": _flow,
    "message": _flow,
    "retries": _retries,
    "columns": _columns,
}
