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

from chalicelib.kernel.errors import Conflict, Rejected
from chalicelib.runtime import apology, patience, secrets
from chalicelib.runtime.form import Form
from chalicelib.runtime.observability import count, logger, traced
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import Request

    View = Callable[..., str]
    Failure = Callable[[Form, Exception], str]

ANY = "*/*"  # a wrong type is refused here with 403, not by Chalice with a JSON document
TWIML: dict[str, str | list[str]] = {"Content-Type": "text/xml; charset=utf-8"}
SERVED = frozenset({"completed", "answered"})  # Twilio's DialCallStatus
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

    def _post(self, path: str, failed: Failure) -> Callable[[View], View]:
        self.paths.append(path)

        def register(view: View) -> View:
            @wraps(view)
            def route(**args: str) -> Response:
                with patience.limited():
                    return self._respond(view, failed, args)

            self.blueprint.route(path, methods=["POST"], content_types=[ANY])(route)
            return view

        return register

    def _respond(self, view: View, failed: Failure, args: dict[str, str]) -> Response:
        logger().set_correlation_id(None)
        form: Form | None = None
        try:
            form = _received(self.blueprint.current_request)
            if not is_genuine(form):
                return _refused("the signature is wrong")
            call_id = form.optional("CallSid")
            logger().set_correlation_id(call_id)
            logger().info("webhook", extra={"view": view.__name__})
            with traced(view.__name__, call=call_id or ""):
                return _twiml(_answer(view, failed, form, args))
        except Rejected as error:
            return _refused(error.message)
        except Exception as error:
            # No settings or no token: nobody can tell who asks, so nothing is stored. The answer
            # only says what to dial, to whoever asked, and rings nobody by itself.
            _report(view, error)
            return _twiml(pass_on(form, form.fallback) if form else apology.fall_back(None))


class _Fields(dict[str, tuple[str, ...]]):
    """The shape in which Twilio's validator takes repeated parameters."""

    def getlist(self, name: str) -> tuple[str, ...]:
        return self[name]


def is_genuine(form: Form) -> bool:
    """Tell whether Twilio signed this request with one of our tokens, for one of its URLs."""
    if form.body is not None and "bodySHA256" not in form.query:
        return False
    signed = _Fields(form.fields) if form.body is None else form.body
    return any(
        RequestValidator(token).validate(url, signed, form.signature)
        for token in secrets.twilio().auth_tokens
        for url in form.urls
    )


def pass_on(form: Form, destination: str | None) -> str:
    """Return TwiML that sends a caller to `destination`, or apologises: what we do when we fail.

    Someone who has just spoken to a person needs neither.
    """
    if form.optional("DialCallStatus") in SERVED:
        return apology.over()
    return apology.fall_back(destination, then=f"{form.base_url}/voice/fallback")


def _received(request: Request) -> Form:
    if len(request.raw_body or b"") > MAX_BYTES:
        raise Rejected("the webhook is longer than any of the carrier's")
    return Form.from_request(request, settings().public_url)


def _refused(reason: str) -> Response:
    count("ForgedWebhook")
    logger().warning("webhook refused", extra={"reason": reason})
    return Response("", headers={"Content-Type": "text/plain"}, status_code=403)


def _twiml(text: str) -> Response:
    return Response(text, headers=dict(TWIML))


def _answer(view: View, failed: Failure, form: Form, args: dict[str, str]) -> str:
    try:
        try:
            return view(form, **args)
        except Conflict:
            return view(form, **args)
    except Exception as error:
        _report(view, error)
        return _after(failed, form, error)


def _after(failed: Failure, form: Form, error: Exception) -> str:
    try:
        return failed(form, error)
    except Exception:
        logger().exception("could not remember that a call fell back")
        return pass_on(form, form.fallback)


def _report(view: View, error: Exception) -> None:
    logger().exception("webhook failed", extra={"view": view.__name__})
    count("WebhookFailed", view=view.__name__, error=type(error).__name__)


def _fell_back(form: Form, error: Exception) -> str:
    from chalicelib.runtime import wiring

    destination = None if isinstance(error, Rejected) else form.fallback
    wiring.remember_fallback(form, type(error).__name__, destination)
    return pass_on(form, destination)


def _apologised(form: Form, error: Exception) -> str:
    return pass_on(form, None if isinstance(error, Rejected) else form.fallback)


def _noted(form: Form, error: Exception) -> str:
    return apology.nothing()
