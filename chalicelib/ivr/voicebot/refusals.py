"""What a caller says that they do not want: "je ne veux pas annuler". Pure.

Only wishes count: "je ne comprends pas ma facture" is about the bill all the same.
"""

from __future__ import annotations

from typing import Final

Words = tuple[str, ...]


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# How people refuse something, in the languages that flows are mostly written in.
_REFUSALS: Final[tuple[Words, ...]] = tuple(
    tuple(phrase.split())
    for line in (
        "veux pas, veux surtout pas, veux plus, voudrais pas, voulais pas, souhaite pas",
        "surtout pas, souhaite plus, non pas, pas pour, c est pas, ce n est pas",
        "don t want, do not want, dont want, didn t want, wouldn t like, not to, it s not",
        "nicht, kein, keine, keinen, no quiero, no deseo, no quisiera, no es, لا اريد, لا اود",
    )
    for phrase in line.split(", ")
)
_OPENING: Final = _set("pas not")  # "pas la facture", at the beginning
_CONTRASTS: Final = _set("mais but aber sondern sino pero لكن")
_RESUMING: Final = _set("je j i ich yo quiero juste seulement plutot just rather lieber")
# A phrase of the flow's with one of these says itself what is not, or no longer.
_NEGATIONS: Final = _set(
    "pas plus non jamais sans not no don t never without nicht kein keine keinen nunca sin لا"
)


def negative(phrase: Words) -> bool:
    """Tell whether a phrase means something that is not: "commande non reçue"."""
    return not _NEGATIONS.isdisjoint(phrase)


def left(said: Words, small: frozenset[str]) -> Words:
    """Return what was said without what was refused.

    >>> left(("je", "ne", "veux", "pas", "annuler", "ma", "commande"), frozenset(("ma",)))
    ('je', 'ne', 'veux', 'pas')
    """
    kept: list[str] = []
    at = 0
    while at < len(said):
        after = _refusal(said, at)
        if not after:
            kept.append(said[at])
            at += 1
            continue
        end = _end(said, after)
        kept += said[at:after]
        if end < len(said) and said[end] in _CONTRASTS:
            # "pas annuler ma commande mais la modifier": the order is what the wish is about.
            kept += _about(said[after:end], small)
        at = end
    return tuple(kept)


def _refusal(said: Words, at: int) -> int:
    """Return where a refusal that begins here ends, 0 if none does."""
    if at == 0 and said[0] in _OPENING:
        return 1
    ends = (at + len(each) for each in _REFUSALS if said[at : at + len(each)] == each)
    return max(ends, default=0)


def _end(said: Words, start: int) -> int:
    """Return where something else is said than what is refused."""
    stops = _CONTRASTS | _RESUMING
    return next((at for at in range(start, len(said)) if said[at] in stops), len(said))


def _about(refused: Words, small: frozenset[str]) -> Words:
    """Leave out the first word that matters: what is not to be done."""
    first = next((at for at, word in enumerate(refused) if word not in small), len(refused))
    return refused[first + 1 :]
