"""Google Ads API v26 over REST, and the Data Manager API v1: the fields of their protos, by name.

Errors as https://google.aip.dev/193 has them; of the Google Ads API, partial failures.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from local.providers import oauth
from local.providers.asked import Answer
from local.providers.shapes import Field, Wrong, hashed, may, need, number, one_of, text, wrongs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.providers.asked import Asked

ADS: Final = "googleads.googleapis.com"
DATA_MANAGER: Final = "datamanager.googleapis.com"
CUSTOMER: Final = "1234567890"
ACTION: Final = "987654321"
TOO_RECENT: Final = timedelta(hours=6)
_TIME: Final = text(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")
_ACTION: Final = text(r"customers/\d{10}/conversionActions/\d+")
_GRANT: Final = one_of("GRANTED", "DENIED")
_CURRENCY: Final = text("[A-Z]{3}")
_CLICK: Final = text(r"[\w.-]{1,200}")
_TYPE: Final = "type.googleapis.com/"
_FAILURE: Final = f"{_TYPE}google.ads.googleads.v26.errors.GoogleAdsFailure"

_COMMON: Final[dict[str, Field]] = {
    "conversionAction": need(_ACTION),
    "conversionDateTime": need(_TIME),
    "conversionValue": may(number),
    "currencyCode": may(_CURRENCY),
    "consent": may({"adUserData": may(_GRANT), "adPersonalization": may(_GRANT)}),
}
CLICK: Final[dict[str, Field]] = {
    **_COMMON,
    "gclid": may(_CLICK),
    "gbraid": may(_CLICK),
    "wbraid": may(_CLICK),
    "orderId": may(text(r"[^@]{1,64}")),
    "userIdentifiers": may([{"hashedEmail": may(hashed), "hashedPhoneNumber": may(hashed)}]),
}
CALL: Final[dict[str, Field]] = {
    **_COMMON,
    "callerId": need(text(r"\+[1-9]\d{4,14}")),
    "callStartDateTime": need(_TIME),
}
ADJUSTMENT: Final[dict[str, Field]] = {
    "conversionAction": need(_ACTION),
    "adjustmentType": need(one_of("RETRACTION")),
    "orderId": need(text(r"[^@]{1,64}")),
    "adjustmentDateTime": need(_TIME),
}
METHODS: Final = {
    "uploadClickConversions": ("conversions", CLICK),
    "uploadCallConversions": ("conversions", CALL),
    "uploadConversionAdjustments": ("conversionAdjustments", ADJUSTMENT),
}
_ACCOUNT: Final = {
    "accountType": need(one_of("GOOGLE_ADS")),
    "accountId": need(text(r"\d{10}")),
}
_CONSENTED: Final = one_of("CONSENT_GRANTED", "CONSENT_DENIED")
EVENT: Final[dict[str, Field]] = {
    "transactionId": need(text(r"[^@]{1,64}")),
    "eventTimestamp": need(text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")),
    "eventSource": need(one_of("WEB", "APP", "IN_STORE", "PHONE", "MESSAGE", "OTHER")),
    "adIdentifiers": may({"gclid": may(_CLICK), "gbraid": may(_CLICK), "wbraid": may(_CLICK)}),
    "userData": may(
        {"userIdentifiers": need([{"phoneNumber": may(hashed), "emailAddress": may(hashed)}])}
    ),
    "conversionValue": may(number),
    "currency": may(_CURRENCY),
    "consent": may({"adUserData": may(_CONSENTED), "adPersonalization": may(_CONSENTED)}),
}
INGEST: Final[dict[str, Field]] = {
    "destinations": need(
        [
            {
                "operatingAccount": need(_ACCOUNT),
                "loginAccount": may(_ACCOUNT),
                "productDestinationId": need(text(r"\d+")),
            }
        ]
    ),
    "events": need([EVENT]),
    "encoding": may(one_of("HEX", "BASE64")),
    "validateOnly": may(lambda value: isinstance(value, bool)),
}


def ads(asked: Asked) -> Answer:
    """Answer as the Google Ads API does."""
    customer, _, method = asked.path.removeprefix("/v26/customers/").partition(":")
    refused = _refused(asked, developer=True)
    if refused is not None:
        return refused
    if method not in METHODS or customer != CUSTOMER:
        return _error(404, "NOT_FOUND", "CUSTOMER_NOT_FOUND", "authenticationError")
    name, fields = METHODS[method]
    shape = {name: need([fields]), "partialFailure": need(lambda value: value is True)}
    found = list(wrongs(asked.json, shape))
    if found:
        return _malformed(found)
    one = asked.json[name][0]
    code = next(_of_one(one, asked.now), None)
    if code is not None:
        return Answer(200, {"partialFailureError": _partial(code), "results": [{}]})
    taken = one.get("orderId") or one.get("callerId")
    return Answer(200, {"results": [one], "jobId": "1"}, taken=f"{method} {taken}")


def data_manager(asked: Asked) -> Answer:
    """Answer as the Data Manager API does: all or nothing."""
    refused = _refused(asked, developer=False)
    if refused is not None:
        return refused
    found = list(wrongs(asked.json, INGEST))
    if found:
        return _malformed(found)
    body = asked.json
    there, event = body["destinations"][0], body["events"][0]
    if there["operatingAccount"]["accountId"] != CUSTOMER:
        return _error(403, "PERMISSION_DENIED", "PERMISSION_DENIED")
    if there["productDestinationId"] != ACTION:
        return _error(400, "INVALID_ARGUMENT", "INVALID_CONVERSION_ACTION_ID")
    if "adIdentifiers" not in event and "userData" not in event:
        return _error(400, "INVALID_ARGUMENT", "NO_IDENTIFIERS_PROVIDED")
    if "userData" in event and "encoding" not in body:
        return _error(400, "INVALID_ARGUMENT", "REQUIRED_FIELD_MISSING")
    if datetime.fromisoformat(event["eventTimestamp"]) > asked.now + timedelta(minutes=1):
        return _error(400, "INVALID_ARGUMENT", "EVENT_TIME_INVALID")
    return Answer(200, {"requestId": "126365e1-16d0-4c81-9de9-f362711e250a"}, taken="event")


def _of_one(one: dict[str, Any], now: datetime) -> Iterator[str]:
    """Yield the codes that a conversion, or an adjustment, deserves."""
    if not one["conversionAction"].endswith(f"/{ACTION}"):
        yield "NO_CONVERSION_ACTION_FOUND"
    at = datetime.fromisoformat(one.get("conversionDateTime") or one["adjustmentDateTime"])
    if at > now + timedelta(minutes=1):
        yield "FUTURE_DATE"
    if "callStartDateTime" in one:
        yield from _of_call(datetime.fromisoformat(one["callStartDateTime"]), at, now)
    elif "adjustmentType" not in one:
        yield from _of_click(one)


def _of_call(began: datetime, at: datetime, now: datetime) -> Iterator[str]:
    if at < began:
        yield "CONVERSION_PRECEDES_CALL"
    if now - began < TOO_RECENT:
        yield "TOO_RECENT_CALL"


def _of_click(one: dict[str, Any]) -> Iterator[str]:
    clicks = [name for name in ("gclid", "gbraid", "wbraid") if name in one]
    if len(clicks) > 1:
        yield "VALUE_MUST_BE_UNSET" if "gclid" in clicks else "GBRAID_WBRAID_BOTH_SET"
    if clicks and "gclid" not in clicks and "userIdentifiers" in one:
        yield "VALUE_MUST_BE_UNSET"
    if not clicks and "userIdentifiers" not in one:
        yield "REQUIRED"


def _refused(asked: Asked, *, developer: bool) -> Answer | None:
    if not oauth.is_bearer(asked):
        return _error(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")
    if developer and asked.headers.get("developer-token") != oauth.DEVELOPER:
        code = "DEVELOPER_TOKEN_PARAMETER_MISSING"
        return _error(401, "UNAUTHENTICATED", code, "authenticationError")
    return None


def _malformed(found: list[Wrong]) -> Answer:
    violations = [
        {"field": each.path, "description": f'Invalid JSON payload: "{each.path}" {each.what}'}
        for each in found
    ]
    details = [{"@type": f"{_TYPE}google.rpc.BadRequest", "fieldViolations": violations}]
    return Answer(400, {"error": _status(400, "INVALID_ARGUMENT", details)})


def _error(status: int, name: str, reason: str, group: str = "") -> Answer:
    if group:
        errors = [{"errorCode": {group: reason}, "message": reason}]
        details: list[Any] = [{"@type": _FAILURE, "errors": errors}]
    else:
        kind = f"{_TYPE}google.rpc.ErrorInfo"
        details = [{"@type": kind, "reason": reason, "domain": "googleapis.com"}]
    return Answer(status, {"error": _status(status, name, details)})


def _status(code: int, name: str, details: list[Any]) -> dict[str, Any]:
    return {"code": code, "message": "Request is refused.", "status": name, "details": details}


def _partial(code: str) -> dict[str, Any]:
    error = {"errorCode": {"conversionUploadError": code}, "message": code}
    return {"code": 3, "message": code, "details": [{"@type": _FAILURE, "errors": [error]}]}
