"""The door of web sites: what pages of customers send, whoever's browser they are open in.

Nobody has a key there, and nothing is kept in cookies. A message names its site, and its origin
must be one of the site's. It is JSON sent as `text/plain`, so that browsers need not ask first.
A page must never break for us: what fails inside is logged and counted, and answered by 200 and
nothing to show. Of what was sent nothing is logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_type_hints

from chalice.app import Blueprint, Response

from chalicelib.kernel.errors import Fault, Forbidden, NotFound, Rejected
from chalicelib.runtime import crawlers, patience, problems
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.observability import count, logger, traced

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalice.app import Request as ChaliceRequest

    View = Callable[..., Any]

MAX_BYTES: Final = 16 * 1024
LONGEST_ORIGIN: Final = 300
NOTHING: Final = '{"visit":null,"numbers":[],"beat":null,"until":null,"left":null,"printed":null}'
# Who may read the answer varies; that it is none of the site's shows in the answer itself.
OPEN: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class Beacon:
    """What every view is given besides the message: its site, which admits where it came from.

    `address` is the network's, of whoever sent it: it is somebody's, and nowhere to be kept.
    """

    site: Any
    now: datetime
    is_crawler: bool
    new_id: Callable[[], str]
    origin: str = ""
    address: str = field(default="", repr=False)


class File(NamedTuple):
    """A text that anybody's page may load. `etag` is without quotes."""

    text: str
    media: str
    etag: str
    fresh_seconds: int


class Beacons:
    """A Chalice blueprint whose routes take messages of pages, each a model with a `site`."""

    def __init__(self, import_name: str) -> None:
        self.blueprint = Blueprint(import_name)
        self._models = import_name.rpartition(".")[0] + ".models"

    def post(self, path: str, *, otherwise: str = NOTHING) -> Callable[[View], View]:
        """Register a message of this path, and the question that a careful browser asks first.

        `otherwise` is the JSON that a page gets where something of ours fails.
        """

        def register(view: View) -> View:
            message = _Message(view, self._models, otherwise)

            @wraps(view)
            def route() -> Response:
                with patience.limited():
                    return _respond(self.blueprint.current_request, message)

            def asked() -> Response:
                http = self.blueprint.current_request
                return _answer(http, Response("", status_code=204, headers=dict(OPEN)))

            asked.__name__ = f"{view.__name__}_asked"
            self.blueprint.route(path, methods=["POST"], content_types=["*/*"])(route)
            self.blueprint.route(path, methods=["OPTIONS"], content_types=["*/*"])(asked)
            return view

        return register

    def get(self, path: str) -> Callable[[View], View]:
        """Register a file, which is the same for all: nobody's origin is asked."""

        def register(view: View) -> View:
            @wraps(view)
            def route(**parts: str) -> Response:
                return _handed(self.blueprint.current_request, lambda: view(**parts))

            self.blueprint.route(path, methods=["GET"], content_types=["*/*"])(route)
            return view

        return register


class _Message:
    """A view and the model of what it takes, which is imported at the first message."""

    def __init__(self, view: View, models: str, otherwise: str) -> None:
        self.view = view
        self.otherwise = otherwise
        self._models = models

    @cached_property
    def model(self) -> Any:
        known = {**self.view.__globals__, "Beacon": Beacon, "models": lazily(self._models)}
        return get_type_hints(self.view, globalns=known)["body"]


def _respond(http: ChaliceRequest, message: _Message) -> Response:
    name = message.view.__name__
    logger().set_correlation_id(str(http.context.get("requestId", "")))
    try:
        with traced(name):
            return _answer(http, _served(http, message))
    except Rejected as error:
        count("BeaconRefused", code=error.code)
        logger().info("beacon refused", extra={"error": error.message, "operation": name})
        return _answer(http, problems.problem(error))
    except Exception:
        count("BeaconFailed", operation=name)
        logger().exception("beacon failed", extra={"operation": name})
        return _answer(http, Response(message.otherwise, status_code=200, headers=dict(_JSON)))


def _handed(http: ChaliceRequest, find: Callable[[], File]) -> Response:
    """Hand a file over, to be kept as long as it says. Pages that check its hash must read it."""
    readable = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
    try:
        file = find()
    except NotFound as error:
        response = problems.problem(error)
        response.headers |= {**readable, "Cache-Control": "no-store"}
        return response
    known = f'"{file.etag}"' in http.headers.get("if-none-match", "")
    cache = f"public, max-age={file.fresh_seconds}"
    headers = {"ETag": f'"{file.etag}"', "Content-Type": file.media, "Cache-Control": cache}
    body, status = ("", 304) if known else (file.text, 200)
    return Response(body, status_code=status, headers={**headers, **readable})


_JSON: Final = {"Content-Type": "application/json"}


def _served(http: ChaliceRequest, message: _Message) -> Response:
    body = _read(http, message.model)
    beacon = Beacon(
        site=_site(body.site, _origin(http)),
        now=_wiring().clock(),
        is_crawler=crawlers.is_crawler(http.headers.get("user-agent", "")),
        new_id=_wiring().new_id,
        origin=_origin(http),
        address=str((http.context.get("identity") or {}).get("sourceIp", "")),
    )
    shown = message.view(beacon, body)
    return Response(shown.model_dump_json(), status_code=200, headers=dict(_JSON))


def _read(http: ChaliceRequest, model: Any) -> Any:
    raw = http.raw_body or b""
    if len(raw) > MAX_BYTES:
        raise problems.TooLarge(f"the message is over {MAX_BYTES} bytes")
    try:
        return model.model_validate_json(raw)
    except ValueError as error:
        if type(error).__name__ == "ValidationError":
            raise problems.from_validation(error) from None  # type: ignore[arg-type]
        raise problems.Malformed("the message is not UTF-8") from None


def _site(site_id: str, origin: str) -> Any:
    """Return a site that admits the origin. It never says which sites there are."""
    from chalicelib.runtime import tracking_wiring

    try:
        site = tracking_wiring.kept_sites().get(site_id)
    except NotFound:
        site = None
    if site is None or site.archived_at is not None or not site.admits(origin):
        reason = "no site that lists the page's origin has this id"
        raise Forbidden("this page may not speak for the site", faults=(Fault("/site", reason),))
    return site


def _origin(http: ChaliceRequest) -> str:
    origin = str(http.headers.get("origin", ""))
    return origin if origin.isascii() and origin.isprintable() else ""


def _answer(http: ChaliceRequest, response: Response) -> Response:
    """Let the page that asked read the answer, a refusal too: no secret is ever in it."""
    origin = _origin(http)[:LONGEST_ORIGIN]
    response.headers |= {"Vary": "Origin", "Cache-Control": "no-store"}
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


def _wiring() -> Any:
    from chalicelib.runtime import wiring

    return wiring
