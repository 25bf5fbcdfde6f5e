"""Why a call was credited to a visit, in words: French for people, English beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution.evidence import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

# Others who may have rung: below one in fifty nobody asks.
_WORTH_TELLING: Final = 0.02


class Why(StrEnum):
    """What speaks for a candidate, or what is to be known of the whole."""

    ON_PAGE = "on-page"
    SOON = "soon"
    NOTED = "noted"
    REDIAL = "redial"
    RECOGNISED = "recognised"
    SHARED = "shared"
    ERASED = "erased"
    NOBODY = "nobody"
    STATIC = "static"
    UNKNOWN = "unknown"
    OVERFLOW = "overflow"
    NEVER_LENT = "never-lent"
    UNSURE = "unsure"
    ALONE = "alone"
    ONE_MORE = "one-more"
    MORE = "more"
    ONE_MORE_SOURCE = "one-more-source"
    MORE_SOURCES = "more-sources"
    ONLY_ONE = "only-one"
    SEVERAL = "several"
    WITHHELD = "withheld"


TEXTS: Final[dict[str, dict[Why, str]]] = {
    "fr": {
        Why.ON_PAGE: "Le visiteur avait ce numéro sous les yeux au moment de l'appel.",
        Why.SOON: "Le visiteur a vu ce numéro {ago} avant l'appel.",
        Why.NOTED: "Le visiteur a vu ce numéro {ago} avant l'appel et a pu le noter.",
        Why.REDIAL: "L'appelant avait déjà composé ce numéro {ago} plus tôt.",
        Why.RECOGNISED: "L'appelant est connu par cette visite, d'un appel précédent.",
        Why.SHARED: "Ce numéro est affiché aux visiteurs d'une même source ; le dernier l'a vu"
        " {ago} avant l'appel.",
        Why.ERASED: "Un visiteur dont la visite a été effacée à sa demande avait ce numéro.",
        Why.NOBODY: "Quelqu'un qu'aucune visite n'explique : numéro noté, transmis ou composé"
        " par erreur.",
        Why.STATIC: "Ce numéro n'est affiché que pour une seule source.",
        Why.UNKNOWN: "Ce numéro ne sert pas au suivi des appels.",
        Why.OVERFLOW: "C'est le numéro de débordement : plusieurs visiteurs le voient à la fois.",
        Why.NEVER_LENT: "Aucun visiteur connu n'a vu ce numéro.",
        Why.UNSURE: "Aucune visite n'est assez probable pour être retenue.",
        Why.ALONE: "Aucune autre visite n'est vraisemblable.",
        Why.ONE_MORE: "Une autre visite a pu voir ce numéro.",
        Why.MORE: "{count} autres visites ont pu voir ce numéro.",
        Why.ONE_MORE_SOURCE: "Une autre source a eu ce numéro, et a pu amener l'appel.",
        Why.MORE_SOURCES: "{count} autres sources ont eu ce numéro, et ont pu amener l'appel.",
        Why.ONLY_ONE: "Une seule visite a pu voir ce numéro.",
        Why.SEVERAL: "{count} visites ont pu voir ce numéro.",
        Why.WITHHELD: "Numéro masqué : les appels précédents ne peuvent pas aider.",
    },
    "en": {
        Why.ON_PAGE: "The visitor had this number on screen when the call came.",
        Why.SOON: "The visitor saw this number {ago} before the call.",
        Why.NOTED: "The visitor saw this number {ago} before the call and may have noted it.",
        Why.REDIAL: "The caller had rung this number before, {ago} earlier.",
        Why.RECOGNISED: "The caller is known by this visit, from an earlier call.",
        Why.SHARED: "This number is shown to the visitors of one source; the last of them saw it"
        " {ago} before the call.",
        Why.ERASED: "A visitor whose visit was erased at their wish had this number.",
        Why.NOBODY: "Somebody whom no visit explains: a number noted, passed on or misdialled.",
        Why.STATIC: "This number is shown for one source only.",
        Why.UNKNOWN: "This number is not used for tracking.",
        Why.OVERFLOW: "This is the overflow number: several visitors see it at once.",
        Why.NEVER_LENT: "No visitor that we know of saw this number.",
        Why.UNSURE: "No visit is likely enough to be credited.",
        Why.ALONE: "No other visit is likely.",
        Why.ONE_MORE: "One other visit may have seen this number.",
        Why.MORE: "{count} other visits may have seen this number.",
        Why.ONE_MORE_SOURCE: "One other source had this number, and may have brought the call.",
        Why.MORE_SOURCES: "{count} other sources had this number, and may have brought the call.",
        Why.ONLY_ONE: "Only one visit may have seen this number.",
        Why.SEVERAL: "{count} visits may have seen this number.",
        Why.WITHHELD: "Withheld number: earlier calls cannot help.",
    },
}

# From so many seconds on, a time is told in this unit: singular, plural.
_UNITS: Final[dict[str, tuple[tuple[int, str, str], ...]]] = {
    "fr": (
        (86_400, "jour", "jours"),
        (3600, "heure", "heures"),
        (60, "minute", "minutes"),
        (1, "seconde", "secondes"),
    ),
    "en": (
        (86_400, "day", "days"),
        (3600, "hour", "hours"),
        (60, "minute", "minutes"),
        (1, "second", "seconds"),
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, to be said in any language we have."""

    why: Why
    seconds: float = 0.0
    count: int = 0

    def in_words(self, language: str = "fr") -> str:
        """Say it."""
        text = TEXTS[language][self.why]
        return text.format(ago=ago(self.seconds, language), count=self.count)


def ago(seconds: float, language: str) -> str:
    """Tell a time in its largest unit, rounded down.

    >>> ago(59, "en"), ago(60, "en"), ago(7300, "fr"), ago(0.4, "fr")
    ('59 seconds', '1 minute', '2 heures', '0 seconde')
    """
    for size, one, many in _UNITS[language]:
        if seconds >= size or size == 1:
            count = int(seconds // size)
            plural = count > 1 or (count == 0 and language == "en")
            return f"{count} {many if plural else one}"
    raise AssertionError("the last unit takes everything")


def told(
    role: Role,
    candidates: Sequence[tuple[Reason, float]],
    *,
    credited: Reason | None,
    withheld: bool,
) -> tuple[Reason, ...]:
    """Put together what is to be said of a whole attribution."""
    sentences = [Reason(Why.OVERFLOW)] if role is Role.OVERFLOW else []
    likely = sum(weight >= _WORTH_TELLING for _, weight in candidates)
    if credited is not None:
        sentences += [credited, *_others(likely - 1, credited)]
    elif not candidates:
        sentences.append(Reason(Why.NEVER_LENT))
    else:
        sentences += [Reason(Why.UNSURE), *_all_of(likely)]
    return (*sentences, *([Reason(Why.WITHHELD)] if withheld else []))


def _others(count: int, credited: Reason) -> tuple[Reason, ...]:
    shared = credited.why is Why.SHARED
    if count <= 0:
        return () if shared else (Reason(Why.ALONE),)
    one, more = _MORE_SOURCES if shared else _MORE_VISITS
    return (Reason(one) if count == 1 else Reason(more, count=count),)


_MORE_VISITS: Final = (Why.ONE_MORE, Why.MORE)
_MORE_SOURCES: Final = (Why.ONE_MORE_SOURCE, Why.MORE_SOURCES)


def _all_of(count: int) -> tuple[Reason, ...]:
    """Say how many visits there are, where none of them is credited."""
    if count == 0:
        return ()
    return (Reason(Why.ONLY_ONE) if count == 1 else Reason(Why.SEVERAL, count=count),)
