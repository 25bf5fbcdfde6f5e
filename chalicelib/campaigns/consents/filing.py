"""Files that prove consents: kept under their SHA-256, each by its account. Pure but for its port.

A file that is kept twice is one. What is under a name never changes: its name is what it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Fault, NotFound, Rejected

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.consents import Evidence

LARGEST: Final = 2_000_000  # bytes
LINK_SECONDS: Final = 300
REFERENCE: Final = "evidence:"
MEDIA: Final = (
    "application/pdf",
    "application/json",
    "image/jpeg",
    "image/png",
    "text/csv",
    "text/plain",
    "text/html",
    "audio/mpeg",
    "audio/wav",
)
_NAME: Final = re.compile(r"[0-9a-f]{64}")


class Files(Protocol):
    """Where files are kept. Raises Unavailable."""

    def put(self, key: str, data: bytes, media: str) -> None:
        """Keep a file."""

    def link(self, key: str, seconds: int) -> str:
        """Return a link that is good for so long. Raises NotFound."""


def keep(account_id: str, content_base64: str, media: str, files: Files) -> str:
    """Keep a file, and return its SHA-256. Raises Rejected, naming the field."""
    try:
        data = base64.b64decode(content_base64, validate=True)
    except ValueError:
        raise _refused("/content_base64", "not base64") from None
    if not 0 < len(data) <= LARGEST:
        raise _refused("/content_base64", f"1 to {LARGEST} bytes")
    if media not in MEDIA:
        raise _refused("/media", f"one of {', '.join(MEDIA)}")
    name = hashlib.sha256(data).hexdigest()
    files.put(_key(account_id, name), data, media)
    return name


def link_to(account_id: str, name: str, files: Files) -> str:
    """Return a link to a file of the account's. Raises NotFound."""
    if not _NAME.fullmatch(name):
        raise NotFound("no such evidence")
    return files.link(_key(account_id, name), LINK_SECONDS)


def check_kept(account_id: str, evidence: Evidence | None, files: Files) -> None:
    """Refuse evidence that says to be kept here, and is not. Raises Rejected."""
    if evidence is None or not evidence.reference.startswith(REFERENCE):
        return
    try:
        link_to(account_id, evidence.reference.removeprefix(REFERENCE), files)
    except NotFound:
        raise _refused("/evidence/reference", "no file of yours is kept under it") from None


def _key(account_id: str, name: str) -> str:
    return f"evidence/{account_id}/{name}"


def _refused(pointer: str, reason: str) -> Rejected:
    return Rejected("the evidence cannot be kept so", faults=(Fault(pointer, reason),))
