"""The French words of an invoice: what each line is, and the notes that the law wants on it.

In French whatever the reader's language: they are what the customer is held to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.billing.lines import PIECES
from chalicelib.directory.identity import FRANCE

if TYPE_CHECKING:
    from datetime import date

    from chalicelib.billing.invoice import Parties
    from chalicelib.billing.lines import Line
    from chalicelib.billing.terms import Terms

MONTHS: Final = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def line_name(line: Line) -> str:
    """Name a line: what was used, at which rate, and when if that was not this month."""
    what = "Mises en relation" if line.unit == PIECES else "Communications"
    late = f" (usage tardif {_of_month(line)})" if line.late else ""
    return f"{what} « {line.rate.name} »{late}"


def line_description(line: Line) -> str:
    """Say how many calls and how much they were billed, before VAT."""
    calls = f"{line.calls} appel{'s' if abs(line.calls) > 1 else ''}"
    if line.unit == PIECES:
        return f"{calls}, {line.price.in_french()} HT par appel"
    return f"{calls}, {line.quantity} s facturées, {line.price.in_french()} HT la minute"


def payment_terms(due_on: date) -> str:
    """Say when to pay."""
    return f"À payer au plus tard le {due_on:%d/%m/%Y}."


def notes(parties: Parties) -> list[dict[str, str]]:
    """List the notes by their codes. BR-FR-05 and -06: PMT, PMD and AAB, once each."""
    written = {
        # C. com. D441-5: forty euros; L441-10: the rate, and its default.
        "PMT": "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40 €.",
        "PMD": _penalty(parties.terms),
        "AAB": _discount(parties.terms),
        "BAR": _audience(parties),
    }
    if parties.terms.vat_on_debits:  # CGI ann. II 242 nonies A
        written["TXD"] = "Option pour le paiement de la taxe d'après les débits."
    return [{"code": code, "text": text} for code, text in written.items()]


def _penalty(terms: Terms) -> str:
    if not terms.penalty_rate:
        return "Pénalités de retard : taux de refinancement de la BCE majoré de 10 points."
    return f"Pénalités de retard : {terms.penalty_rate.replace('.', ',')} % l'an."


def _discount(terms: Terms) -> str:
    if not terms.discount:
        return "Pas d'escompte pour paiement anticipé."
    return f"Escompte pour paiement anticipé : {terms.discount}"


def _audience(parties: Parties) -> str:
    """Tell how the invoice travels: the value of note BAR (BR-FR-20)."""
    if parties.buyer.address.country != FRANCE:
        return "B2BINT" if parties.buyer.vat_id else "B2C"
    return "B2B" if parties.buyer.siren else "B2C"


def _of_month(line: Line) -> str:
    day = line.period.first_day
    name = MONTHS[day.month - 1]
    return f"{'d’' if name[0] in 'ao' else 'de '}{name} {day.year}"
