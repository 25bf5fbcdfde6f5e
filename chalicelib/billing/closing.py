"""The use cases of a month's end: draw up, number and store an account's invoice, exactly once.

One account at a time, so that one account's bad data never stops another. Whatever prevents an
invoice is stored where its account can read it, and tried again at the next run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.billing import close, invoice
from chalicelib.billing.close import Closing, Status, Window
from chalicelib.billing.lines import Usage
from chalicelib.billing.rendering import render
from chalicelib.billing.usecases import latest_tariff, price_again
from chalicelib.kernel.errors import Conflict, NotFound, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.billing.invoice import Draft
    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.ports import BilledAccount, Books
    from chalicelib.kernel.periods import Month


class Pause(Protocol):
    """Waits before another attempt (counted from 1), at random, so that rivals part."""

    def __call__(self, attempt: int) -> None:
        """Wait, longer as attempts go by."""


# Rivals for one series lose a round to each other; the queue brings back whoever loses them all.
ATTEMPTS: Final = 50


def close_account(account_id: str, *, now: datetime, books: Books, pause: Pause) -> list[Closing]:
    """Close every month that is due, oldest first; stop at one that cannot be closed yet."""
    account = books.accounts.billed(account_id)
    closings = books.invoices.closings(account_id)
    closed: list[Closing] = []
    for month in close.due_months(closings, account.opened_at, now):
        closed.append(close_month(account, month, now=now, books=books, pause=pause))
        if not closed[-1].status.settled:
            break
    return closed


def close_month(
    account: BilledAccount, month: Month, *, now: datetime, books: Books, pause: Pause
) -> Closing:
    """Make the month's invoice, or return the one it has. What prevents one is stored as well."""
    known = _settled(account.id, month, books)
    if known is not None:
        return known
    window = close.window(books.invoices.closings(account.id), month, close.cutoff(now))
    usage = _usage(account.id, window, now, books)
    blank = Closing(
        account_id=account.id,
        month=month,
        status=Status.EMPTY,
        cutoff=close.covered_until(window, usage.last_recorded, account.opened_at),
        closed_at=now,
    )
    try:
        draft = _draft(usage, account, now, books)
    except Rejected as error:
        return _settle(_refused(blank, error), books)
    if draft is None:
        return _settle(blank, books)
    if draft.total.micros < 0:
        # A negative invoice would be a credit note; what is owed waits for usage to set it off.
        return _settle(replace(blank, status=Status.CARRIED), books)
    return _issue(blank, draft, books, pause)


def usage_so_far(account_id: str, month: Month, *, now: datetime, books: Books) -> Usage:
    """Add up a month up to this instant, for whoever asks what it comes to; changes nothing."""
    window = close.window(books.invoices.closings(account_id), month, now)
    usage = Usage(month)
    for entry in _taken(account_id, window, books):
        usage.add(entry)
    return usage


def _usage(account_id: str, window: Window, now: datetime, books: Books) -> Usage:
    """Add up what a close takes; calls without a price are tried again for the next run."""
    tariff = latest_tariff(account_id, books.tariffs)
    usage = Usage(window.month)
    for entry in _taken(account_id, window, books):
        usage.add(entry)
        if entry.charge is None and tariff is not None:
            price_again(entry, tariff, now=now, charges=books.charges)
    return usage


def _taken(account_id: str, window: Window, books: Books) -> Iterator[Entry]:
    entries = books.charges.entries(account_id, window.since, window.cutoff)
    return (entry for entry in entries if window.takes(entry))


def _draft(usage: Usage, account: BilledAccount, now: datetime, books: Books) -> Draft | None:
    """Draw the month up, None if nothing was used. Raises Rejected with what is missing."""
    if not usage.lines() and not usage.unpriced:
        return None
    terms, _ = books.terms.terms(account.id)
    parties = invoice.parties_of(account.seller, account.buyer, terms)
    return invoice.draft(usage, parties, close.issue_date(now))


def _settled(account_id: str, month: Month, books: Books) -> Closing | None:
    try:
        closing = books.invoices.closing(account_id, month)
    except NotFound:
        return None
    return closing if closing.status.settled else None


def _refused(blank: Closing, error: Rejected) -> Closing:
    return replace(
        blank, status=Status.REFUSED, message=error.message, reasons=error.faults, code=error.code
    )


def _settle(closing: Closing, books: Books) -> Closing:
    """Store a month without an invoice, unless another run has settled it."""
    try:
        books.invoices.settle(closing)
    except Conflict:
        return books.invoices.closing(closing.account_id, closing.month)
    return closing


def _issue(blank: Closing, draft: Draft, books: Books, pause: Pause) -> Closing:
    """Number the invoice and store it in one transaction, as often as it takes."""
    seller = str(draft.parties.seller.siren)
    for attempt in range(1, ATTEMPTS + 1):
        serial = books.invoices.last_serial(seller, draft.series) + 1
        issued = _numbered(blank, draft, serial)
        try:
            books.invoices.issue(issued, seller, draft.series, serial)
        except Conflict:
            known = _settled(blank.account_id, blank.month, books)
            if known is not None:
                return known
            pause(attempt)
        else:
            return issued
    raise Conflict("too many invoices are being numbered at once", series=draft.series)


def _numbered(blank: Closing, draft: Draft, serial: int) -> Closing:
    number = invoice.number(draft.series, serial)
    document = render(invoice.Invoice(number, draft))
    return replace(blank, status=Status.ISSUED, number=number, document=document)
