"""A week as a picture: a square for each hour of each weekday, the darker the more calls. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.tracking.reports.usecases import Report

WEEKDAYS: Final = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_SIDE: Final = 26
_LEFT: Final = 52
_TOP: Final = 56
_STYLE: Final = (
    "text{font-family:system-ui,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif;"
    "font-size:11px;fill:#3c4657}.t{font-size:15px;font-weight:600;fill:#1f2733}"
    ".w{fill:#fff}rect{stroke:#e3e8ef}"
)


def render(report: Report) -> str:
    """Draw a report by weekday and hour, in French; each square says its own figure."""
    calls = {line.value: line.sums.amounts["calls"] for line in report.lines}
    most = max(calls.values(), default=0)
    span = report.span
    title = f"Appels par jour et par heure, du {span.first:%d/%m/%Y} au {span.last:%d/%m/%Y}"
    width, height = _LEFT + 24 * _SIDE + 16, _TOP + 7 * _SIDE + 16
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-labelledby="title">',
            f'<title id="title">{title}</title><style>{_STYLE}</style>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text class="t" x="16" y="26">{title}</text>',
            *(_hour(hour) for hour in range(24)),
            *_squares(calls, most),
            "</svg>",
        ]
    )


def _hour(hour: int) -> str:
    x = _LEFT + hour * _SIDE + _SIDE // 2
    return f'<text x="{x}" y="{_TOP - 6}" text-anchor="middle">{hour}</text>'


def _squares(calls: dict[str, int], most: int) -> Iterator[str]:
    for day, name in enumerate(WEEKDAYS, start=1):
        y = _TOP + (day - 1) * _SIDE
        yield f'<text x="{_LEFT - 8}" y="{y + 17}" text-anchor="end">{name}</text>'
        for hour in range(24):
            yield _square(
                _LEFT + hour * _SIDE, y, calls.get(f"{day} {hour:02d}", 0), most, name, hour
            )


def _square(x: int, y: int, calls: int, most: int, day: str, hour: int) -> str:
    share = calls / most if most else 0.0
    words = f"<title>{day} {hour} h : {calls}</title>"
    box = (
        f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" '
        f'fill="{_colour(share)}">{words}</rect>'
    )
    if not calls or calls > 999:  # the square says it to whoever points at it
        return box
    kind = ' class="w"' if share > 0.55 else ""
    return f'{box}<text{kind} x="{x + _SIDE // 2}" y="{y + 17}" text-anchor="middle">{calls}</text>'


def _colour(share: float) -> str:
    """Mix white and blue.

    >>> _colour(0.0), _colour(1.0)
    ('#f7f9fc', '#144f9e')
    """
    light, dark = (247, 249, 252), (20, 79, 158)
    mixed = (round(a + (b - a) * share) for a, b in zip(light, dark, strict=True))
    return "#" + "".join(f"{each:02x}" for each in mixed)
