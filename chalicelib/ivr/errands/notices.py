"""What people are told of a call: subject and words of e-mails, text messages, webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from chalicelib.kernel import phone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.errands.errands import Notify

FRANCE: Final = ZoneInfo("Europe/Paris")
LONGEST_TEXT: Final = 459  # three parts of a text message (153 characters each, GSM 03.38)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in words. `text` is the short form, for a telephone."""

    subject: str
    body: str
    text: str


_FRENCH: Final = {
    "subject": "Nouveau message vocal de {caller}",
    "first": "Vous avez reçu un message vocal au {dialled}.",
    "caller": "Appelant : {caller}",
    "at": "Reçu le : {at}",
    "seconds": "Durée : {seconds} secondes",
    "words": "Transcription (automatique) :\n{words}",
    "no_words": "La transcription n'est pas disponible.",
    "hear": "Pour l'écouter : appel {call_id}, enregistrement {recording_id}.",
    "text": "Message vocal de {caller} ({seconds} s) au {dialled}.",
    "withheld": "numéro masqué",
}
_ENGLISH: Final = {
    "subject": "New voicemail from {caller}",
    "first": "You have a voicemail on {dialled}.",
    "caller": "Caller: {caller}",
    "at": "Received: {at}",
    "seconds": "Length: {seconds} seconds",
    "words": "Transcription (automatic):\n{words}",
    "no_words": "No transcription is available.",
    "hear": "To hear it: call {call_id}, recording {recording_id}.",
    "text": "Voicemail from {caller} ({seconds} s) on {dialled}.",
    "withheld": "withheld number",
}
WORDS: Final[dict[str, dict[str, str]]] = {"fr": _FRENCH, "en": _ENGLISH}


def written(errand: Notify, words: str | None, *, transcribes: bool) -> Notice:
    """Write a voicemail's notice in the errand's language; French where we have no other."""
    lines = WORDS.get(errand.language.partition("-")[0].lower(), _FRENCH)
    known = _Known(errand.facts)
    caller, dialled, at = (errand.facts.get(name) for name in ("caller", "dialled", "at"))
    known |= {
        "caller": _number(caller) if caller else lines["withheld"],
        "dialled": _number(dialled) if dialled else "?",
        "at": _when(at) if at else "?",
        "call_id": errand.call_id,
        "recording_id": errand.recording_id or "",
        "words": words or "",
    }
    parts = ["first", "caller", *(name for name in ("at", "seconds") if errand.facts.get(name))]
    if transcribes:
        parts.append("words" if words else "no_words")
    if errand.recording_id:
        parts.append("hear")
    said = f" « {words} »" if words else f" {lines['no_words']}" if transcribes else ""
    short = lines["text"].format_map(known) + said
    return Notice(
        subject=lines["subject"].format_map(known),
        body="\n".join(lines[part].format_map(known) for part in parts),
        text=short if len(short) <= LONGEST_TEXT else short[: LONGEST_TEXT - 1] + "…",
    )


def payload(errand: Notify, words: str | None, *, transcribes: bool) -> dict[str, Any]:
    """Return the body of a webhook (Standard Webhooks: a type, and data).

    A transcription that was asked for and is not there is null.
    """
    data: dict[str, Any] = {"call": errand.call_id, "node": errand.node, **errand.facts}
    if errand.recording_id:
        data["recording"] = errand.recording_id
    if transcribes:
        data["transcription"] = words
    return {"type": f"{errand.what}.left", "data": data}


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


class _Known(dict[str, str]):
    """Facts, of which those that are not known are left out of a sentence."""

    def __init__(self, facts: Mapping[str, str]) -> None:
        super().__init__(facts)

    def __missing__(self, name: str) -> str:
        return "?"
