"""What Google's advertising services have in common: OAuth, times, and errors by reason. Pure.

Errors: https://google.aip.dev/193 (2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.conversions.providers.provider import (
    OAuth,
    Outcome,
    Reply,
    Verdict,
    unanswerable,
)
from chalicelib.tracking.conversions.words import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

OAUTH: Final = OAuth("https://oauth2.googleapis.com/token")
OAUTH_SECRETS: Final = ("client_id", "client_secret", "refresh_token")
CLICKS: Final = ("gclid", "gbraid", "wbraid")
CUSTOMER: Final = r"\d{3}-?\d{3}-?\d{4}"

_BY_STATUS: Final[Mapping[str, tuple[Verdict, Reason]]] = {
    "UNAUTHENTICATED": (Verdict.REFUSED, Reason.CONNECT_AGAIN),
    "PERMISSION_DENIED": (Verdict.REFUSED, Reason.CONNECT_AGAIN),
    "NOT_FOUND": (Verdict.REFUSED, Reason.CHECK_IDS),
    "RESOURCE_EXHAUSTED": (Verdict.LATER, Reason.BUSY),
    "UNAVAILABLE": (Verdict.LATER, Reason.NO_ANSWER),
    "INTERNAL": (Verdict.LATER, Reason.NO_ANSWER),
    "DEADLINE_EXCEEDED": (Verdict.LATER, Reason.NO_ANSWER),
    "ABORTED": (Verdict.LATER, Reason.NO_ANSWER),
}
_NOT_UNDERSTOOD: Final = (Verdict.REFUSED, Reason.NOT_UNDERSTOOD)


def digits(account: str) -> str:
    """Write a customer's id as the services want it.

    >>> digits("123-456-7890")
    '1234567890'
    """
    return account.replace("-", "")


def written(instant: datetime) -> str:
    """Write an instant as "yyyy-mm-dd hh:mm:ss+hh:mm".

    >>> from datetime import UTC, datetime
    >>> written(datetime(2026, 11, 27, 9, 5, tzinfo=UTC))
    '2026-11-27 09:05:00+00:00'
    """
    return instant.replace(microsecond=0).isoformat(sep=" ")


def failure(reply: Reply, meanings: Mapping[str, tuple[Verdict, Reason]]) -> Outcome:
    """Return what an error means: by its own code if that is known, else by its status."""
    error: Any = (reply.data or {}).get("error", {}) if isinstance(reply.data, dict) else {}
    codes = codes_in(error.get("details", []))
    code = next((each for each in codes if each in meanings), None)
    if code is not None:
        return Outcome(meanings[code][0], code, meanings[code][1], reply.after)
    plain = unanswerable(reply)
    if plain is not None:
        return plain
    status = str(error.get("status", reply.status))
    verdict, reason = _BY_STATUS.get(status, _NOT_UNDERSTOOD)
    return Outcome(verdict, next(iter(codes), status), reason, reply.after)


def codes_in(details: Any) -> list[str]:
    """Return the codes in an error's details, in order, wherever the service puts them."""
    if not isinstance(details, list):
        return []
    found = []
    for each in details:
        found += [str(each["reason"])] if "reason" in each else []
        found += [str(one["reason"]) for one in each.get("fieldViolations", []) if "reason" in one]
        for error in each.get("errors", []):
            found += [str(code) for code in error.get("errorCode", {}).values()]
    return found
