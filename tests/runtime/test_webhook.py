"""What the carrier hears from a webhook, whatever happens behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from chalice.app import Chalice

from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Unavailable
from chalicelib.runtime import secrets, wiring
from chalicelib.runtime.gateway import TwilioGateway
from chalicelib.runtime.settings import settings
from chalicelib.runtime.webhook import MAX_BYTES, Webhooks
from tests.gateway import Heard, event, ring, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.runtime.form import Form
    from tests.clouds import Cloud

FALLBACK = "%2B33162012345"
INCOMING = f"/voice/incoming?fallback={FALLBACK}"
FIELDS: dict[str, str | list[str]] = {"CallSid": "CA1", "From": "+33612345678"}


@pytest.fixture(autouse=True)
def _known_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "twilio", lambda: secrets.TwilioCredentials("AC1", ("12345",)))


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Every fallback that the wiring was asked to remember."""
    notes: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        wiring, "remember_fallback", lambda *facts: notes.append(facts), raising=False
    )
    return notes


def an_app(view: Callable[[Form], str]) -> Chalice:
    """Build an app whose voice route runs `view`; `/voice/status` and `/voice/fallback` do too."""
    webhooks = Webhooks(__name__)
    webhooks.voice("/voice/incoming")(view)
    webhooks.voice("/voice/fallback", needs_storage=False)(view)
    webhooks.notice("/voice/status")(view)
    app = Chalice(app_name="test")
    app.register_blueprint(webhooks.blueprint)
    return app


def raising(*errors: Exception) -> Callable[[Form], str]:
    """Build a view that fails with each error in turn, then answers."""
    left = list(errors)

    def view(form: Form) -> str:
        if left:
            raise left.pop(0)
        return "<Response>fine</Response>"

    return view


def noting(reached: list[Form]) -> Callable[[Form], str]:
    """Build a view that notes that it was reached."""

    def view(form: Form) -> str:
        reached.append(form)
        return "<Response />"

    return view


def dials(heard: Heard) -> bool:
    """Tell whether the caller is sent to the number's fallback."""
    return "+33162012345</Dial>" in heard.text


def test_a_genuine_webhook_is_answered_by_its_view() -> None:
    heard = ring(
        an_app(lambda form: f"<Response>{form.required('From')}</Response>"), INCOMING, FIELDS
    )

    assert heard.status == 200
    assert heard.text == "<Response>+33612345678</Response>"
    assert heard.headers["Content-Type"].startswith("text/xml")


@pytest.mark.parametrize(
    "signature", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8="], ids=["unsigned", "signed for another"]
)
def test_a_stranger_gets_403_and_reaches_no_view(
    signature: str, remembered: list[tuple[Any, ...]]
) -> None:
    reached: list[Form] = []
    app = an_app(noting(reached))

    heard = ring(app, INCOMING, FIELDS, signature=signature)

    assert (heard.status, heard.text) == (403, "")
    assert reached == []
    assert remembered == []


@pytest.mark.parametrize("path", [INCOMING, "/voice/status", "/voice/fallback"])
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, "CallSid=CA1"),
        ({"content-type": "application/json"}, "{}"),
        ({"content-type": "application/json"}, "not json"),
        ({"content-type": "multipart/form-data; boundary=x"}, "--x"),
        ({"content-type": "application/x-www-form-urlencoded"}, "\ud800"),
        ({"content-type": "application/x-www-form-urlencoded"}, "a=" + "b" * MAX_BYTES),
        ({"content-type": "application/x-www-form-urlencoded"}, None),
    ],
    ids=["no type", "JSON", "broken JSON", "multipart", "not text", "too long", "no body"],
)
def test_what_the_carrier_never_sends_is_refused_not_answered(
    path: str, headers: dict[str, str], body: str | None
) -> None:
    app = an_app(raising())
    request = event("POST", path.partition("?")[0], headers=headers)
    request["body"] = body if body != "\ud800" else b"\xff\xfe"

    heard = send(app, request)

    assert heard.status == 403


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("table down"),
        Conflict("again"),
        KeyError("bug"),
        RecursionError(),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_when_we_fail_the_caller_reaches_the_fallback(
    error: Exception, remembered: list[tuple[Any, ...]]
) -> None:
    heard = ring(an_app(raising(error, error)), INCOMING, FIELDS)

    assert heard.status == 200
    assert dials(heard)
    ((form, kind, destination),) = remembered
    assert form.required("CallSid") == "CA1"
    assert (kind, destination) == (type(error).__name__, "+33162012345")


