"""Kind `sms`: send the caller a text, once they agreed to get one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import TextAsked
from chalicelib.ivr.actions import Ask, KeysPressed, NoInput
from chalicelib.ivr.chores import SendText
from chalicelib.ivr.grammar import Flag, Target, may, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.marking import AssignedText
from chalicelib.ivr.kinds.prompts import PromptField
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.templates import Template
    from chalicelib.ivr.turns import Turn

AGREE_KEY: Final = "1"
LONGEST_BODY: Final = 480  # three segments of a text with French accents
_SECONDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """The text, how the caller is asked, and where the call goes."""

    text: Template
    next: str
    offer: Prompt | None = None
    agreed: bool = False
    refused: str | None = None
    impossible: str | None = None


def _offer(node: Sms, turn: Turn) -> Move:
    if turn.value("caller.mobile") is not True:
        return _impossible(node, turn)
    if node.agreed:
        return _send(node, turn)
    offer = turn.aloud(node.offer) if node.offer else turn.line(Line.SMS_OFFER, key=AGREE_KEY)
    question = Ask(prompts=(offer,), timeout_seconds=_SECONDS, most_keys=1, finish_key="")
    return Move(actions=(question,), wait=turn.position.then())


def _impossible(node: Sms, turn: Turn) -> Move:
    """Leave without a text. A caller who has asked for one is told, unless the flow has words."""
    asked = TextAsked(**turn.fact, node=turn.node, answer="impossible")
    told = (turn.line(Line.SMS_CANNOT),) if node.agreed and node.impossible is None else ()
    go = node.impossible or node.next
    return Move(actions=told, events=(asked,), exit="impossible", go=go)


def _send(node: Sms, turn: Turn) -> Move:
    body = node.text.render(turn.values, turn.language)[:LONGEST_BODY]
    asked = TextAsked(**turn.fact, node=turn.node, answer="agreed")
    text = SendText(id=turn.event_id, node=turn.node, to=turn.context.caller or "", body=body)
    confirmed = (turn.line(Line.SMS_SENT),)
    return Move(actions=confirmed, events=(asked,), errands=(text,), exit="next", go=node.next)


def _answer(node: Sms, given: KeysPressed | NoInput, turn: Turn) -> Move:
    if isinstance(given, KeysPressed) and given.keys == AGREE_KEY:
        return _send(node, turn)
    asked = TextAsked(**turn.fact, node=turn.node, answer="refused")
    return Move(events=(asked,), exit="refused", go=node.refused or node.next)


SMS: Final = Kind(
    name="sms",
    about="Send the caller a text with an address or a link, once they agreed.",
    node=Sms,
    entries={
        "text": must(AssignedText(LONGEST_BODY), "What is sent.", None),
        "offer": may(PromptField(), "How the caller is asked to press 1 for it."),
        "agreed": may(
            Flag(False), "Whether the caller agreed before; they are not asked then.", False
        ),
        "next": must(Target(), "Where the call goes once the text is on its way.", ""),
        "refused": may(Target(), "Where it goes if the caller wants none; as `next` without it."),
        "impossible": may(
            Target(),
            "Where it goes if the caller has no mobile number; without it, one who agreed is told "
            "so and it goes on as `next`.",
        ),
    },
    enter=_offer,
    hear={KeysPressed: _answer, NoInput: _answer},
)
