"""Sites as the HTTP API shows them. Imported at the first request of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.runtime.schema import E164, Body, Out, Patch, Query, storable
from chalicelib.tracking.landing import classifying, rules
from chalicelib.tracking.landing.channels import WebChannel
from chalicelib.tracking.landing.rules import MOST_CONDITIONS, MOST_RULES, Test
from chalicelib.tracking.sites import sites
from chalicelib.tracking.sites.sites import MOST_ORIGINS, MOST_STANDINS, MOST_SWAPS

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
]
Origin = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=300)]
PoolId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Url = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(storable)]


class _Kinds(Body):
    """Facts of a visit: those left out may be anything."""

    channel: WebChannel | None = Field(None, strict=False)
    source: Text | None = None
    medium: Text | None = None
    campaign: Text | None = None


class StandinIn(_Kinds):
    """A number of the account's that visits of a kind see in place of the printed one."""

    number: E164

    @property
    def written(self) -> sites.Standin:
        """Return it as the room takes it."""
        return sites.Standin(**self.model_dump())


class SwapIn(Body):
    """What becomes of a number that is printed on the site."""

    find: E164 = Field(description="The printed number, in any usual spelling.")
    pool_id: PoolId | None = Field(
        None, description="Visits that consented are each lent a number of it."
    )
    standins: list[StandinIn] = Field(
        default_factory=list,
        max_length=MOST_STANDINS,
        description="What other visits see: the first that fits, else the printed number.",
    )

    @property
    def written(self) -> sites.Swap:
        """Return it as the room takes it."""
        standins = tuple(each.written for each in self.standins)
        return sites.Swap(find=self.find, pool_id=self.pool_id, standins=standins)


class ConditionIn(Body):
    """One thing that a rule asks for."""

    field: Annotated[str, StringConstraints(max_length=100), AfterValidator(storable)] = Field(
        description=f"One of {', '.join(rules.FIELDS)}, or `{rules.QUERY}<parameter>`."
    )
    test: Test = Field(strict=False)
    value: Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)] = ""


class RuleIn(_Kinds):
    """What you know better about some visits. What is left out stays as it was told."""

    name: Text
    when: list[ConditionIn] = Field(max_length=MOST_CONDITIONS, description="All must hold.")
    passing: bool = Field(
        default=False,
        description="Such visits were on their way (to pay, say): what brought them before stays.",
    )

    @property
    def written(self) -> rules.Rule:
        """Return it as the room takes it."""
        return rules.Rule(
            conditions=tuple(rules.Condition(e.field, e.test, e.value) for e in self.when),
            **self.model_dump(exclude={"when"}),
        )


Origins = Annotated[list[Origin], Field(min_length=1, max_length=MOST_ORIGINS)]
Swaps = Annotated[list[SwapIn], Field(max_length=MOST_SWAPS)]
Rules = Annotated[list[RuleIn], Field(max_length=MOST_RULES)]


class SiteIn(Body):
    """A site to make."""

    name: Text
    origins: Origins = Field(description="Whose pages may ask: https://www.example.fr")
    swaps: Swaps = Field(default_factory=list)
    rules: Rules = Field(default_factory=list, description="The first that fits decides.")


class SitePatch(Patch):
    """What to change of a site: fields that are not sent stay."""

    name: Text = ""
    origins: Origins = Field(default_factory=list)
    swaps: Swaps = Field(default_factory=list)
    rules: Rules = Field(default_factory=list)

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was sent, as the room takes it."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        for name in sent.keys() & {"swaps", "rules"}:
            sent[name] = tuple(each.written for each in sent[name])
        if "origins" in sent:
            sent["origins"] = tuple(sent["origins"])
        return sent


class ArrivalIn(Body):
    """A visit to try: where it landed, and what linked there."""

    url: Url
    referrer: Url = ""


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class StandinOut(Out):
    """A number that stands in for the printed one."""

    number: str
    channel: WebChannel | None
    source: str | None
    medium: str | None
    campaign: str | None

    @classmethod
    def of(cls, standin: sites.Standin) -> Self:
        """Show one."""
        return cls(
            number=standin.number,
            channel=standin.channel,
            source=standin.source,
            medium=standin.medium,
            campaign=standin.campaign,
        )


class SwapOut(Out):
    """What becomes of a printed number."""

    find: str
    pool_id: str | None
    standins: list[StandinOut]


class ConditionOut(Out):
    """One thing that a rule asks for."""

    field: str
    test: Test
    value: str


class RuleOut(Out):
    """What the customer knows better."""

    name: str
    when: list[ConditionOut]
    channel: WebChannel | None
    source: str | None
    medium: str | None
    campaign: str | None
    passing: bool

    @classmethod
    def of(cls, rule: rules.Rule) -> Self:
        """Show one."""
        return cls(
            name=rule.name,
            when=[
                ConditionOut(field=each.field, test=each.test, value=each.value)
                for each in rule.conditions
            ],
            channel=rule.channel,
            source=rule.source,
            medium=rule.medium,
            campaign=rule.campaign,
            passing=rule.passing,
        )


class SiteOut(Out):
    """A site."""

    id: str = Field(description="Public: it stands in the page's source.")
    name: str
    origins: list[str]
    swaps: list[SwapOut]
    rules: list[RuleOut]
    created_at: datetime
    version: int

    @classmethod
    def of(cls, site: sites.Site) -> Self:
        """Show a site."""
        return cls(
            id=site.id,
            name=site.name,
            origins=list(site.origins),
            swaps=[
                SwapOut(
                    find=each.find,
                    pool_id=each.pool_id,
                    standins=[StandinOut.of(standin) for standin in each.standins],
                )
                for each in site.swaps
            ],
            rules=[RuleOut.of(each) for each in site.rules],
            created_at=site.created_at,
            version=site.version,
        )


class SiteList(Out):
    """A page of sites."""

    items: list[SiteOut]
    next: str | None = None


class ClickOut(Out):
    """A click that an advertising network knows."""

    parameter: str
    id: str


class LandingOut(Out):
    """What brought a visit, and what that was told from."""

    channel: WebChannel
    source: str
    medium: str
    campaign: str
    term: str
    content: str
    click: ClickOut | None
    host: str
    path: str
    referrer: str
    evidence: classifying.Evidence
    rule: str | None = Field(description="The name of your rule that decided, if one did.")

    @classmethod
    def of(cls, landing: classifying.Landing) -> Self:
        """Show what brought a visit."""
        click = landing.click
        return cls(
            channel=landing.channel,
            source=landing.source,
            medium=landing.medium,
            campaign=landing.campaign,
            term=landing.term,
            content=landing.content,
            click=None if click is None else ClickOut(parameter=click.parameter, id=click.id),
            host=landing.host,
            path=landing.path,
            referrer=landing.referrer,
            evidence=landing.evidence,
            rule=landing.rule or None,
        )
