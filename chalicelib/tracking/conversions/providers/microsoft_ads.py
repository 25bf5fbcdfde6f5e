"""Microsoft Advertising: offline conversions of the Campaign Management service, v13, over REST.

Format: https://learn.microsoft.com/en-us/advertising/campaign-management-service/
(ApplyOfflineConversions, ApplyOfflineConversionAdjustments, OfflineConversion; 2026-11).
The same click and time are one conversion, so that one sent twice is counted once.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.conversions.conversion import Use
from chalicelib.tracking.conversions.destinations import IdField
from chalicelib.tracking.conversions.providers import hashing
from chalicelib.tracking.conversions.providers.provider import (
    TAKEN,
    OAuth,
    Outcome,
    Request,
    Verdict,
    unanswerable,
    without_nothing,
)
from chalicelib.tracking.conversions.words import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.tracking.conversions.conversion import Conversion
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.providers.provider import Credentials, Reply

BASE: Final = "https://campaign.api.bingads.microsoft.com/CampaignManagement/v13"
# Not documented as a rule; a click is in Microsoft's logs within two hours, as a new goal is.
TOO_RECENT: Final = timedelta(hours=2)
_CONNECT: Final = (Verdict.REFUSED, Reason.CONNECT_AGAIN)
_IDS: Final = (Verdict.REFUSED, Reason.CHECK_IDS)
_BUSY: Final = (Verdict.LATER, Reason.BUSY)

# "Operation error codes", by name. Those of a single conversion are not listed anywhere: they are
# about its goal or its click, so that people see the code and look at both.
MEANINGS: Final[Mapping[str, tuple[Verdict, Reason]]] = {
    "InternalError": (Verdict.LATER, Reason.NO_ANSWER),
    "InvalidCredentials": _CONNECT,
    "UserIsNotAuthorized": _CONNECT,
    "AuthenticationTokenExpired": _CONNECT,
    "CampaignServiceInvalidAccountId": _IDS,
    "CallRateExceeded": _BUSY,
    "ConcurrentRequestOverLimit": _BUSY,
}


class MicrosoftAds:
    """The `Provider` of Microsoft Advertising."""

    ids: Mapping[str, IdField] = {
        "customer_id": IdField(r"\d{1,19}", "123456789"),
        "account_id": IdField(r"\d{1,19}", "987654321"),
        "conversion_name": IdField(r"[^\x00-\x1f]{1,100}", "Appels qualifiés"),
    }
    secrets: tuple[str, ...] = ("developer_token", "client_id", "client_secret", "refresh_token")
    use: Use = Use.ADS
    clicks: tuple[str, ...] = ("msclkid",)
    latest: timedelta = timedelta(days=85)  # conversions may be 90 days old
    oauth: OAuth | None = OAuth(
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "https://ads.microsoft.com/msads.manage offline_access",
    )

    def lack(self, conversion: Conversion, destination: Destination) -> Reason | None:
        """A click, or a caller."""
        known = _who(conversion, destination)
        return None if known else Reason.NO_CLICK

    def earliest(self, conversion: Conversion, destination: Destination) -> datetime:
        """Wait until Microsoft knows of the click."""
        clicked = conversion.clicked_at
        later = conversion.ended_at if clicked is None else clicked + TOO_RECENT
        return max(conversion.ended_at, later)

    def requests(self, conversion: Conversion, destination: Destination) -> tuple[Request, ...]:
        """Apply one offline conversion."""
        valued = conversion.value is not None
        facts = {
            **_same(conversion, destination),
            "ConversionValue": conversion.value,
            "ConversionCurrencyCode": conversion.currency if valued else None,
        }
        body = {"OfflineConversions": [without_nothing(facts)]}
        return (Request(f"{BASE}/OfflineConversions/Apply", body),)

    def retraction(
        self, conversion: Conversion, destination: Destination, now: datetime
    ) -> Request | None:
        """Retract it, by the same click and time."""
        facts = {
            **_same(conversion, destination),
            "AdjustmentType": "Retract",
            "AdjustmentTime": _utc(now),
        }
        body = {"OfflineConversionAdjustments": [facts]}
        return Request(f"{BASE}/OfflineConversionAdjustments/Apply", body)

    def signed(
        self, request: Request, destination: Destination, credentials: Credentials
    ) -> Request:
        """Add the tokens, and whose account it is."""
        return request.with_headers(
            Authorization=f"Bearer {credentials.token}",
            DeveloperToken=credentials.secrets["developer_token"],
            CustomerId=destination.ids["customer_id"],
            CustomerAccountId=destination.ids["account_id"],
        )

    def outcome(self, reply: Reply) -> Outcome:
        """Read the error of the one conversion, or of the request."""
        data: Any = reply.data if isinstance(reply.data, dict) else {}
        errors = [
            each
            for name in ("PartialErrors", "OperationErrors", "BatchErrors", "Errors")
            for each in data.get(name) or []
            if each
        ]
        if reply.status == 200 and data and not errors:
            return TAKEN
        code = next((str(each.get("ErrorCode", "")) for each in errors), "")
        if code in MEANINGS:
            return Outcome(MEANINGS[code][0], code, MEANINGS[code][1], reply.after)
        plain = unanswerable(reply)
        if plain is not None:
            return plain
        theirs = Reason.CHECK_IDS if data.get("PartialErrors") else Reason.NOT_UNDERSTOOD
        reason = Reason.CONNECT_AGAIN if reply.status in (401, 403) else theirs
        return Outcome(Verdict.REFUSED, code or str(reply.status), reason)


def _same(conversion: Conversion, destination: Destination) -> dict[str, Any]:
    """Return what names a conversion, when it is sent and when it is taken back."""
    return {
        "ConversionName": destination.ids["conversion_name"],
        "ConversionTime": _utc(conversion.told_at),
        **_who(conversion, destination),
    }


def _who(conversion: Conversion, destination: Destination) -> dict[str, str]:
    click, caller = conversion.click, conversion.caller
    found = {}
    if click is not None and click.parameter == "msclkid":
        found["MicrosoftClickId"] = click.id
    if destination.send_caller and caller is not None:
        found["HashedPhoneNumber"] = hashing.of_e164(caller)
    if destination.send_caller and conversion.email is not None:
        found["HashedEmailAddress"] = hashing.of_microsoft_email(conversion.email)
    return found


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
