"""The HTTP API's description (OpenAPI 3.1), made from the models that validate its requests.

Imported at the first request for it. It knows nothing of rooms: it is given their endpoints.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic.json_schema import models_json_schema

from chalicelib.runtime.media import PARQUET
from chalicelib.runtime.problems import PROBLEM_TYPES, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import BaseModel

    from chalicelib.runtime.endpoints import Endpoint

    Mode = Literal["validation", "serialization"]
    Use = tuple[type[BaseModel], Mode]

COMPONENT: Final = "#/components/schemas/{model}"
TEXT: Final = {"type": "string"}
COUNT: Final = {"type": "integer", "minimum": 1}
STATUS_TEXT: Final = {
    200: "Done.",
    201: "Made.",
    202: "Taken; it goes on in the background.",
    204: "Done; there is nothing to say.",
    302: "There it is.",
}
INTRODUCTION: Final = """\
Numbers, flows, calls, sources and bills of one account. Times are RFC 3339 with an offset, phone
numbers E.164, amounts strings with a currency. Lists page by an opaque cursor: pass `next` of a
page as `cursor`, with the same filters. Errors are `application/problem+json` (RFC 9457) with a
stable `code`.
"""


def document(endpoints: Iterable[Endpoint], server: str = "/") -> dict[str, Any]:
    """Return the description of these endpoints, reached at `server`."""
    listed = sorted(endpoints, key=lambda endpoint: (endpoint.path, endpoint.method))
    schemas = _Schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        operation = _operation(endpoint, schemas)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cadran",
            "version": "1",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in sorted({_tag(endpoint) for endpoint in listed})],
        "paths": paths,
        "components": {
            "schemas": {**schemas.components(), "Problem": _problem()},
            "responses": {"Problem": _problem_answer()},
            "parameters": HEADERS,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key."}
            },
        },
    }


class _Schemas:
    """The JSON Schemas of every model in use. Models of two rooms may share a name."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        used = dict.fromkeys(use for endpoint in endpoints for use in _uses(endpoint))
        self._refs, document = models_json_schema(list(used), ref_template=COMPONENT)
        self._all: dict[str, Any] = document.get("$defs", {})
        self._queries = {
            self._name(endpoint.query, "validation") for endpoint in endpoints if endpoint.query
        }

    def ref(self, model: type[BaseModel], mode: Mode) -> dict[str, Any]:
        """Return the reference to a model's schema."""
        return self._refs[model, mode]

    def properties(self, query: type[BaseModel]) -> tuple[dict[str, Any], set[str]]:
        """Return a query's parameters with their schemas, and the names of the required ones."""
        schema = self._all[self._name(query, "validation")]
        return schema.get("properties", {}), set(schema.get("required", ()))

    def components(self) -> dict[str, Any]:
        """Return every schema that is referred to: a query is spelt out where it is used."""
        return {name: each for name, each in self._all.items() if name not in self._queries}

    def _name(self, model: type[BaseModel], mode: Mode) -> str:
        return str(self.ref(model, mode)["$ref"]).rpartition("/")[2]


def _uses(endpoint: Endpoint) -> Iterable[Use]:
    if endpoint.body is not None:
        yield endpoint.body, "validation"
    if endpoint.query is not None:
        yield endpoint.query, "validation"
    if endpoint.answer is not None:
        yield endpoint.answer, "serialization"


def _operation(endpoint: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [_tag(endpoint)],
        "parameters": [*_path(endpoint), *_query(endpoint, schemas), *_headers(endpoint)],
        "responses": {
            str(endpoint.status): _answer(endpoint, schemas),
            "4XX": {"$ref": "#/components/responses/Problem"},
            "5XX": {"$ref": "#/components/responses/Problem"},
        },
        "security": [] if endpoint.scope is None else [{"key": [endpoint.scope]}],
    }
    if endpoint.scope is not None:
        operation["description"] = f"The key needs the scope `{endpoint.scope}`."
    if endpoint.body is not None:
        content = {"application/json": {"schema": schemas.ref(endpoint.body, "validation")}}
        content |= {media: {"schema": {"type": "object"}} for media in endpoint.reads}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _tag(endpoint: Endpoint) -> str:
    return endpoint.path.removeprefix("/v1").split("/")[1].partition(".")[0]


def _path(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": TEXT}


def _query(endpoint: Endpoint, schemas: _Schemas) -> Iterable[dict[str, Any]]:
    if endpoint.query is None:
        return
    properties, required = schemas.properties(endpoint.query)
    for name, schema in properties.items():
        parameter = {"name": name, "in": "query", "required": name in required, "schema": schema}
        words = schema.get("description")
        yield parameter if words is None else {**parameter, "description": words}


def _headers(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    if endpoint.scope is not None:
        yield {"$ref": "#/components/parameters/Cadran-Account"}
    if endpoint.replayable:
        yield {"$ref": "#/components/parameters/Idempotency-Key"}
    if endpoint.versioned:
        # What a POST makes is new, or made from what is there: the version is a wish then.
        name = "If-Match-Optional" if endpoint.method == "POST" else "If-Match"
        yield {"$ref": f"#/components/parameters/{name}"}


def _answer(endpoint: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": STATUS_TEXT[endpoint.status]}
    if endpoint.status == 204:
        return answer
    if endpoint.status == 302:
        location = {"schema": {**TEXT, "format": "uri"}, "description": "Where to fetch it."}
        return {**answer, "headers": {"Location": location}}
    schema: dict[str, Any] = {"type": "object"} if "json" in endpoint.media else TEXT
    if endpoint.answer is not None:
        schema = schemas.ref(endpoint.answer, "serialization")
    texts = {media: {} if media == PARQUET else {"schema": TEXT} for media in endpoint.also}
    return {**answer, "content": {endpoint.media: {"schema": schema}, **texts}}


IF_MATCH: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {**TEXT, "examples": ['"3"']},
    "description": "The `ETag` of what is changed, as it was read.",
}
HEADERS: Final[dict[str, Any]] = {
    "If-Match": IF_MATCH,
    "If-Match-Optional": {**IF_MATCH, "required": False},
    "Cadran-Account": {
        "name": "Cadran-Account",
        "in": "header",
        "required": False,
        "schema": TEXT,
        "description": "The client account that an agency's key acts for.",
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {**TEXT, "minLength": 1, "maxLength": 255},
        "description": "Sent twice with the same body within a day, the request is done once and "
        "answered twice.",
    },
}


def _problem() -> dict[str, Any]:
    fault = {
        "type": "object",
        "required": ["pointer", "detail"],
        "properties": {
            "pointer": {**TEXT, "description": "JSON pointer (RFC 6901) to what is wrong."},
            "detail": {**TEXT, "description": "What is wrong with it, in English."},
            "line": {**COUNT, "description": "Where it is written, in a text that people edit."},
            "column": COUNT,
        },
    }
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {**TEXT, "format": "uri", "examples": [f"{PROBLEM_TYPES}invalid"]},
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {
                **TEXT,
                "description": "Stable; more may come. The commonest: "
                + ", ".join(f"`{kind.code}` ({status})" for kind, status in STATUS.items()),
            },
            "errors": {"type": "array", "items": fault},
            "request": {**TEXT, "description": "On a failure of ours: where our logs have it."},
        },
    }


def _problem_answer() -> dict[str, Any]:
    schema = {"$ref": COMPONENT.format(model="Problem")}
    return {
        "description": "A problem document.",
        "content": {"application/problem+json": {"schema": schema}},
    }
