"""How each kind of node is written in a flow document: its fields, their limits, their defaults.

Reads one node at a time; what nodes make together is judged in `checks.py`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import voices
from chalicelib.ivr.nodes import (
    Announce,
    Audio,
    CallerId,
    Destination,
    Dial,
    End,
    Hours,
    Menu,
    Node,
    Prompt,
    Retry,
    Spoken,
    Voicemail,
)
from chalicelib.kernel import destinations
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place, kind_of, matching, one_of, quoted, text, whole
from chalicelib.kernel.timetable import read_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    Fields = dict[str, Place]

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
NAME_MEANING: Final = "a node's name: letters, digits, - and _, at most 64"

_KEYS: Final = re.compile(r"[0-9*#]{1,4}")
# Twilio's <Play>: an absolute URL whose host has no underscore.
_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?")
_LONGEST_URL: Final = 2000
_LONGEST_NUMBER: Final = 40
MOST_CHOICES: Final = 50
MOST_DESTINATIONS: Final = 10


def read_node(place: Place, language: str) -> Node | None:
    """Read one node; None when its kind is unknown. Faults go to the place's list."""
    fields = place.entries()
    if "kind" not in fields:
        if isinstance(place.value, dict):
            place.fault(f"`kind` is missing; known kinds: {', '.join(_KINDS)}")
        return None
    kind = fields["kind"].value
    if not isinstance(kind, str) or kind not in _KINDS:
        fields["kind"].fault(f"must be one of {', '.join(_KINDS)}, not {quoted(kind)}")
        return None
    required, optional, read = _KINDS[kind]
    return read(place.fields(("kind", *required), optional), language)


def kinds() -> tuple[str, ...]:
    """Return the name of every kind of node."""
    return tuple(_KINDS)


def read_language(place: Place | None, default: str) -> str:
    """Read a language tag that the carrier can speak."""
    tag = text(place, 20, default)
    if place is not None and tag not in voices.LANGUAGES:
        place.fault(f"the carrier does not speak {quoted(tag)}; fr-FR and en-GB are two it does")
        return default
    return tag


def _say(fields: Fields, language: str) -> Node:
    return Announce(prompt=_spoken(fields, language), next=_target(fields.get("next")))


def _play(fields: Fields, language: str) -> Node:
    return Announce(prompt=_audio(fields.get("url")), next=_target(fields.get("next")))


def _menu(fields: Fields, language: str) -> Node:
    return Menu(
        prompt=_prompt(fields.get("prompt"), language) or Spoken("", language),
        choices=MappingProxyType(_choices(fields.get("choices"))),
        timeout_seconds=whole(fields.get("timeout_seconds"), 1, 60, 5),
        attempts=whole(fields.get("attempts"), 1, 10, 3),
        no_input=_retry(fields.get("no_input"), language),
        invalid=_retry(fields.get("invalid"), language),
    )


def _hours(fields: Fields, language: str) -> Node:
    return Hours(
        schedule=read_schedule(fields),
        open=_target(fields.get("open")),
        closed=_target(fields.get("closed")) or None,
    )


def _dial(fields: Fields, language: str) -> Node:
    ring = whole(fields.get("ring_seconds"), 5, 600, 20)
    exits = {name: _target(fields.get(name)) or None for name in _DIAL_EXITS}
    return Dial(
        destinations=_destinations(fields.get("destinations"), ring),
        caller_id=one_of(fields.get("caller_id"), CallerId, CallerId.CALLER),
        **exits,
    )


def _voicemail(fields: Fields, language: str) -> Node:
    return Voicemail(
        greeting=_prompt(fields.get("greeting"), language),
        max_seconds=whole(fields.get("max_seconds"), 2, 3600, 120),
        silence_seconds=whole(fields.get("silence_seconds"), 1, 60, 5),
        next=_target(fields.get("next")) or None,
    )


def _hangup(fields: Fields, language: str) -> Node:
    for name in ("language", "voice"):
        if name in fields and "text" not in fields:
            fields[name].fault("means nothing without a `text`")
    return End(prompt=_spoken(fields, language) if "text" in fields else None)


_DIAL_EXITS: Final = ("answered", "busy", "no_answer", "failed", "then")
_RETRIES: Final = ("timeout_seconds", "attempts", "no_input", "invalid")

