"""The carrier's REST API, behind a Protocol, so that nothing else knows it is Twilio.

A call costs money and Twilio's API has no idempotency key: `place_call` therefore never repeats a
request whose outcome it does not know. Whoever retries says so, and the carrier is asked first
whether the call exists. Imported lazily: `twilio.rest` is 300 modules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.kernel.errors import NotFound, Rejected
from chalicelib.runtime.pointing import http_client
from chalicelib.runtime.refusals import refusal, translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.runtime.secrets import TwilioCredentials

TIMEOUT_SECONDS = 8.0  # API Gateway gives up at 29 s; a slow carrier must leave room to answer
TWILIO = "https://api.twilio.com"
PAGE_SIZE = 1000
NOT_IN_PROGRESS = 21220  # Twilio: "Call is not in-progress. Cannot redirect."
LARGEST_RECORDING = 64 * 1024 * 1024  # an hour, as the carrier writes it: 8 kHz, 16 bits


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
class Machines:
    """Have the carrier tell who answered while the call goes on, by a request to `url`.

    With `greeted` of a machine only once its greeting is over: then it can be left a message.
    """

    url: str
    greeted: bool = False


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to place. `ordered_at` tells its calls from earlier ones to the same number.

    `events` are those of which `status_url` is told; the last one is any end.
    """

    to: str
    from_: str
    url: str
    status_url: str
    ordered_at: datetime
    ring_seconds: int = 25
    events: tuple[str, ...] = ("initiated", "ringing", "answered", "completed")
    machines: Machines | None = None


