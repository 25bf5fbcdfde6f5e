"""Reading a tariff document: JSON that anybody may have written, every fault with its place.

    {"name": "Standard", "versions": [{"valid_from": "2026-01-01T00:00:00+01:00", "rates": [
        {"name": "Fixe", "families": ["npv"], "origins": ["fixed_metro"], "per_minute": "0.0142",
         "per_call": "0.05", "first_seconds": 60, "next_seconds": 1, "minimum": "0",
         "vat_rate": "20", "includes_vat": false, "longest_seconds": 1800}]}]}

A rate without `families` or `origins` is for all of them; the more precise rate wins.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from chalicelib.billing.origin import Origin
from chalicelib.billing.rates import VAT_RATES, Rate, hundredths, percent
from chalicelib.billing.tariff import Entry, InvalidTariff, Tariff, Version
from chalicelib.kernel.money import Money
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.reading import Place, flag, instant, one_of, price, quoted, text, whole

if TYPE_CHECKING:
    from enum import StrEnum

    from chalicelib.kernel.errors import Fault

EnumT = TypeVar("EnumT", bound="StrEnum")

DEAREST: Final = Money.euros("100")
LONGEST_INCREMENT: Final = 3600
LONGEST_CALL: Final = 24 * 3600
MOST_VERSIONS: Final = 200
MOST_RATES: Final = 200
LONGEST_NAME: Final = 100
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VAT: Final = {percent(vat) for vat in VAT_RATES}


def parse(document: object) -> Tariff:
    """Read a tariff; raises InvalidTariff with every fault found, each by JSON pointer."""
    faults: list[Fault] = []
    fields = Place(document, "", faults).fields(("name", "versions"))
    name = text(fields.get("name"), LONGEST_NAME)
    versions = _versions(fields.get("versions"))
    if faults:
        raise InvalidTariff("the document is not a tariff", faults=tuple(faults))
    return Tariff.of(name, versions)


def _versions(place: Place | None) -> tuple[Version, ...]:
    versions: list[Version] = []
    for item in _listed(place, MOST_VERSIONS):
        fields = item.fields(("valid_from", "rates"))
        valid_from = instant(fields.get("valid_from"), _NEVER)
        if versions and valid_from <= versions[-1].valid_from and "valid_from" in fields:
            fields["valid_from"].fault("must be later than the version before")
        versions.append(Version.of(valid_from, _entries(fields.get("rates"))))
    return tuple(versions)


def _entries(place: Place | None) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for item in _listed(place, MOST_RATES):
        entry = _entry(item)
        rival = _rival(entry, entries)
        if rival is not None:
            item.fault(f"prices the same calls as `{rival.rate.name}`, no more precisely")
        entries.append(entry)
    return tuple(entries)


def _entry(item: Place) -> Entry:
    fields = item.fields(
        ("name", "per_minute", "vat_rate"),
        (
            "families",
            "origins",
            "per_call",
            "first_seconds",
            "next_seconds",
            "minimum",
            "includes_vat",
            "longest_seconds",
        ),
    )
    longest = fields.get("longest_seconds")
    rate = Rate(
        name=text(fields.get("name"), LONGEST_NAME),
        per_minute=price(fields.get("per_minute"), DEAREST),
        per_call=price(fields.get("per_call"), DEAREST),
        first_seconds=whole(fields.get("first_seconds"), 1, LONGEST_INCREMENT, 1),
        next_seconds=whole(fields.get("next_seconds"), 1, LONGEST_INCREMENT, 1),
        minimum=price(fields.get("minimum"), DEAREST),
        vat=_vat(fields.get("vat_rate")),
        includes_vat=flag(fields.get("includes_vat"), default=False),
        longest_seconds=whole(longest, 1, LONGEST_CALL, 1) if longest else None,
    )
    families = _several(fields.get("families"), Family, Family.NPV)
    return Entry(rate, families, _several(fields.get("origins"), Origin, Origin.UNKNOWN))


def _several(place: Place | None, kind: type[EnumT], default: EnumT) -> frozenset[EnumT] | None:
    if place is None:
        return None
    return frozenset(one_of(item, kind, default) for item in _listed(place, len(kind)))


def _listed(place: Place | None, most: int) -> tuple[Place, ...]:
    items = place.items() if place is not None else ()
    if place is not None and isinstance(place.value, list) and not 0 < len(items) <= most:
        place.fault(f"must hold 1 to {most} entries, not {len(items)}")
        return ()
    return items


def _vat(place: Place | None) -> int:
    if place is None:
        return 0
    if isinstance(place.value, str) and place.value in _VAT:
        return hundredths(place.value)
    known = ", ".join(percent(vat) for vat in sorted(VAT_RATES))
    place.fault(f"must be a VAT rate as a text, one of {known}, not {quoted(place.value)}")
    return 0


def _rival(entry: Entry, others: list[Entry]) -> Entry | None:
    """Find an entry that prices some of the same calls, so that neither would win."""
    return next((o for o in others if o.precedence == entry.precedence and _meet(o, entry)), None)


def _meet(one: Entry, other: Entry) -> bool:
    families = one.families is None or other.families is None or one.families & other.families
    origins = one.origins is None or other.origins is None or one.origins & other.origins
    return bool(families and origins)
