"""The Measurement Protocol of Google Analytics 4, and its validation server.

Limits: https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events
(2026-11). `/mp/collect` answers 204 whatever comes; what it would drop is not kept here either.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from local.providers.asked import Answer
from local.providers.shapes import Field, integer, may, need, number, one_of, text, wrongs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from local.providers.asked import Asked

HOST: Final = "www.google-analytics.com"
SECRET: Final = "demo-api-secret"
MOST_BYTES: Final = 130_000
MOST_EVENTS: Final = 25
MOST_PARAMS: Final = 25
OLDEST: Final = timedelta(hours=72)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_RESERVED: Final = ("ga_", "google_", "firebase_")
_RESERVED_NAMES: Final = frozenset({"session_start", "first_visit", "user_engagement", "error"})
_GRANT: Final = one_of("GRANTED", "DENIED")

BODY: Final[dict[str, Field]] = {
    "client_id": need(text(r"[\w.~-]{1,200}")),
    "user_id": may(text(r".{1,256}")),
    "timestamp_micros": may(integer),
    "validation_behavior": may(one_of("RELAXED", "ENFORCE_RECOMMENDATIONS")),
    "consent": may({"ad_user_data": may(_GRANT), "ad_personalization": may(_GRANT)}),
    "events": need(
        [{"name": need(text(_NAME.pattern)), "params": may(lambda v: isinstance(v, dict))}]
    ),
}


def answer(asked: Asked) -> Answer:
    """Validate or collect."""
    messages = list(_messages(asked))
    if asked.path == "/debug/mp/collect":
        return Answer(200, {"validationMessages": messages})
    kept = not messages and asked.query.get("api_secret") == SECRET
    return Answer(204, taken="event" if kept else None)


def _messages(asked: Asked) -> Iterator[dict[str, str]]:
    body = asked.json
    if not re.fullmatch(r"G-[A-Z0-9]{4,20}", asked.query.get("measurement_id", "")):
        yield _message("measurement_id", "VALUE_REQUIRED", "measurement_id is required")
    if len(asked.body) > MOST_BYTES:
        yield _message("", "EXCEEDED_MAX_ENTITIES", "the body is over 130 kB")
    found = list(wrongs(body, BODY))
    for each in found:
        code = "VALUE_REQUIRED" if each.what == "required" else "VALUE_INVALID"
        yield _message(each.path, code, each.what)
    if not found:
        yield from _of_events(body["events"])
        yield from _of_time(body.get("timestamp_micros"), asked.now)


def _of_events(events: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    if len(events) > MOST_EVENTS:
        yield _message("events", "EXCEEDED_MAX_ENTITIES", "over 25 events")
    for event in events:
        if event["name"].startswith(_RESERVED) or event["name"] in _RESERVED_NAMES:
            yield _message("events", "NAME_RESERVED", f"{event['name']} is reserved")
        params = event.get("params", {})
        if len(params) > MOST_PARAMS:
            yield _message("events", "EXCEEDED_MAX_ENTITIES", "over 25 parameters")
        yield from _of_params(params)


def _of_params(params: dict[str, Any]) -> Iterator[dict[str, str]]:
    for name, value in params.items():
        if not _NAME.fullmatch(name) or name.startswith(_RESERVED):
            yield _message("events.params", "NAME_INVALID", name)
        if not (number(value) or (isinstance(value, str) and len(value) <= 100)):
            yield _message("events.params", "VALUE_INVALID", name)
    if "value" in params and "currency" not in params:
        yield _message("events.params", "VALUE_REQUIRED", "currency is required with value")


def _of_time(micros: int | None, now: datetime) -> Iterator[dict[str, str]]:
    if micros is None:
        return
    age = now.timestamp() - micros / 1_000_000
    if not -60 <= age <= OLDEST.total_seconds():
        yield _message("timestamp_micros", "VALUE_OUT_OF_BOUNDS", "not within 72 hours")


def _message(path: str, code: str, what: str) -> dict[str, str]:
    return {"fieldPath": path, "description": what, "validationCode": code}
