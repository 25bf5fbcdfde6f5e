"""API keys: their text, what is kept of it, and when they stop working.

The secret part is 256 random bits, so one round of SHA-256 is enough to keep it: there is nothing
to guess. The text itself is shown once and never stored. Randomness comes in as an argument.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.directory.scopes import exceeding
from chalicelib.kernel.errors import Fault, Forbidden, Rejected, Unauthenticated

if TYPE_CHECKING:
    from datetime import datetime

SECRET_BYTES: Final = 32
_BEARER: Final = re.compile(r"[Bb]earer +cdn_(key_[0-9A-Za-z]{8,40})_([0-9a-f]{64})")


class WrongKey(Unauthenticated):
    """No key, an unknown one, a wrong secret, expired or revoked: from outside all look alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key as it is kept: the digest of its secret, and its rights."""

    id: str
    account_id: str
    digest: str
    scopes: frozenset[str]
    created_at: datetime
    label: str = ""
    valid_until: datetime | None = None  # half-open: not valid at this instant any more
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Say whether the key is neither expired nor revoked."""
        return self.revoked_at is None and (self.valid_until is None or now < self.valid_until)

    def revoked(self, now: datetime) -> Key:
        """Return the key revoked; the first time it was stands."""
        return self if self.revoked_at is not None else replace(self, revoked_at=now)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a client sends: which key it says this is, and the digest of its secret."""

    key_id: str
    digest: str


def text(key_id: str, secret: bytes) -> str:
    """Write a key as its holder keeps it. Shown once."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a secret is {SECRET_BYTES} bytes")
    return f"cdn_{key_id}_{secret.hex()}"


def digest(secret: bytes) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret).hexdigest()


def present(header: str) -> Presented:
    """Read an `Authorization` header. Raises WrongKey on anything but a bearer key of ours."""
    known = _BEARER.fullmatch(header.strip())
    if known is None:
        raise WrongKey("send a key: Authorization: Bearer cdn_...")
    return Presented(known[1], digest(bytes.fromhex(known[2])))


def verify(presented: Presented, key: Key, now: datetime) -> None:
    """Raise WrongKey unless the secret is the key's own and the key still works."""
    same = hmac.compare_digest(presented.digest, key.digest)
    if not (same and key.works(now)):
        raise wrong_key()


def wrong_key() -> WrongKey:
    """Return the one refusal there is, whatever was wrong."""
    return WrongKey("the key is unknown, revoked or expired")


def check_grant(
    asked: frozenset[str], until: datetime | None, *, by: Key, held: frozenset[str], now: datetime
) -> None:
    """Refuse a new key that could do more, or live longer, than the key that asks for it."""
    beyond = exceeding(asked, held)
    if beyond:
        raise Forbidden("a key can't grant scopes that it lacks", scopes=beyond)
    if until is not None and until <= now:
        fault = Fault("/valid_until", "in the past")
        raise Rejected("the key would never work", faults=(fault,))
    if by.valid_until is not None and (until is None or until > by.valid_until):
        raise Forbidden("a key can't grant a longer life than its own", until=by.valid_until)
