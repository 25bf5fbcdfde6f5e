"""Consents and ledgers for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.consents.checking import Captured
from chalicelib.campaigns.consents.consents import (
    Channel,
    Consent,
    Means,
    Professional,
    Withdrawal,
)
from chalicelib.campaigns.consents.lines import Whose, key_of
from chalicelib.campaigns.consents.ports import Desk
from chalicelib.kernel import privacy
from tests.clouds import PEPPER
from tests.fakes.consents import LedgersInMemory

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.store import ConsentStore

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIREN, OTHER_SIREN = "732829320", "552100554"
NUMBER = "+33639981234"
BAKER = Professional(siren=SIREN, name="Boulangerie SARL")
TEXT = (
    "J'accepte que Boulangerie SARL m'appelle pendant un an pour la livraison de pain. Je peux"
    " retirer mon accord et demander la preuve à tout moment."
)


def at(**ago: float) -> datetime:
    """Return an instant after noon, or before it."""
    return NOON + timedelta(**ago)


def captured(**facts: Any) -> Captured:
    """Return what somebody agreed to a day ago, on the web."""
    usual: dict[str, Any] = {
        "professional": BAKER,
        "object": "Livraison de pain à domicile",
        "text": TEXT,
        "captured_at": at(days=-1),
        "means": Means.WEB,
        "covers": (Channel.PHONE,),
    }
    return Captured(**(usual | facts))


def a_consent(name: str = "cons_1", **facts: Any) -> Consent:
    """Return it as a consent."""
    return captured(**facts).consent(name)


def a_withdrawal(**facts: Any) -> Withdrawal:
    """Return somebody's letter of now."""
    usual: dict[str, Any] = {"at": NOON, "means": Means.LETTER}
    return Withdrawal(**(usual | facts))


class Hashes:
    """The port `Hashing`."""

    def caller_hash(self, account_id: str, caller: str) -> str:
        """Hash as the product does."""
        return privacy.caller_hash(privacy.account_key(PEPPER, account_id), caller)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


class Office:
    """A desk, what it keeps, and the clock on its wall."""

    def __init__(self, ledgers: LedgersInMemory | ConsentStore | None = None) -> None:
        self.ledgers: Any = LedgersInMemory() if ledgers is None else ledgers
        self.clock = Clock()
        self.desk = Desk(
            ledgers=self.ledgers,
            suppressions=self.ledgers,
            hashing=Hashes(),
            key=lambda account_id: key_of(PEPPER, account_id),
            clock=self.clock,
        )

    @property
    def person(self) -> str:
        """Who somebody is to the account."""
        return Hashes().caller_hash("acct_1", NUMBER)

    @property
    def whose(self) -> Whose:
        """Whose ledger is meant."""
        return Whose("acct_1", self.person)
