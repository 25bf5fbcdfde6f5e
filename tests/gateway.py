"""API Gateway in this process: requests as it hands them to the app, answers as it reads them.

`ask(app, "POST", "/v1/flows", body={...}, key="...")` finds the route as the gateway would.
`ring(app, "/voice/incoming?fallback=%2B33...", fields)` signs a webhook as Twilio does.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.clouds import TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalice.app import Chalice

DOMAIN = "a1b2c3.execute-api.eu-west-3.amazonaws.com"
STAGE_PATH = "/api"
BASE_URL = f"https://{DOMAIN}{STAGE_PATH}"
FORM = "application/x-www-form-urlencoded; charset=utf-8"

Fields = dict[str, str | list[str]]


class Context:
    """What Lambda tells a function of its invocation."""

    function_name = "cadran-test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-3:123456789012:function:cadran-test"
    aws_request_id = "3e9a2f54-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Say how long the invocation may still run."""
        return 20_000


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer of the app's."""

    status: int
    headers: Mapping[str, str]
    text: str
    content: bytes = b""

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)


def event(
    method: str,
    resource: str,
    *,
    parts: Mapping[str, str] | None = None,
    query: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    domain: str = DOMAIN,
    mapping: str = STAGE_PATH,
) -> dict[str, Any]:
    """Build the event of one request, as the Lambda proxy integration (REST API) has it."""
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    path = resource
    for name, value in (parts or {}).items():
        path = path.replace("{" + name + "}", value)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": {name: each[-1] for name, each in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": dict(parts) if parts else None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"{mapping}{path}",
            "stage": "api",
            "domainName": domain,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def send(app: Chalice, request: Mapping[str, Any]) -> Heard:
    """Invoke the app with an event."""
    answer = app(dict(request), Context())
    lists = {name: ", ".join(each) for name, each in answer["multiValueHeaders"].items()}
    headers = {**answer["headers"], **lists}
    return Heard(answer["statusCode"], headers, answer["body"], _content(app, request, answer))


def _content(app: Chalice, request: Mapping[str, Any], answer: Mapping[str, Any]) -> bytes:
    """Return the body as it is sent: base64 becomes bytes if the first type asked for is binary."""
    body: str = answer["body"]
    accept = next((v for k, v in request["headers"].items() if k.lower() == "accept"), "")
    asked = accept.partition(",")[0].partition(";")[0].strip()
    if answer.get("isBase64Encoded") and asked in app.api.binary_types:
        return base64.b64decode(body)
    return body.encode()


def ask(
    app: Chalice,
    method: str,
    path: str,
    *,
    body: Any = None,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Heard:
    """Ask the HTTP API. `body` is sent as JSON unless it is text already."""
    url = urlsplit(path)
    resource, parts = route(app, method, url.path)
    sent = {"accept": "application/json", **(headers or {})}
    if key is not None:
        sent["authorization"] = f"Bearer {key}"
    if body is not None:
        sent.setdefault("content-type", "application/json")
        body = body if isinstance(body, str) else json.dumps(body)
    query = parse_qsl(url.query, keep_blank_values=True)
    return send(app, event(method, resource, parts=parts, query=query, headers=sent, body=body))


def ring(
    app: Chalice,
    path: str,
    fields: Fields,
    *,
    token: str = TOKEN,
    base_url: str = BASE_URL,
    signature: str | None = None,
) -> Heard:
    """Send a webhook, signed over its URL as the carrier has it unless told otherwise."""
    url = urlsplit(path)
    resource, parts = route(app, "POST", url.path)
    headers = {
        "content-type": FORM,
        "x-twilio-signature": sign(f"{base_url}{path}", fields, token)
        if signature is None
        else signature,
    }
    query = parse_qsl(url.query, keep_blank_values=True)
    body = urlencode(fields, doseq=True)
    return send(app, event("POST", resource, parts=parts, query=query, headers=headers, body=body))


def sign(url: str, fields: Fields, token: str = TOKEN) -> str:
    """Return Twilio's signature, made by Twilio's own code."""
    signature: str = RequestValidator(token).compute_signature(url, _Repeated(fields))
    return signature


class _Repeated(dict[str, "str | list[str]"]):
    """Form fields of which some have several values."""

    def getlist(self, name: str) -> list[str]:
        value = self[name]
        return value if isinstance(value, list) else [value]


def route(app: Chalice, method: str, path: str) -> tuple[str, dict[str, str]]:
    """Find the resource that a path belongs to: literal parts win over `{parts}`.

    Raises LookupError where API Gateway would not invoke the app at all.
    """
    for resource in sorted(app.routes, key=lambda each: each.replace("{", "~")):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", resource)
        found = re.fullmatch(pattern, path)
        if found and method in app.routes[resource]:
            return resource, {name: unquote(part) for name, part in found.groupdict().items()}
    raise LookupError(f"{method} {path}")
