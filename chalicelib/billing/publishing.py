"""What may be published over a tariff in use: the past is never priced again, nor the next minutes.

A process may go on with the tariff it has read for a moment; a change must come after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.billing.tariff import Tariff


class ChangesThePast(Rejected):
    """The document alters prices that calls have been, or are being, charged by."""

    code = "tariff-in-force"


@dataclass(frozen=True, slots=True)
class Published:
    """A tariff as stored. `revision` counts from 1."""

    tariff: Tariff
    revision: int
    published_at: datetime


# Longer than any process keeps a tariff without reading it again.
NOTICE: Final = timedelta(minutes=5)


def succeed(before: Published | None, tariff: Tariff, now: datetime) -> Published:
    """Return what to store; raises ChangesThePast with each version that stands in the way.

    Before the first version nothing had a price, so earlier versions may be added.
    """
    if before is None:
        return Published(tariff, 1, now)
    faults = tuple(_faults(before.tariff, tariff, now + NOTICE))
    if faults:
        raise ChangesThePast("the tariff is in use: change it from a later day", faults=faults)
    return Published(tariff, before.revision + 1, now)


def _faults(before: Tariff, after: Tariff, fixed_until: datetime) -> Iterator[Fault]:
    fixed = [version for version in before.versions if version.valid_from < fixed_until]
    for version in fixed:
        if version not in after.versions:
            since = version.valid_from.isoformat()
            yield Fault("/versions", f"the version of {since} is in force and must stay as it is")
    first = fixed[0].valid_from if fixed else fixed_until
    for at, version in enumerate(after.versions):
        if first < version.valid_from < fixed_until and version not in fixed:
            starts = fixed_until.isoformat(timespec="minutes")
            yield Fault(f"/versions/{at}/valid_from", f"must be {starts} or later")
