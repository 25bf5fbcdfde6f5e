"""Amounts of euros as people send them. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money
from chalicelib.tracking.leads.qualifying import Quality

_MOST: Final = Money.euros("10000000")


def as_written(sent: Any) -> Any:
    """Take an amount as it is shown, too: what was read can be put back.

    >>> as_written({"amount": "80.00", "currency": "EUR"}), as_written("80.00")
    ('80.00', '80.00')
    """
    if isinstance(sent, dict) and sent.keys() <= {"amount", "currency"}:
        return sent.get("amount") if sent.get("currency", "EUR") == "EUR" else sent
    return sent


def checked(written: str) -> str:
    """Refuse what is no amount. Raises ValueError."""
    try:
        money = Money.euros(written)
    except Rejected as error:
        raise ValueError(error.message) from error
    if not Money.zero <= money <= _MOST or not money.is_whole_cents:
        raise ValueError("an amount in euros from 0 on, two decimals at most")
    return written


def cents_of(written: str) -> int:
    """Return an amount that was checked, in cents."""
    return int(Decimal(written) * 100)


def said_of_call(*, qualified: bool | None, value: str) -> Quality | None:
    """Return what somebody says a call is worth, None for nothing. Raises Rejected."""
    cents = cents_of(value)
    if cents and not qualified:
        fault = Fault("/value", "what is not qualified is worth nothing")
        raise Rejected("no call is worth so", faults=(fault,))
    return None if qualified is None else Quality(qualified=qualified, cents=cents)
