"""Text messages: on their way to a handset, from one to a number of ours, and who wants none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from local.phone import parameters, webhooks
from local.phone.legs import Source
from local.phone.model import Message, Webhook
from local.phone.transport import Failed, Lost

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.model import Number
    from local.phone.transport import Answer

LONGEST = 1600
_SEGMENT = 160
# What Twilio takes as a wish for silence, and as its end, by default.
_STOP = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
_START = frozenset(["START", "YES", "UNSTOP"])
_UNREACHABLE = 30003


def send(
    exchange: Exchange,
    *,
    to: str,
    from_: str,
    body: str,
    callback: str = "",
    direction: str = "outbound-api",
) -> Message:
    """Take a message: a second later it is sent, then delivered, and the handset may reply."""
    message = Message(exchange.dice.sid("SM"), to, from_, body, exchange.clock.now())
    message.direction = direction
    message.callback = Webhook(callback)
    _keep(exchange, message)
    exchange.spawn(message.sid, _carry(exchange, message))
    return message


def receive(exchange: Exchange, number: Number, *, from_: str, body: str) -> Message:
    """Let a handset write to a number of ours: its webhook is told, and may answer."""
    ours = number.phone_number
    message = Message(exchange.dice.sid("SM"), ours, from_, body, exchange.clock.now())
    message.status, message.direction = "received", "inbound"
    _keep(exchange, message)
    word = body.strip().upper()
    if word in _STOP:
        exchange.opted_out.add((ours, from_))
    elif word in _START:
        exchange.opted_out.discard((ours, from_))
    target = number.webhook("Sms")
    if target.url:
        exchange.spawn(message.sid, _ask(exchange, message, Source(target.url, target.method)))
    return message


def silenced(exchange: Exchange, to: str, from_: str) -> bool:
    """Tell whether a handset has asked a number of ours for silence (21610)."""
    return (from_, to) in exchange.opted_out


def _keep(exchange: Exchange, message: Message) -> None:
    exchange.book.keep(message)
    told = {"sid": message.sid, "to": message.to, "from": message.from_, "body": message.body}
    exchange.publish("", "message", told)


async def _carry(exchange: Exchange, message: Message) -> None:
    handset = exchange.book.handsets.get(message.to)
    lost = handset is not None and handset.unreachable
    for status in ("sent", "undelivered" if lost else "delivered"):
        await exchange.clock.sleep(1)
        message.status = status
        if status == "undelivered":
            message.error_code = _UNREACHABLE
        exchange.book.keep(message)
        if message.callback.url:
            await _tell(exchange, message)
    if message.status == "delivered":
        await _react(exchange, message)


async def _react(exchange: Exchange, message: Message) -> None:
    """Let the handset answer as its script says; the answer is a part of the same story."""
    handset = exchange.book.handsets.get(message.to)
    number = exchange.book.owned(message.from_)
    if handset is None or number is None:
        return
    for part, reply in handset.replies.items():
        if part.lower() in message.body.lower():
            await exchange.clock.sleep(handset.reaction)
            answered = receive(exchange, number, from_=message.to, body=reply)
            await exchange.finished(answered.sid)
            return


async def _tell(exchange: Exchange, message: Message) -> None:
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.from_,
        "AccountSid": exchange.settings.account_sid,
        "ApiVersion": parameters.API_VERSION,
    }
    if message.error_code:
        params["ErrorCode"] = str(message.error_code)
    url = message.callback.url
    ask = webhooks.Ask("message", message.sid, message.sid, url, params=params, fetches=False)
    try:
        await webhooks.send(exchange, ask)
    except Lost:
        return
    except Failed as failed:
        exchange.report(failed.code, f"message callback: {failed.detail}", message.sid, url)


async def _ask(exchange: Exchange, message: Message, source: Source) -> None:
    """Tell the number's webhook of a message, and send what it answers."""
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": exchange.settings.account_sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(-(-len(message.body) // _SEGMENT) or 1),
        "SmsStatus": "received",
        "ApiVersion": parameters.API_VERSION,
    }
    ask = webhooks.Ask("sms", message.sid, message.sid, source.url, source.method, params)
    try:
        answer = await webhooks.send(exchange, ask)
        replies = _replies(answer)
    except Lost:
        return
    except Failed as failed:
        exchange.report(failed.code, f"incoming message: {failed.detail}", message.sid, source.url)
        return
    for body in replies:
        if silenced(exchange, message.from_, message.to):
            exchange.report(21610, f"{message.from_} wants no messages", message.sid, source.url)
            return
        reply = send(
            exchange, to=message.from_, from_=message.to, body=body, direction="outbound-reply"
        )
        await exchange.finished(reply.sid)


def _replies(answer: Answer) -> list[str]:
    """Read <Response><Message>; plain text is a reply as it stands, nothing is none."""
    text = answer.body.decode("utf-8", "replace").strip()
    if not text or answer.content_type == "text/plain":
        return [text] if text else []
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Failed(12100, f"{error} from {answer.url}") from error
    if root.tag != "Response":
        raise Failed(12102, f"the root is <{root.tag}>")
    if strange := [str(child.tag) for child in root if child.tag != "Message"]:
        raise Failed(12200, f"<{strange[0]}> is not answered to a message by this network")
    return ["".join(child.itertext()).strip() for child in root]
