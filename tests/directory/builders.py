"""Accounts, keys and lines with all that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.directory import keys
from chalicelib.directory.accounts import Account, Kind
from chalicelib.directory.identity import Address, Identity
from chalicelib.directory.keys import Key
from chalicelib.directory.lines import Line, LineState
from chalicelib.kernel.principal import Principal

if TYPE_CHECKING:
    from chalicelib.directory.ports import Accounts, Keys, Lines

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBER = "+33162012345"
OTHER = "+33162012346"
FALLBACK = "+33612345678"
SECRET = bytes(range(32))
KEY_ID = "key_0123456789abcdef0123"


def an_account(**facts: Any) -> Account:
    known: dict[str, Any] = {
        "id": "acct_agency",
        "name": "Agence Dupont",
        "kind": Kind.AGENCY,
        "created_at": NOW,
    }
    return Account(**known | facts)


def a_client(**facts: Any) -> Account:
    known: dict[str, Any] = {
        "id": "acct_client",
        "name": "Boulangerie Martin",
        "kind": Kind.BUSINESS,
        "parent_id": "acct_agency",
    }
    return an_account(**known | facts)


def a_key(**facts: Any) -> Key:
    known: dict[str, Any] = {
        "id": KEY_ID,
        "account_id": "acct_agency",
        "digest": keys.digest(SECRET),
        "scopes": frozenset({"*"}),
        "created_at": NOW,
    }
    return Key(**known | facts)


def a_line(**facts: Any) -> Line:
    known: dict[str, Any] = {
        "number": NUMBER,
        "account_id": "acct_client",
        "state": LineState.ACTIVE,
        "family": "npv",
        "flow_id": "flow_1",
        "fallback": FALLBACK,
        "label": "front desk",
        "carrier_id": f"PN{NUMBER}",
        "stock_id": "acct_agency",
    }
    return Line(**known | facts)


def an_identity(**facts: Any) -> Identity:
    known: dict[str, Any] = {
        "legal_name": "Boulangerie Martin SARL",
        "address": Address(lines=("1 rue du Four",), postcode="75006", city="Paris"),
        "email": "compta@boulangerie-martin.fr",
        "siren": "732829320",
        "vat_id": "FR44732829320",
    }
    return Identity(**known | facts)


def a_principal(**facts: Any) -> Principal:
    """The agency's own key, acting for its client."""
    known: dict[str, Any] = {
        "account_id": "acct_client",
        "key_account_id": "acct_agency",
        "key_id": KEY_ID,
        "scopes": frozenset({"*"}),
    }
    return Principal(**known | facts)


def an_agency_and_its_client(accounts: Accounts) -> tuple[Account, Account]:
    return accounts.add_account(an_account()), accounts.add_account(a_client())


def keep(line: Line, account: Account, lines: Lines) -> Line:
    """Store a line in the state it is in."""
    return lines.save_line(lines.put_line(line, account))


def bearer(key: Key | None = None, secret: bytes = SECRET) -> str:
    return f"Bearer {keys.text((key or a_key()).id, secret)}"


def with_key(store: Keys, **facts: Any) -> Key:
    key = a_key(**facts)
    store.add_key(key)
    return key
