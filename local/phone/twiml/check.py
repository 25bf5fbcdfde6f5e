"""Hold a TwiML document against the rules: what is wrong is found, what is left is safe to play.

Twilio warns and goes on in most cases, so a wrong attribute is dropped (its default applies), an
unknown or misplaced element is skipped, and only what Twilio calls an error stops the call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.phone import rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element as Xml

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MISPLACED = {"Dial": 13215, "Gather": 13320}  # any other parent: 12200
_METHODS = frozenset({"GET", "POST"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a document."""

    code: int
    detail: str
    callback: bool = False  # about a callback's address: the call itself can go on

    @property
    def stops(self) -> bool:
        """Tell whether Twilio gives up when it gets to the element."""
        return rules.level(self.code) == "ERROR" and not self.callback


@dataclass(frozen=True, slots=True)
class Tag:
    """An element that passed: known attributes with valid values, known children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Tag, ...] = ()
    spoken: str = ""  # all the text within, as a voice would read it
    breaks: float = 0.0  # seconds of silence asked for within
    error: Finding | None = None  # what makes Twilio give up when it gets here

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def whole(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))

    def true(self, name: str, default: bool = False) -> bool:
        return self.attributes.get(name, str(default)).lower() == "true"


def examine(xml: Xml, parent: str = "") -> tuple[Tag, list[Finding]]:
    """Read one element and everything in it."""
    name = _name(xml)
    rule = rules.element(name, parent)
    assert rule is not None, "callers look the element up before they examine it"
    attributes, findings = _attributes(xml, rule, parent)
    findings += list(_pairs(name, attributes, xml))
    children: list[Tag] = []
    for child in xml:
        if _name(child) not in rule.children or rules.element(_name(child), name) is None:
            findings.append(_misplaced(name, _name(child)))
            continue
        tag, inner = examine(child, name)
        children.append(tag)
        findings += inner
    own_text = " ".join(part.strip() for part in _own_text(xml) if part.strip())
    if own_text and not rule.text:
        findings.append(Finding(12200, f"<{name}> holds no text, found {own_text[:40]!r}"))
    fatal = next((f for f in findings if f.stops), None)
    tag = Tag(
        name,
        attributes,
        own_text,
        tuple(children),
        " ".join("".join(xml.itertext()).split()),
        sum(_pause(b) for b in xml.iter("break")),
        fatal,
    )
    return tag, findings


def _attributes(xml: Xml, rule: rules.Element, parent: str) -> tuple[dict[str, str], list[Finding]]:
    kept: dict[str, str] = {}
    findings: list[Finding] = []
    for key, value in xml.attrib.items():
        name = "xml:lang" if key == _XML_LANG else key
        known = rule.attributes.get(name)
        if known is None:
            findings.append(Finding(12200, f"<{rule.name}> has no attribute {name!r}"))
        elif wrong := _wrong(known, value, parent):
            detail = f"{name}={value!r} of <{rule.name}>"
            findings.append(Finding(wrong, detail, callback="Callback" in name))
        else:
            kept[name] = value
    return kept, findings


def _wrong(rule: rules.Attribute, value: str, parent: str) -> int:
    """Give the code to report a value with; 0 if it is right."""
    if _fits(rule, value):
        return 0
    if rule.name == "finishOnKey" and len(value) > 1 and len(rule.codes) == 2:
        return rule.codes[1]
    if rule.kind == "url":
        return rule.codes[0] if rule.codes else 11100
    if parent == "Gather" and len(rule.codes) == 2:
        return rule.codes[1]
    return rule.codes[0] if rule.codes else 12200


def _fits(rule: rules.Attribute, value: str) -> bool:
    if rule.pattern:
        return re.fullmatch(rule.pattern.strip("^$"), value) is not None
    if rule.longest is not None and len(value) > rule.longest:
        return False
    return _KINDS.get(rule.kind, _any)(rule, value)


def _any(rule: rules.Attribute, value: str) -> bool:
    return not rule.values or value in rule.values


def _boolean(rule: rules.Attribute, value: str) -> bool:
    return value in ("true", "false")


def _method(rule: rules.Attribute, value: str) -> bool:
    return value.upper() in _METHODS


def _some(rule: rules.Attribute, value: str) -> bool:
    return bool(value.split()) and set(value.split()) <= rule.values


def _integer(rule: rules.Attribute, value: str) -> bool:
    if not re.fullmatch(r"-?\d+", value):
        return False
    number = int(value)
    return (rule.least is None or number >= rule.least) and (
        rule.most is None or number <= rule.most
    )


def _integer_or_auto(rule: rules.Attribute, value: str) -> bool:
    return value == "auto" or _integer(rule, value)


def _url(rule: rules.Attribute, value: str) -> bool:
    """Take a relative URL, or an absolute one with a host name that has no underscore."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return False
    if " " in value:
        return False
    if not parts.scheme and not parts.netloc:
        return True
    return parts.scheme in ("http", "https", "ws", "wss") and bool(host) and "_" not in host


_KINDS = {
    "boolean": _boolean,
    "http-method": _method,
    "enum-list": _some,
    "integer": _integer,
    "integer-or-auto": _integer_or_auto,
    "url": _url,
}


def _pairs(name: str, kept: dict[str, str], xml: Xml) -> Iterator[Finding]:
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
    nouns = [_name(child) for child in xml]
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
    if any(_name(child) == "Play" and "digits" in child.attrib for child in xml):
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


def _misplaced(parent: str, child: str) -> Finding:
    known = rules.element(child, parent) is not None
    what = "is not allowed" if known else "is no TwiML"
    code = _MISPLACED.get(parent, 12200) if known else 12200
    return Finding(code, f"<{child}> {what} in <{parent}>")


def _own_text(xml: Xml) -> Iterator[str]:
    yield xml.text or ""
    for child in xml:
        yield child.tail or ""


def _pause(xml: Xml) -> float:
    """Read an SSML break: `time="500ms"` or `"2s"`; a bare one is about a second."""
    found = re.fullmatch(r"([\d.]+)(ms|s)", xml.get("time", "1s"))
    if not found:
        return 0.0
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def _name(xml: Xml) -> str:
    return str(xml.tag)
