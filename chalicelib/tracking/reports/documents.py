"""Reports as CSV for spreadsheets, and as Parquet for programs: the lines, then the total."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.documents import BYTE_ORDER_MARK, FORMULA_STARTS, NUMBERS
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money
from chalicelib.kernel.parquet import Column, Type, written
from chalicelib.tracking.reports.contributing import AMOUNTS
from chalicelib.tracking.reports.figures import Figures, change, matched
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
# Lambda answers with 6 MB at most, which base64 makes 4.5 MB of bytes.
LARGEST: Final = 4_000_000
TOTAL: Final = "(total)"
_MONEY: Final = frozenset({"value", "cost", "cost_per_call", "cost_per_lead"})
NONE: Final = "(none)"


def render(
    report: Report, before: Report | None, labels: Mapping[str, str], by: By, separator: str
) -> str:
    """Return a report as a text: with another period, each figure has its own there beside it.

    Raises Rejected for one that nobody can be sent.
    """
    names = [
        column
        for name in FIGURES
        for column in ((name,) if before is None else (name, f"{name}_before", f"{name}_percent"))
    ]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow([str(by), "label", *names])
    for key, label, now, then in _lines(report, before, labels, by):
        writer.writerow([_cell(key), _cell(label), *_cells(now, then)])
    whole = BYTE_ORDER_MARK + text.getvalue()
    _fitting(len(whole.encode()))
    return whole


def packed(report: Report, before: Report | None, labels: Mapping[str, str], by: By) -> bytes:
    """Return a report as a Parquet file: the same columns, money in millionths of a euro.

    What nobody knows is missing, and so is the key of calls of which nobody said it; the total says
    `is_total`. Raises Rejected for one that nobody can be sent.
    """
    columns = [Column(str(by), Type.TEXT), Column("label", Type.TEXT)]
    columns += [Column("is_total", Type.BOOLEAN)]
    for name in FIGURES:
        known = f"{name}_micros" if name in _MONEY else name
        columns += [Column(known, Type.INTEGER)]
        if before is not None:
            columns += [Column(f"{known}_before", Type.INTEGER)]
            columns += [Column(f"{name}_percent", Type.NUMBER)]
    rows = [
        [None if label is TOTAL else key or None, label, label is TOTAL, *_values(now, then)]
        for key, label, now, then in _lines(report, before, labels, by)
    ]
    names = [column.name for column in columns]
    content = written(columns, [dict(zip(names, row, strict=True)) for row in rows])
    _fitting(len(content))
    return content


def _lines(
    report: Report, before: Report | None, labels: Mapping[str, str], by: By
) -> Iterator[tuple[str, str, Figures, Figures | None]]:
    """Yield each line's key and label, and its figures in both periods; the total at last."""
    for key, now, then in matched(report, before, by_position=by is By.DAY):
        yield key, labels.get(key, key) or NONE, now, then
    then = None if before is None else Figures(before.total)
    yield TOTAL, TOTAL, Figures(report.total), then


def _fitting(size: int) -> None:
    if size > LARGEST:
        reason = f"at most {LARGEST:,} bytes, these are {size:,}: ask for a part of the days"
        raise Rejected("the report is too large", faults=(Fault("/to", reason),))


def _values(now: Figures, before: Figures | None) -> Iterator[int | float | None]:
    changes = {} if before is None else change(now, before)
    for name in FIGURES:
        yield _plain(_figure(now, name))
        if before is not None:
            changed = changes.get(name)
            yield _plain(_figure(before, name))
            yield None if changed is None else changed.percent


def _plain(figure: int | Money | None) -> int | None:
    return figure.micros if isinstance(figure, Money) else figure


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
