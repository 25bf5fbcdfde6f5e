"""What the carrier says of a campaign's call, as outcomes. Twilio's words end here.

Statuses are of its REST API and status callbacks, `AnsweredBy` is of its answering machine
detection; codes are those of its list of errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.campaigns.pacing.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDS: Final[Mapping[str, Outcome]] = {
    "completed": Outcome.ANSWERED,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "canceled": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
}
# SIP: the network is full or broken, and the number is not to blame.
_TROUBLE: Final = range(500, 600)
# Errors of an order that are about the number: invalid, unreachable, not routed, on a block list.
_NUMBERS_FAULT: Final = frozenset({13224, 13225, 21201, 21211, 21214, 21215, 21216, 21217})
_MACHINES: Final = ("machine", "fax")
# A machine's greeting is over, so it can be spoken to.
_GREETED: Final = "machine_end"
_LONGEST: Final = 40
_MOST_DIGITS: Final = 7


class Notice(Protocol):
    """A webhook's parameters, of which the signature has been checked."""

    def required(self, name: str) -> str:
        """Return a parameter, or raise Rejected."""

    def optional(self, name: str) -> str | None:
        """Return a parameter, None if it is absent or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A call that is over."""

    call_id: str
    outcome: Outcome
    seconds: int = 0


def ended(notice: Notice) -> Ended | None:
    """Read a status callback; None while the call goes on.

    What a machine answers is `completed` as well: whoever was told of the machine knows better.
    """
    return over(
        notice.required("CallSid"),
        notice.required("CallStatus"),
        _number(notice.optional("CallDuration")),
        _number(notice.optional("SipResponseCode")),
    )


def over(call_id: str, status: str, seconds: int | None, sip: int | None = None) -> Ended | None:
    """Read how a call stands with the carrier; None while it goes on."""
    outcome = _ENDS.get(status)
    if outcome is None:
        return None
    if outcome is Outcome.FAILED and sip in _TROUBLE:
        outcome = Outcome.CONGESTED
    return Ended(call_id=call_id, outcome=outcome, seconds=seconds or 0)


def refused(code: int | None) -> Outcome:
    """Return what an order came to that the carrier refused.

    >>> refused(21211), refused(21210)
    (<Outcome.FAILED: 'failed'>, <Outcome.CONGESTED: 'congested'>)
    """
    return Outcome.FAILED if code in _NUMBERS_FAULT else Outcome.CONGESTED


def answered_by(notice: Notice) -> str:
    """Read who answered: `human`, `unknown`, `fax`, `machine_start`, `machine_end_beep`..."""
    return notice.required("AnsweredBy")[:_LONGEST]


def is_machine(who: str) -> bool:
    """Tell whether it was no person.

    >>> [is_machine(who) for who in ("human", "unknown", "machine_end_other", "fax")]
    [False, False, True, True]
    """
    return who.startswith(_MACHINES)


def may_be_spoken_to(who: str) -> bool:
    """Tell whether a machine records what is said from now on."""
    return who.startswith(_GREETED)


def _number(text: str | None) -> int | None:
    """Read a whole number. One that makes no sense says nothing."""
    sound = text is not None and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if sound and text is not None else None
