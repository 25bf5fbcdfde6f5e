"""Who is asking, and what accounts and keys may be made, changed and taken away.

Every function takes the account that the request acts for; another account's things are NotFound.
Numbers have their own module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.directory import accounts as rules
from chalicelib.directory import keys as key_rules
from chalicelib.kernel.errors import Forbidden, NotFound
from chalicelib.kernel.principal import Principal

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.ports import Accounts, Keys, Lines

    class AccountsAndLines(Accounts, Lines, Protocol):
        """Both, since a line keeps copies of its account."""


PAGE: Final = 100


def authenticate(
    header: str, acting_for: str | None, *, now: datetime, keys: Keys, accounts: Accounts
) -> Principal:
    """Tell who asks from `Authorization` and `Cadran-Account`.

    Raises WrongKey when there is no working key, Forbidden when the account it asks for is not
    the key's own nor a client of it, or is not active.
    """
    presented = key_rules.present(header)
    try:
        key = keys.key(presented.key_id)
    except NotFound:
        raise key_rules.wrong_key() from None
    key_rules.verify(presented, key, now)
    own = accounts.account(key.account_id)
    rules.check_active(own)
    account = own if acting_for in (None, own.id) else _client(own, str(acting_for), accounts)
    rules.check_active(account)
    return Principal(
        account_id=account.id,
        key_account_id=own.id,
        key_id=key.id,
        scopes=key.scopes,
        log_shards=account.log_shards,
    )


def _client(agency: Account, account_id: str, accounts: Accounts) -> Account:
    try:
        account = accounts.account(account_id)
    except NotFound:
        account = None
    if account is None or not agency.owns(account):
        raise Forbidden("the key may not act for this account", account_id=account_id)
    return account
