"""The directory's accounts as billing sees them: who is billed, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.billing.ports import BilledAccount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from chalicelib.directory.ports import Accounts, Founds

    class AccountsAndFounder(Accounts, Founds, Protocol):
        """The directory: accounts, and the one that began the installation."""


PAGE: Final = 100


class DirectoryAccounts:
    """The `Accounts` port on the directory. An agency sells to its clients."""

    def __init__(self, directory: AccountsAndFounder) -> None:
        self._directory = directory

    def billed(self, account_id: str) -> BilledAccount:
        """Return an account with its own legal identity and its agency's."""
        account = self._directory.account(account_id)
        agency = self._directory.account(account.parent_id) if account.parent_id else None
        return BilledAccount(
            id=account.id,
            opened_at=account.created_at,
            buyer=account.legal,
            seller=agency.legal if agency else None,
            agency_id=account.parent_id,
        )

    def everyone(self) -> Iterator[str]:
        """Yield the first account, then its clients: there are no others."""
        founder = self._directory.founded()
        if founder is None:
            return
        yield founder
        after: str | None = None
        while True:
            page = self._directory.clients(founder, PAGE, after)
            yield from (client.id for client in page.items)
            after = page.next
            if after is None:
                return
