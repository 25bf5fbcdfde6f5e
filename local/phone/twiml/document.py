"""From an answer to a document: content types, sizes, and XML that has to be a <Response>."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from local.phone.transport import LARGEST, Answer, Failed
from local.phone.twiml.check import Tag, examine

if TYPE_CHECKING:
    from local.phone.twiml.findings import Finding

_MARKUP = frozenset({"text/xml", "application/xml", "text/html"})


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs to play from top to bottom, what was wrong with them, and where they came from."""

    verbs: tuple[Tag, ...]
    findings: tuple[Finding, ...] = ()
    url: str = ""
    method: str = "POST"


def from_answer(answer: Answer, method: str) -> Document:
    """Read what a server answered; raise `Failed` where Twilio cannot go on."""
    if not answer.content_type:
        raise Failed(11200, f"no content type from {answer.url}")
    if not answer.body and answer.headers.get("Transfer-Encoding", "").lower() == "chunked":
        raise Failed(11770, f"an empty chunked body from {answer.url}")
    if answer.content_type.startswith("audio/"):
        return Document((Tag("Play", text=answer.url, spoken=answer.url),), (), answer.url, method)
    if len(answer.body) > LARGEST:
        raise Failed(11750, f"more than {LARGEST} bytes from {answer.url}")
    if answer.content_type == "text/plain":
        return _plain(answer, method)
    if answer.content_type not in _MARKUP:
        raise Failed(12300, f"content type {answer.content_type} from {answer.url}")
    return from_text(answer.body, answer.url, method)


def from_text(text: str | bytes, url: str = "", method: str = "POST") -> Document:
    """Read TwiML; raise `Failed` if it is no XML (12100) or no <Response> (12102)."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Failed(12100, f"{error} in {url or 'the inline document'}") from error
    if root.tag != "Response":
        raise Failed(12102, f"the root is <{root.tag}>")
    tag, findings = examine(root)
    return Document(tag.children, tuple(findings), url, method)


def _plain(answer: Answer, method: str) -> Document:
    """Play plain text as TwiML if it is any, else read it aloud."""
    try:
        return from_text(answer.body, answer.url, method)
    except Failed:
        words = answer.body.decode("utf-8", "replace").strip()
        say = (Tag("Say", text=words, spoken=words),) if words else ()
        return Document(say, (), answer.url, method)
