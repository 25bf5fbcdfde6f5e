"""The directory as the HTTP API shows it: accounts, keys and numbers."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints

from chalicelib.directory import accounts, identity, keys, lines, prices
from chalicelib.directory.accounts import AccountState, Kind
from chalicelib.directory.identity import VatTerritory
from chalicelib.directory.lines import LineState, NoticeBy
from chalicelib.kernel import numbering, tiers
from chalicelib.kernel.numbering import CallerPays, Confidence, Family, ServicePrice
from chalicelib.kernel.signing import FIRST_GENERATION, LAST_GENERATION
from chalicelib.kernel.territory import Territory
from chalicelib.runtime.schema import Body, Out, Patch, Query

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
PhoneText = Annotated[str, StringConstraints(min_length=2, max_length=40)]
ItemId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Language = Literal["fr", "en"]


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, description="`next` of the page before")


class Address(Body):
    """A postal address."""

    lines: tuple[Text, ...] = Field(min_length=1, max_length=4)
    postcode: Text
    city: Text
    country: str = Field("FR", description="ISO 3166-1, two letters")


class Legal(Body):
    """What invoices must say of their customer."""

    legal_name: Text
    address: Address
    email: Text
    siren: str | None = None
    vat_id: str | None = None
    territory: VatTerritory | None = Field(
        VatTerritory.METROPOLE, description="for VAT; null outside France"
    )

    def value(self) -> identity.Identity:
        """Return what the directory keeps."""
        return identity.Identity(
            legal_name=self.legal_name,
            address=identity.Address(**self.address.model_dump()),
            email=self.email,
            siren=self.siren,
            vat_id=self.vat_id,
            territory=self.territory,
        )


class AccountIn(Body):
    """A client account to make."""

    name: Text
    kind: Kind = Kind.BUSINESS
    legal: Legal | None = None
    language: Language = "fr"


class AccountPatch(Patch):
    """What to change of an account: fields that are not sent stay."""

    name: Text = ""
    legal: Legal | None = None
    language: Language = "fr"
    log_shards: int = Field(1, ge=1, le=accounts.MAX_LOG_SHARDS)


class AccountOut(Out):
    """An account."""

    id: str
    name: str
    kind: Kind
    state: AccountState
    parent_id: str | None
    legal: Legal | None
    language: str
    log_shards: int
    created_at: datetime
    version: int

    @classmethod
    def of(cls, account: accounts.Account) -> Self:
        """Show an account."""
        legal = account.legal and Legal.model_validate(account.legal, from_attributes=True)
        return cls(
            id=account.id,
            name=account.name,
            kind=account.kind,
            state=account.state,
            parent_id=account.parent_id,
            legal=legal,
            language=account.language,
            log_shards=account.log_shards,
            created_at=account.created_at,
            version=account.version,
        )


class AccountList(Out):
    """A page of accounts."""

    items: list[AccountOut]
    next: str | None = None


class KeyIn(Body):
    """A key to issue."""

    scopes: list[str] = Field(min_length=1, max_length=100, examples=[["calls:read"]])
    label: Label = ""
    valid_until: AwareDatetime | None = None


class KeyOut(Out):
    """A key, without its text."""

    id: str
    label: str
    scopes: list[str]
    created_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: keys.Key) -> Self:
        """Show a key."""
        return cls(**_shown(key))


class KeyIssued(KeyOut):
    """A new key with its text, which is shown this once."""

    key: str

    @classmethod
    def with_text(cls, key: keys.Key, text: str) -> Self:
        """Show a key and its text."""
        return cls(**_shown(key), key=text)


class KeyList(Out):
    """A page of keys."""

    items: list[KeyOut]
    next: str | None = None


class WebhookSecretIn(Body):
    """Which of the account's signing secrets to show."""

    generation: int = Field(FIRST_GENERATION, ge=FIRST_GENERATION, le=LAST_GENERATION)


class WebhookSecret(Out):
    """What signs our requests to the account's own servers (Standard Webhooks)."""

    generation: int
    secret: str = Field(description="`whsec_` and base64, as Standard Webhooks libraries take it")


class PriceIn(Body):
    """What callers of a surcharged number pay for the service, and from which day (in Paris)."""

    tier: str = Field(
        min_length=4,
        max_length=4,
        examples=["D080", "A150"],
        description="Cents, VAT included: D a minute, A a call",
    )
    since: date | None = Field(
        None,
        alias="from",
        strict=False,
        description="A change: the first of a month to come, the next one unless it is given",
    )

    def order(self) -> prices.PriceOrder:
        """Return what the directory is asked for."""
        return prices.PriceOrder(self.tier, self.since)


