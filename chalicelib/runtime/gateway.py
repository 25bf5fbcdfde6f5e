"""The carrier's REST API, behind a Protocol, so that nothing else knows it is Twilio.

A call costs money and Twilio's API has no idempotency key: `place_call` therefore never repeats a
request whose outcome it does not know. Whoever retries says so, and the carrier is asked first
whether the call exists. Imported lazily: `twilio.rest` is 300 modules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.kernel.errors import NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.runtime.secrets import TwilioCredentials

TIMEOUT_SECONDS = 8.0  # API Gateway gives up at 29 s; a slow carrier must leave room to answer
TWILIO = "https://api.twilio.com"
PAGE_SIZE = 1000
LARGEST_RECORDING = 64 * 1024 * 1024  # an hour, as the carrier writes it: 8 kHz, 16 bits


class OutcomeUnknown(Unavailable):
    """The carrier did not answer in time: the request may or may not have been carried out."""

    code = "outcome-unknown"


@dataclass(frozen=True, slots=True)
class WebhookUrls:
    """Where the carrier asks what to do with a number's calls."""

    voice: str
    fallback: str
    status: str
    messages: str | None = None


@dataclass(frozen=True, slots=True)
class CarrierNumber:
    """A number of the carrier's: one we own (`carrier_id` set), or one that is for sale."""

    number: str
    carrier_id: str | None = None
    locality: str = ""
    voice: bool = True
    messages: bool = False
    urls: WebhookUrls | None = None


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """What the carrier knows of a call."""

    call_id: str
    to: str
    from_: str
    status: str
    seconds: int | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to place. `ordered_at` tells its calls from earlier ones to the same number."""

    to: str
    from_: str
    url: str
    status_url: str
    ordered_at: datetime
    ring_seconds: int = 25


@dataclass(frozen=True, slots=True)
class TextOrder:
    """A text message to send. `ordered_at` tells it from earlier ones with the same words."""

    to: str = field(repr=False)
    from_: str = field(repr=False)
    body: str = field(repr=False)
    ordered_at: datetime
    status_url: str


@dataclass(frozen=True, slots=True)
class CarrierText:
    """What the carrier knows of a text message. `status` is the carrier's word."""

    text_id: str
    status: str


class Carrier(Protocol):
    """What the product asks of a carrier."""

    def search(self, kind: str, contains: str | None, limit: int) -> list[CarrierNumber]:
        """Return French numbers for sale. `kind`: local, mobile, national or toll_free."""

    def owned(self, number: str | None = None) -> Iterator[CarrierNumber]:
        """Yield the numbers our carrier account holds, or the one asked for."""

    def buy(self, number: str, urls: WebhookUrls) -> CarrierNumber:
        """Buy a number unless we hold it already. Raises Rejected if it is not for sale."""

    def point(self, carrier_id: str, urls: WebhookUrls) -> None:
        """Send a number's webhooks to these URLs."""

    def release(self, carrier_id: str) -> None:
        """Give a number back. Releasing it twice is no error."""

    def place_call(self, order: CallOrder, *, retry: bool = False) -> CarrierCall:
        """Ring somebody. With `retry`, first look whether an earlier attempt got through.

        Raises OutcomeUnknown when the carrier did not answer: retry with `retry=True`.
        """

    def call(self, call_id: str) -> CarrierCall:
        """Return a call as the carrier has it. Raises NotFound."""

    def legs(self, call_id: str) -> list[CarrierCall]:
        """Return the calls that the carrier dialled for a call; they start when they ring."""

    def send_text(self, order: TextOrder, *, retry: bool = False) -> CarrierText:
        """Send a text message. With `retry`, first look whether an earlier attempt got through.

        Raises Rejected with `carrier_code`, and OutcomeUnknown as `place_call` does.
        """

    def recording(self, recording_id: str) -> bytes:
        """Return a recording as a WAV file. Raises NotFound, Rejected when it is too large."""


