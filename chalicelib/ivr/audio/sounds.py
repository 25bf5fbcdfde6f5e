"""Uploaded sounds as values: a prompt, its versions that never change, and what is refused.

Lengths are in milliseconds, sizes in bytes. A prompt's file is what callers hear, not what came.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from datetime import datetime

# A function of Lambda's takes 6 MB a request, of which base64 makes 4.5 MB of a file and API
# Gateway's own words take some (docs.aws.amazon.com/lambda, "Quotas").
LARGEST_FILE: Final = 4_000_000
SHORTEST_MILLISECONDS: Final = 100
# Converting this much takes some ten seconds, and API Gateway waits 29. (Twilio may drop a <Play>
# of more than 40 minutes.)
LONGEST_MILLISECONDS: Final = 5 * 60 * 1000
LONGEST_NAME: Final = 100
# A 1000th of full scale (-60 dB): what nobody hears on a telephone was recorded by mistake.
SOFTEST_PEAK: Final = 33

FIELD: Final = "/content_base64"


class UnusableAudio(Rejected):
    """What was sent is no sound that a caller could hear."""

    code = "unusable-audio"

    def __init__(self, reason: str) -> None:
        super().__init__("the sound cannot be used", faults=(Fault(FIELD, reason),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """One version of a prompt. `key` is its file in the bucket, `source` what was uploaded."""

    prompt_id: str
    version: int
    milliseconds: int
    size: int
    source: str
    key: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A named sound that flows refer to by id, with its newest version."""

    prompt_id: str
    account_id: str
    name: str
    created_at: datetime
    audio: Audio


def content_of(text: str) -> bytes:
    """Return the file that was sent in base64. Raises UnusableAudio."""
    try:
        content = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise UnusableAudio("must be the file in base64 (RFC 4648, section 4)") from None
    if not content:
        raise UnusableAudio("the file is empty")
    if len(content) > LARGEST_FILE:
        raise UnusableAudio(f"the file has {len(content)} bytes, at most {LARGEST_FILE} are taken")
    return content


def key_of(account_id: str, prompt_id: str, version: int, data: bytes) -> str:
    """Return where a version's file is kept.

    Its digest is part of the key: of two uploads that race for one version, neither overwrites
    the other's.
    """
    digest = sha256(data).hexdigest()[:16]
    return f"prompts/{account_id}/{prompt_id}/{version}-{digest}.wav"
