"""Billing as the HTTP API shows it: tariffs, charges, usage, terms and invoices."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from chalicelib.billing.close import Status
from chalicelib.billing.origin import Origin
from chalicelib.billing.terms import Category
from chalicelib.directory.models import Legal
from chalicelib.kernel.numbering import Family
from chalicelib.runtime.schema import Body, Out, Query

_Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Price = Annotated[str, Field(description="Euros as text, six decimals at most", examples=["0.05"])]
_Vat = Annotated[str, Field(description="VAT in percent, as text", examples=["20", "8.5"])]
_Month = Annotated[
    str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="A month", examples=["2026-11"])
]


class MoneyOut(Out):
    """An exact amount."""

    amount: str
    currency: Literal["EUR"] = "EUR"


class RateIn(Body):
    """A price. Without `families` or `origins` it is for all of them; the more precise one wins."""

    name: _Name
    per_minute: _Price
    vat_rate: _Vat
    per_call: _Price = "0"
    first_seconds: int = Field(1, ge=1, description="Billed at least")
    next_seconds: int = Field(1, ge=1, description="Then by this many seconds")
    minimum: _Price = Field("0", description="The least a connected call costs")
    includes_vat: bool = False
    longest_seconds: int | None = Field(None, ge=1, description="Time beyond it is free")
    families: tuple[Family, ...] | None = Field(None, min_length=1)
    origins: tuple[Origin, ...] | None = Field(
        None, min_length=1, description="`unknown` costs the dearest unless it is named"
    )


class VersionIn(Body):
    """The prices in force from an instant until the next version's."""

    valid_from: AwareDatetime
    rates: tuple[RateIn, ...] = Field(min_length=1)


class TariffIn(Body):
    """A dated price list."""

    name: _Name
    versions: tuple[VersionIn, ...] = Field(min_length=1)


class RateOut(Out):
    """A price, every default spelled out."""

    name: str
    per_minute: str
    per_call: str
    first_seconds: int
    next_seconds: int
    minimum: str
    vat_rate: str
    includes_vat: bool
    longest_seconds: int | None
    families: tuple[Family, ...] | None = None
    origins: tuple[Origin, ...] | None = None


class VersionOut(Out):
    """The prices in force from an instant on."""

    valid_from: AwareDatetime
    rates: tuple[RateOut, ...]


class TariffOut(Out):
    """A tariff as it was published."""

    revision: int
    published_at: AwareDatetime
    name: str
    versions: tuple[VersionOut, ...]


class SimulationIn(Body):
    """A call to price, by the tariff in force at that instant."""

    number: str = Field(min_length=2, max_length=40, description="The number dialled")
    seconds: int = Field(ge=0, le=86_400)
    caller: str | None = Field(None, max_length=40, description="E.164; null when withheld")
    started_at: AwareDatetime | None = Field(None, description="Now, unless it is given")


class ExplanationOut(Out):
    """Why it costs what it costs."""

    fr: str
    en: str


class ChargeOut(Out):
    """What a call costs. `amount` is before VAT and null while there is no price."""

    call: str
    number: str
    family: Family | None
    origin: Origin
    started_at: AwareDatetime
    month: str
    seconds: int
    billed_seconds: int | None
    amount: MoneyOut | None
    vat_rate: str | None
    rate: str | None
    explanation: ExplanationOut | None
    reason: str | None = Field(description="Why there is no price")
    serial: int = Field(description="0, then one more with each correction")
    superseded: MoneyOut | None = Field(description="The charge that a correction takes back")
    recorded_at: AwareDatetime


class ServiceOut(Out):
    """What a caller owes to their own operator for a service. Never on the account's invoice."""

    kind: Literal["service"] = "service"
    due_from: Literal["callers_operator"] = "callers_operator"
    call: str
    number: str
    tier: str = Field(description="The price that the caller was told, as D080")
    started_at: AwareDatetime
    service_from: AwareDatetime = Field(description="The beep")
    month: str
    seconds: int = Field(description="From the beep to the end")
    billed_seconds: int
    amount: MoneyOut = Field(description="VAT included")
    includes_vat: Literal[True] = True
    explanation: ExplanationOut
    serial: int = Field(description="0, then one more with each correction")
    superseded: MoneyOut | None = Field(description="The amount that a correction takes back")
    recorded_at: AwareDatetime


