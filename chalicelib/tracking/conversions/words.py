"""Why a conversion was not sent, or not taken, in words, and what to do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reason(StrEnum):
    """Why a conversion is not sent, or what became of it; stable names."""

    # before anything is sent
    NO_VISIT = "no-visit"
    NO_CONSENT = "no-consent"
    NO_CLICK = "no-click"
    NO_CLIENT_ID = "no-client-id"
    NO_CALLER = "no-caller"
    NOT_A_CALL = "not-a-call"
    DOES_NOT_COUNT = "does-not-count"
    DESTINATION_GONE = "destination-gone"
    TOO_LATE = "too-late"
    # what the provider says
    CONNECT_AGAIN = "connect-again"
    CHECK_IDS = "check-ids"
    ACCEPT_TERMS = "accept-terms"
    NOT_ALLOWED = "not-allowed"
    UNKNOWN_CLICK = "unknown-click"
    TOO_OLD = "too-old"
    TOO_EARLY = "too-early"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    NOT_UNDERSTOOD = "not-understood"
    KNOWN_ALREADY = "known-already"
    STANDS = "stands"


def _said(fr: str, en: str) -> Mapping[str, str]:
    return {"fr": fr, "en": en}


WORDS: Final[Mapping[Reason, Mapping[str, str]]] = {
    Reason.NO_VISIT: _said(
        "Aucune visite n'explique cet appel : il n'y a rien à rattacher à une annonce.",
        "No visit explains this call: there is nothing to tie to an advert.",
    ),
    Reason.NO_CONSENT: _said(
        "Le visiteur n'a pas accepté cet usage, ou le site ne l'a pas dit (évènement « consent »).",
        "The visitor did not agree to this use, or the site did not say so (event `consent`).",
    ),
    Reason.NO_CLICK: _said(
        "En 90 jours, aucun clic que ce réseau connaît n'a amené ce visiteur.",
        "In 90 days, no click that this network knows brought this visitor.",
    ),
    Reason.NO_CLIENT_ID: _said(
        "La page n'a pas dit l'identifiant client de Google Analytics (évènement « ids »).",
        "The page did not tell its Google Analytics client id (event `ids`).",
    ),
    Reason.NO_CALLER: _said("L'appelant a masqué son numéro.", "The caller withheld the number."),
    Reason.NOT_A_CALL: _said(
        "Cette destination n'importe que des appels.", "This destination imports calls only."
    ),
    Reason.DOES_NOT_COUNT: _said(
        "L'appel ne compte pas, ou ne compte plus, pour cette destination.",
        "The call does not count for this destination, or no longer does.",
    ),
    Reason.DESTINATION_GONE: _said(
        "La destination est retirée ou en pause.", "The destination was retired or is paused."
    ),
    Reason.TOO_LATE: _said(
        "Le délai que ce réseau laisse est passé.", "The time that this network leaves is over."
    ),
    Reason.CONNECT_AGAIN: _said(
        "L'accès est refusé : donnez de nouveaux secrets à la destination, puis renvoyez.",
        "Access is refused: give the destination new secrets, then send again.",
    ),
    Reason.CHECK_IDS: _said(
        "Le réseau ne connaît pas le compte ou l'action : corrigez la destination, puis renvoyez.",
        "The network does not know the account or the action: correct the destination, then send"
        " again.",
    ),
    Reason.ACCEPT_TERMS: _said(
        "Acceptez dans le compte publicitaire les conditions sur les données des clients.",
        "Accept the terms on customer data in the advertising account.",
    ),
    Reason.NOT_ALLOWED: _said(
        "Le réseau ne l'autorise pas à ce compte : voir docs/conversions.md.",
        "The network does not allow it to this account: see docs/conversions.md.",
    ),
    Reason.UNKNOWN_CLICK: _said(
        "Le réseau ne connaît pas ce clic, ou il n'est pas de ce compte.",
        "The network does not know this click, or it is not this account's.",
    ),
    Reason.TOO_OLD: _said(
        "Le clic ou l'appel est trop ancien pour ce réseau.",
        "The click or the call is too old for this network.",
    ),
    Reason.TOO_EARLY: _said(
        "Le réseau ne connaît pas encore ce clic ou cet appel : nous réessaierons.",
        "The network does not know this click or call yet: it will be tried again.",
    ),
    Reason.BUSY: _said(
        "Le réseau demande d'attendre : nous réessaierons.",
        "The network asks us to wait: it will be tried again.",
    ),
    Reason.NO_ANSWER: _said(
        "Le réseau n'a pas répondu : nous réessaierons.",
        "The network did not answer: it will be tried again.",
    ),
    Reason.NOT_UNDERSTOOD: _said(
        "Le réseau refuse le message : c'est à nous de le corriger, dites-le-nous.",
        "The network refuses the message: that is ours to mend, tell us.",
    ),
    Reason.KNOWN_ALREADY: _said(
        "Le réseau avait déjà cette conversion.", "The network had this conversion already."
    ),
    Reason.STANDS: _said(
        "Ce réseau ne reprend pas une conversion : elle y reste comptée.",
        "This network takes no conversion back: it remains counted there.",
    ),
}
