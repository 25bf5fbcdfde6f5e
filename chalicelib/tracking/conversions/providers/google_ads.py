"""Google Ads: the Google Ads API, version 26, over REST.

Format: `google/ads/googleads/v26/services/conversion_upload_service.proto`, and
https://developers.google.com/google-ads/api/docs/conversions/upload-offline (2026-11).

Clicks by this API are for whoever sent some before 15 June 2026: Google refuses newcomers
(https://developers.google.com/ads/blog/posts/2026/05/changes-to-offline-click-conversion), for whom
there is `google_data`. Calls are those that rang a number of an advert itself.
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

BASE: Final = "https://googleads.googleapis.com/v26/customers"
CALLS: Final = "calls"
# ConversionUploadError.TOO_RECENT_EVENT and TOO_RECENT_CALL: "less than 6 hours ago".
TOO_RECENT: Final = timedelta(hours=6)
_TAKEN: Final = (Verdict.TAKEN, Reason.KNOWN_ALREADY)
_EARLY: Final = (Verdict.LATER, Reason.TOO_EARLY)
_OLD: Final = (Verdict.REFUSED, Reason.TOO_OLD)
_UNKNOWN: Final = (Verdict.REFUSED, Reason.UNKNOWN_CLICK)
_IDS: Final = (Verdict.REFUSED, Reason.CHECK_IDS)
_TERMS: Final = (Verdict.REFUSED, Reason.ACCEPT_TERMS)
_NOT_ALLOWED: Final = (Verdict.REFUSED, Reason.NOT_ALLOWED)
_CONNECT: Final = (Verdict.REFUSED, Reason.CONNECT_AGAIN)
_BUSY: Final = (Verdict.LATER, Reason.BUSY)

MEANINGS: Final[Mapping[str, tuple[Verdict, Reason]]] = {
    "ORDER_ID_ALREADY_IN_USE": _TAKEN,
    "CLICK_CONVERSION_ALREADY_EXISTS": _TAKEN,
    "CALL_CONVERSION_ALREADY_EXISTS": _TAKEN,
    "CONVERSION_ALREADY_RETRACTED": _TAKEN,
    "TOO_RECENT_EVENT": _EARLY,
    "TOO_RECENT_CALL": _EARLY,
    "TOO_RECENT_CONVERSION": _EARLY,
    "TOO_RECENT_CONVERSION_ACTION": _EARLY,
    "CONVERSION_NOT_FOUND": _EARLY,
    "EXPIRED_EVENT": _OLD,
    "EXPIRED_CALL": _OLD,
    "CONVERSION_EXPIRED": _OLD,
    "EVENT_NOT_FOUND": _UNKNOWN,
    "CALL_NOT_FOUND": _UNKNOWN,
    "CLICK_NOT_FOUND": _UNKNOWN,
    "UNPARSEABLE_GCLID": _UNKNOWN,
    "UNPARSEABLE_WBRAID": _UNKNOWN,
    "UNPARSEABLE_GBRAID": _UNKNOWN,
    "INVALID_CUSTOMER_FOR_CLICK": _UNKNOWN,
    "INVALID_CUSTOMER_FOR_CALL": _UNKNOWN,
    "NO_CONVERSION_ACTION_FOUND": _IDS,
    "INVALID_CONVERSION_ACTION_TYPE": _IDS,
    "ONE_PER_CLICK_CONVERSION_ACTION_NOT_PERMITTED_WITH_BRAID": _IDS,
    "CUSTOMER_NOT_FOUND": _IDS,
    "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS": _TERMS,
    "CUSTOMER_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS": _TERMS,
    "CUSTOMER_DATA_POLICY_PROHIBITS_ENHANCED_CONVERSIONS": _NOT_ALLOWED,
    "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE": _NOT_ALLOWED,
    "DEVELOPER_TOKEN_NOT_APPROVED": _NOT_ALLOWED,
    "UNAUTHORIZED_CUSTOMER": _CONNECT,
    "USER_PERMISSION_DENIED": _CONNECT,
    "RESOURCE_EXHAUSTED": _BUSY,
    "RESOURCE_TEMPORARILY_EXHAUSTED": _BUSY,
}


class GoogleAds:
    """The `Provider` of the Google Ads API."""

    ids: Mapping[str, IdField] = {
        "customer_id": IdField(google.CUSTOMER, "123-456-7890"),
        "conversion_action_id": IdField(r"\d{1,19}", "987654321"),
        "login_customer_id": IdField(google.CUSTOMER, "123-456-7890", required=False),
        "upload": IdField(f"clicks|{CALLS}", "clicks", required=False),
    }
    secrets: tuple[str, ...] = ("developer_token", *google.OAUTH_SECRETS)
    use: Use = Use.ADS
    clicks: tuple[str, ...] = google.CLICKS
    latest: timedelta = timedelta(days=60)
    oauth: OAuth | None = google.OAUTH

    def lack(self, conversion: Conversion, destination: Destination) -> Reason | None:
        """A click, or a number that can be hashed; for calls, the caller's number."""
        if _is_of_calls(destination):
            if conversion.kind is not Kind.CALL:
                return Reason.NOT_A_CALL
            return Reason.NO_CALLER if conversion.caller is None else None
        return (
            None if _click(conversion) or _identifiers(conversion, destination) else Reason.NO_CLICK
        )

    def earliest(self, conversion: Conversion, destination: Destination) -> datetime:
        """Wait until Google knows of the click, or of the call."""
        if _is_of_calls(destination) or conversion.clicked_at is None:
            return conversion.ended_at + TOO_RECENT
        return max(conversion.ended_at, conversion.clicked_at + TOO_RECENT)

    def requests(self, conversion: Conversion, destination: Destination) -> tuple[Request, ...]:
        """Upload one conversion."""
        of_calls = _is_of_calls(destination)
        method = "uploadCallConversions" if of_calls else "uploadClickConversions"
        own = _of_call(conversion) if of_calls else _of_click(conversion, destination)
        return (_request(destination, method, {**_common(conversion, destination), **own}),)

    def retraction(
        self, conversion: Conversion, destination: Destination, now: datetime
    ) -> Request | None:
        """Retract a click's, which has an order id; nothing names a call's."""
        if _is_of_calls(destination):
            return None
        adjustment = {
            "conversionAction": _action(destination),
            "adjustmentType": "RETRACTION",
            "orderId": conversion.told_as,
            "adjustmentDateTime": google.written(max(now, conversion.told_at)),
        }
        request = _request(destination, "uploadConversionAdjustments", {})
        body = {"conversionAdjustments": [adjustment], "partialFailure": True}
        return Request(request.url, body, request.headers)

    def signed(
        self, request: Request, destination: Destination, credentials: Credentials
    ) -> Request:
        """Add the tokens."""
        signed = request.with_headers(
            Authorization=f"Bearer {credentials.token}",
            developer_token=credentials.secrets["developer_token"],
        )
        manager = destination.ids.get("login_customer_id")
        return signed.with_headers(login_customer_id=google.digits(manager)) if manager else signed

    def outcome(self, reply: Reply) -> Outcome:
        """Read the error of the one conversion, or of the request."""
        partial: Any = (reply.data or {}).get("partialFailureError") if reply.data else None
        if reply.status != 200 or reply.data is None:
            return google.failure(reply, MEANINGS)
        if not partial:
            return TAKEN
        codes = google.codes_in(partial.get("details", []))
        code = next(iter(codes), str(partial.get("code", "")))
        meaning = (Verdict.REFUSED, Reason.NOT_UNDERSTOOD)
        verdict, reason = MEANINGS.get(code, meaning)
        after = TOO_RECENT if reason is Reason.TOO_EARLY else None
        return Outcome(verdict, code, reason, after)


