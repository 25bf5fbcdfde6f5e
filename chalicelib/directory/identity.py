"""Who an account is in law: what an invoice to it must say, and whether it can be true.

Checks are of form only (lengths, check digits); no register is asked whether the company exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

FRANCE: Final = "FR"


class VatTerritory(StrEnum):
    """Where a French account is for VAT: rates differ (CGI 294 and 296), or there is none."""

    METROPOLE = "metropole"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    REUNION = "reunion"
    GUYANE = "guyane"
    MAYOTTE = "mayotte"
    SAINT_BARTHELEMY = "saint_barthelemy"
    SAINT_MARTIN = "saint_martin"
    SAINT_PIERRE_MIQUELON = "saint_pierre_miquelon"
    NOUVELLE_CALEDONIE = "nouvelle_caledonie"
    POLYNESIE = "polynesie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address. `country` is ISO 3166-1, two letters."""

    lines: tuple[str, ...]
    postcode: str
    city: str
    country: str = FRANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The legal identity that invoices need. `territory` is None outside France."""

    legal_name: str
    address: Address
    email: str
    siren: str | None = None
    vat_id: str | None = None
    territory: VatTerritory | None = VatTerritory.METROPOLE


_SIREN: Final = re.compile(r"[0-9]{9}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
# Article 215 of directive 2006/112/EC: two letters of the country, then 2 to 12 characters.
_FOREIGN_VAT: Final = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,12}")


def siren_is_valid(siren: str) -> bool:
    """Check the nine digits by Luhn's formula. La Poste's exception concerns SIRETs only.

    >>> siren_is_valid("732829320"), siren_is_valid("732829321")
    (True, False)
    """
    if not _SIREN.fullmatch(siren) or siren == "000000000":
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(siren))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def french_vat_id(siren: str) -> str:
    """Derive the VAT number of a French company: its key is (12 + 3 x (SIREN mod 97)) mod 97.

    >>> french_vat_id("732829320")
    'FR44732829320'
    """
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def check(identity: Identity) -> Identity:
    """Return the identity; `Rejected` names every part of it that can't be true."""
    faults = tuple(_faults(identity))
    if faults:
        raise Rejected("the legal identity is not one", faults=faults)
    return identity


def _faults(identity: Identity) -> Iterator[Fault]:
    country = identity.address.country
    if not _COUNTRY.fullmatch(country):
        yield Fault("/legal/address/country", "two capital letters (ISO 3166-1)")
    if not _EMAIL.fullmatch(identity.email):
        yield Fault("/legal/email", "not an e-mail address")
    if identity.siren is not None and not siren_is_valid(identity.siren):
        yield Fault("/legal/siren", "not a SIREN: nine digits, the last one a check digit")
    if (identity.territory is None) == (country == FRANCE):
        yield Fault("/legal/territory", "needed in France, and only there")
    yield from _vat_faults(identity)


def _vat_faults(identity: Identity) -> Iterator[Fault]:
    vat_id = identity.vat_id
    if vat_id is None:
        return
    if not vat_id.startswith(FRANCE):
        if not _FOREIGN_VAT.fullmatch(vat_id):
            yield Fault("/legal/vat_id", "not a VAT number")
        return
    siren = vat_id[4:]
    if not siren_is_valid(siren) or vat_id != french_vat_id(siren):
        yield Fault("/legal/vat_id", "FR, a key of two digits and the SIREN: they don't agree")
    elif identity.siren not in (None, siren):
        yield Fault("/legal/vat_id", "the VAT number of another SIREN")
