"""Texts that travel through hands that may not read them, as in URLs that are logged on the way.

A synthetic initialisation vector (as RFC 5297 makes one) of HMAC-SHA256 authenticates a text and
what it is bound to, and begins the key stream that hides it, which is SHAKE-256 of key and vector.
The same text sealed twice for the same purpose is the same, and says no more than that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

_PURPOSE: Final = b"cadran/sealed/1:"
_VECTOR: Final = 16  # bytes


def seal(text: str, *, key: bytes, about: str) -> str:
    """Return a text as letters, digits, - and _ that only `unseal` reads, for the same `about`.

    >>> unseal(seal("Zoé", key=b"k", about="a-1"), key=b"k", about="a-1")
    'Zoé'
    """
    plain = text.encode()
    vector = _vector(plain, key, about)
    return base64.urlsafe_b64encode(vector + _hidden(plain, key, vector)).decode().rstrip("=")


def unseal(sealed: str, *, key: bytes, about: str) -> str | None:
    """Return the text; None for what was not sealed by this key for this purpose.

    >>> unseal(seal("Zoé", key=b"k", about="a-1"), key=b"k", about="a-2") is None
    True
    """
    try:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except ValueError:
        return None
    vector = raw[:_VECTOR]
    plain = _hidden(raw[_VECTOR:], key, vector)
    if not hmac.compare_digest(vector, _vector(plain, key, about)):
        return None
    return plain.decode()


def _vector(plain: bytes, key: bytes, about: str) -> bytes:
    bound = hashlib.sha256(about.encode()).digest()  # of fixed length: no shifting into the text
    return hmac.digest(_derived(key, b"vector"), bound + plain, "sha256")[:_VECTOR]


def _hidden(text: bytes, key: bytes, vector: bytes) -> bytes:
    stream = hashlib.shake_256(_derived(key, b"stream") + vector).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))


def _derived(key: bytes, use: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + use, "sha256")
