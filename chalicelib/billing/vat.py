"""Which VAT an invoice charges: the rate that a tariff names, moved to where the customer is.

Between businesses, telecom services are taxed where the customer is established (CGI 259-1°).
What is not certain in law is not guessed: it needs terms that say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.billing.terms import Category
from chalicelib.directory.identity import FRANCE, Identity, VatTerritory
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from chalicelib.billing.terms import Terms


class UnclearVat(Rejected):
    """Nothing says which VAT is due: the account's terms must."""

    code = "unclear-vat"


@dataclass(frozen=True, slots=True)
class Vat:
    """How a line is taxed. `rate` is in hundredths of a percent; a reason is due without VAT."""

    category: Category
    rate: int
    reason: str = ""


STANDARD_RATE: Final = 2000
# CGI 296 and BOI-TVA-GEO-20-10 (5 Jun 2019): the overseas rates for the mainland's.
OVERSEAS_RATES: Final = {2000: 850, 1000: 210, 550: 210, 210: 105}
OVERSEAS: Final = frozenset(
    {VatTerritory.GUADELOUPE, VatTerritory.MARTINIQUE, VatTerritory.REUNION}
)
# CGI 294: VAT is "for the time being" not applied there.
WITHOUT_VAT: Final = frozenset({VatTerritory.GUYANE, VatTerritory.MAYOTTE})

# Member states (2026-11), by which a customer's VAT number makes a reverse charge: CGI 283-2.
MEMBER_STATES: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def vat_on(rate: int, seller: Identity, buyer: Identity, terms: Terms) -> Vat:
    """Tell the VAT on something whose tariff names `rate`. Raises UnclearVat."""
    if terms.exemption is not None:
        return Vat(terms.exemption, 0, terms.exemption_reason)
    if buyer.address.country != FRANCE:
        return _abroad(seller, buyer)
    if buyer.territory in WITHOUT_VAT:
        return Vat(Category.OUT_OF_SCOPE, 0, "TVA non applicable, art. 294 du CGI")
    if buyer.territory in OVERSEAS:
        rate = OVERSEAS_RATES.get(rate, rate)
    elif buyer.territory is not VatTerritory.METROPOLE:
        raise _unclear("no VAT rule is certain for the buyer's territory")
    if rate == 0:
        raise _unclear("the tariff charges no VAT, and nothing says why")
    if not seller.vat_id:
        raise UnclearVat(  # BR-S-02
            "a seller who charges VAT needs a VAT number",
            faults=(Fault("/seller/vat_id", "missing"),),
        )
    return Vat(Category.STANDARD, rate)


def _abroad(seller: Identity, buyer: Identity) -> Vat:
    if buyer.address.country not in MEMBER_STATES:
        return Vat(Category.OUT_OF_SCOPE, 0, "TVA non applicable, art. 259-1 du CGI")
    if not (seller.vat_id and buyer.vat_id):  # BR-AE-02
        raise _unclear("a reverse charge needs the VAT numbers of seller and buyer")
    return Vat(Category.REVERSE_CHARGE, 0, "Autoliquidation")


def _unclear(reason: str) -> UnclearVat:
    return UnclearVat("which VAT is due is not clear", faults=(Fault("/terms/exemption", reason),))
