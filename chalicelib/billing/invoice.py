"""An invoice: lines, VAT on the summed base of each rate, totals, and the mentions the law wants.

Pure arithmetic in whole cents (EN 16931: BR-CO-10 to -17). Its number comes from outside, once,
when it is finalised; rendering is `mentions` and `rendering`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.billing.vat import Vat, vat_on
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money

if TYPE_CHECKING:
    from datetime import date

    from chalicelib.billing.lines import Line, Usage
    from chalicelib.billing.terms import Terms
    from chalicelib.directory.identity import Identity
    from chalicelib.kernel.periods import Month


class Unbillable(Rejected):
    """The invoice cannot be made yet; every reason is listed."""

    code = "unbillable"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sells to whom, on which terms."""

    seller: Identity
    buyer: Identity
    terms: Terms


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line and the VAT it is under. BR-CO-04: every line has a category."""

    line: Line
    vat: Vat


@dataclass(frozen=True, slots=True)
class VatTotal:
    """The VAT of one category and rate."""

    vat: Vat
    base: Money

    @property
    def tax(self) -> Money:
        """BR-CO-17: base times rate, rounded to cents once for the whole base."""
        return self.base.share_rounded_to_cents(self.vat.rate, _ALL_PERCENT)


@dataclass(frozen=True, slots=True)
class Draft:
    """All of an invoice but its number."""

    month: Month
    issued_on: date
    parties: Parties
    lines: tuple[TaxedLine, ...]

    @property
    def due_on(self) -> date:
        """Give the day by which it is to be paid."""
        return self.issued_on + timedelta(days=self.parties.terms.days_to_pay)

    @property
    def vat_totals(self) -> tuple[VatTotal, ...]:
        """Sum the lines' cents by category and rate, dearest first."""
        bases: dict[Vat, Money] = {}
        for taxed in self.lines:
            bases[taxed.vat] = bases.get(taxed.vat, Money.zero) + taxed.line.net
        totals = (VatTotal(vat, base) for vat, base in bases.items())
        return tuple(sorted(totals, key=lambda total: (-total.vat.rate, total.vat.category)))

    @property
    def net(self) -> Money:
        """BR-CO-10 and -13: the sum of the lines, before VAT."""
        return sum((taxed.line.net for taxed in self.lines), Money.zero)

    @property
    def tax(self) -> Money:
        """BR-CO-14: the sum of the VAT of each rate."""
        return sum((total.tax for total in self.vat_totals), Money.zero)

    @property
    def total(self) -> Money:
        """BR-CO-15 and -16: what is to be paid."""
        return self.net + self.tax

    @property
    def series(self) -> str:
        """Name the series its number comes from: one a year and seller."""
        return f"{self.parties.terms.series}{self.issued_on.year}"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A finalised invoice. It never changes and its number is never used again."""

    number: str
    draft: Draft


# BR-FR-01: what a number may look like.
NUMBER: Final = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")
_ALL_PERCENT: Final = 10_000


def number(series: str, serial: int) -> str:
    """Write the number of a series' n-th invoice.

    >>> number("F2026", 1)
    'F2026-000001'
    """
    written = f"{series}-{serial:06d}"
    if serial < 1 or not NUMBER.fullmatch(written):
        raise ValueError(f"no invoice number: {written}")
    return written


def draft(usage: Usage, parties: Parties, issued_on: date) -> Draft:
    """Make an invoice of a month's usage; raises UnclearVat or Unbillable with the reasons."""
    check_priced(usage)
    taxed = tuple(
        TaxedLine(line, vat_on(line.rate.vat, parties.seller, parties.buyer, parties.terms))
        for line in usage.lines()
    )
    return Draft(usage.month, issued_on, parties, taxed)


def check_priced(usage: Usage) -> None:
    """Raise Unbillable if some call has no price; the first few are named."""
    unpriced = usage.unpriced
    if unpriced:
        faults = [Fault(f"/calls/{call}", why) for call, why in list(unpriced.items())[:_NAMED]]
        raise Unbillable("some calls have no price", faults=tuple(faults), calls=len(unpriced))


def parties_of(seller: Identity | None, buyer: Identity | None, terms: Terms) -> Parties:
    """Put the parties together; raises Unbillable naming what is missing of either."""
    sells = terms.seller or seller
    faults = []
    if buyer is None:
        faults.append(Fault("/legal", "the account has no legal identity"))
    if sells is None:
        faults.append(Fault("/terms/seller", "nobody is named as seller"))
    elif not sells.siren:  # BR-FR-10
        faults.append(Fault("/terms/seller/siren", "the seller has no SIREN"))
    if buyer is None or sells is None or faults:
        raise Unbillable("the legal data of an invoice is missing", faults=tuple(faults))
    return Parties(sells, buyer, terms)


_NAMED: Final = 20
