"""A consent as the person reads it, in French: what was asked, said, and what it is worth. Pure.

The page and the PDF say the same, because both are made of these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.consents import Access, Channel, Means, Status
from chalicelib.kernel import phone
from chalicelib.kernel.periods import PARIS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Consent, Standing
    from chalicelib.campaigns.consents.lines import Line

TITLE: Final = "Preuve de votre consentement"
MONTHS: Final = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"] + [
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
BY_CHANNEL: Final = {
    Channel.PHONE: "appels téléphoniques",
    Channel.AUTOMATON: "appels par automate (message enregistré)",
    Channel.SMS: "SMS",
    Channel.EMAIL: "courriels",
}
BY_MEANS: Final = {
    Means.WEB: "sur un site web",
    Means.PAPER: "sur papier",
    Means.CALL: "au téléphone",
    Means.SHOP: "en magasin",
    Means.SMS: "par SMS",
    Means.EMAIL: "par courriel",
    Means.KEY: "par une touche pendant un appel",
    Means.WORD: "de vive voix pendant un appel",
    Means.AGENT: "auprès d'un conseiller",
    Means.LINK: "sur cette page",
    Means.LETTER: "par courrier",
    Means.API: "auprès du professionnel",
}
BY_STATUS: Final = {
    Status.VALID: "valable",
    Status.WITHDRAWN: "retiré : vous ne devez plus être appelé à ce titre",
    Status.EXPIRED: "expiré : il ne permet plus de vous appeler",
    Status.NOT_YET: "pas encore valable",
}
BY_FORM: Final = {"page": "page", "pdf": "PDF", "json": "données"}
LAW: Final = (
    "Le professionnel doit prouver votre consentement (article L223-1 du code de la consommation)."
    " Vous pouvez le retirer à tout moment, sans motif, par tout moyen : ici, par SMS en répondant"
    " STOP, ou en le disant pendant un appel. Cette preuve est conservée trois ans au moins."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A proof: rows of a label and what it says."""

    rows: tuple[tuple[str, str], ...]
    professional: str
    can_withdraw: bool


def shown(
    consent: Consent,
    standing: Standing,
    number: str | None,
    accesses: tuple[Line, ...],
    now: datetime,
) -> Shown:
    """Return what is to be read of a consent."""
    status = standing.status(consent, now)
    return Shown(
        rows=tuple(_rows(consent, standing, number, accesses, now)),
        professional=consent.professional.name,
        can_withdraw=status is not Status.WITHDRAWN,
    )


def instant(at: datetime) -> str:
    """Write an instant as people in France do, with the zone's distance from UTC.

    >>> from datetime import UTC, datetime
    >>> instant(datetime(2026, 8, 1, 9, 5, 7, tzinfo=UTC))
    '1er août 2026 à 11:05:07 (heure de Paris, UTC+2)'
    """
    local = at.astimezone(PARIS)
    offset = local.utcoffset()
    assert offset is not None
    day = "1er" if local.day == 1 else str(local.day)
    hours = int(offset.total_seconds() // 3600)
    date = f"{day} {MONTHS[local.month - 1]} {local.year}"
    return f"{date} à {local:%H:%M:%S} (heure de Paris, UTC+{hours})"


def _rows(
    consent: Consent,
    standing: Standing,
    number: str | None,
    accesses: tuple[Line, ...],
    now: datetime,
) -> Iterator[tuple[str, str]]:
    who = consent.professional
    yield "État aujourd'hui", BY_STATUS[standing.status(consent, now)]
    yield "Numéro concerné", "effacé" if number is None else phone.mask(phone.parse(number))
    yield "Professionnel", f"{who.name} (SIREN {who.siren})"
    if consent.collector is not None:
        yield "Recueilli par", consent.collector
    yield "Objet", consent.object
    yield "Texte présenté", consent.text
    yield "Recueilli le", f"{instant(consent.captured_at)}, {BY_MEANS[consent.means]}"
    if consent.confirmed:
        yield "Confirmation", "par un code envoyé par SMS à ce numéro"
    yield "Pour des", ", ".join(BY_CHANNEL[each] for each in sorted(consent.covers))
    if consent.outside_hours:
        yield "Horaires", "vous avez accepté des appels en dehors des horaires légaux"
    yield "Valable jusqu'au", instant(consent.expires_at)
    ended = standing.ended_at(consent)
    if ended is not None:
        withdrawal = standing.ended(consent)
        by = f", {BY_MEANS[withdrawal.means]}" if withdrawal and withdrawal.at == ended else ""
        yield "Retiré le", f"{instant(ended)}{by}"
    yield from _evidence(consent)
    yield "Consultations", _seen(consent, accesses)


def _evidence(consent: Consent) -> Iterator[tuple[str, str]]:
    evidence = consent.evidence
    if evidence is not None:
        yield "Pièce du professionnel", evidence.reference
        if evidence.sha256 is not None:
            yield "Empreinte de la pièce (SHA-256)", evidence.sha256
    yield "Empreinte du texte (SHA-256)", consent.text_hash
    yield "Référence", consent.id


def _seen(consent: Consent, accesses: tuple[Line, ...]) -> str:
    told = [line.told for line in accesses if isinstance(line.told, Access)]
    mine = [each for each in told if each.consent_id == consent.id]
    listed = [
        f"{instant(each.at)} ({BY_FORM.get(each.form, each.form)},"
        f" {'lien' if each.by == 'link' else 'professionnel'})"
        for each in mine
    ]
    return "\n".join(listed) or "aucune"
