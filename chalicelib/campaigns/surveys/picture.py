"""Results as a picture: for each question its score and a bar for each value. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.surveys.survey import Kind, family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.campaigns.surveys.results import Answered, Bar, Result

_WIDTH: Final = 640
_LEFT: Final = 170
_BAR: Final = 380
_ROW: Final = 20
_HEAD: Final = 46
_STYLE: Final = (
    "text{font-family:system-ui,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif;"
    "font-size:12px;fill:#3c4657}.t{font-size:16px;font-weight:600;fill:#1f2733}"
    ".q{font-size:13px;font-weight:600;fill:#1f2733}"
)
_RED, _GREY, _GREEN, _BLUE = "#c2453d", "#9aa5b4", "#2f8f5b", "#144f9e"
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "asked": "{begun} interrogés, {finished} jusqu'au bout",
        "answers": "{count} réponses",
        "nps": "NPS {score} (de {low} à {high})",
        "csat": "{percent} % de satisfaits",
        "ces": "moyenne {mean}",
    },
    "en": {
        "asked": "{begun} asked, {finished} to the end",
        "answers": "{count} answers",
        "nps": "NPS {score} ({low} to {high})",
        "csat": "{percent} % satisfied",
        "ces": "mean {mean}",
    },
}


def render(name: str, total: Result, language: str = "fr") -> str:
    """Draw what all answered: in English if asked to, else in French."""
    words = _WORDS.get(family(language), _WORDS["fr"])
    parts, y = [], _HEAD + 14
    for each in total.questions:
        drawn, y = _question(each, language, words, y)
        parts.append(drawn)
    asked = words["asked"].format(begun=total.begun, finished=total.finished)
    title = escape(name)
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" '
            f'width="{_WIDTH}" height="{y}" role="img" aria-labelledby="title">',
            f'<title id="title">{title}</title><style>{_STYLE}</style>',
            f'<rect width="{_WIDTH}" height="{y}" fill="#fff"/>',
            f'<text class="t" x="16" y="26">{title}</text>',
            f'<text x="16" y="{_HEAD}">{asked}</text>',
            *parts,
            "</svg>",
        ]
    )


def _question(each: Answered, language: str, words: Mapping[str, str], y: int) -> tuple[str, int]:
    text = each.question.text(language)
    short = text if len(text) <= 80 else text[:79] + "…"
    head = [
        f'<text class="q" x="16" y="{y + 16}">{escape(short)}</text>',
        f'<text x="16" y="{y + 34}">{escape(" · ".join(_said(each, words)))}</text>',
    ]
    y += 44
    most = max((bar.count for bar in each.bars), default=0)
    for bar in each.bars:
        head.append(_bar(each, bar, most, y))
        y += _ROW
    return "".join(head), y + 16


def _said(each: Answered, words: Mapping[str, str]) -> Iterator[str]:
    yield words["answers"].format(count=each.count)
    if each.nps is not None:
        yield words["nps"].format(score=each.nps.score, low=each.nps.low, high=each.nps.high)
    if each.satisfied_percent is not None:
        yield words["csat"].format(percent=each.satisfied_percent)
    if each.question.kind is Kind.CES and each.mean is not None:
        yield words["ces"].format(mean=each.mean)


def _bar(each: Answered, bar: Bar, most: int, y: int) -> str:
    width = round(_BAR * bar.count / most) if most else 0
    label = bar.label if len(bar.label) <= 24 else bar.label[:23] + "…"
    return (
        f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{_LEFT}" y="{y + 3}" width="{width}" height="{_ROW - 6}" '
        f'fill="{_colour(each, bar)}"><title>{escape(bar.label)} : {bar.count}</title></rect>'
        f'<text x="{_LEFT + width + 6}" y="{y + 14}">{bar.count}</text>'
    )


def _colour(each: Answered, bar: Bar) -> str:
    if each.question.kind is not Kind.NPS:
        return _BLUE
    value = int(bar.value)
    return _RED if value <= 6 else _GREY if value <= 8 else _GREEN