_PriceField = Annotated[
    PriceIn | None, Field(description="Only for surcharged numbers, which need one to answer")
]
_NoticeField = Annotated[
    NoticeBy | None,
    Field(strict=False, description="Who tells callers the price first; `flow` unless it is given"),
]


class NumberIn(Body):
    """A number to add."""

    number: PhoneText
    flow_id: ItemId | None = None
    fallback: PhoneText | None = Field(
        None, description="where callers go when this service fails; no surcharged number"
    )
    label: Label = ""
    service_price: _PriceField = None
    price_notice: _NoticeField = None
    buy: bool = Field(True, description="false: the carrier account holds it already")


class NumberPatch(Patch):
    """What to change of a number: fields that are not sent stay, null takes away."""

    flow_id: ItemId | None = None
    fallback: PhoneText | None = None
    label: Label = ""
    service_price: _PriceField = None
    price_notice: _NoticeField = None


class PriceOut(Out):
    """What callers pay for the service, VAT included."""

    tier: str
    since: date = Field(alias="from")
    amount: str
    per: Literal["minute", "call"]
    currency: Literal["EUR"] = "EUR"

    @classmethod
    def of(cls, price: prices.Price) -> Self:
        """Show a price."""
        per = "minute" if price.tier.per_minute else "call"
        facts = {"tier": price.tier.code, "from": price.since, "amount": str(price.tier.euros)}
        return cls.model_validate({**facts, "per": per})


class NumberOut(Out):
    """A number of the account."""

    number: str
    state: LineState
    family: Family
    flow_id: str | None
    fallback: str | None
    label: str
    in_service: bool
    cooling_until: datetime | None
    service_price: PriceOut | None = Field(description="The price in force")
    next_service_price: PriceOut | None
    price_notice: NoticeBy | None = Field(description="Null where there is no price to tell")
    version: int

    @classmethod
    def of(cls, line: lines.Line, now: datetime) -> Self:
        """Show a line as it is now."""
        price, following = prices.in_force(line.prices, now), prices.announced(line.prices, now)
        return cls(
            number=line.number,
            state=line.state,
            family=Family(line.family),
            flow_id=line.flow_id,
            fallback=line.fallback,
            label=line.label,
            in_service=line.in_service,
            cooling_until=line.cooling_until,
            service_price=price and PriceOut.of(price),
            next_service_price=following and PriceOut.of(following),
            price_notice=line.price_notice if line.surcharged else None,
            version=line.version,
        )


class NumberList(Out):
    """A page of numbers."""

    items: list[NumberOut]
    next: str | None = None


class ForSaleQuery(Query):
    """Which numbers to look for."""

    contains: str | None = Field(None, pattern=r"^\+?[0-9*]{2,16}$", examples=["0162*"])
    kind: Literal["local", "mobile", "national", "toll_free"] = "local"
    limit: int = Field(20, ge=1, le=50)


class ForSale(Out):
    """A number that can be bought."""

    number: str
    locality: str
    voice: bool
    messages: bool


class ForSaleList(Out):
    """Numbers that can be bought."""

    items: list[ForSale]


class ClassifyQuery(Query):
    """Which number to classify: national, short or international."""

    number: str = Field(min_length=2, max_length=40)


class Amount(Out):
    """An amount of money."""

    amount: str
    currency: Literal["EUR"] = "EUR"


class Classification(Out):
    """What the French numbering plan says of a number. Caps include VAT."""

    number: str
    e164: str | None
    family: Family
    territory: Territory
    time_zones: list[str]
    caller_pays: CallerPays
    service_price: ServicePrice
    cap_per_minute: Amount | None
    cap_per_call: Amount | None
    usual_tiers: list[str] = Field(description="What the service often costs; the caps decide")
    confidence: Confidence

    @classmethod
    def of(cls, line: numbering.PhoneLine) -> Self:
        """Show a number's place in the plan."""
        per_minute, per_call = line.cap_per_minute, line.cap_per_call
        return cls(
            number=line.number,
            e164=line.e164,
            family=line.family,
            territory=line.territory,
            time_zones=list(line.territory.zone_names),
            caller_pays=line.caller_pays,
            service_price=line.service_price,
            cap_per_minute=None if per_minute is None else Amount(amount=str(per_minute)),
            cap_per_call=None if per_call is None else Amount(amount=str(per_call)),
            usual_tiers=[each.code for each in tiers.usual(line)],
            confidence=line.confidence,
        )


def _shown(key: keys.Key) -> dict[str, object]:
    return {
        "id": key.id,
        "label": key.label,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "valid_until": key.valid_until,
        "revoked_at": key.revoked_at,
    }
