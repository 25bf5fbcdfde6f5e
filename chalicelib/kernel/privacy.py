"""Keyed hashes that stand for a caller in indexes and reports; the number itself stays elsewhere.

One key for each account, derived from the installation's secret pepper, so that the same caller
cannot be matched between two accounts, and so that a hash alone cannot be tried against the few
hundred million numbers there are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# GDPR art. 4(5): pseudonymisation needs the additional information kept apart, here the pepper.
# A hashed number remains personal data; this only limits who can turn it back (2026-11).
_PURPOSE: Final = b"cadran/caller/1:"
_BLOCK: Final = 64  # bytes of SHA-256's
_LENGTH: Final = 43  # letters of 32 bytes, without the `=` that fills them up
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def account_key(pepper: bytes, account_id: str) -> bytes:
    """Derive the account's own key from the installation's pepper."""
    return hmac.digest(pepper, _PURPOSE + account_id.encode(), "sha256")


def caller_hash(key: bytes, e164: str) -> str:
    """Hash a number under an account's key: 43 characters, safe in URLs and index keys."""
    digest = hmac.digest(key, e164.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def hasher(key: bytes) -> Callable[[str], str]:
    """Return what makes the hashes of `caller_hash`, for those who make millions of them.

    HMAC (RFC 2104) by hand: what it does to the key is done once, not for each number.

    >>> hasher(b"key")("+33162012345") == caller_hash(b"key", "+33162012345")
    True
    """
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\x00")
    inside = hashlib.sha256(bytes(each ^ 0x36 for each in block)).copy
    outside = hashlib.sha256(bytes(each ^ 0x5C for each in block)).copy

    def hashed(e164: str) -> str:
        inner, outer = inside(), outside()
        inner.update(e164.encode())
        outer.update(inner.digest())
        text = binascii.b2a_base64(outer.digest(), newline=False)
        return text.translate(_URL_SAFE)[:_LENGTH].decode("ascii")

    return hashed
