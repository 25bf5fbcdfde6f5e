"""Offline conversions of Microsoft Advertising's Campaign Management service, v13, over REST.

The fields are those of its WSDL, by name. Times are UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from local.providers import oauth
from local.providers.asked import Answer
from local.providers.shapes import Field, hashed, may, need, number, one_of, text, wrongs

if TYPE_CHECKING:
    from local.providers.asked import Asked

HOST: Final = "campaign.api.bingads.microsoft.com"
BASE: Final = "/CampaignManagement/v13/"
GOAL: Final = "Appels qualifiés"
OLDEST: Final = timedelta(days=90)
_TIME: Final = text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

_KNOWN_BY: Final = ("MicrosoftClickId", "HashedPhoneNumber", "HashedEmailAddress")

_SAME: Final[dict[str, Field]] = {
    "ConversionName": need(text(r".{1,100}")),
    "ConversionTime": need(_TIME),
    "MicrosoftClickId": may(text(r"[0-9a-zA-Z-]{1,100}")),
    "HashedPhoneNumber": may(hashed),
    "HashedEmailAddress": may(hashed),
}
CONVERSION: Final[dict[str, Field]] = {
    **_SAME,
    "ConversionValue": may(number),
    "ConversionCurrencyCode": may(text("[A-Z]{3}")),
    "ExternalAttributionCredit": may(number),
    "ExternalAttributionModel": may(text(".+")),
}
ADJUSTMENT: Final[dict[str, Field]] = {
    **_SAME,
    "AdjustmentType": need(one_of("Retract", "Restate")),
    "AdjustmentTime": need(_TIME),
    "AdjustmentValue": may(number),
    "AdjustmentCurrencyCode": may(text("[A-Z]{3}")),
}
OPERATIONS: Final = {
    "OfflineConversions/Apply": ("OfflineConversions", CONVERSION),
    "OfflineConversionAdjustments/Apply": ("OfflineConversionAdjustments", ADJUSTMENT),
}


def answer(asked: Asked) -> Answer:
    """Answer as the service does."""
    if not oauth.is_bearer(asked) or asked.headers.get("developertoken") != oauth.DEVELOPER:
        return _fault(401, 105, "InvalidCredentials")
    operation = asked.path.removeprefix(BASE)
    if operation not in OPERATIONS:
        return _fault(404, 100, "NullRequest")
    if not all(
        asked.headers.get(name, "").isdigit() for name in ("customerid", "customeraccountid")
    ):
        return _fault(400, 1100, "CampaignServiceInvalidAccountId")
    name, fields = OPERATIONS[operation]
    found = list(wrongs(asked.json, {name: need([fields])}))
    if found:
        return _fault(400, 0, "InvalidRequest", f"{found[0].path}: {found[0].what}")
    one = asked.json[name][0]
    code = _partial(one, asked.now)
    errors = [] if code is None else [_error(0, code) | {"Index": 0, "FieldPath": None}]
    taken = None if errors else f"{operation} {one.get('MicrosoftClickId', '')}".strip()
    return Answer(200, {"PartialErrors": errors, "TrackingId": "t-1"}, taken=taken)


def _partial(one: dict[str, Any], now: datetime) -> str | None:
    at = datetime.fromisoformat(one["ConversionTime"])
    if one["ConversionName"] != GOAL:
        return "OfflineConversionNameNotFound"
    if not any(name in one for name in _KNOWN_BY):
        return "MicrosoftClickIdNotPassed"
    if not now - OLDEST <= at <= now + timedelta(minutes=1):
        return "InvalidConversionTime"
    return None


def _fault(status: int, code: int, name: str, message: str = "") -> Answer:
    error = _error(code, name) | {"Message": message or name}
    fault = {"TrackingId": "t-1", "Type": "AdApiFaultDetail", "Errors": [error]}
    return Answer(status, fault)


def _error(code: int, name: str) -> dict[str, Any]:
    return {"Code": code, "ErrorCode": name, "Message": name, "Detail": None}
