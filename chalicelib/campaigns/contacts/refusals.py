"""Why a row, or a cell of it, was not taken, in the words of those who made the list. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("fr", "en")


class Reason(StrEnum):
    """What was wrong. Names are in the API's answers: keep them."""

    NO_NUMBER = "no_number"
    UNREADABLE = "unreadable"
    ROUNDED = "rounded"
    SHARED_RANGE = "shared_range"
    EMERGENCY = "emergency"
    SURCHARGED = "surcharged"
    SHORT_NUMBER = "short_number"
    MACHINES = "machines"
    ABROAD = "premium_abroad"
    MANY_NUMBERS = "many_numbers"
    TOO_LONG = "too_long"
    ROW_SHORT = "row_short"
    ROW_LONG = "row_long"
    QUOTE = "quote"
    ERASED = "erased"


WORDS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NO_NUMBER: ("aucun numéro de téléphone", "no telephone number"),
    Reason.UNREADABLE: ("pas un numéro de téléphone", "not a telephone number"),
    Reason.ROUNDED: (
        "arrondi par le tableur : des chiffres sont perdus",
        "rounded by the spreadsheet: digits are lost",
    ),
    Reason.SHARED_RANGE: (
        "tranche partagée entre plusieurs outre-mer : écrivez l'indicatif (+590, +262...)",
        "a range that several overseas territories share: write the code (+590, +262...)",
    ),
    Reason.EMERGENCY: ("numéro d'urgence : jamais appelé", "an emergency number: never rung"),
    Reason.SURCHARGED: ("numéro surtaxé : jamais appelé", "a surcharged number: never rung"),
    Reason.SHORT_NUMBER: ("numéro court : jamais appelé", "a short number: never rung"),
    Reason.MACHINES: (
        "numéro de machine ou de réseau : personne ne répondrait",
        "a number of machines or networks: nobody would answer",
    ),
    Reason.ABROAD: (
        "numéro surtaxé ou satellite à l'étranger : jamais appelé",
        "a premium-rate or satellite number abroad: never rung",
    ),
    Reason.MANY_NUMBERS: (
        "plus de cinq numéros : les derniers sont laissés de côté",
        "more than five numbers: the last are left out",
    ),
    Reason.TOO_LONG: (
        "texte de plus de 500 caractères : laissé de côté",
        "a text of over 500 characters: left out",
    ),
    Reason.ROW_SHORT: ("il manque des cellules", "cells are missing"),
    Reason.ROW_LONG: (
        "plus de cellules que de colonnes : séparateur ou guillemet dans un texte ?",
        "more cells than columns: a separator or a quote in a text?",
    ),
    Reason.QUOTE: ("guillemet ouvert et jamais fermé", "a quote that is never closed"),
    Reason.ERASED: (
        "personne effacée à sa demande : n'est plus importée",
        "erased at their request: not imported any more",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not taken: a whole row, or a cell of a row that was (`kept`)."""

    line: int
    column: str
    reason: Reason
    value: str = ""
    kept: bool = False


def words(reason: Reason, language: str) -> str:
    """Say it in French or, to all others, in English.

    >>> words(Reason.NO_NUMBER, "fr")
    'aucun numéro de téléphone'
    """
    return WORDS[reason][0 if language == "fr" else 1]