class TwilioGateway:
    """A Carrier over Twilio's REST API, or over a phone network that speaks it."""

    def __init__(
        self,
        credentials: TwilioCredentials,
        base_url: str = TWILIO,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        from twilio.rest import Client

        self._credentials = credentials
        self._base_url = base_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._client = Client(
            credentials.account_sid,
            credentials.auth_tokens[0],
            http_client=_http_client(base_url, timeout_seconds),
        )

    def search(self, kind: str, contains: str | None, limit: int) -> list[CarrierNumber]:
        with _translated("search numbers"):
            listing = getattr(self._client.available_phone_numbers("FR"), kind)
            wanted = {} if contains is None else {"contains": contains}
            return [_for_sale(each) for each in listing.list(limit=limit, **wanted)]

    def owned(self, number: str | None = None) -> Iterator[CarrierNumber]:
        with _translated("list our numbers"):
            wanted = {} if number is None else {"phone_number": number}
            for each in self._client.incoming_phone_numbers.stream(page_size=PAGE_SIZE, **wanted):
                yield _held(each)

    def buy(self, number: str, urls: WebhookUrls) -> CarrierNumber:
        for held in self.owned(number):
            if held.carrier_id is not None:
                self.point(held.carrier_id, urls)
            return held
        with _translated("buy a number", number=number):
            created = self._client.incoming_phone_numbers.create(
                phone_number=number, **_settings(urls)
            )
            return _held(created)

    def point(self, carrier_id: str, urls: WebhookUrls) -> None:
        with _translated("configure a number", carrier_id=carrier_id):
            self._client.incoming_phone_numbers(carrier_id).update(**_settings(urls))

    def release(self, carrier_id: str) -> None:
        try:
            with _translated("release a number", carrier_id=carrier_id):
                self._client.incoming_phone_numbers(carrier_id).delete()
        except NotFound:
            return

    def place_call(self, order: CallOrder, *, retry: bool = False) -> CarrierCall:
        if retry:
            for earlier in self._placed(order):
                return earlier
        with _translated("place a call"):
            created = self._client.calls.create(
                to=order.to,
                from_=order.from_,
                url=order.url,
                status_callback=order.status_url,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=order.ring_seconds,
            )
            return _placed_call(created)

    def call(self, call_id: str) -> CarrierCall:
        with _translated("fetch a call", call_id=call_id):
            return _placed_call(self._client.calls(call_id).fetch())

    def legs(self, call_id: str) -> list[CarrierCall]:
        with _translated("list the legs of a call", call_id=call_id):
            found = self._client.calls.list(parent_call_sid=call_id, page_size=PAGE_SIZE)
            return [_leg(each) for each in found]

    def send_text(self, order: TextOrder, *, retry: bool = False) -> CarrierText:
        if retry:
            for earlier in self._texted(order):
                return earlier
        from twilio.base.values import unset

        with _translated("send a text message"):
            sent = self._client.messages.create(
                to=order.to,
                from_=order.from_,
                body=order.body,
                status_callback=order.status_url or unset,
            )
            return CarrierText(sent.sid, str(sent.status))

    def recording(self, recording_id: str) -> bytes:
        import requests

        account = self._credentials.account_sid
        url = f"{self._base_url}/2010-04-01/Accounts/{account}/Recordings/{recording_id}.wav"
        with (
            _translated("fetch a recording", recording_id=recording_id),
            requests.get(
                url,
                auth=(account, self._credentials.auth_tokens[0]),
                timeout=self._timeout_seconds,
                stream=True,
            ) as answer,
        ):
            if answer.status_code != 200:
                facts = {"recording_id": recording_id}
                raise _refusal("fetch a recording", answer.status_code, None, "", facts)
            data = bytearray()
            for piece in answer.iter_content(64 * 1024):
                data += piece
                if len(data) > LARGEST_RECORDING:
                    raise Rejected("a recording is too large", recording_id=recording_id)
            return bytes(data)

    def _texted(self, order: TextOrder) -> Iterator[CarrierText]:
        """Yield messages of this order that the carrier has, whatever became of them."""
        since = order.ordered_at.replace(microsecond=0)
        with _translated("look for a text message"):
            for each in self._client.messages.stream(to=order.to, page_size=PAGE_SIZE):
                created = each.date_created
                if created is not None and created < since:
                    return  # newest first: the rest is older still
                if each.body == order.body and each.from_ == order.from_:
                    yield CarrierText(each.sid, str(each.status))

    def _placed(self, order: CallOrder) -> Iterator[CarrierCall]:
        """Yield calls of this order that the carrier has: a queued one has no start time yet."""
        with _translated("look for a call"):
            for each in self._client.calls.stream(to=order.to, from_=order.from_):
                created = each.date_created or each.start_time
                if created is None or created >= order.ordered_at.replace(microsecond=0):
                    yield _placed_call(each)


class _translated:
    """Turn Twilio's failures into ours: 4xx is a refusal, 429 and 5xx are worth a retry."""

    def __init__(self, action: str, **facts: str) -> None:
        self.action = action
        self.facts = facts

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is None:
            return
        import requests
        from twilio.base.exceptions import TwilioException, TwilioRestException

        if isinstance(error, requests.RequestException):
            raise OutcomeUnknown(f"{self.action}: no answer", **self.facts) from error
        if isinstance(error, TwilioRestException):
            refusal = _refusal(self.action, error.status, error.code, error.msg, self.facts)
            raise refusal from error
        if isinstance(error, TwilioException):
            raise _refusal(self.action, *_said_by(error), self.facts) from error


def _said_by(error: Exception) -> tuple[int, int | None, str]:
    """Return status, code and words of a list's failure: the SDK leaves them in its response."""
    response = error.args[1] if len(error.args) > 1 else None
    try:
        said = json.loads(response.text)  # type: ignore[union-attr]
    except (AttributeError, TypeError, ValueError):
        said = {}
    said = said if isinstance(said, dict) else {}
    return getattr(response, "status_code", 500), said.get("code"), said.get("message", "")


def _refusal(
    action: str, status: int, code: int | None, words: str, facts: dict[str, str]
) -> Exception:
    known: dict[str, Any] = {**facts, "carrier_code": code, "status": status}
    if status == 404:
        return NotFound(f"{action}: the carrier does not know it", **known)
    if status == 429:  # "never processed, always safe to retry" (Twilio, error 20429)
        return Unavailable(f"{action}: the carrier asks to slow down", **known)
    if status >= 500:
        return OutcomeUnknown(f"{action}: the carrier failed", **known)
    return Rejected(f"{action}: the carrier refuses ({words})", **known)


def _http_client(base_url: str, timeout_seconds: float) -> Any:
    from twilio.http.http_client import TwilioHttpClient

    class Pointed(TwilioHttpClient):  # type: ignore[misc]
        """Twilio's own client, with the host replaced: the SDK has no option for it."""

        def request(self, method: str, url: str, **options: Any) -> Any:
            return super().request(method, url.replace(TWILIO, base_url, 1), **options)

    return Pointed(timeout=timeout_seconds)


def _settings(urls: WebhookUrls) -> dict[str, str]:
    settings = {
        "voice_url": urls.voice,
        "voice_method": "POST",
        "voice_fallback_url": urls.fallback,
        "voice_fallback_method": "POST",
        "status_callback": urls.status,
        "status_callback_method": "POST",
    }
    return settings if urls.messages is None else settings | {"sms_url": urls.messages}


def _for_sale(each: Any) -> CarrierNumber:
    able = each.capabilities or {}
    return CarrierNumber(
        number=each.phone_number,
        locality=each.locality or "",
        voice=bool(able.get("voice", True)),
        messages=bool(able.get("sms") or able.get("SMS")),
    )


def _held(each: Any) -> CarrierNumber:
    urls = WebhookUrls(each.voice_url, each.voice_fallback_url, each.status_callback)
    return CarrierNumber(number=each.phone_number, carrier_id=each.sid, urls=urls)


def _leg(each: Any) -> CarrierCall:
    return replace(_placed_call(each), started_at=each.date_created or each.start_time)


def _placed_call(each: Any) -> CarrierCall:
    seconds = None if each.duration in (None, "") else int(each.duration)
    from_ = each._from if hasattr(each, "_from") else each.from_
    return CarrierCall(each.sid, each.to, from_, str(each.status), seconds, each.start_time)
