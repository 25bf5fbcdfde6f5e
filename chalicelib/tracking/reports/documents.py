"""Reports as CSV, for spreadsheets: the lines, then the total."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.documents import BYTE_ORDER_MARK, FORMULA_STARTS, NUMBERS
from chalicelib.tracking.reports.figures import AMOUNTS, Figures, change, matched
from chalicelib.tracking.reports.reporting import By

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.tracking.reports.usecases import Report

FIGURES: Final = (
    "calls",
    "unique_callers",
    "new_callers",
    "returning_callers",
    *(name for name in AMOUNTS if name not in ("calls", "value")),
    "value",
    "cost",
    "cost_per_call",
    "cost_per_lead",
)
TOTAL: Final = "(total)"
NONE: Final = "(none)"


def render(
    report: Report, before: Report | None, labels: Mapping[str, str], by: By, separator: str
) -> str:
    """Return a report as a text: with another period, each figure has its own there beside it."""
    names = [
        column
        for name in FIGURES
        for column in ((name,) if before is None else (name, f"{name}_before", f"{name}_percent"))
    ]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow([str(by), "label", *names])
    for key, now, then in matched(report, before, by_position=by is By.DAY):
        label = labels.get(key, key) or NONE
        writer.writerow([_cell(key), _cell(label), *_cells(now, then)])
    then = None if before is None else Figures(before.total)
    writer.writerow([TOTAL, TOTAL, *_cells(Figures(report.total), then)])
    return BYTE_ORDER_MARK + text.getvalue()


def _cells(now: Figures, before: Figures | None) -> Iterator[str]:
    changes = {} if before is None else change(now, before)
    for name in FIGURES:
        yield _cell(_figure(now, name))
        if before is not None:
            changed = changes.get(name)
            yield _cell(_figure(before, name))
            yield "" if changed is None or changed.percent is None else str(changed.percent)


def _figure(figures: Figures, name: str) -> Any:
    shown = {
        "unique_callers": figures.unique,
        "new_callers": figures.new,
        "returning_callers": figures.returning,
    }
    if name in shown:
        return shown[name]
    return figures.amounts[name] if name in AMOUNTS and name != "value" else getattr(figures, name)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if not isinstance(value, str) or not text.startswith(FORMULA_STARTS) or NUMBERS.fullmatch(text):
        return text
    return f"'{text}"
