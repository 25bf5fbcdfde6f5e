"""Which of several forms of an answer a client asks for (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# The one answer that is no text. API Gateway makes bytes of it only for who asks for this type.
PARQUET: Final = "application/vnd.apache.parquet"


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Return the media type that suits best; the first one if nothing does, or all as well.

    >>> preferred("application/yaml, */*;q=0.1", ["application/json", "application/yaml"])
    'application/yaml'
    >>> preferred("*/*", ["application/json", "application/yaml"])
    'application/json'
    """
    ranges = [_range(each) for each in accept.split(",") if each.strip()]
    return max(offered, key=lambda media: _quality(media, ranges)) if ranges else offered[0]


def _range(written: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in written.split(";"))
    weights = [each.removeprefix("q=") for each in parameters if each.startswith("q=")]
    try:
        return name, float(weights[0]) if weights else 1.0
    except ValueError:
        return name, 0.0


def _quality(media: str, ranges: list[tuple[str, float]]) -> float:
    """Return the weight of the range that names a media type most closely."""
    kind = media.partition("/")[0]
    for name in (media, f"{kind}/*", "*/*"):
        weights = [weight for each, weight in ranges if each == name]
        if weights:
            return weights[0]
    return 0.0
