"""Kind `voicemail`: take a message, and tell people of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import MessageLeft, WentSilent
from chalicelib.ivr.actions import MessageRecorded, NoInput, TakeMessage
from chalicelib.ivr.chores import By, PassOn, Recipient
from chalicelib.ivr.grammar import (
    Flag,
    Listed,
    Matching,
    PhoneNumber,
    Record,
    Target,
    Whole,
    may,
)
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import PromptField
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.numbering import Family, classify
from chalicelib.kernel.telling import EMAIL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.reading import Place

_HTTPS: Final = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?")
_MOST_RECIPIENTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """How a message is taken, and who is told."""

    greeting: Prompt | None
    max_seconds: int
    silence_seconds: int
    transcribe: bool = False
    notify: tuple[Recipient, ...] = ()
    next: str | None = None


def _greet(node: Voicemail, turn: Turn) -> Move:
    greeting = turn.aloud(node.greeting) if node.greeting else turn.line(Line.GREETING)
    record = TakeMessage(max_seconds=node.max_seconds, silence_seconds=node.silence_seconds)
    return Move(actions=(greeting, record), wait=turn.position.then())


def _keep(node: Voicemail, given: MessageRecorded, turn: Turn) -> Move:
    left = MessageLeft(
        **turn.fact, node=turn.node, recording_id=given.recording_id, seconds=given.seconds
    )
    parted = leave(turn, "next", node.next, left, parting=Line.THANKS)
    told = bool(node.notify or node.transcribe) and given.seconds > 0
    return parted.after(errands=(_pass_on(node, given, turn),)) if told else parted


def _pass_on(node: Voicemail, given: MessageRecorded, turn: Turn) -> PassOn:
    return PassOn(
        id=turn.event_id,
        node=turn.node,
        recording_id=given.recording_id,
        seconds=given.seconds,
        language=turn.language,
        caller=turn.context.caller,
        recipients=node.notify,
        transcribe=node.transcribe,
    )


def _no_message(node: Voicemail, given: NoInput, turn: Turn) -> Move:
    silent = WentSilent(**turn.fact, node=turn.node, attempt=turn.position.attempt)
    return leave(turn, "next", node.next, silent, parting=Line.GOODBYE)


def _recipient(email: str, sms: str, webhook: str) -> Recipient:
    chosen = {By.EMAIL: email, By.SMS: sms, By.WEBHOOK: webhook}
    by, to = next(((by, to) for by, to in chosen.items() if to), (By.EMAIL, ""))
    return Recipient(by=by, to=to)


def _review_recipient(place: Place, recipient: Recipient) -> None:
    if isinstance(place.value, dict) and len(place.value) != 1:
        place.fault("must be one of `email`, `sms` and `webhook`")


def _check(node: Voicemail, flow: Flow) -> Iterator[Fault]:
    """Find recipients that would never be told: no caller hears that, and nobody else would."""
    for at, recipient in enumerate(node.notify):
        reason = _UNTOLD[recipient.by](recipient.to) if recipient.to else None
        if reason:
            yield Fault(f"/notify/{at}/{recipient.by}", reason)


def _untexted(number: str) -> str | None:
    try:
        mobile = classify(number).family is Family.MOBILE
    except Rejected:
        mobile = False
    return None if mobile else "is not a French mobile: no other number is sent text messages"


def _unasked(url: str) -> str | None:
    from chalicelib.kernel.internet import UrlRefused, read_url  # for authors: no call loads it

    try:
        read_url(url)
    except UrlRefused as error:
        return error.message
    return None


_UNTOLD: Final[dict[By, Callable[[str], str | None]]] = {
    By.EMAIL: lambda address: None,
    By.SMS: _untexted,
    By.WEBHOOK: _unasked,
}
_RECIPIENT: Final = Record(
    {
        "email": may(Matching(EMAIL, "an e-mail address"), "An e-mail address.", ""),
        "sms": may(PhoneNumber(), "A French mobile number.", ""),
        "webhook": may(Matching(_HTTPS, "an https URL"), "An https URL.", ""),
    },
    _recipient,
    _review_recipient,
)

VOICEMAIL: Final = Kind(
    name="voicemail",
    about="Take a message after a beep, and tell people of it.",
    node=Voicemail,
    entries={
        "greeting": may(PromptField(), "What the caller hears before the beep."),
        "max_seconds": may(Whole(2, 3600, 120), "The longest message.", 120),
        "silence_seconds": may(Whole(1, 60, 5), "Silence that ends it.", 5),
        "transcribe": may(Flag(False), "Whether the message is written down.", False),
        "notify": may(Listed(_RECIPIENT, 1, _MOST_RECIPIENTS, "recipients"), "Who is told.", ()),
        "next": may(Target(), "Where the call goes afterwards."),
    },
    enter=_greet,
    hear={MessageRecorded: _keep, NoInput: _no_message},
    waits=True,
    idles=lambda node: (node.next,),
    check=_check,
    endings=("next",),
)
