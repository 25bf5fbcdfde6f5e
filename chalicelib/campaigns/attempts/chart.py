"""A campaign's hours as a picture: a bar for each, by how its calls ended. Pure; in French."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.attempts.progress import Hour, Progress

# From the bottom of a bar to its top; the same words as in the report by e-mail.
NAMES: Final[Mapping[Outcome, str]] = {
    Outcome.ANSWERED: "décroché",
    Outcome.REFUSED: "refus",
    Outcome.ABANDONED: "abandonné",
    Outcome.MACHINE: "répondeur",
    Outcome.NO_ANSWER: "sans réponse",
    Outcome.BUSY: "occupé",
    Outcome.FAILED: "numéro injoignable",
    Outcome.CONGESTED: "réseau encombré",
}
_COLOURS: Final[Mapping[Outcome, str]] = {
    Outcome.ANSWERED: "#1c7c54",
    Outcome.REFUSED: "#b3261e",
    Outcome.ABANDONED: "#e07a1f",
    Outcome.MACHINE: "#5b6ee1",
    Outcome.NO_ANSWER: "#9aa5b8",
    Outcome.BUSY: "#c3cad6",
    Outcome.FAILED: "#5f6b7d",
    Outcome.CONGESTED: "#dfe4ec",
}
MOST_HOURS: Final = 24
_BAR, _GAP, _HIGH = 26, 8, 180
_LEFT, _TOP = 56, 64
_STYLE: Final = (
    "text{font-family:system-ui,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif;"
    "font-size:11px;fill:#3c4657}.t{font-size:15px;font-weight:600;fill:#1f2733}"
    "line{stroke:#e3e8ef}"
)


def render(progress: Progress, name: str, zone: ZoneInfo) -> str:
    """Draw the last hours in which there were calls; each part of a bar says its own figure."""
    hours = progress.hours[-MOST_HOURS:]
    most = max((sum(each.ended.values()) for each in hours), default=0)
    title = f"{escape(name)} : {progress.members - progress.remaining} sur {progress.members}"
    width = max(_LEFT + len(hours) * (_BAR + _GAP) + 16, 620)
    height = _TOP + _HIGH + 96
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-labelledby="title">',
            f'<title id="title">{title}</title><style>{_STYLE}</style>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text class="t" x="16" y="26">{title}</text>',
            '<text x="16" y="46">Appels par heure</text>',
            *_scale(most, width),
            *(part for at, hour in enumerate(hours) for part in _bar(at, hour, most, zone)),
            *_legend(progress),
            "</svg>",
        ]
    )


def _scale(most: int, width: int) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0) if most > 1 else (0.0, 1.0):
        y = _TOP + _HIGH - round(_HIGH * share)
        yield f'<line x1="{_LEFT - 4}" x2="{width - 16}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{round(most * share)}</text>'


def _bar(at: int, hour: Hour, most: int, zone: ZoneInfo) -> Iterator[str]:
    x, y = _LEFT + at * (_BAR + _GAP), float(_TOP + _HIGH)
    clock = hour.at.astimezone(zone)
    until = (hour.at + timedelta(hours=1)).astimezone(zone)
    for outcome, name in NAMES.items():
        calls = hour.ended.get(outcome, 0)
        if not calls:
            continue
        high = _HIGH * calls / most
        y -= high
        words = f"{clock:%d/%m} de {clock:%H} h à {until:%H} h, {name} : {calls}"
        yield (
            f'<rect x="{x}" y="{y:.1f}" width="{_BAR}" height="{high:.1f}" '
            f'fill="{_COLOURS[outcome]}"><title>{words}</title></rect>'
        )
    middle = x + _BAR // 2
    yield f'<text x="{middle}" y="{_TOP + _HIGH + 16}" text-anchor="middle">{clock:%H} h</text>'
    if at == 0 or clock.hour == 0:
        day = f"{clock:%d/%m}"
        yield f'<text x="{middle}" y="{_TOP + _HIGH + 30}" text-anchor="middle">{day}</text>'


def _legend(progress: Progress) -> Iterator[str]:
    for at, (outcome, name) in enumerate(NAMES.items()):
        x, y = 16 + at % 4 * 150, _TOP + _HIGH + 56 + at // 4 * 20
        yield f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{_COLOURS[outcome]}"/>'
        words = f"{name} : {progress.outcomes.get(outcome, 0)}"
        yield f'<text x="{x + 16}" y="{y}">{words}</text>'
