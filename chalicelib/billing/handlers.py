"""Bodies of billing's schedule and queue handlers. `app.py` declares them, wiring fills them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.billing import closing, servicing, usecases
from chalicelib.runtime import jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.billing.closing import Pause
    from chalicelib.billing.ports import Accounts, Books
    from chalicelib.calls.call import Call
    from chalicelib.calls.projections import Projection


class Messages(Protocol):
    """A queue."""

    def put(self, message: dict[str, Any]) -> None:
        """Send a message."""


def close_months(now: datetime, accounts: Accounts, queue: Messages) -> None:
    """Have every account looked at, each by a message of its own."""

    def ask(account_id: str) -> None:
        queue.put({"account_id": account_id, "now": now.isoformat()})

    jobs.every("close-months", accounts.everyone(), ask)


def close_account_month(bodies: Iterable[str], books: Books, pause: Pause) -> None:
    """Close what is due of the accounts that messages name."""
    jobs.every("close-account-month", bodies, lambda body: _close(json.loads(body), books, pause))


def charging(books: Callable[[], Books], clock: Callable[[], datetime]) -> Projection:
    """Return the projection that charges calls."""

    def charge(call: Call) -> None:
        kept = books()
        usecases.charge_call(call, now=clock(), charges=kept.charges, tariffs=kept.tariffs)
        servicing.charge_service(call, now=clock(), services=kept.services)

    return charge


def _close(message: dict[str, str], books: Books, pause: Pause) -> None:
    now = datetime.fromisoformat(message["now"])
    closing.close_account(message["account_id"], now=now, books=books, pause=pause)
