"""What is wrong in an element only when its attributes and texts are seen together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.twiml.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element as Xml


def together(name: str, kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    """Find attributes and texts that are wrong together."""
    return _PAIRS[name](kept, xml) if name in _PAIRS else iter(())


def _say(kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    text = _text(xml)
    if not text:
        yield Finding(13520, "<Say> with nothing to say")
    if len(text) > (3000 if kept.get("voice", "").startswith("Polly.") else 4096):
        yield Finding(13521, f"<Say> of {len(text)} characters")


def _record(kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    transcribes = kept.get("transcribe") == "true" or "transcribeCallback" in kept
    if transcribes and int(kept.get("maxLength", 120)) > 120:
        yield Finding(13615, "<Record> transcribes at most 120 seconds")


def _dial(kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    nouns = [str(child.tag) for child in xml]
    if "Conference" in nouns and len(nouns) > 1:
        yield Finding(13000, "<Conference> stands alone in a <Dial>")
    if len(nouns) > 10:
        yield Finding(13215, f"<Dial> with {len(nouns)} destinations")


def _enqueue(kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    if len(_text(xml)) > 64:
        yield Finding(14205, f"a queue named {_text(xml)[:70]!r}")


def _queue(kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    text = _text(xml)
    if not text or len(text) > 64:
        yield Finding(14213 if text else 14212, f"a queue named {text[:70]!r}")


def _gather(kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
    if kept.get("speechTimeout") == "auto" and "speechModel" in kept:
        yield Finding(13335, "speechTimeout='auto' together with speechModel")
    hints = [hint for hint in kept.get("hints", "").split(",") if hint.strip()]
    if len(hints) > 500 or any(len(hint.strip()) > 100 for hint in hints):
        yield Finding(13330, "hints: at most 500, each of at most 100 characters")
    if any(str(child.tag) == "Play" and "digits" in child.attrib for child in xml):
        yield Finding(13320, "<Play digits> inside <Gather>")


_PAIRS = {
    "Say": _say,
    "Record": _record,
    "Dial": _dial,
    "Enqueue": _enqueue,
    "Queue": _queue,
    "Gather": _gather,
}


def _text(xml: Xml) -> str:
    return "".join(xml.itertext()).strip()
