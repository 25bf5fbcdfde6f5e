"""Signatures by which a customer's server knows that a request is ours: Standard Webhooks 1.0.

The scheme: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
(2026-11). Secrets are derived, never stored: one for each account and generation. A customer who
wants a new one names the next generation where the URL is configured; until then nothing changes,
so their server can accept both meanwhile, and drop the old one after.
"""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

FIRST_GENERATION: Final = 1
LAST_GENERATION: Final = 99

_PURPOSE: Final = b"cadran/webhooks/1:"
_PREFIX: Final = "whsec_"


def account_secret(pepper: bytes, account_id: str, generation: int = FIRST_GENERATION) -> str:
    """Derive an account's secret of a generation from the installation's pepper: `whsec_...`."""
    if not FIRST_GENERATION <= generation <= LAST_GENERATION:
        raise ValueError(f"no such generation: {generation}")
    derived_from = _PURPOSE + f"{generation}:{account_id}".encode()
    return _PREFIX + base64.b64encode(hmac.digest(pepper, derived_from, "sha256")).decode()


def signed_headers(secret: str, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body; a repetition of a message keeps its id.

    The id must hold no full stop: the scheme puts one behind it.
    """
    timestamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{digest}",
    }
