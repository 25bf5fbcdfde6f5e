"""Who is asking: the account a request acts for, and what its key may do."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kernel.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated request's rights. `account_id` is the account acted for.

    `key_account_id` is the key's own account: another one when an agency acts for a client.
    """

    account_id: str
    key_account_id: str
    key_id: str
    scopes: frozenset[str]
    log_shards: int = 1

    def require(self, scope: str) -> None:
        """Raise Forbidden unless the key carries `scope` (`calls:read`), or all of them (`*`)."""
        area = scope.partition(":")[0]
        if not self.scopes & {scope, f"{area}:*", "*"}:
            raise Forbidden("the key lacks a scope", scope=scope)
