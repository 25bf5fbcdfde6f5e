"""The HTTP API's plumbing: who asks, may they, is it well formed; then the view, then JSON.

Every `/v1` route goes through here, so that a rule about all of them has one place. This is also
where an unforeseen exception becomes a problem document instead of a stack trace.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib.kernel.errors import CadranError, Fault, NotFound
from chalicelib.runtime import problems
from chalicelib.runtime.endpoints import Answer, Endpoint, Request
from chalicelib.runtime.form import gateway_url
from chalicelib.runtime.media import preferred
from chalicelib.runtime.observability import count, logger, traced
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalice.app import Request as ChaliceRequest

    from chalicelib.kernel.principal import Principal

    View = Callable[..., Any]

__all__ = ["Answer", "Api", "Request"]

MAX_BYTES = 1024 * 1024
MAX_PART = 128  # characters in one part of a path
JSON = ("application/json", "application/merge-patch+json")
_READY = (dict, str, bytes, type(None))


class Api:
    """A Chalice blueprint whose routes declare a scope and pydantic models."""

    def __init__(self, import_name: str) -> None:
        self.blueprint = Blueprint(import_name)
        self.endpoints: list[Endpoint] = []
        self._models = import_name.rpartition(".")[0] + ".models"

    def get(
        self,
        path: str,
        *,
        scope: str | None,
        status: int = 200,
        media: str = JSON[0],
        also: tuple[str, ...] = (),
    ) -> Callable[[View], View]:
        """Register a read, answered as JSON of this media type, or `also` as a text or bytes."""
        return self._route("GET", path, scope, status, media=media, also=also)

    def post(
        self,
        path: str,
        *,
        scope: str | None,
        status: int = 201,
        replayable: bool = True,
        largest: int = MAX_BYTES,
        reads: tuple[str, ...] = (),
    ) -> Callable[[View], View]:
        """Register a write that honours `Idempotency-Key`, of a body of at most so many bytes.

        `replayable=False` where the answer holds a secret, which may not be stored. Bodies of the
        types in `reads` are read by the model's own `from_text`.
        """
        return self._route("POST", path, scope, status, replayable, largest, reads=reads)

    def put(
        self, path: str, *, scope: str, largest: int = MAX_BYTES, reads: tuple[str, ...] = ()
    ) -> Callable[[View], View]:
        """Register a replacement: idempotent by nature."""
        return self._route("PUT", path, scope, 200, largest=largest, reads=reads)

    def patch(self, path: str, *, scope: str) -> Callable[[View], View]:
        """Register a partial change: only the fields sent are touched."""
        return self._route("PATCH", path, scope, 200)

    def delete(self, path: str, *, scope: str) -> Callable[[View], View]:
        """Register a removal."""
        return self._route("DELETE", path, scope, 204)

    def _route(
        self,
        method: str,
        path: str,
        scope: str | None,
        status: int,
        replayable: bool = False,
        largest: int = MAX_BYTES,
        media: str = JSON[0],
        also: tuple[str, ...] = (),
        reads: tuple[str, ...] = (),
    ) -> Callable[[View], View]:
        def register(view: View) -> View:
            endpoint = Endpoint(
                view,
                method=method,
                path=path,
                scope=scope,
                status=status,
                models=self._models,
                replayable=replayable,
                largest=largest,
                media=media,
                also=also,
                reads=reads,
            )
            self.endpoints.append(endpoint)

            @wraps(view)
            def route(**parts: str) -> Response:
                return _respond(self.blueprint.current_request, endpoint, parts)

            self.blueprint.route(path, methods=[method], content_types=["*/*"])(route)
            return view

        return register


def _respond(http: ChaliceRequest, endpoint: Endpoint, parts: dict[str, str]) -> Response:
    request_id = str(http.context.get("requestId", ""))
    logger().set_correlation_id(request_id)
    try:
        with traced(endpoint.name):
            return _serve(http, endpoint, parts)
    except CadranError as error:
        count("ApiRefused", code=error.code)
        logger().info("refused", extra={"error": str(error), "operation": endpoint.name})
        return problems.problem(error)
    except Exception:
        count("ApiFailed", operation=endpoint.name)
        logger().exception("api failed", extra={"operation": endpoint.name})
        return problems.bug(request_id)


def _serve(http: ChaliceRequest, endpoint: Endpoint, parts: dict[str, str]) -> Response:
    principal = _principal(http, endpoint)
    arguments = {**_path_parts(parts), **_parsed(http, endpoint)}
    request = Request(
        principal=principal,
        now=_wiring().clock(),
        base_url=settings().public_url.rstrip("/") or gateway_url(http.context),
        if_match=http.headers.get("if-match"),
        accept=preferred(http.headers.get("accept", ""), (endpoint.media, *endpoint.also)),
        _new_id=_wiring().new_id,
    )

    def work() -> dict[str, Any]:
        return _plain(endpoint.view(request=request, **arguments), endpoint)

    key = http.headers.get("idempotency-key")
    if key is None or not endpoint.replayable:
        return _response(work())
    from chalicelib.runtime import idempotency

    place = (principal.account_id, endpoint.method, endpoint.path, sorted(parts.items()))
    stored = idempotency.once(
        work,
        key=idempotency.checked(key),
        place=place,
        fingerprint=_text(http, endpoint.largest),
        lambda_context=http.lambda_context,
    )
    return _response(stored)


def _principal(http: ChaliceRequest, endpoint: Endpoint) -> Principal:
    if endpoint.scope is None:
        nobody: Principal = _wiring().anyone()
        return nobody
    principal: Principal = _wiring().authenticate(
        http.headers.get("authorization", ""), http.headers.get("cadran-account")
    )
    principal.require(endpoint.scope)
    return principal


def _path_parts(parts: dict[str, str]) -> dict[str, str]:
    """Decode the parts of the path. None of ours is long, and keys of tables may not be."""
    plain = {name: unquote(value) for name, value in parts.items()}
    if any(len(value) > MAX_PART or not value.isprintable() for value in plain.values()):
        raise NotFound("nothing has such an address")
    return plain


def _parsed(http: ChaliceRequest, endpoint: Endpoint) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    with _validated():
        if endpoint.query is not None:
            arguments["query"] = endpoint.query.model_validate(_query(http))
        if endpoint.body is not None:
            arguments["body"] = _body(http, endpoint, endpoint.body)
    if endpoint.query is None and http.query_params:
        reason = "this operation takes no such parameter"
        raise _malformed(
            *(Fault(f"/{problems.escaped(name)}", reason) for name in http.query_params)
        )
    if endpoint.body is None and _text(http, endpoint.largest).strip() not in ("", "{}"):
        raise _malformed(Fault("", "this operation takes no body"))
    return arguments


def _malformed(*faults: Fault) -> problems.Malformed:
    return problems.Malformed("the request does not have the documented shape", faults=faults)


def _body(http: ChaliceRequest, endpoint: Endpoint, model: Any) -> Any:
    kind = http.headers.get("content-type", JSON[0]).partition(";")[0].strip().lower()
    if kind not in (*JSON, *endpoint.reads):
        raise problems.Unsupported(f"send the body as {' or '.join((JSON[0], *endpoint.reads))}")
    text = _text(http, endpoint.largest)
    if endpoint.reads:
        return model.from_text(text, kind)
    return model.model_validate_json(text or "{}")


def _text(http: ChaliceRequest, largest: int) -> str:
    raw = http.raw_body or b""
    if len(raw) > largest:
        raise problems.TooLarge(f"the body is over {largest} bytes")
    try:
        return raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise _malformed(Fault("", f"the body is not UTF-8 (byte {error.start})")) from None


def _query(http: ChaliceRequest) -> dict[str, str | list[str]]:
    query = http.query_params
    if not query:
        return {}
    values = {name: query.getlist(name) for name in query}
    return {name: each[0] if len(each) == 1 else each for name, each in values.items()}


@contextmanager
def _validated() -> Iterator[None]:
    """Turn pydantic's faults into ours, without importing pydantic for routes without models.

    Only what was sent is checked under it: a model of an answer that fails is a bug of ours.
    """
    try:
        yield
    except ValueError as error:
        if type(error).__name__ != "ValidationError":
            raise
        raise problems.from_validation(error) from None  # type: ignore[arg-type]


def _plain(result: Any, endpoint: Endpoint) -> dict[str, Any]:
    """Reduce a view's result to what can be stored for a replay: status, headers, text."""
    answer = result if isinstance(result, Answer) else Answer(result)
    headers = {"ETag": answer.etag, "Location": answer.location, **answer.headers}
    if (answer.media or endpoint.media) != JSON[0]:
        headers["Content-Type"] = answer.media or endpoint.media
    if answer.fresh_seconds:
        headers["Cache-Control"] = f"public, max-age={answer.fresh_seconds}"
    body = answer.body
    return {
        "status": answer.status or endpoint.status,
        "headers": {name: value for name, value in headers.items() if value is not None},
        "body": body if isinstance(body, _READY) else json.loads(_dump(body)),
    }


def _dump(body: Any) -> str:
    text: str = body.model_dump_json(by_alias=True)
    return text


def _response(plain: dict[str, Any]) -> Response:
    body = plain["body"]
    text = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
    return Response(
        "" if body is None else text,
        status_code=plain["status"],
        headers={"Content-Type": "application/json", "Cache-Control": "no-store"}
        | plain["headers"],
    )


def _wiring() -> Any:
    from chalicelib.runtime import wiring

    return wiring
