"""Google Analytics 4: the Measurement Protocol.

Format: https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
(2026-11). It answers 2xx whatever it is sent, so that each event is first shown to its validation
server, which records nothing. It does not know an event again: only one that is in doubt is sent
twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from chalicelib.tracking.conversions.conversion import Use
from chalicelib.tracking.conversions.destinations import IdField
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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.tracking.conversions.conversion import Conversion
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.providers.provider import Credentials, OAuth, Reply

HOST: Final = "www.google-analytics.com"
EVENT: Final = "phone_call"
LEAD: Final = "generate_lead"  # what Analytics recommends for whatever else makes a lead
_MICROSECOND: Final = timedelta(microseconds=1)
_GRANTED: Final = {True: "GRANTED", False: "DENIED"}
# The validation server's words for what the customer can mend.
_THEIRS: Final = frozenset({"/measurement_id", "measurement_id", "api_secret"})


class Ga4:
    """The `Provider` of Google Analytics 4."""

    ids: Mapping[str, IdField] = {
        "measurement_id": IdField(r"G-[A-Z0-9]{4,20}", "G-ABC1234567"),
        # Reference: event names have up to 40 letters, digits and underscores, a letter first.
        "event_name": IdField(r"[A-Za-z][A-Za-z0-9_]{0,39}", EVENT, required=False),
    }
    secrets: tuple[str, ...] = ("api_secret",)
    use: Use = Use.ANALYTICS
    clicks: tuple[str, ...] = ()
    latest: timedelta = timedelta(hours=72)  # events can be backdated so far
    oauth: OAuth | None = None

    def lack(self, conversion: Conversion, destination: Destination) -> Reason | None:
        """An event without the browser's own id would be a new person's."""
        return Reason.NO_CLIENT_ID if conversion.client_id is None else None

    def earliest(self, conversion: Conversion, destination: Destination) -> datetime:
        """Send at once."""
        return conversion.ended_at

    def requests(self, conversion: Conversion, destination: Destination) -> tuple[Request, ...]:
        """Have the event validated, then collected."""
        body = _body(conversion, destination)
        query = urlencode({"measurement_id": destination.ids["measurement_id"]})
        return (
            Request(f"https://{HOST}/debug/mp/collect?{query}", body),
            Request(f"https://{HOST}/mp/collect?{query}", body),
        )

    def retraction(
        self, conversion: Conversion, destination: Destination, now: datetime
    ) -> Request | None:
        """Nothing takes an event back."""
        return None

    def signed(
        self, request: Request, destination: Destination, credentials: Credentials
    ) -> Request:
        """Add the secret, which the protocol has in the address."""
        secret = urlencode({"api_secret": credentials.secrets["api_secret"]})
        return Request(f"{request.url}&{secret}", request.body, request.headers)

    def outcome(self, reply: Reply) -> Outcome:
        """Read the validation server's messages; the other one has none."""
        plain = unanswerable(reply)
        if plain is not None:
            return plain
        messages: Any = (reply.data or {}).get("validationMessages") if reply.data else []
        if not messages and 200 <= reply.status < 300:
            return TAKEN
        if not messages:
            return Outcome(Verdict.REFUSED, str(reply.status), Reason.CONNECT_AGAIN)
        first = messages[0]
        theirs = any(name in str(first) for name in _THEIRS)
        reason = Reason.CHECK_IDS if theirs else Reason.NOT_UNDERSTOOD
        return Outcome(Verdict.REFUSED, str(first.get("validationCode", "")), reason)


def _body(conversion: Conversion, destination: Destination) -> dict[str, Any]:
    timed = conversion.value is not None
    params = without_nothing(
        {
            "session_id": conversion.session_id,
            "engagement_time_msec": max(1, conversion.talk_seconds * 1000),
            "value": conversion.value,
            "currency": conversion.currency if timed else None,
        }
    )
    agreed = conversion.agreed
    usual = EVENT if conversion.kind is Kind.CALL else LEAD
    return {
        "client_id": conversion.client_id,
        "timestamp_micros": _micros(conversion.ended_at),
        "consent": {
            "ad_user_data": _GRANTED[Use.ADS in agreed],
            "ad_personalization": _GRANTED[Use.PERSONALISATION in agreed],
        },
        "events": [{"name": destination.ids.get("event_name", usual), "params": params}],
    }


def _micros(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond
