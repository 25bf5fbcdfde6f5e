"""What agents of campaigns, and people whom no agent could take, hear. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chalicelib.campaigns.campaign import Plan

VOICES: Final = {"fr": "fr-FR", "en": "en-GB"}
_SAID: Final[dict[str, dict[str, str]]] = {
    "come": {
        "fr": "Campagne {campaign}. Pour prendre les appels, tapez 1.",
        "en": "Campaign {campaign}. To take its calls, press 1.",
    },
    "wait": {
        "fr": "Restez en ligne : les appels arrivent ici.",
        "en": "Stay on the line: calls come here.",
    },
    "bye": {"fr": "Au revoir.", "en": "Goodbye."},
    "nobody": {
        "fr": "Bonjour. {name} cherchait à vous joindre, et aucun conseiller n'est disponible."
        " Veuillez nous en excuser. Vous pouvez rappeler le {number}."
        " Pour ne plus être appelé, tapez 9.",
        "en": "Hello. {name} was ringing you, and nobody is free to speak with you. We are sorry."
        " You may ring {number}. Not to be rung any more, press 9.",
    },
    "noted": {
        "fr": "C'est noté : nous ne vous appellerons plus. Au revoir.",
        "en": "Noted: we will not ring you any more. Goodbye.",
    },
}


def tongue(plan: Plan) -> str:
    """Return the language of a campaign's country."""
    return "fr" if plan.country == "FR" else "en"


def said(line: str, plan: Plan) -> str:
    """Return what is said: on whose behalf, and which number to ring."""
    return _SAID[line][tongue(plan)].format(
        campaign=plan.name,
        name=plan.professional.name,
        number=in_pairs(plan.call_back or plan.shown),
    )


def in_pairs(number: str) -> str:
    """Write a number as it is read out.

    >>> in_pairs("+33162010001"), in_pairs("+442079460001")
    ('01 62 01 00 01', '+44 20 79 46 00 01')
    """
    digits = f"0{number[3:]}" if number.startswith("+33") else number[1:]
    pairs = " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    return pairs if number.startswith("+33") else f"+{pairs}"
