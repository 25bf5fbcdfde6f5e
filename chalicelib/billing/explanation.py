"""How a charge came about, in words for the customer who asks. No telephone number in it.

Rendered on demand: rating fifty thousand calls a second leaves no time for prose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.billing.origin import Origin
from chalicelib.billing.rates import Rate, percent
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.periods import PARIS

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.kernel.money import Money

ORIGINS: Final[dict[Origin, tuple[str, str]]] = {
    Origin.FIXED_METRO: ("un fixe de métropole", "a landline in metropolitan France"),
    Origin.MOBILE_METRO: ("un mobile de métropole", "a mobile of metropolitan France"),
    Origin.OVERSEAS: ("l'outre-mer", "overseas France"),
    Origin.PAYPHONE: ("une cabine", "a payphone"),
    Origin.INTERNATIONAL: ("l'étranger", "abroad"),
    Origin.UNKNOWN: ("une origine inconnue (au plus cher)", "an unknown origin (dearest rate)"),
}

FAMILIES: Final[dict[Family | None, tuple[str, str]]] = {
    None: ("numéro hors du plan français", "number outside the French plan"),
    Family.SVA_GRATUIT: ("numéro vert gratuit", "freephone number"),
    Family.SVA_BANALISE: ("numéro banalisé", "number at the ordinary price"),
    Family.SVA_MAJORE: ("numéro surtaxé", "premium-rate number"),
    Family.SPECIAL_DATA_OR_INTERNET: ("numéro spécial de données", "special data number"),
    Family.ROUTING_PREFIX_NOT_DIALABLE: ("préfixe de routage", "routing prefix"),
    Family.COURT_GRATUIT: ("numéro court gratuit", "free short number"),
    Family.COURT_FONCTIONNALITE_BANALISEE: ("numéro court banalisé", "ordinary short number"),
    Family.COURT_GENERALISTE: ("numéro court", "short number"),
    Family.COURT_ASSISTANCE_OPERATEUR: ("assistance d'opérateur", "operator assistance"),
    Family.RENSEIGNEMENTS: ("renseignements", "directory enquiries"),
    Family.EUROPEEN_SOCIAL: ("numéro social européen", "European social number"),
    Family.URGENCE: ("numéro d'urgence", "emergency number"),
    Family.INTERET_GENERAL: ("numéro d'intérêt général", "public-interest number"),
    Family.NPV: ("numéro polyvalent vérifié", "verified number"),
    Family.NPUEPT: ("numéro de plateforme technique", "technical-platform number"),
    Family.POLYVALENT_INTERET_GENERAL: ("numéro d'intérêt général", "public-interest number"),
    Family.POLYVALENT: ("numéro fixe", "landline number"),
    Family.POLYVALENT_LONG: ("numéro fixe long", "long landline number"),
    Family.MOBILE: ("numéro mobile", "mobile number"),
    Family.MOBILE_LONG_M2M: ("numéro mobile long", "long mobile number"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts behind a charge; text when it is asked for."""

    family: Family | None
    origin: Origin
    started_at: datetime
    seconds: int
    billed_seconds: int
    rate: Rate
    price: Money
    amount: Money
    valid_from: datetime

    def __str__(self) -> str:
        return self.in_english()

    def in_french(self) -> str:
        """Explain in French, amounts before VAT unless said otherwise."""
        started = self.started_at.astimezone(PARIS)
        tax = "TTC" if self.rate.includes_vat else "HT"
        whole = self.amount.in_french()
        net = f" TTC, soit {whole} HT" if self.rate.includes_vat else " HT"
        return (
            f"Appel du {started:%d/%m/%Y à %H:%M:%S} vers un {FAMILIES[self.family][0]}"
            f" depuis {ORIGINS[self.origin][0]}. Tarif « {self.rate.name} » du"
            f" {self.valid_from.astimezone(PARIS):%d/%m/%Y}. Durée {self.seconds} s,"
            f" facturée {self.billed_seconds} s ({self._increments_in_french()}) :"
            f" {self._terms_in_french(tax)} = {self.price.in_french()}{net}"
            f" (TVA {percent(self.rate.vat).replace('.', ',')} %)."
        )

    def in_english(self) -> str:
        """Explain in English, amounts before VAT unless said otherwise."""
        started = self.started_at.astimezone(PARIS)
        net = f" incl. VAT, EUR {self.amount} before VAT" if self.rate.includes_vat else ""
        return (
            f"Call of {started:%Y-%m-%d %H:%M:%S} (Paris) to a {FAMILIES[self.family][1]}"
            f" from {ORIGINS[self.origin][1]}. Rate '{self.rate.name}' of"
            f" {self.valid_from.astimezone(PARIS):%Y-%m-%d}. Length {self.seconds} s,"
            f" billed {self.billed_seconds} s ({self._increments_in_english()}):"
            f" {self._terms_in_english()} = EUR {self.price}{net or ' before VAT'}"
            f" (VAT {percent(self.rate.vat)} %)."
        )

    def _increments_in_french(self) -> str:
        first, after = self.rate.first_seconds, self.rate.next_seconds
        steps = "à la seconde" if after == 1 else f"par tranches de {after} s"
        steps = steps if first == after else f"{first} s indivisibles puis {steps}"
        return steps + self._limit(", au plus {} s")

    def _increments_in_english(self) -> str:
        first, after = self.rate.first_seconds, self.rate.next_seconds
        steps = "by the second" if after == 1 else f"in steps of {after} s"
        steps = steps if first == after else f"{first} s at least, then {steps}"
        return steps + self._limit(", {} s at most")

    def _limit(self, words: str) -> str:
        longest = self.rate.longest_seconds
        return "" if longest is None or self.seconds <= longest else words.format(longest)

    def _terms_in_french(self, tax: str) -> str:
        terms = f"{self.billed_seconds} s à {self.rate.per_minute.in_french()} {tax} la minute"
        if self.rate.per_call:
            terms += f" + {self.rate.per_call.in_french()} de connexion"
        return terms + (self._raised() and f", au minimum {self.rate.minimum.in_french()}")

    def _terms_in_english(self) -> str:
        terms = f"{self.billed_seconds} s at EUR {self.rate.per_minute} a minute"
        if self.rate.per_call:
            terms += f" + EUR {self.rate.per_call} for the connection"
        return terms + (self._raised() and f", at least EUR {self.rate.minimum}")

    def _raised(self) -> str:
        """Tell whether the minimum decided: a word, or nothing."""
        return "minimum" if self.rate.minimum and self.price == self.rate.minimum else ""
