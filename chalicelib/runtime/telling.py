"""The ways to people who are told of calls: text messages, e-mail, signed webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.internet import Trouble
from chalicelib.kernel.signing import signed_headers
from chalicelib.kernel.telling import NotSendable
from chalicelib.runtime.observability import logger
from chalicelib.runtime.outgoing import Outgoing, RequestFailed, deliver

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.kernel.telling import TextOrder
    from chalicelib.runtime.gateway import Carrier

HOOK_SECONDS: Final = 10.0
# SES v2, SendEmail: what no repetition mends. Others (throttling, a paused account) are retried.
_NEVER: Final = frozenset({"BadRequestException", "MessageRejected", "NotFoundException"})


class Addressee(Protocol):
    """A message for somebody's server. `secret` is the generation that signs, `to` the URL."""

    @property
    def id(self) -> str:
        """What the message is, the same at each repetition."""

    @property
    def account_id(self) -> str:
        """Whose secret signs."""

    @property
    def to(self) -> str:
        """The URL."""

    @property
    def secret(self) -> int:
        """The generation."""


class CarrierTexts:
    """The `Texts` port on the carrier, whose token may be another one tomorrow."""

    def __init__(self, carrier: Callable[[], Carrier]) -> None:
        self._carrier = carrier

    def send(self, order: TextOrder, *, retry: bool) -> str:
        """Send it."""
        from chalicelib.runtime.gateway import TextOrder as CarrierOrder

        wanted = CarrierOrder(
            order.to, order.from_, order.body, order.ordered_at, order.status_url, order.template
        )
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
    """Webhooks: requests signed as Standard Webhooks has it, to public servers only."""

    def __init__(self, secret_of: Callable[[str, int], str]) -> None:
        self._secret_of = secret_of

    def send(self, to: Addressee, body: bytes, now: datetime) -> str:
        """Post it. Each repetition has the same id, by which the customer knows it."""
        message_id = "msg_" + to.id.replace(".", "-")
        secret = self._secret_of(to.account_id, to.secret)
        signed = signed_headers(secret, message_id, now, body)
        headers = {"Content-Type": "application/json", **signed}
        try:
            deliver(Outgoing(to.to, "POST", body, headers), HOOK_SECONDS)
        except RequestFailed as error:
            if error.reason is Trouble.REFUSED_URL:
                raise NotSendable("refused-url") from error
            raise
        return message_id
