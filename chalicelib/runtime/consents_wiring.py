"""Where ledgers of consents meet the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import secrets, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.ports import Desk
    from chalicelib.campaigns.consents.store import ConsentStore
    from chalicelib.campaigns.consents.suppressions import Prefixes
    from chalicelib.runtime.kept import Kept


@cache
def store() -> ConsentStore:
    """Return ledgers and do-not-call lists."""
    from chalicelib.campaigns.consents.store import ConsentStore

    return ConsentStore(settings().campaigns_table)


@cache
def kept_prefixes() -> Kept[str, Prefixes]:
    """Return accounts' prefixes: a new one holds within half a minute everywhere."""
    from chalicelib.runtime.kept import Kept

    return Kept(store().prefixes)


@cache
def desk() -> Desk:
    """Return all that keeping ledgers takes."""
    from chalicelib.campaigns.consents.lines import key_of
    from chalicelib.campaigns.consents.ports import Desk

    return Desk(
        ledgers=store(),
        suppressions=store(),
        hashing=wiring.Callers(),
        key=lambda account_id: key_of(secrets.pepper(), account_id),
        clock=wiring.clock,
    )