class ServicesOut(Out):
    """A page of services. `next` is the cursor of the following page; a page may be short."""

    items: tuple[ServiceOut, ...]
    next: str | None


class ChargesQuery(Query):
    """Which charges to list: those of calls that began in a month."""

    month: _Month
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1024)


class ChargesOut(Out):
    """A page of charges. `next` is the cursor of the following page; a page may be short."""

    items: tuple[ChargeOut, ...]
    next: str | None


class UsageQuery(Query):
    """Which month's usage to add up."""

    month: _Month


class UsageLineOut(Out):
    """What one rate comes to."""

    name: str
    usage_month: str
    late_usage: bool
    kind: Literal["time", "connections"]
    calls: int
    quantity: int
    net: MoneyOut
    vat_rate: str


class UsageOut(Out):
    """What a month's invoice would take if it were closed now; amounts before VAT."""

    month: str
    lines: tuple[UsageLineOut, ...]
    net: MoneyOut
    calls_without_price: int


class TermsIn(Body):
    """On which terms an account is invoiced. `seller` is its agency unless it is given."""

    seller: Legal | None = None
    series: str = Field("F", max_length=10, description="What invoice numbers begin with")
    days_to_pay: int = Field(30, ge=0, le=45)
    penalty_rate: str = Field("", description="Percent a year; empty: ECB rate + 10 points")
    discount: str = Field("", description="For paying early; empty: none")
    iban: str = ""
    vat_on_debits: bool = False
    order_reference: str = ""
    exemption: Category | None = None
    exemption_reason: str = ""


class TermsOut(TermsIn):
    """The terms as they stand."""


class AddressOut(Out):
    """A postal address (BG-5, BG-8)."""

    lines: tuple[str, ...]
    postcode: str
    city: str
    country: str


class ElectronicAddressOut(Out):
    """Where e-invoices are sent (BT-34, BT-49)."""

    scheme: str
    id: str


class PartyOut(Out):
    """Seller or buyer (BG-4, BG-7)."""

    name: str
    siren: str | None
    vat_id: str | None
    address: AddressOut
    electronic_address: ElectronicAddressOut
    email: str


class InvoiceLineOut(Out):
    """A line (BG-25). `net_price` is for `price_base_quantity` units, before VAT."""

    id: str
    name: str
    description: str
    quantity: str
    unit_code: str
    net_price: str
    price_base_quantity: str
    net_amount: str
    vat_category: Category
    vat_rate: str
    usage_month: str
    late_usage: bool
    calls: int
    kind: Literal["time", "connections"]


class VatTotalOut(Out):
    """The VAT of one category and rate (BG-23)."""

    category: Category
    rate: str
    taxable_amount: str
    tax_amount: str
    exemption_reason: str | None


class TotalsOut(Out):
    """Totals (BG-22), in the invoice's currency."""

    lines: str
    net: str
    vat: str
    gross: str
    payable: str


class PaymentOut(Out):
    """How to pay (BG-16)."""

    terms: str
    means_code: str | None = None
    iban: str | None = None


class NoteOut(Out):
    """A mention the law wants, by its code (BG-1)."""

    code: str
    text: str


class PeriodOut(Out):
    """The period invoiced (BG-14), both days included."""

    start: date
    end: date


class InvoiceDocumentOut(Out):
    """The invoice itself, in the terms of EN 16931. It never changes."""

    number: str
    type_code: str
    issue_date: date
    due_date: date
    currency: Literal["EUR"]
    business_process: str
    specification: str
    order_reference: str | None
    period: PeriodOut
    seller: PartyOut
    buyer: PartyOut
    lines: tuple[InvoiceLineOut, ...]
    vat_breakdown: tuple[VatTotalOut, ...]
    totals: TotalsOut
    payment: PaymentOut
    notes: tuple[NoteOut, ...]


class ReasonOut(Out):
    """Something that stands in the way of an invoice."""

    pointer: str
    detail: str


class MonthOut(Out):
    """What became of a month. `invoice` is there once `status` is `issued`."""

    month: str
    status: Status
    number: str | None
    closed_at: datetime
    invoice: InvoiceDocumentOut | None
    code: str | None
    message: str | None
    reasons: tuple[ReasonOut, ...]


class MonthsOut(Out):
    """All months that were closed, or could not be, oldest first."""

    items: tuple[MonthOut, ...]
