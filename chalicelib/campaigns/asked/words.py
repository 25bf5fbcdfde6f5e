"""What people who asked to be rung back read and hear. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.asked.slots import said, zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form

LONGEST_NAME: Final = 40  # of a business, in a text message
LANGUAGES: Final = ("fr", "en")
VOICES: Final = {"fr": "fr-FR", "en": "en-GB"}

_CODE: Final = {
    "fr": "{code} est votre code pour être rappelé par {name}. Il vaut 15 minutes."
    " Vous n'avez rien demandé ? Ignorez ce message.",
    "en": "{code} is your code to be rung back by {name}. It is good for 15 minutes."
    " You asked for nothing? Ignore this message.",
}
_CONFIRMED: Final = {
    "fr": "{name} vous rappelle {when}. Annuler : {link}",
    "en": "{name} will ring you back {when}. Cancel: {link}",
}
_SPOKEN: Final[dict[str, dict[str, str]]] = {
    "greeting": {
        "fr": "Bonjour, {name} vous rappelle, comme vous l'avez demandé sur Internet."
        " Pour parler à un conseiller, tapez 1. Pour ne plus être appelé, tapez 9.",
        "en": "Hello, this is {name}, ringing you back as you asked on the web."
        " To speak with somebody, press 1. Not to be rung any more, press 9.",
    },
    "hold": {
        "fr": "Merci. Un conseiller vous répond dans un instant.",
        "en": "Thank you. Somebody will be with you in a moment.",
    },
    "still": {"fr": "Merci de patienter encore un instant.", "en": "Thank you for holding."},
    "stopped": {
        "fr": "C'est noté : nous ne vous appellerons plus. Au revoir.",
        "en": "Noted: we will not ring you any more. Goodbye.",
    },
    "sorry": {
        "fr": "Tous nos conseillers sont occupés. Nous vous rappelons bientôt. Au revoir.",
        "en": "Everybody is busy. We will ring you back soon. Goodbye.",
    },
    "agent": {
        "fr": "Rappel demandé sur Internet. {label} Pour le prendre, tapez 1.",
        "en": "A callback asked for on the web. {label} To take it, press 1.",
    },
    "gone": {"fr": "Au revoir.", "en": "Goodbye."},
}


def tongue(language: str) -> str:
    """Return a language that there are words in.

    >>> tongue("en-GB"), tongue("de")
    ('en', 'fr')
    """
    short = language[:2].lower()
    return short if short in LANGUAGES else "fr"


def code_text(form: Form, code: str, language: str) -> str:
    """Write the text that a code comes in: one text message."""
    return _CODE[tongue(language)].format(code=code, name=_name(form))


def confirmation(asking: Asking, form: Form, link: str) -> str:
    """Write the text that confirms what was agreed, with the link to call it off."""
    language = tongue(asking.language)
    when = said(asking.slot, asking.ordered_at, zone_of(form), language)
    if asking.slot.opens <= asking.ordered_at:
        when = {"fr": "dès que possible", "en": "as soon as possible"}[language]
    return _CONFIRMED[language].format(name=_name(form), when=when, link=link)


def spoken(line: str, language: str, **facts: str) -> str:
    """Return what is said on the telephone."""
    return " ".join(_SPOKEN[line][tongue(language)].format(**facts).split())


def told(asking: Asking, form: Form, now: datetime) -> str:
    """Say when somebody will be rung."""
    return said(asking.slot, now, zone_of(form), tongue(asking.language))


def _name(form: Form) -> str:
    return form.professional.name[:LONGEST_NAME]
