"""A figure: what `make bench` prints, one JSON object a line. Ratios are the claim; absolute
times only say which machine it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, what it is held against, and `ratio` = value / baseline (None: no bound)."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    bound: float | None = None  # the ratio, or the value where there is no baseline, may not exceed

    @property
    def ratio(self) -> float | None:
        """How the value compares to its baseline."""
        return None if self.baseline is None else self.value / self.baseline

    def line(self) -> str:
        """Return the JSON line."""
        return json.dumps(
            {
                "name": self.name,
                "value": _short(self.value),
                "unit": self.unit,
                "baseline": _short(self.baseline),
                "ratio": _short(self.ratio),
            }
        )


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the sample stays under (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")
