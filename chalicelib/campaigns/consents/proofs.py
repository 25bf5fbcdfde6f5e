"""Links to the proof of a consent, for the person: no account, no key, nothing of them in it. Pure.

A link names the consent and proves that we made it (an HMAC under a key of the installation's own).
It is good for as long as the proof is kept: access to it is free (C. conso R223-1 ff., decree
2026-662).
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final

from chalicelib.kernel.errors import NotFound

PATH: Final = "/c"
_PURPOSE: Final = b"cadran/proofs/1:"
_PREFIX: Final = "cons_"
_TOKEN: Final = re.compile(r"([0-9a-f]{24})([\w-]{24})", re.ASCII)

# What an erasure leaves, and why: both are said to whoever asks for it.
KEPT: Final = (
    "consents given and withdrawn, with their texts and instants",
    "a keyed hash of the number, without the number",
    "who looked at the proofs",
)
# What stays of anybody, also where nothing was known of them.
ALWAYS: Final = (
    "a keyed hash of the number, without the number, so that no list brings it back and nobody"
    " rings it: three years",
    "files that were put to be imported, and what was refused of them: seven days at most",
    "a callback that a queue had: thirty days after its end",
    "a survey that is being asked by text message: a week at most",
)
WHY: Final = (
    "whoever rang has to prove the consent (C. conso L223-1, third paragraph), for three years;"
    " the hash also keeps the number from being rung again"
)


class ProofLinkUnusable(NotFound):
    """The link is none of ours, or what it proved is over: the two look the same."""

    code = "link-unusable"


def url_of(consent_id: str, base_url: str, pepper: bytes) -> str:
    """Write the link to a consent's proof."""
    return f"{base_url}{PATH}/{token_of(consent_id, pepper)}"


def token_of(consent_id: str, pepper: bytes) -> str:
    """Return what a link is made of."""
    bare = consent_id.removeprefix(_PREFIX)
    return bare + _proof(bare, pepper)


def consent_of(token: str, pepper: bytes) -> str:
    """Return the consent that a link is to. Raises ProofLinkUnusable."""
    read = _TOKEN.fullmatch(token)
    if read is None or not hmac.compare_digest(read[2], _proof(read[1], pepper)):
        raise ProofLinkUnusable("the link is over, or it is none of ours")
    return _PREFIX + read[1]


def _proof(bare: str, pepper: bytes) -> str:
    key = hmac.digest(pepper, _PURPOSE, "sha256")
    digest = hmac.digest(key, bare.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()
