"""Errors as people's programs see them: `application/problem+json` (RFC 9457), stable codes.

Each problem has `type`, `title`, `status`, `code`, and for validation `errors`: one entry for
each wrong field, with a JSON pointer (RFC 6901) into the body or the name of the parameter.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from chalicelib.kernel.errors import (
    CadranError,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    Stale,
    Unauthenticated,
    Unavailable,
)

if TYPE_CHECKING:
    from pydantic import ValidationError

    from chalicelib.kernel.errors import Fault

PROBLEM_TYPES = "urn:cadran:problem:"


class TooLarge(Rejected):
    """The body is over the limit."""

    code = "too-large"


class Malformed(Rejected):
    """What was sent does not have the shape that the API document gives."""

    code = "invalid"


class PreconditionRequired(Rejected):
    """A change to configuration without `If-Match` might undo somebody's work."""

    code = "precondition-required"


class Unsupported(Rejected):
    """The body is not JSON by its own Content-Type."""

    code = "unsupported-media-type"


# The nearest class in an error's ancestry decides.
STATUS: dict[type[CadranError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    Unsupported: 415,
    Rejected: 422,
    PreconditionRequired: 428,
    Unavailable: 503,
}

HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "1"},
}


def problem(error: CadranError) -> Response:
    """Render an error of ours. Facts are for the logs: only `faults` leave the house."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    body: dict[str, Any] = {
        "type": PROBLEM_TYPES + error.code,
        "title": error.message,
        "status": status,
        "code": error.code,
    }
    faults = getattr(error, "faults", ())
    if faults:
        body["errors"] = [_told(fault) for fault in faults]
    return respond(status, body, HEADERS.get(status, {}))


def _told(fault: Fault) -> dict[str, Any]:
    told: dict[str, Any] = {"pointer": fault.pointer, "detail": fault.reason}
    return told if fault.line is None else {**told, "line": fault.line, "column": fault.column}


def bug(request_id: str) -> Response:
    """Render a failure of ours that nobody foresaw: nothing but where to find it in the logs."""
    return respond(
        500,
        {
            "type": PROBLEM_TYPES + "internal",
            "title": "something failed on our side",
            "status": 500,
            "code": "internal",
            "request": request_id,
        },
        {},
    )


def respond(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    """Build the response of a problem."""
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        headers={"Content-Type": "application/problem+json", **headers},
    )


def from_validation(error: ValidationError, where: str = "") -> Malformed:
    """Translate pydantic's faults: one pointer for each wrong field, without echoing values."""
    from chalicelib.kernel.errors import Fault

    faults = tuple(
        Fault(where + "".join(f"/{escaped(part)}" for part in each["loc"]), each["msg"])
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    )
    return Malformed("the request does not have the documented shape", faults=faults)


def escaped(part: str | int) -> str:
    """Return one step of a JSON pointer (RFC 6901).

    >>> escaped("a/b~c")
    'a~1b~0c'
    """
    return str(part).replace("~", "~0").replace("/", "~1")