@dataclass(frozen=True, slots=True)
class TextOrder:
    """A text message to send. `ordered_at` tells it from earlier ones with the same words.

    With a `template`, the body is its first variable: WhatsApp lets nobody begin otherwise.
    """

    to: str = field(repr=False)
    from_: str = field(repr=False)
    body: str = field(repr=False)
    ordered_at: datetime
    status_url: str
    template: str = ""

    @property
    def words(self) -> dict[str, str]:
        """Return the parameters that say what is written. A variable has one line."""
        if not self.template:
            return {"body": self.body}
        variables = {"1": " ".join(self.body.split())}
        return {
            "content_sid": self.template,
            "content_variables": json.dumps(variables, ensure_ascii=False),
        }


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

        Raises OutcomeUnknown when the carrier did not answer: retry with `retry=True`; Slowed.
        """

    def find_calls(self, order: CallOrder) -> list[CarrierCall]:
        """Return the calls of this order that the carrier has: none, or it was carried out."""

    def hang_up(self, call_id: str) -> None:
        """End a call that is up; one that is over is left alone."""

    def redirect(self, call_id: str, url: str) -> None:
        """Have a call that is up go on with another document; one that is over is left alone."""

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
            http_client=http_client(TWILIO, base_url, timeout_seconds),
        )

    def search(self, kind: str, contains: str | None, limit: int) -> list[CarrierNumber]:
        with translated("search numbers"):
            listing = getattr(self._client.available_phone_numbers("FR"), kind)
            wanted = {} if contains is None else {"contains": contains}
            return [_for_sale(each) for each in listing.list(limit=limit, **wanted)]

    def owned(self, number: str | None = None) -> Iterator[CarrierNumber]:
        with translated("list our numbers"):
            wanted = {} if number is None else {"phone_number": number}
            for each in self._client.incoming_phone_numbers.stream(page_size=PAGE_SIZE, **wanted):
                yield _held(each)

    def buy(self, number: str, urls: WebhookUrls) -> CarrierNumber:
        for held in self.owned(number):
            if held.carrier_id is not None:
                self.point(held.carrier_id, urls)
            return held
        with translated("buy a number", number=number):
            created = self._client.incoming_phone_numbers.create(
                phone_number=number, **_settings(urls)
            )
            return _held(created)

    def point(self, carrier_id: str, urls: WebhookUrls) -> None:
        with translated("configure a number", carrier_id=carrier_id):
            self._client.incoming_phone_numbers(carrier_id).update(**_settings(urls))

    def release(self, carrier_id: str) -> None:
        try:
            with translated("release a number", carrier_id=carrier_id):
                self._client.incoming_phone_numbers(carrier_id).delete()
        except NotFound:
            return

    def place_call(self, order: CallOrder, *, retry: bool = False) -> CarrierCall:
        if retry:
            for earlier in self._placed(order):
                return earlier
        with translated("place a call"):
            created = self._client.calls.create(
                to=order.to,
                from_=order.from_,
                url=order.url,
                status_callback=order.status_url,
                status_callback_event=list(order.events),
                timeout=order.ring_seconds,
                **_detection(order.machines),
            )
            return _placed_call(created)

    def find_calls(self, order: CallOrder) -> list[CarrierCall]:
        return list(self._placed(order))

    def hang_up(self, call_id: str) -> None:
        self._change("end a call", call_id, status="completed")

    def redirect(self, call_id: str, url: str) -> None:
        self._change("redirect a call", call_id, url=url, method="POST")

    def _change(self, action: str, call_id: str, **change: str) -> None:
        try:
            with translated(action, call_id=call_id):
                self._client.calls(call_id).update(**change)
        except Rejected as error:
            if error.facts.get("carrier_code") != NOT_IN_PROGRESS:
                raise

    def call(self, call_id: str) -> CarrierCall:
        with translated("fetch a call", call_id=call_id):
            return _placed_call(self._client.calls(call_id).fetch())

    def legs(self, call_id: str) -> list[CarrierCall]:
        with translated("list the legs of a call", call_id=call_id):
            found = self._client.calls.list(parent_call_sid=call_id, page_size=PAGE_SIZE)
            return [_leg(each) for each in found]

    def send_text(self, order: TextOrder, *, retry: bool = False) -> CarrierText:
        if retry:
            for earlier in self._texted(order):
                return earlier
        from twilio.base.values import unset

        with translated("send a text message"):
            sent = self._client.messages.create(
                to=order.to,
                from_=order.from_,
                status_callback=order.status_url or unset,
                **order.words,
            )
            return CarrierText(sent.sid, str(sent.status))

    def recording(self, recording_id: str) -> bytes:
        import requests

        account = self._credentials.account_sid
        url = f"{self._base_url}/2010-04-01/Accounts/{account}/Recordings/{recording_id}.wav"
        with (
            translated("fetch a recording", recording_id=recording_id),
            requests.get(
                url,
                auth=(account, self._credentials.auth_tokens[0]),
                timeout=self._timeout_seconds,
                stream=True,
            ) as answer,
        ):
            if answer.status_code != 200:
                facts = {"recording_id": recording_id}
                raise refusal("fetch a recording", answer.status_code, None, "", facts)
            data = bytearray()
            for piece in answer.iter_content(64 * 1024):
                data += piece
                if len(data) > LARGEST_RECORDING:
                    raise Rejected("a recording is too large", recording_id=recording_id)
            return bytes(data)

    def _texted(self, order: TextOrder) -> Iterator[CarrierText]:
        """Yield messages of this order that the carrier has, whatever became of them."""
        since = order.ordered_at.replace(microsecond=0)
        with translated("look for a text message"):
            for each in self._client.messages.stream(to=order.to, page_size=PAGE_SIZE):
                created = each.date_created
                if created is not None and created < since:
                    return  # newest first: the rest is older still
                same = (
                    bool(order.template) or each.body == order.body
                )  # it fills templates in itself
                if same and each.from_ == order.from_:
                    yield CarrierText(each.sid, str(each.status))

    def _placed(self, order: CallOrder) -> Iterator[CarrierCall]:
        """Yield calls of this order that the carrier has: a queued one has no start time yet."""
        with translated("look for a call"):
            for each in self._client.calls.stream(to=order.to, from_=order.from_):
                created = each.date_created or each.start_time
                if each.parent_call_sid:
                    continue  # somebody was put through: nobody ordered it
                if created is None or created >= order.ordered_at.replace(microsecond=0):
                    yield _placed_call(each)


def _detection(machines: Machines | None) -> dict[str, str]:
    if machines is None:
        return {}
    return {
        "machine_detection": "DetectMessageEnd" if machines.greeted else "Enable",
        "async_amd": "true",
        "async_amd_status_callback": machines.url,
    }


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
