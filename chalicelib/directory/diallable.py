"""Which numbers can be lines of ours, and which may stand in as a line's fallback."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel import destinations, phone
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.numbering import Family, classify

# Nobody can ring these, or only machines do.
NOT_LINES: Final = frozenset(
    {
        Family.ROUTING_PREFIX_NOT_DIALABLE,
        Family.SPECIAL_DATA_OR_INTERNET,
        Family.MOBILE_LONG_M2M,
    }
)


def read_line(text: str) -> tuple[str, Family]:
    """Return the E.164 form and the family of a French number that can be a line of ours."""
    try:
        number = phone.parse(text)
        family = classify(number).family
    except Rejected as error:
        reason = "not a French number with an international form"
        raise _refused("/number", reason) from error
    if family in NOT_LINES:
        raise _refused("/number", "not a number that people ring")
    return number, family


def read_fallback(text: str, line: str) -> str:
    """Return the E.164 form of the number that a line's callers may be sent to."""
    try:
        number = destinations.read(text)
    except Rejected as error:
        raise _refused("/fallback", error.message) from error
    reason = destinations.refusal(number)
    if reason is not None:
        raise _refused("/fallback", reason)
    if number == line:
        raise _refused("/fallback", "the line itself: its callers would go round in circles")
    return number


def _refused(pointer: str, reason: str) -> Rejected:
    return Rejected("the number can't be used", faults=(Fault(pointer, reason),))
