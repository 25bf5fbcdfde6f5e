"""Exact amounts of euros, counted in whole millionths; no binary fraction ever touches them.

Six decimals are what rates and single calls need (a price a minute over sixty, say); an amount
loses decimals only in `to_cents`, which an invoice line calls once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import ClassVar, Final

from chalicelib.kernel.errors import Rejected

MICROS_PER_EURO: Final = 1_000_000
MICROS_PER_CENT: Final = 10_000
# Up to a thousand billion euros; zeros beyond the sixth decimal change nothing.
_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,6})0*)?")
NARROW_SPACE: Final = "\u202f"
NO_BREAK_SPACE: Final = "\u00a0"


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest whole number, halves away from zero.

    Symmetrical on purpose: a credit note must cancel its invoice to the cent.

    >>> half_up(5, 10), half_up(4, 10), half_up(-5, 10)
    (1, 0, -1)
    """
    if (numerator < 0) != (denominator < 0):
        return -half_up(-numerator, denominator)
    return (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of euros in whole millionths: adds, compares and multiplies by whole numbers.

    >>> (Money.euros("0.33") * 3).to_cents()
    Money(micros=990000)
    """

    micros: int
    currency: ClassVar[str] = "EUR"
    zero: ClassVar[Money]

    def __post_init__(self) -> None:
        if type(self.micros) is not int:
            raise TypeError(f"micros must be int, not {type(self.micros).__name__}")

    @classmethod
    def euros(cls, text: str | Decimal | int) -> Money:
        """Read an amount such as `"1.25"`; more than six decimals are refused, never rounded.

        >>> Money.euros("1.25").micros
        1250000
        """
        if isinstance(text, bool) or not isinstance(text, str | Decimal | int):
            raise TypeError(f"an amount is text or Decimal, not {type(text).__name__}")
        micros = _exact_micros(text)
        return cls(micros)

    @classmethod
    def cents(cls, cents: int) -> Money:
        """Build the amount of so many whole cents."""
        return cls(cents * MICROS_PER_CENT)

    def to_cents(self) -> Money:
        """Round half up to whole cents.

        >>> str(Money.euros("1.266667").to_cents()), str(Money.euros("0.005").to_cents())
        ('1.27', '0.01')
        """
        return Money.cents(half_up(self.micros, MICROS_PER_CENT))

    def share_rounded_to_cents(self, numerator: int, denominator: int) -> Money:
        """Take numerator/denominator of the amount, rounded half up to whole cents, once.

        >>> str(Money.euros("0.99").share_rounded_to_cents(20, 100))
        '0.20'
        """
        return Money.cents(half_up(self.micros * numerator, denominator * MICROS_PER_CENT))

    @property
    def decimal(self) -> Decimal:
        """Give the amount in euros as an exact `Decimal`."""
        return Decimal(self.micros).scaleb(-6)

    @property
    def is_whole_cents(self) -> bool:
        """Say whether nothing would be lost by `to_cents`."""
        return self.micros % MICROS_PER_CENT == 0

    def __add__(self, other: Money) -> Money:
        return Money(self.micros + other.micros) if isinstance(other, Money) else NotImplemented

    def __radd__(self, other: object) -> Money:
        # `sum()` starts from the integer 0; nothing else may be mixed with money.
        return self if type(other) is int and other == 0 else NotImplemented

    def __sub__(self, other: Money) -> Money:
        return Money(self.micros - other.micros) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> Money:
        return Money(-self.micros)

    def __mul__(self, times: int) -> Money:
        return Money(self.micros * times) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.micros < other.micros if isinstance(other, Money) else NotImplemented

    def __bool__(self) -> bool:
        return self.micros != 0

    def __str__(self) -> str:
        """Render for the API: a point, two to six decimals, no currency.

        >>> str(Money(12_345_678)), str(Money.euros("12.3")), str(-Money.euros("0.05"))
        ('12.345678', '12.30', '-0.05')
        """
        whole, fraction = divmod(abs(self.micros), MICROS_PER_EURO)
        decimals = f"{fraction:06d}".rstrip("0").ljust(2, "0")
        return f"{'-' if self.micros < 0 else ''}{whole}.{decimals}"

    def in_french(self) -> str:
        """Render for a French reader, with the spaces French typography keeps unbroken.

        >>> Money.euros("1234.5").in_french() == "1\\u202f234,50\\u00a0€"
        True
        """
        whole, decimals = str(self).split(".")
        grouped = f"{int(whole):,}".replace(",", NARROW_SPACE)
        sign = "-" if whole == "-0" else ""
        return f"{sign}{grouped},{decimals}{NO_BREAK_SPACE}€"


Money.zero = Money(0)


def _exact_micros(text: str | Decimal | int) -> int:
    # Read from the digits themselves: decimal arithmetic would round to its context's precision.
    plain = f"{text:f}" if isinstance(text, Decimal) else str(text)
    known = _AMOUNT.fullmatch(plain)
    if known is None:
        raise Rejected("not an amount of at most six decimals", amount=plain[:40])
    sign, whole, decimals = known.groups()
    micros = int(whole) * MICROS_PER_EURO + int((decimals or "").ljust(6, "0"))
    return -micros if sign else micros
