"""What the platform itself writes in a survey by text message. Pure; French first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.surveys.survey import FRENCH, family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.campaigns.surveys.survey import Question

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "again": "Nous n'avons pas compris votre réponse.",
        "thanks": "Merci de vos réponses.",
        "stop": "STOP pour ne plus être contacté.",
    },
    "en": {
        "again": "We did not understand your answer.",
        "thanks": "Thank you for your answers.",
        "stop": "STOP to be contacted no more.",
    },
    "es": {
        "again": "No hemos entendido su respuesta.",
        "thanks": "Gracias por sus respuestas.",
        "stop": "STOP para no recibir más mensajes.",
    },
    "de": {
        "again": "Wir haben Ihre Antwort nicht verstanden.",
        "thanks": "Danke für Ihre Antworten.",
        "stop": "STOP, um nicht mehr kontaktiert zu werden.",
    },
    "ar": {
        "again": "لم نفهم إجابتكم.",
        "thanks": "شكرا على إجاباتكم.",
        "stop": "STOP لعدم التواصل معكم بعد الآن.",
    },
}


def word(name: str, language: str) -> str:
    """Return a sentence of the platform's own."""
    return _WORDS.get(family(language), _WORDS[FRENCH])[name]


def written(question: Question, language: str) -> str:
    """Write a question: the answers of a choice each on a line of its own.

    >>> from chalicelib.campaigns.surveys.survey import Choice, Kind, Question
    >>> pick = (Choice("yes", {"fr": "Oui"}), Choice("no", {"fr": "Non"}))
    >>> asked = Question(key="came", kind=Kind.CHOICE, texts={"fr": "Venu ?"}, choices=pick)
    >>> written(asked, "fr").splitlines()
    ['Venu ?', '1 = Oui', '2 = Non']
    """
    labels = enumerate(question.labels(language), start=1)
    return "\n".join((question.text(language), *(f"{at} = {label}" for at, (_, label) in labels)))
