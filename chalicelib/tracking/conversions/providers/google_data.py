"""Google Ads by the Data Manager API, version 1: clicks, and callers whom Google can match.

Format: `google/ads/datamanager/v1/ingestion_service.proto`, and
https://developers.google.com/data-manager/api/devguides/events/google-ads/offline (2026-11).
Since 15 June 2026 it is the only way in for who has not sent clicks to Google Ads before.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.conversions.conversion import Use
from chalicelib.tracking.conversions.destinations import IdField
from chalicelib.tracking.conversions.providers import google, hashing
from chalicelib.tracking.conversions.providers.provider import (
    TAKEN,
    Outcome,
    Request,
    Verdict,
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

URL: Final = "https://datamanager.googleapis.com/v1/events:ingest"
# It takes events at once and matches them later; a click is known to Google after so long.
TOO_RECENT: Final = timedelta(hours=6)
SOURCES: Final[Mapping[Kind, str]] = {
    Kind.CALL: "PHONE",
    Kind.FORM: "WEB",
    Kind.TEXT: "MESSAGE",
    Kind.CHAT: "MESSAGE",
}
_IDS: Final = (Verdict.REFUSED, Reason.CHECK_IDS)
_TERMS: Final = (Verdict.REFUSED, Reason.ACCEPT_TERMS)
_NOT_ALLOWED: Final = (Verdict.REFUSED, Reason.NOT_ALLOWED)

MEANINGS: Final[Mapping[str, tuple[Verdict, Reason]]] = {
    "INVALID_CONVERSION_ACTION_ID": _IDS,
    "INVALID_CONVERSION_ACTION_TYPE": _IDS,
    "INVALID_DESTINATION": _IDS,
    "OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH": _IDS,
    "TERMS_AND_CONDITIONS_NOT_SIGNED": _TERMS,
    "DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS": _TERMS,
    "DESTINATION_ACCOUNT_ENHANCED_CONVERSIONS_TERMS_NOT_SIGNED": _TERMS,
    "DESTINATION_ACCOUNT_DATA_POLICY_PROHIBITS_ENHANCED_CONVERSIONS": _NOT_ALLOWED,
    "NOT_ALLOWLISTED": _NOT_ALLOWED,
    "EVENT_TIME_INVALID": (Verdict.REFUSED, Reason.TOO_OLD),
    "PERMISSION_DENIED": (Verdict.REFUSED, Reason.CONNECT_AGAIN),
    "RESOURCE_EXHAUSTED": (Verdict.LATER, Reason.BUSY),
}


class DataManager:
    """The `Provider` of the Data Manager API."""

    ids: Mapping[str, IdField] = {
        "customer_id": IdField(google.CUSTOMER, "123-456-7890"),
        "conversion_action_id": IdField(r"\d{1,19}", "987654321"),
        "login_customer_id": IdField(google.CUSTOMER, "123-456-7890", required=False),
    }
    secrets: tuple[str, ...] = google.OAUTH_SECRETS
    use: Use = Use.ADS
    clicks: tuple[str, ...] = google.CLICKS
    latest: timedelta = timedelta(days=60)
    oauth: OAuth | None = google.OAUTH

    def lack(self, conversion: Conversion, destination: Destination) -> Reason | None:
        """A click, or a caller."""
        known = _click(conversion) or _user(conversion, destination)
        return None if known else Reason.NO_CLICK

    def earliest(self, conversion: Conversion, destination: Destination) -> datetime:
        """Wait until Google knows of the click."""
        clicked = conversion.clicked_at
        later = conversion.ended_at if clicked is None else clicked + TOO_RECENT
        return max(conversion.ended_at, later)

    def requests(self, conversion: Conversion, destination: Destination) -> tuple[Request, ...]:
        """Send one event."""
        return (_request(destination, _event(conversion, destination, conversion.value)),)

    def retraction(
        self, conversion: Conversion, destination: Destination, now: datetime
    ) -> Request | None:
        """Set its value to nothing: of a conversion that is known, the value alone can change."""
        return _request(destination, _event(conversion, destination, 0.0))

    def signed(
        self, request: Request, destination: Destination, credentials: Credentials
    ) -> Request:
        """Add the access token."""
        return request.with_headers(Authorization=f"Bearer {credentials.token}")

    def outcome(self, reply: Reply) -> Outcome:
        """Read the error: one in the request is the event's."""
        if reply.status == 200 and isinstance(reply.data, dict) and "error" not in reply.data:
            return TAKEN
        return google.failure(reply, MEANINGS)


def _request(destination: Destination, event: dict[str, Any]) -> Request:
    manager = destination.ids.get("login_customer_id")
    there = {
        "operatingAccount": _account(destination.ids["customer_id"]),
        "loginAccount": _account(manager) if manager else None,
        "productDestinationId": destination.ids["conversion_action_id"],
    }
    body = {"destinations": [without_nothing(there)], "events": [event], "encoding": "HEX"}
    return Request(URL, body)


def _account(customer: str) -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": google.digits(customer)}


def _event(conversion: Conversion, destination: Destination, value: float | None) -> dict[str, Any]:
    personal = Use.PERSONALISATION in conversion.agreed
    return without_nothing(
        {
            "transactionId": conversion.id,
            "eventTimestamp": conversion.ended_at.replace(microsecond=0).isoformat(),
            "eventSource": SOURCES[conversion.kind],
            "adIdentifiers": _click(conversion),
            "userData": _user(conversion, destination),
            "conversionValue": value,
            "currency": None if value is None else conversion.currency,
            "consent": {
                "adUserData": "CONSENT_GRANTED",
                "adPersonalization": "CONSENT_GRANTED" if personal else "CONSENT_DENIED",
            },
        }
    )


def _click(conversion: Conversion) -> dict[str, str] | None:
    click = conversion.click
    if click is None or click.parameter not in google.CLICKS:
        return None
    return {click.parameter: click.id}


def _user(conversion: Conversion, destination: Destination) -> dict[str, Any] | None:
    if not destination.send_caller:
        return None
    number, email = conversion.caller, conversion.email
    found = [{"phoneNumber": hashing.of_e164(number)}] if number is not None else []
    found += [{"emailAddress": hashing.of_google_email(email)}] if email is not None else []
    return {"userIdentifiers": found} if found else None
