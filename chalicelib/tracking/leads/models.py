"""Leads as the HTTP API shows them. Imported at the first request of one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from chalicelib.calls.call import Outcome
from chalicelib.kernel.money import Money
from chalicelib.runtime.schema import E164, Body, Out, Patch, Query, storable
from chalicelib.tracking.leads import comparing, contacts, leads, qualifying
from chalicelib.tracking.leads.amounts import as_written, cents_of, checked
from chalicelib.tracking.leads.comparing import ModelName
from chalicelib.tracking.leads.leads import Kind, Stage

if TYPE_CHECKING:
    from fractions import Fraction

    from chalicelib.tracking.attribution.crediting import Terms

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    AfterValidator(storable),
]
Note = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(storable)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]


Euros = Annotated[
    str,
    BeforeValidator(as_written),
    AfterValidator(checked),
    Field(description="Euros as text, or as amounts are shown", examples=["129.90"]),
]


class AmountOut(Out):
    """An exact amount."""

    amount: str
    currency: Literal["EUR"] = "EUR"

    @classmethod
    def of(cls, cents: int) -> Self:
        """Show so many cents."""
        return cls(amount=f"{Money.cents(cents).decimal:.2f}")

    @classmethod
    def of_money(cls, money: Money | None) -> Self | None:
        """Show money, rounded to the cent, where there is any to show."""
        return None if money is None else cls(amount=f"{money.to_cents().decimal:.2f}")


class LeadsQuery(Query):
    """Which leads, newest first: those last heard of in [from, to)."""

    since: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = Field(None, alias="to")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class ContactIn(Body):
    """A form, a text or a chat that reached you: whoever sent it is joined to what is known.

    `id` is your own: sending it again changes nothing. `visit` is the token of the page's visit.
    """

    kind: Literal["form", "text", "chat"]
    id: Id
    at: AwareDatetime | None = Field(None, description="now, if not sent")
    name: Text | None = None
    email: Email | None = None
    number: E164 | None = None
    visit: (
        Annotated[str, StringConstraints(max_length=4_000, pattern=r"^vis_\w{1,40}(\..*)?$")] | None
    ) = None
    subject: Text | None = Field(None, description="What it was about, in a few words")
    value: Euros | None = None
    qualified: bool | None = None

    def written(self, now: datetime) -> contacts.Contact:
        """Return it as the room takes it. Of a visit's token, its beginning names the visit."""
        contacts.check_time(self.at or now, now)
        return contacts.Contact(
            id=f"{self.kind}:{self.id}",
            kind=Kind(self.kind),
            at=self.at or now,
            name=self.name,
            email=self.email,
            number=self.number,
            visit_id=None if self.visit is None else self.visit.partition(".")[0],
            subject=self.subject,
            cents=None if self.value is None else cents_of(self.value),
            qualified=self.qualified,
        )


class LeadPatch(Patch):
    """What you know of a lead: fields that are not sent stay."""

    name: Text | None = None
    email: Email | None = None
    number: E164 | None = None
    note: Note | None = None
    stage: Stage = Field(Stage.NEW, strict=False)
    qualified: bool | None = Field(None, description="null: as the rules say")
    value: Euros | None = Field(None, description="null: what its interactions are worth")

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was sent, as the room takes it."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "qualified" in sent:
            sent["said_qualified"] = sent.pop("qualified")
        if "value" in sent:
            value = sent.pop("value")
            sent["said_cents"] = None if value is None else cents_of(value)
        return sent


class MergeIn(Body):
    """The lead that is the same person."""

    lead_id: Id


class SplitIn(Body):
    """The interactions that are somebody else's."""

    interactions: list[Id] = Field(min_length=1, max_length=40)


class QualityIn(Body):
    """What you say a call is worth; null takes back what was said, and rules decide again."""

    qualified: bool | None
    value: Euros = "0"


class QualityOut(Out):
    """What a call is worth."""

    qualified: bool | None
    value: AmountOut


class RuleIn(Body):
    """What makes an interaction worth something, or not. All that is said must hold."""

    name: Text
    qualified: bool
    value: Euros | None = Field(None, description="null: what was in the cart")
    kinds: list[Kind] = Field(default_factory=list, max_length=4)
    outcomes: list[Outcome] = Field(default_factory=list, max_length=10)
    talk_seconds: int | None = Field(None, ge=0, le=86_400, description="At least")
    choices: list[Text] = Field(
        default_factory=list, max_length=20, description="Exits of menus, or keys: any of them"
    )
    tags: list[Text] = Field(default_factory=list, max_length=20, description="Any of them")
    words: list[Text] = Field(
        default_factory=list, max_length=50, description="Said to the IVR: any of them"
    )
    source_id: Id | None = None
    cart: Euros | None = Field(None, description="At least so much in the cart")

    @property
    def written(self) -> qualifying.Rule:
        """Return it as the room takes it."""
        return qualifying.Rule(
            name=self.name,
            qualified=self.qualified,
            cents=None if self.value is None else cents_of(self.value),
            kinds=frozenset(self.kinds),
            outcomes=frozenset(map(str, self.outcomes)),
            at_least_seconds=self.talk_seconds,
            choices=frozenset(self.choices),
            tags=frozenset(self.tags),
            words=tuple(self.words),
            source_id=self.source_id,
            at_least_cents=None if self.cart is None else cents_of(self.cart),
        )


class RulesIn(Body):
    """An account's rules: the first that fits decides."""

    rules: list[RuleIn] = Field(max_length=qualifying.MOST_RULES)
    most_cart: Euros = Field(
        f"{qualifying.MOST_IN_CART // 100}.00",
        description="A cart of more is not believed: it counts for nothing",
    )


class RuleOut(Out):
    """A rule."""

    name: str
    qualified: bool
    value: AmountOut | None
    kinds: list[Kind]
    outcomes: list[str]
    talk_seconds: int | None
    choices: list[str]
    tags: list[str]
    words: list[str]
    source_id: str | None
    cart: AmountOut | None


class RulesOut(Out):
    """An account's rules."""

    rules: list[RuleOut]
    most_cart: AmountOut
    version: int

    @classmethod
    def of(cls, rules: qualifying.Rules) -> Self:
        """Show rules."""
        return cls(
            rules=[_rule(each) for each in rules.rules],
            most_cart=AmountOut.of(rules.most_cents),
            version=rules.version,
        )


class TouchOut(Out):
    """What brought somebody."""

    at: datetime
    channel: str
    source: str | None
    campaign: str | None
    credit: dict[ModelName, float] = Field(description="Its share by each model")


class InteractionOut(Out):
    """Something that somebody did to get in touch."""

    id: str
    kind: Kind
    at: datetime
    visit_id: str | None
    qualified: bool | None
    value: AmountOut
    facts: dict[str, str | int | float | bool]

    @classmethod
    def of(cls, each: leads.Interaction) -> Self:
        """Show it."""
        return cls(
            id=each.id,
            kind=each.kind,
            at=each.at,
            visit_id=each.visit_id,
            qualified=each.qualified,
            value=AmountOut.of(each.cents),
            facts=dict(each.facts),
        )


class LeadOut(Out):
    """A person who got in touch."""

    id: str
    name: str | None
    email: str | None
    number: str | None
    note: str | None
    stage: Stage
    qualified: bool | None
    value: AmountOut
    first_at: datetime
    last_at: datetime
    interactions: list[InteractionOut]
    left_out: int = Field(description="Interactions there was no room for")
    touches: list[TouchOut]
    version: int

    @classmethod
    def of(cls, lead: leads.Lead, terms: Terms) -> Self:
        """Show a lead, credited on an account's terms."""
        return cls(
            id=lead.id,
            name=lead.name,
            email=lead.email,
            number=lead.number,
            note=lead.note,
            stage=lead.stage,
            qualified=lead.qualified,
            value=AmountOut.of(lead.cents),
            first_at=lead.first_at,
            last_at=lead.last_at,
            interactions=[InteractionOut.of(each) for each in lead.interactions],
            left_out=lead.left_out,
            touches=[
                TouchOut(
                    at=touch.at,
                    channel=touch.channel,
                    source=touch.source,
                    campaign=touch.campaign,
                    credit={name: rounded(share) for name, share in shares.items()},
                )
                for touch, shares in comparing.credits_of(lead, terms)
            ],
            version=lead.version,
        )


class LeadList(Out):
    """A page of leads."""

    items: list[LeadOut]
    next: str | None = None


class SplitOut(Out):
    """The two leads that one was."""

    lead: LeadOut
    new: LeadOut


def _rule(rule: qualifying.Rule) -> RuleOut:
    return RuleOut(
        name=rule.name,
        qualified=rule.qualified,
        value=None if rule.cents is None else AmountOut.of(rule.cents),
        kinds=sorted(rule.kinds),
        outcomes=sorted(rule.outcomes),
        talk_seconds=rule.at_least_seconds,
        choices=sorted(rule.choices),
        tags=sorted(rule.tags),
        words=list(rule.words),
        source_id=rule.source_id,
        cart=None if rule.at_least_cents is None else AmountOut.of(rule.at_least_cents),
    )


def rounded(share: Fraction) -> float:
    """Return a share as it is shown: to four decimals."""
    return round(float(share), 4)
