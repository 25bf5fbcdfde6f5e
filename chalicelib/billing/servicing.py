"""Use cases of services: note what a caller owes for one, and list a month's.

As with charges of calls, each may run twice, or twice at once, and gives the same entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.billing import close, service
from chalicelib.billing.usecases import PAGE, of_month
from chalicelib.kernel.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.billing.ports import EntryPage, Services
    from chalicelib.billing.service import ServiceEntry
    from chalicelib.calls.call import Call
    from chalicelib.kernel.periods import Month


def charge_service(call: Call, *, now: datetime, services: Services) -> ServiceEntry | None:
    """Note what a call's caller owes for the service; correct it if what was rated has changed.

    None is a call in which no beep was heard: nothing is due. Raises Conflict if two corrections
    meet.
    """
    use = service.used(call)
    if use is None:
        return None
    wanted = service.first_entry(use, now)
    try:
        services.add_service(wanted)
    except Conflict:
        return _correct(wanted, services)
    return wanted


def services_of_month(
    account_id: str,
    month: Month,
    *,
    limit: int,
    after: str | None,
    now: datetime,
    services: Services,
) -> EntryPage[ServiceEntry]:
    """Return a page of the entries about calls that began in a month; it may be short."""
    since, until = month.start - close.SKEW, now + close.SKEW

    def page(after: str | None) -> EntryPage[ServiceEntry]:
        return services.service_page(account_id, since, until, PAGE, after)

    return of_month(month, page, limit, after)


def _correct(wanted: ServiceEntry, services: Services) -> ServiceEntry:
    latest = services.latest_service(wanted.use.account_id, wanted.use.call_id)
    correction = service.correction(latest, wanted)
    if correction is None:
        return latest
    services.add_service(correction)
    return correction
