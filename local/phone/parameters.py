"""The form parameters of every voice webhook, and the unknown ones that may come any day."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from local.phone.model import Call, Status

if TYPE_CHECKING:
    from datetime import datetime

    from local.phone.sids import Dice

API_VERSION = "2010-04-01"
_PLACES = ("City", "State", "Zip", "Country")
_COUNTRIES = {"+33": "FR", "+32": "BE", "+41": "CH", "+44": "GB", "+49": "DE", "+1": "US"}
# Twilio adds parameters without notice: an application that fails on these would fail some day.
_SURPRISES = ("StirVerstat", "CallerTier", "Zz-Region", "ToCarrier", "Ünicode", "RetryHint", "A")


def standard(call: Call) -> dict[str, str]:
    """Give the parameters that come with every TwiML request and callback about this call."""
    params = {
        "CallSid": call.sid,
        "AccountSid": call.account_sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status.value,
        "ApiVersion": API_VERSION,
        "Direction": call.direction,
    }
    params |= _geography("From", call.from_) | _geography("To", call.to)
    params |= _geography("Caller", call.from_) | _geography("Called", call.to)
    if call.parent_sid:
        params["ParentCallSid"] = call.parent_sid
    if call.forwarded_from:
        params["ForwardedFrom"] = call.forwarded_from
    if call.direction == "inbound":
        params["CallToken"] = f"local-{call.sid}"
    return params


def progress(call: Call, at: datetime, sequence: int, status: Status) -> dict[str, str]:
    """Add what a call progress event (outbound and dialled calls) says besides the standard set."""
    params = standard(call) | {
        "CallStatus": status.value,
        "Timestamp": rfc2822(at),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence),
    }
    if call.over:
        params |= ended(call)
        params["SipResponseCode"] = str(call.sip_code)
    if status is Status.COMPLETED:
        params["Duration"] = str(-(-call.duration // 60))
    return params


def ended(call: Call) -> dict[str, str]:
    """Say how long the call lasted: seconds since the answer."""
    return {"CallDuration": str(call.duration)}


def surprises(dice: Dice) -> dict[str, str]:
    """Make none to two parameters that no documentation names."""
    names = dice.random.sample(_SURPRISES, dice.random.randint(0, 2))
    return {name: f"é&={dice.random.randint(0, 99)}" for name in names}


def rfc2822(moment: datetime) -> str:
    """Write a date as Twilio's requests and 2010 API do.

    >>> from datetime import datetime, UTC
    >>> rfc2822(datetime(2010, 8, 20, 1, 13, 42, tzinfo=UTC))
    'Fri, 20 Aug 2010 01:13:42 +0000'
    """
    return format_datetime(moment)


def _geography(prefix: str, number: str) -> dict[str, str]:
    country = next((c for p, c in _COUNTRIES.items() if number.startswith(p)), "")
    return {f"{prefix}{place}": (country if place == "Country" else "") for place in _PLACES}
