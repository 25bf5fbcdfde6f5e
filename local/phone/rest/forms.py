"""What a form of the REST API may hold, and how its fields are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.phone.model import Webhook
from local.phone.rest.errors import RestError

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from local.phone.exchange import Exchange

E164 = re.compile(r"\+[1-9]\d{6,14}")


def url(form: MultiDictProxy[str], name: str, code: int) -> str:
    """Read an address: absolute, http or https, with a host name without underscore."""
    value = form.get(name, "")
    if value and not valid_url(value):
        raise RestError(400, code, f"{name} is not a valid URL: {value}")
    return value


def valid_url(value: str) -> bool:
    """Tell whether Twilio could call an address."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host + parts.scheme


def webhook(form: MultiDictProxy[str], name: str, code: int, url_name: str = "") -> Webhook:
    """Read an address and its method."""
    return Webhook(url(form, url_name or name, code), method(form, f"{name}Method", code))


def method(form: MultiDictProxy[str], name: str, code: int) -> str:
    """Read GET or POST."""
    value = form.get(name, "POST").upper()
    if value not in ("GET", "POST"):
        raise RestError(400, code, f"{name} must be GET or POST")
    return value


def whole(
    form: MultiDictProxy[str], name: str, default: int, least: int, most: int, code: int
) -> int:
    """Read a whole number within limits."""
    value = form.get(name, str(default))
    if not value.isdigit() or not least <= int(value) <= most:
        raise RestError(400, code, f"{name} must be a number from {least} to {most}")
    return int(value)


def true(form: MultiDictProxy[str], name: str) -> bool:
    return form.get(name, "").lower() == "true"


def events(
    form: MultiDictProxy[str], name: str, allowed: frozenset[str], default: str
) -> tuple[str, ...]:
    """Read a repeated field; several names in one field, separated by spaces, count as well."""
    given = tuple(event for value in form.getall(name, []) for event in value.split())
    return tuple(event for event in given if event in allowed) or (default,)


def report_unknown(exchange: Exchange, form: MultiDictProxy[str], known: frozenset[str]) -> None:
    """Report the fields that Twilio would ignore."""
    for name in sorted(set(form) - known):
        exchange.report(20001, f"the REST API knows no parameter {name!r}", level="WARNING")
