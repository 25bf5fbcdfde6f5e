"""What a campaign came to, told by e-mail once it is over. Pure; in French.

Nobody's number or name is in it: an e-mail is read by more people than it is sent to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.attempts import Why
from chalicelib.campaigns.attempts.chart import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.attempts.progress import Progress
    from chalicelib.campaigns.campaign import Campaign

_DONE: Final[Mapping[Why, str]] = {
    Why.REACHED: "jointes",
    Why.REFUSED: "ont refusé",
    Why.USED_UP: "jamais jointes, tentatives épuisées",
    Why.NO_NUMBER: "sans numéro joignable",
    Why.BLOCKED: "écartées par une règle",
    Why.GONE: "retirées de la liste entre-temps",
}


@dataclass(frozen=True, slots=True)
class Report:
    """An e-mail: its subject and its text."""

    subject: str
    body: str


def report(campaign: Campaign, progress: Progress, zone: ZoneInfo) -> Report:
    """Say what a campaign came to."""
    lines = "\n".join(_lines(campaign, progress, zone))
    return Report(f"Campagne terminée : {campaign.plan.name}", lines + "\n")


def _lines(campaign: Campaign, progress: Progress, zone: ZoneInfo) -> Iterator[str]:
    at = (campaign.ended_at or progress.at).astimezone(zone)
    yield f"La campagne « {campaign.plan.name} » est terminée depuis le {at:%d/%m/%Y à %H:%M}."
    yield ""
    yield f"{progress.members} personnes, {progress.begun} appels, {_spoken(progress.seconds)}."
    yield ""
    yield "Personnes"
    yield from (f"- {count} {_DONE[why]}" for why, count in sorted(progress.done.items()) if count)
    if progress.remaining:
        yield f"- {progress.remaining} n'ont pas été menées à terme"
    yield ""
    yield "Appels"
    yield from (
        f"- {progress.outcomes[outcome]} : {name}"
        for outcome, name in NAMES.items()
        if progress.outcomes.get(outcome)
    )
    if progress.blocked:
        yield ""
        yield "Règles qui ont écarté des personnes"
        yield from (f"- {each.members} : {each.in_words('fr')}" for each in progress.blocked)


def _spoken(seconds: int) -> str:
    """Say how long calls lasted.

    >>> _spoken(3723), _spoken(50)
    ('1 h 02 min au téléphone', '0 h 00 min au téléphone')
    """
    hours, rest = divmod(seconds, 3600)
    return f"{hours} h {rest // 60:02} min au téléphone"
