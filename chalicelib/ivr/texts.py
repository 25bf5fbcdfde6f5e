"""What the platform itself says to callers, when the customer's flow has no words of its own.

French comes first: it is also what callers of a flow in any other language get.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from chalicelib.ivr.nodes import Spoken


class Line(StrEnum):
    """Everything the platform may have to say."""

    APOLOGY = "apology"
    INVALID_KEY = "invalid-key"
    NO_INPUT = "no-input"
    GREETING = "voicemail-greeting"
    THANKS = "message-taken"
    CLOSED = "closed"
    NOBODY = "nobody-free"
    GOODBYE = "goodbye"
    NOT_IN_SERVICE = "not-in-service"


DEFAULT_LANGUAGE: Final = "fr-FR"

TEXTS: Final[dict[str, dict[Line, str]]] = {
    "fr": {
        Line.APOLOGY: (
            "Nous sommes désolés, un problème technique nous empêche de traiter votre appel. "
            "Merci de rappeler dans quelques instants."
        ),
        Line.INVALID_KEY: "Ce choix n'est pas proposé.",
        Line.NO_INPUT: "Nous n'avons pas reçu votre choix.",
        Line.GREETING: (
            "Merci de laisser votre message après le signal sonore. "
            "Pour terminer, appuyez sur dièse ou raccrochez."
        ),
        Line.THANKS: "Votre message est enregistré. Merci, et au revoir.",
        Line.CLOSED: "Nous sommes fermés pour le moment. Merci de rappeler plus tard. Au revoir.",
        Line.NOBODY: "Personne ne peut vous répondre pour le moment.",
        Line.GOODBYE: "Merci de votre appel. Au revoir.",
        Line.NOT_IN_SERVICE: "Le numéro que vous avez composé n'est pas en service. Au revoir.",
    },
    "en": {
        Line.APOLOGY: (
            "We are sorry, a technical problem keeps us from taking your call. "
            "Please call again in a few moments."
        ),
        Line.INVALID_KEY: "This choice is not available.",
        Line.NO_INPUT: "We did not receive your choice.",
        Line.GREETING: (
            "Please leave your message after the tone. "
            "When you have finished, press hash or hang up."
        ),
        Line.THANKS: "Your message has been recorded. Thank you, and goodbye.",
        Line.CLOSED: "We are closed at the moment. Please call again later. Goodbye.",
        Line.NOBODY: "Nobody is free to take your call at the moment.",
        Line.GOODBYE: "Thank you for calling. Goodbye.",
        Line.NOT_IN_SERVICE: "The number you have dialled is not in service. Goodbye.",
    },
}


def say(line: Line, language: str) -> Spoken:
    """Return a line in the caller's language, or in French when we do not speak it."""
    texts = TEXTS.get(language.partition("-")[0])
    if texts is None:
        return Spoken(TEXTS["fr"][line], DEFAULT_LANGUAGE)
    return Spoken(texts[line], language)
