"""Hold a TwiML document against the rules: what is wrong is found, what is left is safe to play.

Twilio warns and goes on in most cases, so a wrong attribute is dropped (its default applies), an
unknown or misplaced element is skipped, and only what Twilio calls an error stops the call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone import rules
from local.phone.twiml.findings import Finding
from local.phone.twiml.pairs import together
from local.phone.twiml.values import fits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element as Xml

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PARTING = frozenset({"break", "p", "s"})
_MISPLACED = {"Dial": 13215, "Gather": 13320}  # any other parent: 12200


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
    findings += list(together(name, attributes, xml))
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
        " ".join(_spoken(xml).split()),
        sum(_pause(b) for b in xml.iter("break")),
        fatal,
    )
    return tag, findings


def _spoken(xml: Xml) -> str:
    """Give what a voice reads: a `<sub>` by its alias; pauses and sentences part words."""
    if _name(xml) == "sub":
        return xml.get("alias", "")
    inside = (_spoken(child) + (child.tail or "") for child in xml)
    said = (xml.text or "") + "".join(inside)
    return f" {said} " if _name(xml) in _PARTING else said


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
    if fits(rule, value):
        return 0
    if rule.name == "finishOnKey" and len(value) > 1 and len(rule.codes) == 2:
        return rule.codes[1]
    if rule.kind == "url":
        return rule.codes[0] if rule.codes else 11100
    if parent == "Gather" and len(rule.codes) == 2:
        return rule.codes[1]
    return rule.codes[0] if rule.codes else 12200


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
