"""Keyed hashes that stand for a caller in indexes and reports; the number itself stays elsewhere.

One key for each account, derived from the installation's secret pepper, so that the same caller
cannot be matched between two accounts, and so that a hash alone cannot be tried against the few
hundred million numbers there are.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

# GDPR art. 4(5): pseudonymisation needs the additional information kept apart, here the pepper.
# A hashed number remains personal data; this only limits who can turn it back (2026-11).
_PURPOSE: Final = b"cadran/caller/1:"


def account_key(pepper: bytes, account_id: str) -> bytes:
    """Derive the account's own key from the installation's pepper."""
    return hmac.digest(pepper, _PURPOSE + account_id.encode(), "sha256")


def caller_hash(key: bytes, e164: str) -> str:
    """Hash a number under an account's key: 43 characters, safe in URLs and index keys."""
    digest = hmac.digest(key, e164.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
