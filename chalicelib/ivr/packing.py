"""Documents as bytes: compressed JSON, and what of it one row of the table can hold. Pure."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.published import LONGEST_DOCUMENT, DocumentTooLarge

if TYPE_CHECKING:
    from chalicelib.ivr.published import Document

# DynamoDB's limit of 400 KB an item, less room for everything that is not a document.
LARGEST_ROW: Final = 390_000


def packed(document: Document) -> bytes:
    """Return a document's bytes. Raises DocumentTooLarge above the published limit."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # "surrogatepass": a draft may hold half a character; publishing refuses it in words.
    plain = text.encode("utf-8", "surrogatepass")
    if len(plain) > LONGEST_DOCUMENT:
        raise DocumentTooLarge(len(plain))
    return zlib.compress(plain)


def packed_text(text: str | None) -> bytes | None:
    """Return the bytes of a document as its author wrote it, comments and all."""
    if text is None:
        return None
    plain = text.encode("utf-8", "surrogatepass")
    if len(plain) > LONGEST_DOCUMENT:
        raise DocumentTooLarge(len(plain))
    return zlib.compress(plain)


def unpacked_text(data: bytes | None) -> str | None:
    """Return the text of which these are the bytes."""
    return None if data is None else zlib.decompress(data).decode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> Document:
    """Return the document of which these are the bytes."""
    document: Document = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
    return document


def must_fit(*documents: bytes | None) -> None:
    """Raise DocumentTooLarge unless all of them fit into one row together."""
    size = sum(len(each) for each in documents if each is not None)
    if size > LARGEST_ROW:
        raise DocumentTooLarge(size, LARGEST_ROW)
