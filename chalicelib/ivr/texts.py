"""What the platform itself says and writes, when the customer's flow has no words of its own.

French comes first: it is also what callers of a flow in any other language get. The sentences are
in `prompts/<language>.json`; values come raw (a number, a price, a time) and are read aloud here.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import readings
from chalicelib.ivr.nodes import Spoken
from chalicelib.ivr.tongues import SPOKEN, family, sentences
from chalicelib.ivr.voices import fitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.ivr.readings import Value


class Line(StrEnum):
    """Everything the platform may have to say; beside it, the values it needs."""

    APOLOGY = "apology"
    INVALID_KEY = "invalid-key"
    NO_INPUT = "no-input"
    NOT_UNDERSTOOD = "not-understood"
    STILL_THERE = "still-there"
    GREETING = "voicemail-greeting"
    THANKS = "message-taken"
    CLOSED = "closed"
    NOBODY = "nobody-free"
    GOODBYE = "goodbye"
    NOT_IN_SERVICE = "not-in-service"
    PLEASE_WAIT = "please-wait"

    QUEUE_BUSY = "queue-busy"
    QUEUE_POSITION = "queue-position"  # position
    QUEUE_NEXT = "queue-next"
    QUEUE_WAIT = "queue-wait"  # duration, in seconds
    QUEUE_WAIT_SHORT = "queue-wait-short"
    QUEUE_CALLBACK = "queue-callback"  # key
    QUEUE_MESSAGE = "queue-message"  # key
    QUEUE_WHISPER = "queue-whisper"  # label

    CALLBACK_CONFIRM = "callback-confirm"  # number
    CALLBACK_NUMBER = "callback-number"
    CALLBACK_CANCEL = "callback-cancel"
    CALLBACK_REFUSED = "callback-refused"
    CALLBACK_SOON = "callback-soon"  # key
    CALLBACK_SLOT = "callback-slot"  # time, key
    CALLBACK_BOOKED = "callback-booked"  # number
    CALLBACK_BOOKED_AT = "callback-booked-at"  # time, number
    CALLBACK_EXPECTED = "callback-expected"  # duration, in seconds
    CALLBACK_NONE = "callback-none"
    CALLBACK_WHISPER = "callback-whisper"  # number, time
    CALLBACK_GONE = "callback-gone"
    WHISPER_ACCEPT = "whisper-accept"

    COLLECT_ENTERED = "collect-entered"  # value, already in words
    COLLECT_CONFIRM = "collect-confirm"
    COLLECT_INVALID = "collect-invalid"
    COLLECT_CHECK = "collect-check"

    SURVEY_CHOICE = "survey-choice"  # label, key

    SMS_OFFER = "sms-offer"  # key
    SMS_SENT = "sms-sent"
    SMS_CANNOT = "sms-cannot"

    # CNIL: callers are told that they may be recorded, what for, and how to object.
    RECORDING = "recording"  # purpose, key
    RECORDING_PURPOSE = "recording-purpose"
    RECORDING_REFUSED = "recording-refused"

    # Arrêté of 10 June 2009, and AF2M's code of conduct (2026): price first, tax included, per call
    # or per minute, "plus le prix d'un appel", 10 to 20 seconds; hanging up and # are offered.
    PRICE_CALL = "price-call"  # price
    PRICE_MINUTE = "price-minute"  # price
    PRICE_LIMIT = "price-limit"

    CALLER_UNKNOWN = "caller-unknown"
    VOICEMAIL_SUBJECT = "voicemail-subject"  # caller
    VOICEMAIL_RECEIVED = "voicemail-received"  # caller, line, time
    VOICEMAIL_LENGTH = "voicemail-length"  # duration
    VOICEMAIL_LISTEN = "voicemail-listen"  # url
    VOICEMAIL_SMS = "voicemail-sms"  # caller, line, duration
    VOICEMAIL_TRANSCRIPT = "voicemail-transcript"  # transcript
    VOICEMAIL_NO_TRANSCRIPT = "voicemail-no-transcript"


# Read, not spoken: their values are written as they are given.
WRITTEN: Final = frozenset(
    {
        Line.VOICEMAIL_SUBJECT,
        Line.VOICEMAIL_RECEIVED,
        Line.VOICEMAIL_LENGTH,
        Line.VOICEMAIL_LISTEN,
        Line.VOICEMAIL_SMS,
        Line.VOICEMAIL_TRANSCRIPT,
        Line.VOICEMAIL_NO_TRANSCRIPT,
        Line.CALLER_UNKNOWN,
        Line.RECORDING_PURPOSE,
    }
)

DEFAULT_LANGUAGE: Final = "fr-FR"

# Seconds a character, read aloud. Trauzettel-Klosinski and Dietz, "Standardized Assessment of
# Reading Performance: The New International Reading Speed Texts IReST", 2012: 68 ms (95 %: 65-71)
# in 14 languages, ours among them except Arabic, whose short vowels are not written (612 a minute).
# Assumption: the carrier's voices read as people do; ours are within 15 % of it.
SECONDS_PER_CHARACTER: Final = Decimal("0.068")
_SECONDS_IN: Final = {"ar": Decimal("0.098")}


class _Texts(Mapping[str, Mapping[Line, str]]):
    """The sentences of each language, read from its file when somebody asks for it."""

    def __getitem__(self, language: str) -> Mapping[Line, str]:
        if language not in SPOKEN:
            raise KeyError(language)
        return _lines(language)

    def __iter__(self) -> Iterator[str]:
        return iter(SPOKEN)

    def __len__(self) -> int:
        return len(SPOKEN)


@cache
def _lines(language: str) -> Mapping[Line, str]:
    return {Line(name): text for name, text in sentences(language).items()}


TEXTS: Final[Mapping[str, Mapping[Line, str]]] = _Texts()


def say(line: Line, language: str, **values: Value) -> Spoken:
    """Return a line in the caller's language, or in French when we do not speak it.

    Values are given raw and read aloud: `position=3`, `duration=120` (seconds), `key="#"`,
    `number="+33142680005"`, `price=Decimal("0.15")`, `time=datetime(...)` (in the callers' zone).

    >>> say(Line.QUEUE_WAIT, "fr-FR", duration=120).text
    "Votre temps d'attente est d'environ deux minutes."
    """
    return _said(line, language, values) if values else _as_written(line, language)


@lru_cache(maxsize=1024)
def _as_written(line: Line, language: str) -> Spoken:
    """Return a line without values: it is the same for every caller."""
    return _said(line, language, {})


def _said(line: Line, language: str, values: dict[str, Value]) -> Spoken:
    heard = language if family(language) else DEFAULT_LANGUAGE
    if line is Line.RECORDING:
        values.setdefault("purpose", write(Line.RECORDING_PURPOSE, heard))
    said = {name: _READ.get(name, readings.plain)(value, heard) for name, value in values.items()}
    text = _filled(line, heard, said)
    # A sentence may begin with a value: "Quinze centimes d'euro par appel".
    return Spoken(text[:1].upper() + text[1:], heard)


def write(line: Line, language: str, /, **values: str) -> str:
    """Return a line to be read in an e-mail or an SMS: its values stay as they are given."""
    return _filled(line, language, values)


def expected_wait(seconds: int, language: str) -> Spoken:
    """Say how long a caller is expected to wait: about, and rather more than less."""
    if seconds < 60:
        return say(Line.QUEUE_WAIT_SHORT, language)
    return say(Line.QUEUE_WAIT, language, duration=about(seconds))


def about(seconds: int) -> int:
    """Round a wait up (in seconds) to what can honestly be said of it, the longer the coarser.

    >>> about(61) // 60, about(11 * 60) // 60, about(31 * 60) // 60
    (2, 15, 45)
    """
    minutes = -(-seconds // 60)
    step = next(step for most, step in _STEPS if minutes <= most)
    return -(-minutes // step) * step * 60


def standing(position: int, language: str) -> Spoken:
    """Say how many callers come before this one: position 1 is the next."""
    if position <= 1:
        return say(Line.QUEUE_NEXT, language)
    return say(Line.QUEUE_POSITION, language, position=position)


def price_notice(price: Decimal, language: str, *, per_minute: bool) -> Spoken:
    """Say what the service costs before it is charged: euros, tax included, price first."""
    line = Line.PRICE_MINUTE if per_minute else Line.PRICE_CALL
    return say(line, language, price=price)


def spoken_seconds(text: str, language: str) -> Decimal:
    """Estimate how long a text lasts when it is read aloud.

    >>> spoken_seconds("Merci de votre appel. Au revoir.", "fr-FR")
    Decimal('2.176')
    """
    return len(text) * _SECONDS_IN.get(family(language) or "", SECONDS_PER_CHARACTER)


def placeholders(text: str) -> frozenset[str]:
    """Return the names that a sentence leaves open."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


# A wait of so many minutes at most is rounded up to a multiple of so many.
_STEPS: Final = ((10, 1), (30, 5), (math.inf, 15))


def _filled(line: Line, language: str, values: Mapping[str, str]) -> str:
    return TEXTS[family(language) or "fr"][line].format_map(values)


def _price(value: Value, language: str) -> str:
    return readings.amount(value, language, of_what=True)


def _as_it_is(value: Value, language: str) -> str:
    return "" if value is None else fitted(str(value))


# How each value of a sentence is read. A time that comes as a text is already in words.
_READ: Final[Mapping[str, Callable[[Value, str], str]]] = {
    "position": readings.number,
    "duration": readings.duration,
    "key": readings.key,
    "number": readings.phone,
    "price": _price,
    "time": readings.moment,
    "label": _as_it_is,
    "value": _as_it_is,
    "purpose": _as_it_is,
}