@pytest.mark.parametrize("error", [Rejected("no"), NotFound("nobody's number")])
def test_what_we_refuse_is_an_apology_and_not_a_call_to_the_fallback(error: Exception) -> None:
    heard = ring(an_app(raising(error)), INCOMING, FIELDS)

    assert heard.status == 200
    assert not dials(heard)
    assert "<Say" in heard.text
    assert "<Hangup" in heard.text


def test_a_number_without_a_fallback_apologises() -> None:
    heard = ring(an_app(raising(KeyError())), "/voice/incoming", FIELDS)

    assert heard.status == 200
    assert "<Dial" not in heard.text
    assert "<Say" in heard.text


def test_a_lost_race_is_tried_once_more() -> None:
    once = ring(an_app(raising(Conflict("first"))), INCOMING, FIELDS)
    twice = ring(an_app(raising(Conflict("first"), Conflict("second"))), INCOMING, FIELDS)

    assert once.text == "<Response>fine</Response>"
    assert dials(twice)


def test_what_cannot_even_be_remembered_still_reaches_the_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> None:
        raise Unavailable("the queue is down as well")

    monkeypatch.setattr(wiring, "remember_fallback", fails, raising=False)

    heard = ring(an_app(raising(KeyError())), INCOMING, FIELDS)

    assert heard.status == 200
    assert dials(heard)


def test_the_fallback_route_remembers_nothing(remembered: list[tuple[Any, ...]]) -> None:
    heard = ring(an_app(raising(KeyError())), f"/voice/fallback?fallback={FALLBACK}", FIELDS)

    assert dials(heard)
    assert remembered == []


def test_a_status_callback_that_fails_gets_the_empty_answer() -> None:
    heard = ring(an_app(raising(KeyError())), "/voice/status", FIELDS)

    assert heard.status == 200
    assert heard.text.endswith("<Response />")


@pytest.mark.parametrize(
    "error",
    [Unavailable("no parameter"), KeyError("auth_tokens"), ValueError("not JSON")],
    ids=["store down", "incomplete secret", "broken secret"],
)
def test_without_the_token_the_caller_is_sent_on_and_nothing_is_stored(
    error: Exception, monkeypatch: pytest.MonkeyPatch, remembered: list[tuple[Any, ...]]
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(secrets, "twilio", fails)
    reached: list[Form] = []

    heard = ring(an_app(noting(reached)), INCOMING, FIELDS)

    assert heard.status == 200
    assert dials(heard)
    assert reached == []
    assert remembered == []


def test_without_settings_the_caller_hears_an_apology(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CADRAN_PUBLIC_URL")
    settings.cache_clear()

    heard = ring(an_app(raising()), INCOMING, FIELDS)

    monkeypatch.undo()
    settings.cache_clear()
    assert heard.status == 200
    assert "<Say" in heard.text


def test_a_secret_once_read_outlives_the_parameter_store(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert secrets.twilio().auth_tokens == ("12345",)

    monkeypatch.setattr(secrets, "_provider", _Down)

    assert secrets.twilio().auth_tokens == ("12345",)
    with pytest.raises(Unavailable):
        secrets.files_bucket()


def test_a_token_put_during_a_rotation_is_believed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    app = an_app(raising())
    before = ring(app, INCOMING, FIELDS, token="new")

    cloud.put_parameter("twilio", '{"account_sid": "AC1", "auth_tokens": ["new", "12345"]}')

    assert before.status == 403
    assert ring(app, INCOMING, FIELDS, token="new").status == 200
    assert ring(app, INCOMING, FIELDS, token="12345").status == 200


def test_our_own_requests_carry_the_token_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wiring.gateway()
    assert wiring.gateway() is before

    rotated = secrets.TwilioCredentials("AC1", ("new", "12345"))
    monkeypatch.setattr(secrets, "twilio", lambda: rotated)

    assert isinstance(after := wiring.gateway(), TwilioGateway)
    assert after._client.auth == ("AC1", "new")


class _Down:
    """A parameter store that does not answer."""

    def get(self, path: str, **_: object) -> str:
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

        raise GetParameterError(path)


def test_who_spoke_to_the_fallback_hears_no_apology_afterwards() -> None:
    rung = ring(an_app(raising(KeyError())), INCOMING, FIELDS)
    after = FIELDS | {"DialCallStatus": "completed"}
    done = ring(an_app(raising(KeyError())), "/voice/fallback", after)

    assert 'action="https://' in rung.text
    assert "/voice/fallback" in rung.text
    assert "Say" not in done.text
    assert "Hangup" in done.text


def test_whom_the_fallback_does_not_answer_hears_an_apology() -> None:
    after = FIELDS | {"DialCallStatus": "no-answer"}

    heard = ring(an_app(raising(KeyError())), "/voice/fallback", after)

    assert "Nous sommes désolés" in heard.text
