"""A figure: what `make bench` prints, one JSON object a line, and the bound it is held to.

Ratios are the claim; absolute times only say which machine it was.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, and the baseline it is compared with, if it has one.

    Bounds are on the ratio where there is a baseline, else on the value; without a bound the
    figure is only reported.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        """How the value compares to its baseline."""
        return None if self.baseline is None else self.value / self.baseline

    @property
    def broken(self) -> str | None:
        """Say which bound does not hold; None when all is well."""
        measured = self.value if self.ratio is None else self.ratio
        what = f"{self.name}: {'value' if self.ratio is None else 'ratio'} {_short(measured)}"
        if self.at_most is not None and measured > self.at_most:
            return f"{what} is over {self.at_most:g}"
        if self.at_least is not None and measured < self.at_least:
            return f"{what} is under {self.at_least:g}"
        return None

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


def report(figures: Iterable[Figure]) -> int:
    """Print each figure as it is measured. Return an exit status: 1 if a bound is broken.

    Standard output is for figures alone: what the product logs meanwhile goes to the other one.
    """
    status, out = 0, sys.stdout
    with redirect_stdout(sys.stderr):
        for figure in figures:
            print(figure.line(), file=out, flush=True)
            if figure.broken:
                print(f"BROKEN {figure.broken}", file=sys.stderr, flush=True)
                status = 1
    return status


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least value that `share` (0 to 1) of the sample does not exceed (nearest rank).

    >>> percentile([3, 1, 2, 4], 0.5), percentile([3, 1, 2, 4], 0.99), percentile([7], 0.5)
    (2, 4, 7)
    """
    ranked = sorted(values)
    rank = -int(-len(ranked) * share // 1)  # rounded up
    return ranked[min(len(ranked), max(1, rank)) - 1]


def _short(number: float | None) -> float | None:
    """Keep four digits, and whole numbers whole."""
    return number if number is None or isinstance(number, int) else float(f"{number:.4g}")
