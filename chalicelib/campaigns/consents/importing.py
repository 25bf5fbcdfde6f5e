"""Many consents at once, with one proof of all: each row by itself. Pure but for its ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.consents.usecases import record
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.consents.checking import Captured
    from chalicelib.campaigns.consents.ports import Desk


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of rows. Each refused one has its place, its field and why."""

    recorded: int
    known: int
    refused: tuple[dict[str, Any], ...]


def take(rows: Iterable[tuple[str, Captured]], account_id: str, desk: Desk) -> Imported:
    """Record rows: a number and what was captured. Done again, the rest is done.

    What is wrong with all of them, as a text that is missing, is said of each.
    """
    counted = {True: 0, False: 0}
    refused: list[dict[str, Any]] = []
    for row, (written, captured) in enumerate(rows):
        try:
            number = phone.parse(written)
        except Rejected as error:
            refused.append({"row": row, "field": "number", "reason": error.message})
            continue
        try:
            counted[record(captured, account_id, number, desk).new] += 1
        except Rejected as error:
            refused += [
                {"row": row, "field": fault.pointer.lstrip("/"), "reason": fault.reason}
                for fault in error.faults
            ]
    return Imported(counted[True], counted[False], tuple(refused))
