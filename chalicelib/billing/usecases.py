"""Billing's use cases: charge a call, publish a tariff, set terms. Closing months is `closing`.

Each may run twice, or twice at once, and gives the same charge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from chalicelib.billing import close, ledger, publishing
from chalicelib.billing.metering import metered
from chalicelib.billing.ports import EntryPage
from chalicelib.kernel.errors import Conflict, NotFound, Stale

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.ports import Charges, Tariffs
    from chalicelib.billing.publishing import Published
    from chalicelib.billing.rating import RatedCall
    from chalicelib.billing.tariff import Tariff
    from chalicelib.calls.call import Call
    from chalicelib.kernel.periods import Month


class Dated(Protocol):
    """An entry of a ledger."""

    @property
    def period(self) -> Month:
        """The month of usage."""

    @property
    def position(self) -> str:
        """Its place in the order of recording."""


DatedT = TypeVar("DatedT", bound=Dated)

# How much of the ledger one request may read to fill its page.
PAGE: Final = 200
PAGES_EXAMINED: Final = 10


def charge_call(call: Call, *, now: datetime, charges: Charges, tariffs: Tariffs) -> Entry | None:
    """Charge a call that ended, once; correct its charge if what was rated has changed.

    One conditional write when the call is new. None is a call that costs nothing by nature.
    Raises Conflict if two corrections meet.
    """
    rated = metered(call)
    if rated is None:
        return None
    wanted = _entry(rated, tariffs, now)
    try:
        charges.add_entry(wanted)
    except Conflict:
        return _correct(wanted, charges)
    return wanted


def publish_tariff(
    account_id: str,
    tariff: Tariff,
    *,
    now: datetime,
    tariffs: Tariffs,
    revision: int | None = None,
) -> Published:
    """Publish a price list over the one of `revision`; None is whichever is there, 0 is none.

    Raises Stale if another was published meanwhile, ChangesThePast if it may not replace it.
    """
    try:
        before = tariffs.latest_tariff(account_id)
    except NotFound:
        before = None
    if revision not in (None, before.revision if before else 0):
        raise Stale("another tariff was published meanwhile", account_id=account_id)
    published = publishing.succeed(before, tariff, now)
    tariffs.add_tariff(account_id, published)
    return published


def latest_tariff(account_id: str, tariffs: Tariffs) -> Tariff | None:
    """Return the account's tariff, None before it has one."""
    try:
        return tariffs.latest_tariff(account_id).tariff
    except NotFound:
        return None


def price_again(entry: Entry, tariff: Tariff, *, now: datetime, charges: Charges) -> None:
    """Price a call that had no price when it ended, if it still has none.

    The new entry is stamped now, so that only a close whose cut-off is later takes it.
    """
    if ledger.first_entry(entry.call, tariff, now).charge is None:
        return
    latest = charges.latest_entry(entry.call.account_id, entry.call.call_id)
    correction = ledger.correction(latest, ledger.first_entry(latest.call, tariff, now))
    if latest.charge is not None or correction is None:
        return
    try:
        charges.add_entry(correction)
    except Conflict:
        return  # somebody else priced it at the same moment


def charges_of_month(
    account_id: str,
    month: Month,
    *,
    limit: int,
    after: str | None,
    now: datetime,
    charges: Charges,
) -> EntryPage[Entry]:
    """Return a page of the entries about calls that began in a month; it may be short."""
    since, until = month.start - close.SKEW, now + close.SKEW

    def page(after: str | None) -> EntryPage[Entry]:
        return charges.entry_page(account_id, since, until, PAGE, after)

    return of_month(month, page, limit, after)


def of_month(
    month: Month,
    page_after: Callable[[str | None], EntryPage[DatedT]],
    limit: int,
    after: str | None,
) -> EntryPage[DatedT]:
    """Pick a month's entries out of a ledger.

    It is in the order of recording: a month's entries lie among those of later calls.
    """
    found: list[DatedT] = []
    for _ in range(PAGES_EXAMINED):
        page = page_after(after)
        for entry in page.entries:
            after = entry.position
            if entry.period == month:
                found.append(entry)
            if len(found) == limit:
                return EntryPage(tuple(found), after)
        if page.next is None:
            return EntryPage(tuple(found))
    return EntryPage(tuple(found), after)


def _entry(rated: RatedCall, tariffs: Tariffs, now: datetime) -> Entry:
    """Rate by the tariff at hand; look for a newer one before saying that there is no price."""
    try:
        entry = ledger.first_entry(rated, tariffs.kept_tariff(rated.account_id).tariff, now)
    except NotFound:
        entry = None
    if entry is not None and entry.charge is not None:
        return entry
    return ledger.first_entry(rated, latest_tariff(rated.account_id, tariffs), now)


def _correct(wanted: Entry, charges: Charges) -> Entry:
    latest = charges.latest_entry(wanted.call.account_id, wanted.call.call_id)
    correction = ledger.correction(latest, wanted)
    if correction is None:
        return latest
    charges.add_entry(correction)
    return correction
