"""Costs read from what advertising networks export, as CSV: which column is what, and its faults.

Columns are known by their names, in English and in French, of Google Ads, Microsoft Advertising,
Meta and our own. Lines of one thing and one period (of several ad groups, say) are one cost. Such a
cost's id is made of what it is of: importing a period again replaces it, so that nothing is there
twice.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money
from chalicelib.tracking.costs import costs
from chalicelib.tracking.costs.costs import Cost, Target
from chalicelib.tracking.costs.days import order_of, read_day
from chalicelib.tracking.landing.addresses import clean
from chalicelib.tracking.landing.channels import channel_of
from chalicelib.tracking.reports.contributing import LONGEST_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.tracking.costs.days import Order

MOST_LINES: Final = 20_000
MOST_FAULTS: Final = 100
# Networks put a title and the period above the names of the columns.
_LINES_ABOVE: Final = 10

# What each column is called, in small letters.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "amount": ("amount", "cost", "coût", "spend", "dépenses", "amount spent", "montant dépensé"),
    "currency": ("currency", "currency code", "code de devise", "devise"),
    "from": (
        "from",
        "day",
        "jour",
        "date",
        "gregorian date",
        "date grégorienne",
        "reporting starts",
        "début des rapports",
    ),
    "to": ("to", "reporting ends", "fin des rapports"),
    "channel": ("channel",),
    "source": ("source",),
    "medium": ("medium",),
    "campaign": ("campaign", "campagne", "campaign name", "nom de la campagne"),
    "term": ("term", "keyword", "search keyword", "mot clé", "mot clé pour le réseau de recherche"),
    "source_id": ("source_id",),
    "note": ("note",),
}
_NAMES: Final = {name: column for column, names in COLUMNS.items() for name in names}
_TOTAL: Final = re.compile(r"(?:totals?|totaux)(?:\s*[:–-].*)?", re.IGNORECASE)
_NOTHING: Final = frozenset({"", "-", "--"})
_CURRENCY: Final = re.compile(r"\((\w{3})\)")


@dataclass(frozen=True, slots=True)
class Origin:
    """What every line is of, where a file does not say it."""

    source: str = ""
    medium: str = ""
    match_types: bool = False  # keywords are written as they are matched: `[plombier lyon]`


GOOGLE: Final = Origin("google", "cpc", match_types=True)
ORIGINS: Final[Mapping[str, Origin]] = {
    "cadran": Origin(),
    "google_ads": GOOGLE,
    "microsoft": Origin("bing", "cpc", match_types=True),
    "meta": Origin("facebook", "paid_social"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What was found in a file: the costs, how many lines they are of, and what is wrong."""

    costs: tuple[Cost, ...]
    lines: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose costs they are, and when they were told."""

    account_id: str
    now: datetime


def read(text: str, origin: Origin, owner: Owner, order: Order | None = None) -> Read:
    """Read costs from a file; what is wrong is told by line. Raises Rejected for no file at all.

    `order` is that of its days between slashes; None: as the file itself tells.
    """
    rows = _rows(text)
    head, names = _heading(rows)
    order = order or _order(rows[head:], names)
    found: dict[str, Cost] = {}
    faults: list[Fault] = []
    lines = 0
    for number, cells in rows[head + 1 :]:
        if not any(cells) or _is_total(names, cells):
            continue
        lines += 1
        try:
            cost = _cost(_named(names, cells), origin, owner, order)
        except Rejected as error:
            faults += [replace(each, line=number) for each in error.faults]
            continue
        if cost is None:
            continue
        before = found.get(cost.id)
        found[cost.id] = cost if before is None else _added(before, cost)
    return Read(tuple(found.values()), lines, tuple(faults[:MOST_FAULTS]))


def _added(one: Cost, other: Cost) -> Cost:
    return replace(one, amount=one.amount + other.amount)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Take a file apart: lines count from 1, as editors show them."""
    if "\x00" in text:
        raise Rejected("no table", faults=(Fault("/content", "not a text"),))
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_separator(text))
    rows = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [clean(cell, LONGEST_VALUE) for cell in cells]))
            if len(rows) > MOST_LINES:
                raise Rejected("no table", faults=(Fault("/content", f"over {MOST_LINES} lines"),))
    except csv.Error as error:
        fault = Fault("/content", f"not CSV: {error}", line=reader.line_num)
        raise Rejected("no table", faults=(fault,)) from error
    return rows


def _separator(text: str) -> str:
    head = "\n".join(text.splitlines()[:_LINES_ABOVE])
    return max(";", "\t", ",", key=head.count)


