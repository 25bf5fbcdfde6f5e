"""Routes that the carrier calls. Each is checked for Twilio's signature, and each answers.

A voice webhook answers 200 with TwiML, or 403 for a bad signature, and nothing else: whatever
fails, the caller reaches the number's fallback or hears an apology. This is the one place of the
voice side that may catch every exception.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response
from twilio.request_validator import RequestValidator

from chalicelib.kernel.errors import Conflict, Rejected, Unavailable
from chalicelib.runtime import apology, secrets
from chalicelib.runtime.form import Form
from chalicelib.runtime.observability import count, logger, traced
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    View = Callable[..., str]

FORM = "application/x-www-form-urlencoded"
TWIML: dict[str, str | list[str]] = {"Content-Type": "text/xml; charset=utf-8"}
MAX_BYTES = 64 * 1024  # Twilio's own forms are a few kilobytes


class Webhooks:
    """A Chalice blueprint whose routes take a checked Form and return TwiML."""

    def __init__(self, import_name: str) -> None:
        self.blueprint = Blueprint(import_name)
        self.paths: list[str] = []

    def voice(self, path: str, *, needs_storage: bool = True) -> Callable[[View], View]:
        """Register a route a caller is waiting on: if it fails, the caller is sent on."""
        return self._post(path, _fell_back if needs_storage else _apologised)

    def notice(self, path: str) -> Callable[[View], View]:
        """Register a route nobody waits on (status and recording callbacks)."""
        return self._post(path, _noted)

    def _post(self, path: str, failed: Callable[[Form, Exception], str]) -> Callable[[View], View]:
        self.paths.append(path)

        def register(view: View) -> View:
            @wraps(view)
            def route(**args: str) -> Response:
                return self._respond(view, failed, args)

            self.blueprint.route(path, methods=["POST"], content_types=[FORM])(route)
            return view

        return register

    def _respond(
        self, view: View, failed: Callable[[Form, Exception], str], args: dict[str, str]
    ) -> Response:
        request = self.blueprint.current_request
        if len(request.raw_body or b"") > MAX_BYTES:
            return Response("", status_code=403)
        form = Form.from_request(request, settings().public_url)
        try:
            genuine = is_genuine(form)
        except Unavailable as error:  # without the token nobody can tell: store nothing
            return Response(_apologised(form, error), headers=TWIML)
        if not genuine:
            count("ForgedWebhook")
            logger().warning("webhook with a wrong signature", extra={"path": request.path})
            return Response("", status_code=403)
        logger().set_correlation_id(form.optional("CallSid"))
        with traced(view.__name__, call=form.optional("CallSid") or ""):
            return Response(_answer(view, failed, form, args), headers=TWIML)


class _Fields(dict[str, tuple[str, ...]]):
    """The shape in which Twilio's validator takes repeated parameters."""

    def getlist(self, name: str) -> tuple[str, ...]:
        return self[name]


def is_genuine(form: Form) -> bool:
    """Tell whether Twilio signed this request with one of our tokens, for one of its URLs."""
    fields = _Fields(form.fields)
    return any(
        RequestValidator(token).validate(url, fields, form.signature)
        for token in secrets.twilio().auth_tokens
        for url in form.urls
    )


def _answer(
    view: View, failed: Callable[[Form, Exception], str], form: Form, args: dict[str, str]
) -> str:
    try:
        try:
            return view(form, **args)
        except Conflict:
            return view(form, **args)
    except Exception as error:
        logger().exception("webhook failed", extra={"view": view.__name__})
        count("WebhookFailed", view=view.__name__, error=type(error).__name__)
        return failed(form, error)


def _fell_back(form: Form, error: Exception) -> str:
    from chalicelib.runtime import wiring

    destination = None if isinstance(error, Rejected) else form.fallback
    wiring.remember_fallback(form, type(error).__name__, destination)
    return apology.fall_back(destination)


def _apologised(form: Form, error: Exception) -> str:
    return apology.fall_back(None if isinstance(error, Rejected) else form.fallback)


def _noted(form: Form, error: Exception) -> str:
    return apology.nothing()
