"""What people read of their appointments, and how their answers are understood. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.asked.slots import said_day, said_time
from chalicelib.campaigns.asked.words import tongue
from chalicelib.campaigns.consents.words import is_stop, plain
from chalicelib.campaigns.reminders.appointments import State

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.reminders.appointments import Appointment

LONGEST_ANSWER: Final = 6  # words: whoever writes more has something to say to somebody
LETTERS: Final = "abc"


class Said(StrEnum):
    """What somebody wants."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    MOVE = "move"


_WORDS: Final = {
    Said.CONFIRM: "1 oui ok yes confirme confirmer confirmee confirm daccord present presente",
    Said.CANCEL: "2 non no annule annuler annulee annulation cancel absent absente",
    Said.MOVE: "3 deplace deplacer reporter reporte decaler changer move reschedule",
}
_SAID: Final = {word: said for said, words in _WORDS.items() for word in words.split()}
_NEGATED: Final = frozenset({"pas", "ne", "n", "not", "don", "plus"})
_REMINDER: Final = {
    "fr": "{name} : rendez-vous {when}{place}. Répondez 1 pour confirmer, 2 pour annuler{move}."
    " STOP pour ne plus être contacté.",
    "en": "{name}: appointment {when}{place}. Reply 1 to confirm, 2 to cancel{move}."
    " STOP for no more messages.",
}
_MOVE: Final = {"fr": ", 3 pour déplacer", "en": ", 3 to move it"}
_ANSWERS: Final = {
    State.CONFIRMED: {
        "fr": "{name} : c'est noté, à {when}.",
        "en": "{name}: noted, see you {when}.",
    },
    State.CANCELLED: {
        "fr": "{name} : votre rendez-vous {when} est annulé.",
        "en": "{name}: your appointment {when} is cancelled.",
    },
    State.MOVING: {
        "fr": "{name} : répondez {choices}.",
        "en": "{name}: reply {choices}.",
    },
    State.MOVED: {
        "fr": "{name} : votre rendez-vous est déplacé à {when}.",
        "en": "{name}: your appointment is moved to {when}.",
    },
}
_NO_OTHERS: Final = {
    "fr": "{name} : c'est noté, nous vous contactons pour un autre rendez-vous.",
    "en": "{name}: noted, we will be in touch about another time.",
}
LONGEST_NAME: Final = 40


def understood(words: str) -> Said | None:
    """Return what somebody wants; None where it is not certain, or ends everything (STOP).

    >>> [str(understood(each)) for each in ("1", "Oui merci !", "2 annuler", "Déplacer svp")]
    ['confirm', 'confirm', 'cancel', 'move']
    >>> [understood(each) for each in ("STOP", "oui et non", "Je ne confirme pas", "Bonjour")]
    [None, None, None, None]
    """
    if is_stop(words):
        return None
    read = plain(words[:200]).split()
    if len(read) > LONGEST_ANSWER or _NEGATED & set(read):
        return None
    found = {_SAID[word] for word in read if word in _SAID}
    return found.pop() if len(found) == 1 else None


def chosen(words: str, appointment: Appointment) -> datetime | None:
    """Return the instant that somebody chose of those they were offered: A, B or C."""
    read = plain(words[:200]).split()
    named = {word for word in read if word in tuple(LETTERS)}
    if len(named) != 1 or len(read) > LONGEST_ANSWER:
        return None
    place = LETTERS.index(named.pop())
    return appointment.others[place] if place < len(appointment.others) else None


def reminder(appointment: Appointment, now: datetime) -> str:
    """Write a reminder."""
    language = tongue(appointment.language)
    place = f", {appointment.place}" if appointment.place else ""
    return _REMINDER[language].format(
        name=_name(appointment),
        when=said(appointment.when, appointment, now),
        place=place,
        move=_MOVE[language],
    )


def answer(appointment: Appointment, now: datetime) -> str:
    """Write what is answered to an answer."""
    language = tongue(appointment.language)
    known = _ANSWERS[appointment.state]
    if appointment.state is State.MOVING and not appointment.others:
        known = _NO_OTHERS
    choices = ", ".join(
        f"{letter.upper()} : {said(at, appointment, now)}"
        for letter, at in zip(LETTERS, appointment.others, strict=False)
    )
    when = said(appointment.when, appointment, now)
    return known[language].format(name=_name(appointment), when=when, choices=choices)


def said(at: datetime, appointment: Appointment, now: datetime) -> str:
    """Say an instant by the clock of where the appointment is.

    It is written down with the text, so that it is said as of the day on which it is sent.
    """
    zone, language = ZoneInfo(appointment.zone), tongue(appointment.language)
    here = at.astimezone(zone)
    day = said_day(here.date(), now.astimezone(zone).date(), language)
    return f"{day} {'à' if language == 'fr' else 'at'} {said_time(here, language)}"


def _name(appointment: Appointment) -> str:
    return appointment.professional.name[:LONGEST_NAME]