def _is_of_calls(destination: Destination) -> bool:
    return destination.ids.get("upload") == CALLS


def _action(destination: Destination) -> str:
    customer = google.digits(destination.ids["customer_id"])
    return f"customers/{customer}/conversionActions/{destination.ids['conversion_action_id']}"


def _request(destination: Destination, method: str, conversion: Mapping[str, Any]) -> Request:
    customer = google.digits(destination.ids["customer_id"])
    body = {"conversions": [conversion], "partialFailure": True}
    return Request(f"{BASE}/{customer}:{method}", body)


def _common(conversion: Conversion, destination: Destination) -> dict[str, Any]:
    personal = Use.PERSONALISATION in conversion.agreed
    valued = conversion.value is not None
    return without_nothing(
        {
            "conversionAction": _action(destination),
            "conversionDateTime": google.written(conversion.told_at),
            "conversionValue": conversion.value,
            "currencyCode": conversion.currency if valued else None,
            "consent": {
                "adUserData": "GRANTED",
                "adPersonalization": "GRANTED" if personal else "DENIED",
            },
        }
    )


def _of_call(conversion: Conversion) -> dict[str, Any]:
    called_at = google.written(conversion.called_at)
    return {"callerId": conversion.caller, "callStartDateTime": called_at}


def _of_click(conversion: Conversion, destination: Destination) -> dict[str, Any]:
    """Name the click, the caller or both. Beside a gbraid or wbraid Google takes no identifier."""
    click = _click(conversion)
    identifiers = _identifiers(conversion, destination)
    if click and click.parameter != "gclid":
        identifiers = None
    found = {click.parameter: click.id} if click else {}
    return {
        "orderId": conversion.told_as,
        **found,
        **without_nothing({"userIdentifiers": identifiers}),
    }


def _click(conversion: Conversion) -> Any:
    click = conversion.click
    return click if click is not None and click.parameter in google.CLICKS else None


def _identifiers(conversion: Conversion, destination: Destination) -> list[dict[str, str]] | None:
    if not destination.send_caller:
        return None
    number, email = conversion.caller, conversion.email
    found = [{"hashedPhoneNumber": hashing.of_e164(number)}] if number is not None else []
    found += [{"hashedEmail": hashing.of_google_email(email)}] if email is not None else []
    return found or None
