"""A carrier's webhook as we received it: parsed once, at the door, with the URL it was sent to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalice.app import Request

E164 = re.compile(r"\+[1-9]\d{5,14}")
JSON = "application/json"
# What may stand in a path as it is (RFC 3986), and `%`, which is there already where it is needed.
IN_PATH = "/%:@!$&'()*+,;=~"
# What would be read as something else if it stood in a query as it is.
AMBIGUOUS = re.compile(r"[%&+=# ]")


@dataclass(frozen=True, slots=True)
class Form:
    """Parameters of one webhook. `fields` come from the body, `query` from the URL."""

    fields: Mapping[str, tuple[str, ...]]
    query: Mapping[str, str]
    urls: tuple[str, ...]  # how the carrier may have spelt the URL that it signed
    base_url: str  # public address of this deployment, without a trailing slash
    signature: str = field(default="", repr=False)
    body: str | None = None  # the text of a JSON webhook, which has no fields

    def required(self, name: str) -> str:
        """Return a parameter the carrier always sends. Raises Rejected with its name."""
        values = self.fields.get(name)
        if not values or not values[-1]:
            raise Rejected("the webhook lacks a parameter", parameter=name)
        return values[-1]

    def optional(self, name: str) -> str | None:
        """Return a parameter, or None if it is absent or empty (Twilio sends both)."""
        values = self.fields.get(name)
        return (values[-1] or None) if values else None

    @property
    def fallback(self) -> str | None:
        """Where this number's callers go when we fail: it travels in our signed URL."""
        number = self.query.get("fallback", "")
        return number if E164.fullmatch(number) else None

    @classmethod
    def from_request(cls, request: Request, public_url: str) -> Form:
        """Read a request of API Gateway's. `public_url` is "" unless a proxy hides the host.

        Raises Rejected on a body that is not text: the carrier never sent it.
        """
        base_url = public_url.rstrip("/") or gateway_url(request.context)
        pairs = _query_pairs(request)
        text = _text(request)
        is_json = request.headers.get("content-type", "").lower().startswith(JSON)
        return cls(
            fields={} if is_json else _fields(text),
            query=dict(pairs),
            urls=tuple(_spellings(base_url, _path(request), pairs)),
            base_url=base_url,
            signature=request.headers.get("x-twilio-signature", ""),
            body=text if is_json else None,
        )


def gateway_url(context: Mapping[str, str]) -> str:
    """API Gateway's own address: the domain it was reached by, and its stage or mapping."""
    path, resource = context.get("path", ""), context.get("resourcePath", "")
    depth = resource.strip("/").count("/") + 1
    mapping = "/".join(path.rstrip("/").split("/")[:-depth])
    return f"https://{context.get('domainName', '')}{mapping}"


def _path(request: Request) -> str:
    path = request.path
    for name, value in (request.uri_params or {}).items():
        path = path.replace("{" + name + "}", value)
    return str(path)


def _query_pairs(request: Request) -> list[tuple[str, str]]:
    query = request.query_params
    return [(name, value) for name in query for value in query.getlist(name)] if query else []


def _text(request: Request) -> str:
    body = request.raw_body or b""
    try:
        return body.decode("utf-8") if isinstance(body, bytes) else body
    except UnicodeDecodeError as error:
        raise Rejected("the webhook's body is not text") from error


def _fields(body: str) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        fields[name] = (*fields.get(name, ()), value)
    return fields


def _spellings(base_url: str, path: str, pairs: list[tuple[str, str]]) -> Iterable[str]:
    """Return the URLs the carrier may have signed. Each of them means what we received.

    API Gateway hands the query over decoded, grouped by name and perhaps reordered, while the
    carrier signs it as configured. Our own URLs are sorted and percent-encoded; hand-made ones
    may be in order, use `+` for a space, or leave in place what could stand there.
    """
    paths = dict.fromkeys((path, quote(path, safe=IN_PATH)))
    queries = dict.fromkeys(
        "&".join(f"{encode(name)}={encode(value)}" for name, value in order)
        for encode in (_percent, quote_plus, _as_typed)
        for order in (pairs, sorted(pairs))
    )
    return [
        f"{base_url}{each}?{query}" if query else f"{base_url}{each}"
        for each in paths
        for query in queries
    ]


def _percent(text: str) -> str:
    return quote(text, safe="")


def _as_typed(text: str) -> str:
    return AMBIGUOUS.sub(lambda each: f"%{ord(each[0]):02X}", text)
