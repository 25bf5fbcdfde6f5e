"""Tiers: what the service of a surcharged number costs its callers, by the minute or by the call.

A code such as `D080` is 0.80 euros a minute and `A150` 1.50 euros a call, taxes included. The law
sets the steps and the caps (the plan has them), not the list: `data/tiers_fr.csv` only suggests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.money import Money
from chalicelib.kernel.numbering import PhoneLine, ServicePrice

USUAL_FILE: Final = Path(__file__).parent / "data" / "tiers_fr.csv"

# AF2M, code of conduct of value-added services, edition of 2026 (applied since 1 September 2026):
# over 0.20 euros a minute a call is charged for 30 minutes at most, and no call for over 24 euros.
LIMITED_ABOVE_CENTS: Final = 20
LIMIT_SECONDS: Final = 30 * 60
MOST_A_CALL: Final = Money.cents(24_00)

CODE: Final = re.compile(r"([AD])(?!000)([0-9]{3})")
_BY_MINUTE: Final = "D"


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of a service, S: so many cents, taxes included, a minute or a call."""

    cents: int
    per_minute: bool

    @property
    def code(self) -> str:
        """Write the tier as operators do.

        >>> Tier(80, per_minute=True).code, Tier(150, per_minute=False).code
        ('D080', 'A150')
        """
        return f"{'D' if self.per_minute else 'A'}{self.cents:03d}"

    @property
    def euros(self) -> Decimal:
        """Give the price in euros, with its cents."""
        return Decimal(self.cents).scaleb(-2)

    @property
    def limit_seconds(self) -> int | None:
        """Give how much of a call may be charged for; None where the law sets no limit."""
        limited = self.per_minute and self.cents > LIMITED_ABOVE_CENTS
        return LIMIT_SECONDS if limited else None


def parse(code: str) -> Tier:
    """Read a code. Raises Rejected on what is none; whether a number may have it, the plan says.

    >>> parse("D080")
    Tier(cents=80, per_minute=True)
    """
    known = CODE.fullmatch(code)
    if known is None:
        reason = "not a tier: D080 is 0.80 euros a minute, A150 is 1.50 euros a call"
        raise Rejected(reason, tier=code[:10])
    return Tier(int(known[2]), per_minute=known[1] == _BY_MINUTE)


def refusal(tier: Tier, line: PhoneLine) -> str | None:
    """Say why a number may not cost its callers so much; None where it may.

    ARCEP 2018-0881, annex 2: by the call or by the minute, in whole cents, up to the prefix's cap.
    """
    if line.service_price is not ServicePrice.TIER:
        return "callers of such a number pay nothing for the service"
    cap = line.cap_per_minute if tier.per_minute else line.cap_per_call
    if cap is not None and tier.euros > cap:
        unit = "minute" if tier.per_minute else "call"
        return f"{tier.euros} euros a {unit} is over the cap of such a number, {cap} euros"
    return None


def usual(line: PhoneLine) -> tuple[Tier, ...]:
    """Return the tiers of the list that a number may have."""
    return tuple(tier for tier in _usual() if refusal(tier, line) is None)


@cache
def _usual() -> tuple[Tier, ...]:
    lines = USUAL_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(parse(line) for line in lines if line and not line.startswith("#"))
