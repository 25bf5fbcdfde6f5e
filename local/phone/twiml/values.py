"""Whether a value is one that an attribute takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from local.phone import rules

_METHODS = frozenset({"GET", "POST"})


def fits(rule: rules.Attribute, value: str) -> bool:
    """Tell whether an attribute takes a value."""
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