def _heading(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """Find the line that names the columns."""
    for at, (_, cells) in enumerate(rows[:_LINES_ABOVE]):
        names = [_column(cell) for cell in cells]
        if "amount" in names and "from" in names:
            return at, names
    reason = "no line names a column of amounts and one of days, such as `amount` and `from`"
    raise Rejected("no table of costs", faults=(Fault("/content", reason),))


def _is_total(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Say whether a line sums others: it says so, and is of no day. Campaigns may be called so."""
    at = names.index("from")
    day = cells[at] if 0 < at < len(cells) else ""
    return _TOTAL.fullmatch(cells[0]) is not None and day in _NOTHING


def _column(cell: str) -> str:
    """Return what a column is; "" for one that is left alone. Meta writes its currency beside it.

    >>> _column("Amount spent (EUR)"), _column("Impressions")
    ('amount', '')
    """
    plain = re.sub(r"\s*\(.*\)$", "", cell.lower()).strip()
    currency = _CURRENCY.search(cell)
    if currency is not None and currency[1] != Money.currency:
        return ""
    return _NAMES.get(plain, "")


def _named(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and cell:
            found.setdefault(name, cell)
    return found


def _order(rows: Sequence[tuple[int, list[str]]], names: Sequence[str]) -> Order | None:
    """Tell in which order days are written: rows are the columns' names, and all that follow."""
    of_days = [at for at, name in enumerate(names) if name in ("from", "to")]
    columns, *lines = (
        [cells[at].lower() for at in of_days if at < len(cells)] for _, cells in rows
    )
    return order_of(columns, (day for each in lines for day in each))


def _cost(
    cells: Mapping[str, str], origin: Origin, owner: Owner, order: Order | None
) -> Cost | None:
    """Read a line: None where nothing was spent."""
    amount = _amount(cells.get("amount", ""))
    first = read_day(cells.get("from", ""), "from", order)
    last = read_day(cells["to"], "to", order) if "to" in cells else first
    if cells.get("currency", Money.currency).upper() != Money.currency:
        raise _wrong("currency", f"only {Money.currency} can be summed")
    target = _target(cells, origin)
    if target == Target() and "source_id" not in cells:
        raise _wrong("campaign", "says of nothing what it cost")
    if not amount:
        return None
    cost = Cost(
        id="",
        account_id=owner.account_id,
        target=target,
        amount=amount,
        first=first,
        last=last,
        created_at=owner.now,
        source_id=cells.get("source_id"),
        note=cells.get("note", ""),
        imported=True,
    )
    return costs.check(replace(cost, id=_id(cost)))


def _target(cells: Mapping[str, str], origin: Origin) -> Target:
    facts = {
        "source": origin.source,
        "medium": origin.medium,
        **{
            name: cells[name]
            for name in ("channel", "source", "medium", "campaign", "term")
            if name in cells
        },
    }
    target = Target(**facts).as_reported()
    if origin.match_types:
        target = replace(target, term=_keyword(target.term))
    if target.channel or not (target.source or target.medium):
        return target
    return replace(target, channel=str(channel_of(target.source, target.medium, target.campaign)))


def _keyword(term: str) -> str:
    """Return a keyword as visits have it, without the signs of how it is matched.

    >>> _keyword("[plombier lyon]"), _keyword('"plombier lyon"'), _keyword("+plombier +lyon")
    ('plombier lyon', 'plombier lyon', 'plombier lyon')
    """
    exact = re.fullmatch(r"\[(.*)\]|\"(.*)\"", term)
    plain = term if exact is None else exact[1] or exact[2] or ""
    return " ".join(word.removeprefix("+") for word in plain.split())


def _amount(text: str) -> Money:
    """Read an amount as people and networks write it: `1,234.50`, `1 234,50 €`, `12`.

    >>> str(_amount("1,234.50")), str(_amount("1 234,5 €")), str(_amount("1,234"))
    ('1234.50', '1234.50', '1234.00')
    """
    plain = re.sub(r"[\s\u00a0\u202f€]|EUR", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?", plain, re.ASCII):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d+,\d+", plain, re.ASCII):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        raise _wrong("amount", "no amount" if text else "missing")
    try:
        return Money.euros(plain[:30]).to_cents()
    except Rejected as error:
        raise _wrong("amount", error.message) from error


def _id(cost: Cost) -> str:
    """Name a cost by what it is of, whatever its capitals: networks and tags differ in them."""
    of = {name: text.casefold() for name, text in asdict(cost.target).items()}
    what = json.dumps([cost.source_id, of, cost.last.isoformat()])
    return costs.id_of(cost.first, hashlib.sha256(what.encode()).hexdigest()[:20])


def _wrong(name: str, reason: str) -> Rejected:
    return Rejected("the line is wrong", faults=(Fault(f"/{name}", reason),))
