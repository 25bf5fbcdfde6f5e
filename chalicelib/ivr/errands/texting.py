"""Who may be sent a text message, who is told of it, and what the carrier's refusals mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify

if TYPE_CHECKING:
    from chalicelib.ivr.errands.errands import Errand

# Twilio's error codes (www.twilio.com/docs/api/errors), read 2026-11.
REASONS: Final[dict[int, str]] = {
    21211: "invalid-number",
    21408: "country-not-allowed",
    21602: "empty",
    21603: "no-sender",
    21606: "sender-cannot-text",
    21610: "opted-out",
    21612: "unreachable",
    21614: "not-a-mobile",
    21617: "too-long",
    30003: "unreachable",
    30005: "unknown-number",
    30006: "not-a-mobile",
    30007: "filtered",
}
SENDER_CANNOT_TEXT: Final = "sender-cannot-text"


def refusal(number: str) -> str | None:
    """Say why we send no text message to a number (E.164), None when we do: French mobiles only.

    >>> refusal("+33612345678"), refusal("+33162012345"), refusal("+447911123456")
    (None, 'not-a-mobile', 'country-not-allowed')
    """
    try:
        family = classify(number).family
    except Rejected:
        return "invalid-number" if number.startswith("+33") else "country-not-allowed"
    return None if family is Family.MOBILE else "not-a-mobile"


def reason_of(error: Rejected) -> str:
    """Name the carrier's refusal in words that never change."""
    code = error.facts.get("carrier_code")
    return REASONS.get(code, "refused") if isinstance(code, int) else "refused"


def status_url(base_url: str, errand: Errand) -> str:
    """Return the URL that is told what became of a text: the carrier signs it, and so whose it is
    can be believed.
    """
    query = {"account": errand.account_id, "call": errand.call_id, "node": errand.node}
    return f"{base_url}/messages/status?{urlencode(query)}"
