"""From the call log to billing: which calls are charged for, and what of them decides the price."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.billing.origin import origin_of
from chalicelib.billing.rating import RatedCall
from chalicelib.calls.events import EndStatus
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify

if TYPE_CHECKING:
    from chalicelib.calls.call import Call


def metered(call: Call) -> RatedCall | None:
    """Return what is to be rated, None while a call goes on or if it was never picked up."""
    if not call.ended or call.end_status != EndStatus.COMPLETED or call.seconds is None:
        return None
    return RatedCall(
        call_id=call.call_id,
        account_id=call.account_id,
        number=call.dialled,
        family=family_of(call.dialled),
        origin=origin_of(call.caller),
        started_at=call.started_at,
        seconds=call.seconds,
    )


@lru_cache(maxsize=1_000)  # an account's own numbers: few, and asked for at every call
def family_of(number: str) -> Family | None:
    """Tell the family of a number, None outside the French plan."""
    try:
        return classify(number).family
    except Rejected:
        return None
