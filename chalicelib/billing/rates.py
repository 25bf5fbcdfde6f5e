"""One price of a tariff: what a call costs by its length. Integers of micro-euros throughout.

Which price applies to which call is the tariff's business, and adding up is the invoice's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from chalicelib.kernel.money import Money, half_up

SECONDS_PER_MINUTE: Final = 60

# VAT rates an e-invoice may carry: rule BR-FR-16 of the French CTC schematrons v1.4.0.03
# (4 Aug 2026). Kept in hundredths of a percent.
VAT_RATES: Final = frozenset(
    {0, 90, 105, 175, 210, 550, 700, 850, 920, 960, 1000, 1300, 1960, 2000, 2060}
)
_ALL_PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """A price by the minute and by the call.

    `vat` is in hundredths of a percent. With `includes_vat`, prices are what a consumer sees and
    VAT is taken out of them. `minimum` is the least a connected call costs, `longest_seconds` the
    length after which time costs nothing more.
    """

    name: str
    per_minute: Money
    per_call: Money
    first_seconds: int
    next_seconds: int
    minimum: Money
    vat: int
    includes_vat: bool = False
    longest_seconds: int | None = None

    def billed_seconds(self, seconds: int) -> int:
        """Round a length up to whole increments: the first one, then the following ones.

        A call of no length was never connected and is billed no time.
        """
        if seconds <= 0:
            return 0
        if self.longest_seconds is not None and seconds > self.longest_seconds:
            seconds = self.longest_seconds
        over = seconds - self.first_seconds
        if over <= 0:
            return self.first_seconds
        return self.first_seconds + -(-over // self.next_seconds) * self.next_seconds

    def price_micros(self, billed_seconds: int) -> int:
        """Price so many billed seconds, as the price list shows it, in micro-euros.

        Rounded half up to a micro-euro, once a call: a second costs a sixtieth of the minute.
        """
        if billed_seconds == 0:
            return 0
        time = half_up(self.per_minute.micros * billed_seconds, SECONDS_PER_MINUTE)
        return max(self.per_call.micros + time, self.minimum.micros)

    def net_micros(self, price_micros: int) -> int:
        """Take VAT out of a price if the price list includes it; half up to a micro-euro."""
        if not self.includes_vat:
            return price_micros
        return half_up(price_micros * _ALL_PERCENT, _ALL_PERCENT + self.vat)

    def to_document(self) -> dict[str, Any]:
        """Write the rate as plain JSON values, every default spelled out."""
        return {
            "name": self.name,
            "per_minute": str(self.per_minute),
            "per_call": str(self.per_call),
            "first_seconds": self.first_seconds,
            "next_seconds": self.next_seconds,
            "minimum": str(self.minimum),
            "vat_rate": percent(self.vat),
            "includes_vat": self.includes_vat,
            "longest_seconds": self.longest_seconds,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Rate:
        """Rebuild a rate that `to_document` wrote."""
        longest = document.get("longest_seconds")
        return cls(
            name=document["name"],
            per_minute=Money.euros(document["per_minute"]),
            per_call=Money.euros(document["per_call"]),
            first_seconds=int(document["first_seconds"]),
            next_seconds=int(document["next_seconds"]),
            minimum=Money.euros(document["minimum"]),
            vat=hundredths(document["vat_rate"]),
            includes_vat=bool(document["includes_vat"]),
            longest_seconds=None if longest is None else int(longest),
        )


def percent(vat: int) -> str:
    """Write a VAT rate as people do.

    >>> percent(2000), percent(850), percent(210)
    ('20', '8.5', '2.1')
    """
    whole, rest = divmod(vat, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def hundredths(text: str) -> int:
    """Read a VAT rate of at most two decimals.

    >>> hundredths("8.5")
    850
    """
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))
