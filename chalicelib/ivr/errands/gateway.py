"""The errands' ways out: their queue, the carrier's text messages, e-mail, customers' webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.ivr.errands.errands import NotSendable, Order, to_message
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.internet import Trouble
from chalicelib.kernel.signing import signed_headers
from chalicelib.runtime.observability import count, logger
from chalicelib.runtime.outgoing import Outgoing, RequestFailed, deliver

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.ivr.errands.errands import Errand, Notify
    from chalicelib.ivr.errands.ports import TextOrder
    from chalicelib.runtime.gateway import Carrier
    from chalicelib.runtime.queues import Queue

HOOK_SECONDS: Final = 10.0
# SES v2, SendEmail: what no repetition mends. Others (throttling, a paused account) are retried.
_NEVER: Final = frozenset({"BadRequestException", "MessageRejected", "NotFoundException"})


class ErrandQueue:
    """The ports `Errands` and `Later` on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def put(self, *errands: Errand) -> None:
        """Leave errands. One that is refused is counted, and logged without what is people's."""
        for errand in errands:
            try:
                self._queue.put(to_message(Order(errand)))
            except Unavailable:
                count("ErrandLost", kind=errand.kind)
                facts = {"errand": errand.kind, "errand_id": errand.id, "node": errand.node}
                logger().error("an errand could not be queued", extra=facts)
                raise

    def put_off(self, order: Order, seconds: int) -> None:
        """Leave an order for later."""
        self._queue.put(to_message(order), delay_seconds=seconds)


class CarrierTexts:
    """The `Texts` port on the carrier, whose token may be another one tomorrow."""

    def __init__(self, carrier: Callable[[], Carrier]) -> None:
        self._carrier = carrier

    def send(self, order: TextOrder, *, retry: bool) -> str:
        """Send it."""
        from chalicelib.runtime.gateway import TextOrder as CarrierOrder

        wanted = CarrierOrder(order.to, order.from_, order.body, order.ordered_at, order.status_url)
        return self._carrier().send_text(wanted, retry=retry).text_id


class SesMail:
    """The `Mail` port on Amazon SES."""

    def __init__(self, client: Callable[[], Any], sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, to: str, subject: str, body: str) -> str:
        """Send one from the stage's address. Without one, no e-mail is ever sent."""
        if not self._sender:
            raise NotSendable("no-sender")
        content = {
            "Simple": {
                "Subject": {"Data": subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
            }
        }
        try:
            sent = self._client().send_email(
                FromEmailAddress=self._sender, Destination={"ToAddresses": [to]}, Content=content
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _NEVER:
                logger().warning("SES refuses an e-mail", extra={"code": code})
                raise NotSendable("refused-by-ses") from None  # its words quote the address
            raise Unavailable("SES did not take an e-mail", cause=code) from None
        except BotoCoreError as error:
            raise Unavailable("SES did not answer") from error
        return str(sent["MessageId"])


class SignedHooks:
    """The `Hooks` port: requests signed as Standard Webhooks has it, to public servers only."""

    def __init__(self, secret_of: Callable[[str, int], str]) -> None:
        self._secret_of = secret_of

    def send(self, errand: Notify, body: bytes, now: datetime) -> str:
        """Post it. Each repetition has the same id, by which the customer knows it."""
        message_id = "msg_" + errand.id.replace(".", "-")
        secret = self._secret_of(errand.account_id, errand.secret)
        signed = signed_headers(secret, message_id, now, body)
        headers = {"Content-Type": "application/json", **signed}
        try:
            deliver(Outgoing(errand.to, "POST", body, headers), HOOK_SECONDS)
        except RequestFailed as error:
            if error.reason is Trouble.REFUSED_URL:
                raise NotSendable("refused-url") from error
            raise
        return message_id