_KINDS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Fields, str], Node]]]] = {
    "say": (("text", "next"), ("language", "voice"), _say),
    "play": (("url", "next"), (), _play),
    "menu": (("prompt", "choices"), _RETRIES, _menu),
    "hours": (("weekly", "open"), ("zone", "public_holidays", "exceptions", "closed"), _hours),
    "dial": (("destinations",), ("ring_seconds", "caller_id", *_DIAL_EXITS), _dial),
    "voicemail": ((), ("greeting", "max_seconds", "silence_seconds", "next"), _voicemail),
    "hangup": ((), ("text", "language", "voice"), _hangup),
}


def _target(place: Place | None) -> str:
    return matching(place, NAME, NAME_MEANING)


def _prompt(place: Place | None, language: str) -> Prompt | None:
    if place is None:
        return None
    if isinstance(place.value, str):
        return _spoken({"text": place}, language)
    if not isinstance(place.value, dict):
        place.fault(f"must be a text or an object, not {kind_of(place.value)}")
        return None
    if "url" in place.value:
        return _audio(place.fields(("url",)).get("url"))
    return _spoken(place.fields(("text",), ("language", "voice")), language)


def _spoken(fields: Fields, default: str) -> Spoken:
    words = text(fields.get("text"), voices.LONGEST_TEXT)
    encoded = voices.encoded_length(words)
    if encoded > voices.LONGEST_ENCODED:
        reason = f"is too long for the carrier: {encoded} bytes once URL-encoded"
        fields["text"].fault(f"{reason}, at most {voices.LONGEST_ENCODED}")
    language = read_language(fields.get("language"), default)
    spoken = Spoken(words, language)
    voice = matching(fields.get("voice"), voices.VOICE, "a voice such as Polly.Lea-Neural")
    if voice and not voices.speaks(voice, language):
        fields["voice"].fault(f"does not speak {language}")
    return replace(spoken, voice=voice) if voice else spoken


def _audio(place: Place | None) -> Audio:
    meaning = "an absolute http(s) URL without spaces or user name"
    url = matching(place, _URL, meaning)
    if place is not None and len(url) > _LONGEST_URL:
        place.fault(f"is too long: {len(url)} characters, at most {_LONGEST_URL}")
    return Audio(url)


def _choices(place: Place | None) -> dict[str, str]:
    if place is None:
        return {}
    entries = place.entries()
    if isinstance(place.value, dict) and not 1 <= len(entries) <= MOST_CHOICES:
        place.fault(f"must have from 1 to {MOST_CHOICES} choices, not {len(entries)}")
    for keys, entry in entries.items():
        if not _KEYS.fullmatch(keys):
            entry.fault(f"{quoted(keys)} is not what a caller can press: 1 to 4 of 0-9, * and #")
        elif any(keys != other and keys.startswith(other) for other in entries if other):
            entry.fault(f"a shorter choice begins like {keys}: nobody could tell them apart")
    return {keys: _target(entry) for keys, entry in entries.items()}


def _retry(place: Place | None, language: str) -> Retry:
    if place is None:
        return Retry()
    fields = place.fields((), ("prompt", "next"))
    return Retry(
        prompt=_prompt(fields.get("prompt"), language), next=_target(fields.get("next")) or None
    )


def _destinations(place: Place | None, ring: int) -> tuple[Destination, ...]:
    if place is None:
        return ()
    items = place.items()
    if isinstance(place.value, list) and not 1 <= len(items) <= MOST_DESTINATIONS:
        place.fault(f"must have from 1 to {MOST_DESTINATIONS} destinations, not {len(items)}")
    return tuple(_destination(item, ring) for item in items)


def _destination(place: Place, ring: int) -> Destination:
    if isinstance(place.value, dict):
        fields = place.fields(("number",), ("ring_seconds",))
        ring = whole(fields.get("ring_seconds"), 5, 600, ring)
        return Destination(_number(fields.get("number")), ring)
    return Destination(_number(place), ring)


def _number(place: Place | None) -> str:
    written = text(place, _LONGEST_NUMBER)
    if place is None or not written:
        return ""
    try:
        return destinations.read(written)
    except Rejected as error:
        place.fault(f"{quoted(written)} is {error.message}")
        return ""
