"""The terms on which an account is invoiced, read from JSON with every fault found.

Who the account is in law is the directory's to know; here is what the seller and it agreed on, and
the seller itself where that is not simply its agency. Every part has a lawful default.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from chalicelib.directory import identity
from chalicelib.directory.identity import Address, Identity, VatTerritory
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.reading import Place, flag, matching, one_of, text, whole


class InvalidTerms(Rejected):
    """The document holds no terms; every fault is listed with its place."""

    code = "invalid-billing-terms"


class Category(StrEnum):
    """VAT categories of EN 16931 (BT-118): the standard rate, or why there is none."""

    STANDARD = "S"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"
    ZERO_RATED = "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When an invoice is due, what being late costs, and under which name it is numbered.

    `penalty_rate` is percent a year, empty for the statutory default. `exemption` overrides the
    VAT that follows from where seller and buyer are. `seller` is None where the agency sells.
    """

    seller: Identity | None = None
    series: str = "F"
    days_to_pay: int = 30
    penalty_rate: str = ""
    discount: str = ""
    iban: str = ""
    vat_on_debits: bool = False
    order_reference: str = ""
    exemption: Category | None = None
    exemption_reason: str = ""

    def to_document(self) -> dict[str, Any]:
        """Write the terms as plain JSON values, which `parse` reads back."""
        values = asdict(self)
        if self.seller is not None:
            address = values["seller"]["address"]
            values["seller"] = _stated(
                values["seller"] | {"address": address | {"lines": list(address["lines"])}}
            )
        return _stated(values)


# Periodic invoices: 45 days from issue at most (C. com. L441-10, text of 2014, unchanged since).
MOST_DAYS_TO_PAY: Final = 45
# BR-FR-23 and -25: an address or a name has 125 characters at most.
LONGEST_TEXT: Final = 125
MOST_ADDRESS_LINES: Final = 3

# Six digits, a year and a dash go with it, and BR-FR-01 allows 35 of these characters in all.
_SERIES: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,9}")
_PERCENT: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_POSTCODE: Final = re.compile(r"[A-Za-z0-9 -]{2,10}")
_ANY: Final = re.compile(r"[^\s](.{0,123}[^\s])?")


def parse(document: object) -> Terms:
    """Read terms; raises InvalidTerms with every fault found, each by JSON pointer."""
    faults: list[Fault] = []
    root = Place(document, "", faults)
    fields = root.fields((), tuple(Terms.__slots__))
    exemption = fields.get("exemption")
    seller = fields.get("seller")
    terms = Terms(
        seller=_identity(seller) if seller else None,
        series=matching(fields.get("series"), _SERIES, "a letter, then letters, digits, -", "F"),
        days_to_pay=whole(fields.get("days_to_pay"), 0, MOST_DAYS_TO_PAY, 30),
        penalty_rate=matching(fields.get("penalty_rate"), _PERCENT, 'percent a year, as "12.15"'),
        discount=text(fields.get("discount"), LONGEST_TEXT),
        iban=matching(fields.get("iban"), _IBAN, "an IBAN without spaces"),
        vat_on_debits=flag(fields.get("vat_on_debits"), default=False),
        order_reference=text(fields.get("order_reference"), LONGEST_TEXT),
        exemption=one_of(exemption, Category, Category.EXEMPT) if exemption else None,
        exemption_reason=text(fields.get("exemption_reason"), LONGEST_TEXT),
    )
    _check(terms, fields, root)
    if faults:
        raise InvalidTerms("the document holds no billing terms", faults=tuple(faults))
    return terms


def _check(terms: Terms, fields: dict[str, Place], root: Place) -> None:
    if terms.iban and not _iban_adds_up(terms.iban):
        fields["iban"].fault("is no IBAN: its check digits are wrong")
    if terms.exemption is Category.STANDARD:
        fields["exemption"].fault("the standard rate is no exemption")
    # BR-E-10, BR-AE-10, BR-O-10 and their likes: charging no VAT needs a reason.
    if bool(terms.exemption) != bool(terms.exemption_reason):
        root.fault("`exemption` and `exemption_reason` come together or not at all")


def _identity(place: Place) -> Identity:
    fields = place.fields(("legal_name", "address", "email"), ("siren", "vat_id", "territory"))
    territory = fields.get("territory")
    stated = Identity(
        legal_name=text(fields.get("legal_name"), LONGEST_TEXT),
        address=_address(fields.get("address")),
        email=text(fields.get("email"), LONGEST_TEXT),
        siren=matching(fields.get("siren"), _ANY, "a SIREN") or None,
        vat_id=matching(fields.get("vat_id"), _ANY, "a VAT number") or None,
        territory=one_of(territory, VatTerritory, VatTerritory.METROPOLE) if territory else None,
    )
    if not place.faults:
        _check_identity(stated, place)
    return stated


def _check_identity(stated: Identity, place: Place) -> None:
    try:
        identity.check(stated)
    except Rejected as error:
        for fault in error.faults:
            inside = fault.pointer.removeprefix("/legal")
            place.faults.append(Fault(place.pointer + inside, fault.reason))


def _address(place: Place | None) -> Address:
    fields = place.fields(("lines", "postcode", "city"), ("country",)) if place else {}
    lines = fields["lines"].items() if "lines" in fields else ()
    if "lines" in fields and not 0 < len(lines) <= MOST_ADDRESS_LINES:
        fields["lines"].fault(f"must hold 1 to {MOST_ADDRESS_LINES} lines")
    return Address(
        lines=tuple(text(line, LONGEST_TEXT) for line in lines),
        postcode=matching(fields.get("postcode"), _POSTCODE, "a postal code"),
        city=text(fields.get("city"), LONGEST_TEXT),
        country=text(fields.get("country"), 2, identity.FRANCE),
    )


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _iban_adds_up(iban: str) -> bool:
    # ISO 13616: the first four characters go last, letters are 10 to 35, modulo 97 is one.
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1
