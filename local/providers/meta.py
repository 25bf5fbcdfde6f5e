"""Meta's Conversions API, v26.0 of the Graph API.

https://developers.facebook.com/docs/marketing-api/conversions-api/parameters (2026-11).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from local.providers.asked import Answer
from local.providers.shapes import Field, hashed, integer, may, need, number, one_of, text, wrongs

if TYPE_CHECKING:
    from local.providers.asked import Asked

HOST: Final = "graph.facebook.com"
TOKEN: Final = "demo-meta-token"
PIXEL: Final = "1234567890123456"
OLDEST: Final = timedelta(days=7)

# `website` needs what a browser alone can say, which no conversion of ours has.
SOURCES: Final = (
    *("email", "app", "phone_call", "chat", "physical_store"),
    *("system_generated", "business_messaging", "other"),
)

_USER: Final[dict[str, Field]] = {
    "fbc": may(text(r"fb\.[012]\.\d{13}\.[\w-]+")),
    "fbp": may(text(r"fb\.[012]\.\d{13}\.\d+")),
    "ph": may(lambda value: isinstance(value, list) and bool(value) and all(map(hashed, value))),
    "em": may(lambda value: isinstance(value, list) and bool(value) and all(map(hashed, value))),
}
EVENT: Final[dict[str, Field]] = {
    "event_name": need(text(r".{1,50}")),
    "event_time": need(integer),
    "event_id": may(text(r".{1,100}")),
    "action_source": need(one_of(*SOURCES)),
    "user_data": need(_USER),
    "custom_data": may({"value": may(number), "currency": may(text("[A-Z]{3}"))}),
}
BODY: Final = {"data": need([EVENT]), "test_event_code": may(text(r"\w+"))}


def answer(asked: Asked) -> Answer:
    """Answer as the Graph API does: one wrong event refuses all of them."""
    if asked.query.get("access_token") != TOKEN:
        return _error(400, 190, None, "OAuthException", "Invalid OAuth access token.")
    if asked.path != f"/v26.0/{PIXEL}/events":
        return _error(400, 100, 33, "GraphMethodException", "Unsupported post request.")
    found = list(wrongs(asked.json, BODY))
    if found:
        return _error(400, 100, 2804019, "OAuthException", f"{found[0].path}: {found[0].what}")
    event = asked.json["data"][0]
    if not event["user_data"]:
        return _error(400, 100, 2804050, "OAuthException", "too little customer information")
    age = asked.now.timestamp() - event["event_time"]
    if age > OLDEST.total_seconds():
        return _error(400, 100, 2804003, "OAuthException", "Event Timestamp Too Old")
    if age < -60:
        return _error(400, 100, 2804007, "OAuthException", "Event Timestamp In The Future")
    received = {"events_received": 1, "messages": [], "fbtrace_id": "AbC"}
    return Answer(200, received, taken=event.get("event_id", "event"))


def _error(status: int, code: int, subcode: int | None, kind: str, message: str) -> Answer:
    error: dict[str, Any] = {"message": message, "type": kind, "code": code, "fbtrace_id": "AbC"}
    if subcode is not None:
        error |= {"error_subcode": subcode, "is_transient": False, "error_user_msg": message}
    return Answer(status, {"error": error})
