"""What people are told of a call: subject and words of e-mails, text messages, webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from chalicelib.ivr.texts import Line, write
from chalicelib.kernel import phone

if TYPE_CHECKING:
    from chalicelib.ivr.errands.errands import Notify

FRANCE: Final = ZoneInfo("Europe/Paris")
LONGEST_TEXT: Final = 459  # three parts of a text message (153 characters each, GSM 03.38)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in words. `text` is the short form, for a telephone."""

    subject: str
    body: str
    text: str


def written(errand: Notify, words: str | None, url: str | None, *, transcribes: bool) -> Notice:
    """Write a voicemail's notice in the errand's language; French where we have no other.

    `url` leads to the message; what is not known is left out.
    """
    facts = _facts(errand)
    if words:
        transcript = write(Line.VOICEMAIL_TRANSCRIPT, errand.language, transcript=words)
    else:
        transcript = write(Line.VOICEMAIL_NO_TRANSCRIPT, errand.language) if transcribes else ""
    parts = [
        write(Line.VOICEMAIL_RECEIVED, errand.language, **facts),
        write(Line.VOICEMAIL_LENGTH, errand.language, **facts) if facts["duration"] else "",
        transcript,
        write(Line.VOICEMAIL_LISTEN, errand.language, url=url) if url else "",
    ]
    return Notice(
        subject=write(Line.VOICEMAIL_SUBJECT, errand.language, **facts),
        body="\n\n".join(filter(None, parts)) + "\n",
        text=_short(write(Line.VOICEMAIL_SMS, errand.language, **facts), transcript, url or ""),
    )


def payload(
    errand: Notify, words: str | None, url: str | None, *, transcribes: bool
) -> dict[str, Any]:
    """Return the body of a webhook (Standard Webhooks: a type, and data).

    A transcription that was asked for and is not there is null.
    """
    data: dict[str, Any] = {"call": errand.call_id, "node": errand.node, **errand.facts}
    if errand.recording_id:
        data |= {"recording": errand.recording_id, "listen_url": url}
    if transcribes:
        data["transcription"] = words
    return {"type": f"{errand.what}.left", "data": data}


def _facts(errand: Notify) -> dict[str, str]:
    caller, dialled, at = (errand.facts.get(name) for name in ("caller", "dialled", "at"))
    return {
        "caller": _number(caller) if caller else write(Line.CALLER_UNKNOWN, errand.language),
        "line": _number(dialled) if dialled else "?",
        "time": _when(at) if at else "?",
        "duration": _length(errand.facts.get("seconds", "")),
    }


def _short(first: str, transcript: str, url: str) -> str:
    """Put a text message together: the transcript gives way to the link, which is of use whole."""
    room = LONGEST_TEXT - len(first) - (len(url) + 1 if url else 0) - 1
    if len(transcript) > room:
        transcript = transcript[: max(room - 1, 0)] + "…"
    return " ".join(filter(None, (first, transcript, url)))[:LONGEST_TEXT]


def _number(text: str) -> str:
    """Write a number as people do. A header of an e-mail has one line, whatever comes in."""
    number = phone.caller_or_none(text)
    return phone.national(number) if number else " ".join(text.split())


def _when(text: str) -> str:
    """Write an instant (RFC 3339) in French time.

    >>> _when("2026-11-24T09:05:00+00:00")
    '24/11/2026 10:05'
    """
    return datetime.fromisoformat(text).astimezone(FRANCE).strftime("%d/%m/%Y %H:%M")


def _length(seconds: str) -> str:
    """Write a length of so many seconds, in signs that every language has.

    >>> _length("77"), _length("17")
    ('1 min 17 s', '17 s')
    """
    if not seconds.isdecimal():
        return ""
    minutes, left = divmod(int(seconds), 60)
    return f"{minutes} min {left} s" if minutes else f"{left} s"
