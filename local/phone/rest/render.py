"""Calls, numbers, recordings and messages as the REST API's JSON shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.phone.model import Status
from local.phone.parameters import API_VERSION, rfc2822
from local.phone.progress import recording_path

if TYPE_CHECKING:
    from datetime import datetime

    from local.phone.exchange import Exchange
    from local.phone.model import Call, Message, Number, Recording

_NAMES = (
    "notifications recordings payments events siprec streams transcriptions"
    " user_defined_message_subscriptions user_defined_messages"
)
_CALL_PARTS = _NAMES.split()
# The REST resource knows no "initiated": a call on its way is still queued there.
_SHOWN = {Status.INITIATED: Status.QUEUED}


def call(exchange: Exchange, one: Call) -> dict[str, Any]:
    """Show a call."""
    base = f"/{API_VERSION}/Accounts/{one.account_sid}/Calls/{one.sid}"
    return {
        "sid": one.sid,
        "date_created": rfc2822(one.created),
        "date_updated": _date(one.updated),
        "parent_call_sid": one.parent_sid,
        "account_sid": one.account_sid,
        "to": one.to,
        "to_formatted": one.to,
        "from": one.from_,
        "from_formatted": one.from_,
        "phone_number_sid": one.number_sid,
        "status": _SHOWN.get(one.status, one.status).value,
        "start_time": _date(one.started),
        "end_time": _date(one.ended),
        "duration": str(one.duration) if one.over else None,
        "price": None,
        "price_unit": "USD",
        "direction": one.direction,
        "answered_by": one.answered_by,
        "api_version": API_VERSION,
        "forwarded_from": one.forwarded_from,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(one.queue_ms),
        "trunk_sid": None,
        "uri": f"{base}.json",
        "subresource_uris": {part: f"{base}/{_camel(part)}.json" for part in _CALL_PARTS},
    }


def number(exchange: Exchange, one: Number) -> dict[str, Any]:
    """Show a number bought here."""
    account = exchange.settings.account_sid
    has = one.settings.get
    return {
        "sid": one.sid,
        "account_sid": account,
        "friendly_name": has("FriendlyName") or one.phone_number,
        "phone_number": one.phone_number,
        "date_created": rfc2822(one.created),
        "date_updated": _date(one.updated or one.created),
        "voice_url": has("VoiceUrl", ""),
        "voice_method": has("VoiceMethod", "POST"),
        "voice_fallback_url": has("VoiceFallbackUrl", ""),
        "voice_fallback_method": has("VoiceFallbackMethod", "POST"),
        "voice_caller_id_lookup": has("VoiceCallerIdLookup") == "true",
        "voice_application_sid": has("VoiceApplicationSid") or None,
        "voice_receive_mode": "voice",
        "status_callback": has("StatusCallback", ""),
        "status_callback_method": has("StatusCallbackMethod", "POST"),
        "sms_url": has("SmsUrl", ""),
        "sms_method": has("SmsMethod", "POST"),
        "sms_fallback_url": has("SmsFallbackUrl", ""),
        "sms_fallback_method": has("SmsFallbackMethod", "POST"),
        "sms_application_sid": has("SmsApplicationSid") or None,
        "address_sid": has("AddressSid") or None,
        "address_requirements": "none",
        "bundle_sid": has("BundleSid") or None,
        "identity_sid": has("IdentitySid") or None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "trunk_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "origin": "twilio",
        "status": "in-use",
        "type": one.kind,
        "uri": f"/{API_VERSION}/Accounts/{account}/IncomingPhoneNumbers/{one.sid}.json",
    }


def recording(exchange: Exchange, one: Recording) -> dict[str, Any]:
    """Show a recording."""
    path = recording_path(exchange.settings.account_sid, one.sid)
    parts = ("add_on_results", "transcriptions")
    return _recording(exchange, one) | {
        "uri": f"{path}.json",
        "subresource_uris": {part: f"{path}/{_camel(part)}.json" for part in parts},
        "media_url": exchange.base_url + path,
    }


def call_recording(exchange: Exchange, one: Recording) -> dict[str, Any]:
    """Show a recording as a part of its call."""
    account = exchange.settings.account_sid
    uri = f"/{API_VERSION}/Accounts/{account}/Calls/{one.call_sid}/Recordings/{one.sid}.json"
    return _recording(exchange, one) | {"uri": uri, "track": one.track}


def _recording(exchange: Exchange, one: Recording) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": exchange.settings.account_sid,
        "call_sid": one.call_sid,
        "conference_sid": None,
        "api_version": API_VERSION,
        "date_created": rfc2822(one.created),
        "date_updated": rfc2822(one.created),
        "start_time": rfc2822(one.created),
        "duration": str(one.duration) if one.duration >= 0 else None,
        "status": one.status,
        "channels": one.channels,
        "source": one.source,
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
    }


def message(exchange: Exchange, one: Message) -> dict[str, Any]:
    """Show a text message."""
    account = exchange.settings.account_sid
    base = f"/{API_VERSION}/Accounts/{account}/Messages/{one.sid}"
    sent = one.status in ("sent", "delivered", "undelivered", "received")
    return {
        "sid": one.sid,
        "account_sid": account,
        "api_version": API_VERSION,
        "body": one.body,
        "to": one.to,
        "from": one.from_ or None,
        "status": one.status,
        "direction": one.direction,
        "num_segments": str(-(-len(one.body) // 160) or 1),
        "num_media": "0",
        "date_created": rfc2822(one.created),
        "date_updated": rfc2822(one.created),
        "date_sent": rfc2822(one.created) if sent else None,
        "price": None,
        "price_unit": "USD",
        "error_code": one.error_code or None,
        "error_message": None,
        "messaging_service_sid": None,
        "uri": f"{base}.json",
        "subresource_uris": {part: f"{base}/{_camel(part)}.json" for part in ("media", "feedback")},
    }


def _date(moment: datetime | None) -> str | None:
    return rfc2822(moment) if moment else None


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
