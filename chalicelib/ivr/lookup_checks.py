"""What keeps a lookup from being published, in words for whoever wrote the flow.

The URL's host must be there for all to read: no variable may decide whose server is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import answers
from chalicelib.ivr.lookups import MOST_SECONDS, TEMPLATE
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.internet import UrlRefused, read_url
from chalicelib.kernel.reading import escape, quoted
from chalicelib.kernel.signing import FIRST_GENERATION, LAST_GENERATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.answers import Value
    from chalicelib.ivr.lookups import Lookup

MOST_CACHE_SECONDS: Final = 3_600
MOST_FIELDS: Final = 50
MOST_HEADERS: Final = 10
LONGEST_HEADER: Final = 1_000

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*")
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_HEADER_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
# Ours to say, or HTTP's; a cookie would be kept for somebody.
_OUR_HEADERS: Final = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "connection", "cookie", "expect"}
    | {"content-type", "content-length", "transfer-encoding", "te", "trailer", "upgrade"}
    | {"keep-alive", "proxy-authorization", "proxy-connection"}
    | {"webhook-id", "webhook-timestamp", "webhook-signature"}
)


def faults_of(lookup: Lookup) -> tuple[Fault, ...]:
    """Return everything that is wrong with a lookup, by pointers inside it."""
    return (
        *_url_faults(lookup.url),
        *_field_faults(lookup.fields),
        *_header_faults(lookup.headers),
        *_answer_faults(lookup.answer),
        *_bound_faults(lookup),
    )


def _url_faults(url: str) -> Iterator[Fault]:
    authority = re.match(r"[^:/?#]*:?/*[^/?#]*", url)
    if "{{" in url and (authority is None or re.search(r"[{}]", authority[0])):
        yield Fault("/url", "may hold {{...}} in its path and query only, not in its host")
        return
    try:
        read_url(TEMPLATE.sub("x", url))
    except UrlRefused as error:
        yield Fault("/url", error.message)
    else:
        yield from _template_faults("/url", url)


def _field_faults(fields: Mapping[str, Value]) -> Iterator[Fault]:
    if len(fields) > MOST_FIELDS:
        yield Fault("/fields", f"has too many fields: {len(fields)}, at most {MOST_FIELDS}")
    for name, value in fields.items():
        if isinstance(value, str):
            yield from _template_faults(f"/fields/{escape(name)}", value)


def _template_faults(pointer: str, text: str) -> Iterator[Fault]:
    if re.search(r"\{\{|\}\}", TEMPLATE.sub("", text)):
        yield Fault(pointer, "holds braces that are no {{variable}}")


def _header_faults(headers: Mapping[str, str]) -> Iterator[Fault]:
    if len(headers) > MOST_HEADERS:
        yield Fault("/headers", f"has too many headers: {len(headers)}, at most {MOST_HEADERS}")
    for name, value in headers.items():
        pointer = f"/headers/{escape(name)}"
        if not _HEADER_NAME.fullmatch(name):
            yield Fault(pointer, f"{quoted(name)} is no name of a header")
        elif name.lower() in _OUR_HEADERS:
            yield Fault(pointer, "is a header that the platform sends itself")
        elif not _HEADER_VALUE.fullmatch(value) or len(value) > LONGEST_HEADER:
            yield Fault(pointer, f"must be ASCII text of at most {LONGEST_HEADER} characters")


def _answer_faults(answer: Mapping[str, str]) -> Iterator[Fault]:
    if not answer or len(answer) > MOST_FIELDS:
        yield Fault("/answer", f"must name from 1 to {MOST_FIELDS} variables")
    for name, path in answer.items():
        pointer = f"/answer/{escape(name)}"
        if not _NAME.fullmatch(name):
            yield Fault(pointer, f"{quoted(name)} is no name of a variable, such as order.status")
        elif not answers.is_path(path):
            yield Fault(pointer, f"must be a path such as /orders/0/status, not {quoted(path)}")


def _bound_faults(lookup: Lookup) -> Iterator[Fault]:
    bounds = {
        "timeout_seconds": (lookup.timeout_seconds, 1, MOST_SECONDS),
        "cache_seconds": (lookup.cache_seconds, 0, MOST_CACHE_SECONDS),
        "secret": (lookup.secret, FIRST_GENERATION, LAST_GENERATION),
    }
    for name, (value, least, most) in bounds.items():
        if not least <= value <= most:
            yield Fault(f"/{name}", f"must be a whole number from {least} to {most}, not {value}")
