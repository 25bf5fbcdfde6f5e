"""What people are told of a missed call. French first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from chalicelib.kernel import phone

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.alerts.alerts import Alert

FRANCE: Final = ZoneInfo("Europe/Paris")
LANGUAGES: Final = ("fr", "en")
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Words:
    """A missed call in words; `text` is the short form, for a telephone."""

    subject: str
    body: str
    text: str


_SUBJECT: Final = {
    "fr": "Appel manqué de {caller} sur le {line}",
    "en": "Missed call from {caller} to {line}",
}
_TEXT: Final = {
    "fr": "Appel manqué de {caller} sur le {line}, {time}, après {seconds} s.{source}",
    "en": "Missed call from {caller} to {line}, {time}, after {seconds} s.{source}",
}
_SOURCE: Final = {"fr": " Source : {0}.", "en": " Source: {0}."}
_CALL_BACK: Final = {
    "fr": "Pour rappeler : {caller}",
    "en": "To call back: {caller}",
}
_WITHHELD: Final = {"fr": "numéro masqué", "en": "a withheld number"}


def written(call: Call, alert: Alert, source: str | None) -> Words:
    """Write a missed call in the alert's language; `source` is what made the phone ring."""
    tongue = alert.language if alert.language in LANGUAGES else LANGUAGES[0]
    facts = {
        "caller": _number(call.caller) if call.caller else _WITHHELD[tongue],
        "line": _number(call.dialled),
        "time": _when(call.started_at),
        "seconds": str(call.seconds or 0),
        "source": _SOURCE[tongue].format(_line(source)) if source else "",
    }
    text = _TEXT[tongue].format(**facts)
    back = [_CALL_BACK[tongue].format(**facts)] if call.caller else []
    subject = _SUBJECT[tongue].format(**facts)
    return Words(subject, "\n\n".join([text, *back]) + "\n", text)


def payload(call: Call, alert: Alert, source_id: str | None, source: str | None) -> bytes:
    """Write the body of a webhook (Standard Webhooks: a type, a timestamp, data)."""
    data: dict[str, Any] = {
        "alert": alert.id,
        "id": call.call_id,
        "number": call.dialled,
        "caller": call.caller,
        "source": source_id,
        "source_name": source,
        "started_at": call.started_at.isoformat(),
        "seconds": call.seconds,
    }
    at = (call.ended_at or call.started_at).isoformat()
    told = {"type": "alert.missed_call", "timestamp": at, "data": data}
    return json.dumps(told, ensure_ascii=False).encode()


def _number(number: str) -> str:
    return phone.national(phone.E164(number))


def _line(name: str) -> str:
    """Put a name into one line: a header of an e-mail has no more."""
    return " ".join(name.split())[:LONGEST_NAME]


def _when(at: datetime) -> str:
    return at.astimezone(FRANCE).strftime("%d/%m/%Y %H:%M")
