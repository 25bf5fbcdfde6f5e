"""The page on which somebody sees the proof of their consent, and withdraws it. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.showing import LAW, TITLE

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.showing import Shown

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "dt{font-weight:600;margin-top:.8rem}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "button{font:inherit;padding:.6rem 1rem;margin:1rem 0}"
)


def page(shown: Shown, token: str) -> str:
    """Write the page."""
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in shown.rows)
    button = (
        f'<form method="post" action="{token}/withdraw"><button>Retirer mon consentement'
        f" à {escape(shown.professional)}</button></form>"
    )
    return _html(
        f"<h1>{TITLE}</h1><dl>{rows}</dl>"
        f"{button if shown.can_withdraw else ''}"
        f'<p><a href="{token}/pdf">Télécharger cette preuve (PDF)</a></p><p>{LAW}</p>'
    )


def after_withdrawal(professional: str, token: str) -> str:
    """Say that it is done, with the way back to the proof."""
    return _html(
        f"<h1>Votre consentement est retiré</h1><p>{escape(professional)} ne doit plus vous appeler"
        " à ce titre. Cela vaut dès maintenant, aussi pour les appels déjà prévus.</p>"
        f'<p><a href="../{token}">Voir la preuve</a></p>'
    )


def unusable() -> str:
    """Say that a link leads nowhere."""
    return _html(
        "<h1>Lien inconnu</h1><p>Ce lien n'est plus valable, ou il est incomplet : copiez-le en"
        ' entier.</p><p lang="en">This link is over, or a part of it is missing: copy all of'
        " it.</p>"
    )


def _html(body: str) -> str:
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{TITLE}</title><style>{_STYLE}</style>{body}</html>"
    )
