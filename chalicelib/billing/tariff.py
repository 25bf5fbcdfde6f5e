"""A dated price list: versions that follow one another, each pricing families and origins.

A tariff is parsed once, with every fault found; afterwards looking a price up cannot be wrong, only
missing. Computing the price is the rate's work; keeping tariffs is the store's.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.billing.origin import Origin
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.billing.rates import Rate

# A number outside the French plan has no family; a rate for every family prices it too.
Table = dict[tuple[Family | None, Origin], "tuple[Rate, ...]"]


class InvalidTariff(Rejected):
    """The document is no tariff; every fault is listed with its place."""

    code = "invalid-tariff"


class NoPrice(Rejected):
    """The tariff has no version, or no rate, for such a call."""

    code = "no-price"


@dataclass(frozen=True, slots=True)
class Entry:
    """A rate and what it applies to; None is every family, or every origin."""

    rate: Rate
    families: frozenset[Family] | None
    origins: frozenset[Origin] | None

    @property
    def precedence(self) -> int:
        """Rank how precisely it is aimed: a family counts for more than an origin."""
        return 2 * (self.families is not None) + (self.origins is not None)

    def covers(self, family: Family | None, origin: Origin) -> bool:
        """Say whether it applies at all."""
        in_family = self.families is None or family in self.families
        return in_family and (self.origins is None or origin in self.origins)

    def names(self, origin: Origin) -> bool:
        """Say whether it prices this origin by name."""
        return self.origins is not None and origin in self.origins

    def to_document(self) -> dict[str, Any]:
        """Write the entry as plain JSON values."""
        document = self.rate.to_document()
        if self.families is not None:
            document["families"] = sorted(self.families)
        if self.origins is not None:
            document["origins"] = sorted(self.origins)
        return document


@dataclass(frozen=True, slots=True)
class Version:
    """The prices in force from an instant until the next version's."""

    valid_from: datetime
    entries: tuple[Entry, ...]
    table: Table = field(compare=False, repr=False)

    @classmethod
    def of(cls, valid_from: datetime, entries: tuple[Entry, ...]) -> Version:
        """Build a version and its look-up table."""
        return cls(valid_from, entries, _table(entries))

    def rates(self, family: Family | None, origin: Origin) -> tuple[Rate, ...]:
        """Give the rate of such calls; several mean that the dearest is due."""
        rates = self.table.get((family, origin))
        if rates is None:
            raise NoPrice("the tariff has no rate for such a call", family=family, origin=origin)
        return rates

    def to_document(self) -> dict[str, Any]:
        """Write the version as plain JSON values."""
        return {
            "valid_from": self.valid_from.isoformat(),
            "rates": [entry.to_document() for entry in self.entries],
        }


@dataclass(frozen=True, slots=True)
class Tariff:
    """Versions in the order in which they come into force."""

    name: str
    versions: tuple[Version, ...]
    starts: tuple[datetime, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, name: str, versions: tuple[Version, ...]) -> Tariff:
        """Build a tariff from versions that are in order."""
        return cls(name, versions, tuple(version.valid_from for version in versions))

    def version_at(self, instant: datetime) -> Version:
        """Give the version in force at an instant: from its start on, that included."""
        at = bisect_right(self.starts, instant) - 1
        if at < 0:
            raise NoPrice("the tariff was not in force yet", started_at=instant.isoformat())
        return self.versions[at]

    def to_document(self) -> dict[str, Any]:
        """Write the tariff as plain JSON values, which `parse` reads back."""
        return {
            "name": self.name,
            "versions": [version.to_document() for version in self.versions],
        }


# The origins whose rates a call of unknown origin may be charged by: all that carry calls.
_KNOWN: Final = tuple(origin for origin in Origin if origin is not Origin.UNKNOWN)


def _table(entries: tuple[Entry, ...]) -> Table:
    table: Table = {}
    for family in (None, *Family):
        for origin in Origin:
            rates = _dearest(entries, family) if origin is Origin.UNKNOWN else ()
            rates = rates or _best(entries, family, origin)
            if rates:
                table[family, origin] = rates
    return table


def _best(entries: tuple[Entry, ...], family: Family | None, origin: Origin) -> tuple[Rate, ...]:
    fits = [entry for entry in entries if entry.covers(family, origin)]
    return (max(fits, key=lambda entry: entry.precedence).rate,) if fits else ()


def _dearest(entries: tuple[Entry, ...], family: Family | None) -> tuple[Rate, ...]:
    """List what an unknown origin may cost, unless a rate prices `unknown` by name.

    Which one is dearest depends on the call's length, so the choice is left to rating.
    """
    named = tuple(entry for entry in entries if entry.names(Origin.UNKNOWN))
    if any(entry.covers(family, Origin.UNKNOWN) for entry in named):
        return _best(named, family, Origin.UNKNOWN)
    candidates = (_best(entries, family, origin) for origin in _KNOWN)
    return tuple(dict.fromkeys(rate for rates in candidates for rate in rates))
