"""Meta: the Conversions API, version 26.0 of the Graph API.

Format: https://developers.facebook.com/docs/marketing-api/conversions-api/parameters (2026-11).
An event whose name and `event_id` are known is counted once (for 48 hours).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from chalicelib.tracking.conversions.conversion import Use
from chalicelib.tracking.conversions.destinations import IdField
from chalicelib.tracking.conversions.providers import hashing
from chalicelib.tracking.conversions.providers.provider import (
    TAKEN,
    Outcome,
    Request,
    Verdict,
    unanswerable,
    without_nothing,
)
from chalicelib.tracking.conversions.words import Reason
from chalicelib.tracking.leads.leads import Kind
from chalicelib.tracking.pools.leases import millis

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.tracking.conversions.conversion import Conversion
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.providers.provider import Credentials, OAuth, Reply

BASE: Final = "https://graph.facebook.com/v26.0"
EVENT: Final = "Contact"
LEAD: Final = "Lead"
# `website` would need the browser's own words (`client_user_agent`), which nobody keeps; `chat` is
# "a messaging app, SMS, or online messaging feature".
SOURCES: Final[Mapping[Kind, str]] = {
    Kind.CALL: "phone_call",
    Kind.FORM: "system_generated",
    Kind.TEXT: "chat",
    Kind.CHAT: "chat",
}
_CONNECT: Final = (Verdict.REFUSED, Reason.CONNECT_AGAIN)
_BUSY: Final = (Verdict.LATER, Reason.BUSY)
_NO_ANSWER: Final = (Verdict.LATER, Reason.NO_ANSWER)

# https://developers.facebook.com/docs/graph-api/guides/error-handling: codes, and of 100 subcodes.
MEANINGS: Final[Mapping[str, tuple[Verdict, Reason]]] = {
    "1": _NO_ANSWER,
    "2": _NO_ANSWER,
    "4": _BUSY,
    "17": _BUSY,
    "341": _BUSY,
    "613": _BUSY,
    "80004": _BUSY,
    "10": _CONNECT,
    "102": _CONNECT,
    "190": _CONNECT,
    "200": _CONNECT,
    "803": (Verdict.REFUSED, Reason.CHECK_IDS),
    "100/33": (Verdict.REFUSED, Reason.CHECK_IDS),
    "100/2804003": (Verdict.REFUSED, Reason.TOO_OLD),
}


class Meta:
    """The `Provider` of Meta."""

    ids: Mapping[str, IdField] = {
        "pixel_id": IdField(r"\d{5,20}", "1234567890123456"),
        "event_name": IdField(r"[^\x00-\x1f]{1,50}", EVENT, required=False),
        "test_event_code": IdField(r"\w{1,20}", "TEST12345", required=False),
    }
    secrets: tuple[str, ...] = ("access_token",)
    use: Use = Use.ADS
    clicks: tuple[str, ...] = ("fbclid",)
    latest: timedelta = timedelta(days=7)
    oauth: OAuth | None = None

    def lack(self, conversion: Conversion, destination: Destination) -> Reason | None:
        """A click, the browser's id or a caller."""
        return None if _user(conversion, destination) else Reason.NO_CLICK

    def earliest(self, conversion: Conversion, destination: Destination) -> datetime:
        """Send at once."""
        return conversion.ended_at

    def requests(self, conversion: Conversion, destination: Destination) -> tuple[Request, ...]:
        """Send one event."""
        valued = conversion.value is not None
        usual = EVENT if conversion.kind is Kind.CALL else LEAD
        custom = {"value": conversion.value, "currency": conversion.currency} if valued else None
        event = {
            "event_name": destination.ids.get("event_name", usual),
            "event_time": int(conversion.ended_at.timestamp()),
            "event_id": conversion.id,
            "action_source": SOURCES[conversion.kind],
            "user_data": _user(conversion, destination),
            "custom_data": custom,
        }
        trial = destination.ids.get("test_event_code")
        body = without_nothing({"data": [without_nothing(event)], "test_event_code": trial})
        return (Request(f"{BASE}/{destination.ids['pixel_id']}/events", body),)

    def retraction(
        self, conversion: Conversion, destination: Destination, now: datetime
    ) -> Request | None:
        """Nothing takes an event back."""
        return None

    def signed(
        self, request: Request, destination: Destination, credentials: Credentials
    ) -> Request:
        """Add the token, which the API has in the address."""
        token = urlencode({"access_token": credentials.secrets["access_token"]})
        return Request(f"{request.url}?{token}", request.body, request.headers)

    def outcome(self, reply: Reply) -> Outcome:
        """Read the error, or that the one event was received."""
        data: Any = reply.data if isinstance(reply.data, dict) else {}
        if reply.status == 200 and data.get("events_received") == 1:
            return TAKEN
        error = data.get("error", {})
        code, subcode = str(error.get("code", "")), str(error.get("error_subcode", ""))
        for each in (f"{code}/{subcode}", code):
            if each in MEANINGS:
                return Outcome(MEANINGS[each][0], each, MEANINGS[each][1], reply.after)
        plain = unanswerable(reply)
        if plain is not None:
            return plain
        if error.get("is_transient") is True:
            return Outcome(Verdict.LATER, code, Reason.NO_ANSWER, reply.after)
        return Outcome(Verdict.REFUSED, code or str(reply.status), Reason.NOT_UNDERSTOOD)


def _user(conversion: Conversion, destination: Destination) -> dict[str, Any]:
    click, caller = conversion.click, conversion.caller
    found: dict[str, Any] = {}
    if click is not None and click.parameter == "fbclid" and conversion.clicked_at is not None:
        found["fbc"] = f"fb.1.{millis(conversion.clicked_at)}.{click.id}"
    if conversion.browser_id is not None:
        found["fbp"] = conversion.browser_id
    if destination.send_caller and caller is not None:
        found["ph"] = [hashing.of_digits(caller)]
    if destination.send_caller and conversion.email is not None:
        found["em"] = [hashing.of_email(conversion.email)]
    return found
