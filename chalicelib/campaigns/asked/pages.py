"""The page on which somebody calls off what they asked for. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.asked.askings import State
from chalicelib.campaigns.asked.words import told, tongue

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.6rem 1rem}"
)
_WORDS: Final = {
    "fr": {
        "title": "Votre rappel",
        "agreed": "{name} vous rappelle {when}.",
        "cancel": "Annuler ce rappel",
        "cancelled": "Ce rappel est annulé : personne ne vous appellera.",
        "late": "Ce rappel est en cours, ou terminé : il n'y a plus rien à annuler.",
        "unusable": "Ce lien n'est plus valable, ou il est incomplet : copiez-le en entier.",
    },
    "en": {
        "title": "Your callback",
        "agreed": "{name} will ring you back {when}.",
        "cancel": "Cancel this callback",
        "cancelled": "This callback is cancelled: nobody will ring you.",
        "late": "This callback is under way, or over: there is nothing left to cancel.",
        "unusable": "This link is over, or a part of it is missing: copy all of it.",
    },
}


def page(asking: Asking, form: Form, token: str, now: datetime) -> str:
    """Write the page: what was agreed, and the button that calls it off."""
    language = tongue(asking.language)
    words = _WORDS[language]
    if asking.state is State.CANCELLED:
        return _html(language, f"<p>{words['cancelled']}</p>")
    if asking.over or asking.state is State.RINGING:
        return _html(language, f"<p>{words['late']}</p>")
    agreed = words["agreed"].format(name=form.professional.name, when=told(asking, form, now))
    return _html(
        language,
        f'<p>{escape(agreed)}</p><form method="post" action="{escape(token)}/cancel">'
        f"<button>{words['cancel']}</button></form>",
    )


def unusable() -> str:
    """Say that a link leads nowhere."""
    french, english = (_WORDS[each]["unusable"] for each in ("fr", "en"))
    return _html("fr", f'<p>{french}</p><p lang="en">{english}</p>')


def _html(language: str, body: str) -> str:
    title = _WORDS[language]["title"]
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>{body}</html>"
    )
