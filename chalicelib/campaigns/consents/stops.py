"""A text message that says STOP: it ends what its sender consented to with the number's account.

It holds as soon as the message is here; that it does is confirmed by a text, once. Pure but for
its ports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.consents.consents import Means, Withdrawal
from chalicelib.campaigns.consents.usecases import whose_is, withdraw
from chalicelib.campaigns.consents.words import confirmation, is_stop
from chalicelib.kernel import phone
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.telling import NotSendable, TextOrder, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.consents.lines import Whose
    from chalicelib.campaigns.consents.ports import Desk
    from chalicelib.directory.lines import Line
    from chalicelib.kernel.telling import Texts

# Whoever says so again within these days knows that it was heard.
CONFIRMED_FOR: Final = timedelta(days=30)
# How the carrier calls a message that it heard itself: it confirms it, and sends no more texts.
OPTED_OUT: Final = "STOP"
# How the carrier marks numbers of WhatsApp: whoever writes there wants no calls either.
WHATSAPP: Final = "whatsapp:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text message. `id` is the carrier's; `heard` says that the carrier took it for STOP."""

    id: str
    at: datetime
    dialled: str
    sender: str = field(repr=False)
    words: str = field(default="", repr=False)
    heard: bool = False

    @property
    def is_stop(self) -> bool:
        """Say whether it ends anything."""
        return self.heard or is_stop(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """All that it takes. `line` raises NotFound for a number that is none of ours.

    `sender` sends texts where the dialled number cannot; "" is nobody. `name` is an account's.
    """

    desk: Desk
    line: Callable[[str], Line]
    texts: Texts
    sender: str
    name: Callable[[str], str]


def from_message(message: dict[str, Any]) -> Message:
    """Read a message as the webhook left it."""
    return Message(
        id=message["id"],
        at=datetime.fromisoformat(message["at"]),
        dialled=message["to"].removeprefix(WHATSAPP),
        sender=message["from"].removeprefix(WHATSAPP),
        words=message["words"],
        heard=message.get("opt_out") == OPTED_OUT,
    )


def stop(message: Message, stopping: Stopping) -> Whose | None:
    """End what the sender consented to; idempotent. None: it ends nothing, or is for nobody."""
    sender, dialled = phone.caller_or_none(message.sender), phone.caller_or_none(message.dialled)
    if sender is None or dialled is None or not message.is_stop:
        return None
    try:
        account_id = stopping.line(dialled).account_id
    except NotFound:
        return None
    whose = whose_is(account_id, sender, stopping.desk)
    withdraw(account_id, whose.person, Means.SMS, message.at, stopping.desk, ref=message.id)
    return whose


def confirm(message: Message, whose: Whose, stopping: Stopping) -> bool:
    """Tell the sender that it holds, unless they were told lately, or the carrier does.

    Brought twice, it is sent once: the carrier is asked first. A number that texts cannot reach
    is told nothing.
    """
    if message.heard or _told_lately(message, whose, stopping.desk):
        return False
    order = TextOrder(
        to=phone.parse(message.sender),
        from_="",
        body=confirmation(message.words, stopping.name(whose.account_id)),
        ordered_at=message.at,
        status_url="",
    )
    senders = (phone.parse(message.dialled), stopping.sender)
    try:
        text(order, senders, stopping.texts, retry=True)
    except NotSendable:
        return False
    return True


def _told_lately(message: Message, whose: Whose, desk: Desk) -> bool:
    standing = desk.ledgers.ledger(whose, desk.clock()).standing
    return any(_before(each, message) for each in standing.withdrawals)


def _before(each: Withdrawal, message: Message) -> bool:
    other = each.means is Means.SMS and each.siren is None and each.ref != message.id
    ago = message.at - each.at
    return other and timedelta(0) <= ago < CONFIRMED_FOR
