"""What calls leave behind for an hour or two, so that a crowd of them can be seen. Pure values.

A trace is an element of a set, so that a call shown again leaves none twice. Sets are kept by hour
and by what calls have in common: a crowd within an hour is seen in three of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import Outcome
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify
from chalicelib.kernel.territory import FRENCH_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.spam.rules import Limits

HOUR_MS: Final = 3_600_000
# More of an hour say nothing new, and a set that grew for ever would be dear.
MOST_TRACES: Final = 100
# Digits with the + that callers of one foreign range have in common: country, operator.
_RANGE_DIGITS: Final = 6
# ARCEP 2018-0881 (numbering plan): numbers of 089 are never shown as a caller's (2026-11).
_NEVER_SHOWN: Final = "089"
# ARCEP keeps these mobile numbers for films: whoever tries a line out rings from them. The plan has
# 0639 under Mayotte's code only.
_OF_FILMS: Final = "+3363998"
# Whoever left a message or asked to be rung back meant to call; where we failed, nothing is told.
_IDLE: Final = frozenset({Outcome.ABANDONED, Outcome.MISSED, Outcome.ANSWERED, Outcome.UNKNOWN})


class Kind(StrEnum):
    """What the calls of a crowd have in common."""

    CALLER = "caller"
    NEIGHBOURS = "neighbours"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Trace:
    """A call in a set: when it began, which it was, and by what its caller is told from others."""

    at_ms: int
    call_id: str
    who: str

    def written(self) -> str:
        """Write it as an element."""
        return f"{self.at_ms}|{self.call_id}|{self.who}"

    @classmethod
    def read(cls, text: str) -> Trace:
        """Read an element.

        >>> Trace.read(Trace(1, "CA1", "x").written())
        Trace(at_ms=1, call_id='CA1', who='x')
        """
        at_ms, call_id, who = text.split("|")
        return cls(int(at_ms), call_id, who)


def is_short(call: Call, limits: Limits) -> bool:
    """Tell whether a call was over before anybody could say a thing."""
    return call.outcome in _IDLE and (call.seconds or 0) <= limits.short_seconds


def commons(call: Call, limits: Limits) -> dict[Kind, str]:
    """Return by what an ended call may be one of a crowd, in plain: keys are hashed later."""
    if call.caller is None:
        return {}
    found: dict[Kind, str] = {}
    if is_short(call, limits):
        if limits.repeated_calls:
            found[Kind.CALLER] = call.caller
        if limits.neighbours:
            found[Kind.NEIGHBOURS] = call.caller[: -limits.neighbour_digits]
    if limits.pumped_calls and is_free(call.dialled) and not is_french(call.caller):
        found[Kind.RANGE] = call.caller[:_RANGE_DIGITS]
    return found


def crowd(traces: Iterable[Trace], at: datetime, window: timedelta) -> tuple[Trace, ...]:
    """Return the most traces that one window around an instant holds, in order of time."""
    ordered = sorted(set(traces), key=lambda each: (each.at_ms, each.call_id))
    now, length = int(at.timestamp() * 1000), window // timedelta(milliseconds=1)
    best: list[Trace] = []
    for first in ordered:
        if not now - length <= first.at_ms <= now:
            continue
        inside = [each for each in ordered if first.at_ms <= each.at_ms <= first.at_ms + length]
        best = max(best, inside, key=len)
    return tuple(best)


def is_free(number: str) -> bool:
    """Tell whether those who ring a number pay nothing, and its owner does."""
    try:
        return classify(number).family is Family.SVA_GRATUIT
    except Rejected:
        return False


def is_french(number: str) -> bool:
    """Tell whether a number (E.164) has a French code, overseas included."""
    return number.removeprefix("+").startswith(FRENCH_CODES)


def is_impossible(number: str) -> bool:
    """Tell whether a number has a French code, and nobody can ring from it.

    >>> is_impossible("+33612345678"), is_impossible("+33890123456"), is_impossible("+442079460018")
    (False, True, False)
    """
    if not is_french(number) or number.startswith(_OF_FILMS):
        return False
    try:
        return classify(number).number.startswith(_NEVER_SHOWN)
    except Rejected:
        return True
