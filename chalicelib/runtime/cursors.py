"""Opaque cursors: where a list goes on, sealed to the account and the filters that made it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from chalicelib.kernel.errors import Fault, Rejected

_SEAL_BYTES = 16


class WrongCursor(Rejected):
    """The cursor is not one of ours, or belongs to another list or account."""

    code = "wrong-cursor"


def seal(position: dict[str, Any], *, key: bytes, context: str) -> str:
    """Return an opaque cursor for `position`, which only opens in the same `context`."""
    body = json.dumps(position, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(_tag(body, key, context) + body).decode().rstrip("=")


def unseal(cursor: str, *, key: bytes, context: str) -> dict[str, Any]:
    """Return the position. Raises WrongCursor on anything we did not seal for this context."""
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError as error:
        raise _refusal() from error
    tag, body = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
    if not hmac.compare_digest(tag, _tag(body, key, context)):
        raise _refusal()
    position: dict[str, Any] = json.loads(body)
    return position


def _tag(body: bytes, key: bytes, context: str) -> bytes:
    purpose = hashlib.sha256(context.encode()).digest()  # of fixed length: no shifting into body
    return hmac.digest(key, b"cursor" + purpose + body, hashlib.sha256)[:_SEAL_BYTES]


def _refusal() -> WrongCursor:
    reason = "not a cursor of this list: start again without it"
    return WrongCursor("the cursor does not fit", faults=(Fault("/cursor", reason),))
