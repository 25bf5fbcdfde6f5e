"""Kind `dial`: put the caller through: one after another, all together, or by weight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import Dialled, DialStatus
from chalicelib.ivr.actions import (
    CalleeAnswered,
    CalleePressed,
    Connect,
    DialEnded,
    KeysPressed,
    NoInput,
)
from chalicelib.ivr.grammar import (
    Field,
    Flag,
    Listed,
    OneOf,
    PhoneNumber,
    Reading,
    Record,
    Short,
    Target,
    Text,
    Variable,
    Whole,
    may,
    must,
)
from chalicelib.ivr.kinds import ringing
from chalicelib.ivr.kinds.branch import dice
from chalicelib.ivr.kinds.hours import CalendarField
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import PromptField
from chalicelib.ivr.kinds.recording import RECORDED, answered, tell
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave
from chalicelib.kernel import destinations as diallable
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.reading import Place, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.events import Event
    from chalicelib.ivr.grammar import Schema
    from chalicelib.ivr.nodes import Flow, Value
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.hours import Schedule

_TOLD: Final = "told"
MOST_DESTINATIONS: Final = 10  # the carrier dials ten numbers at once at most


class CallerId(StrEnum):
    """Which number the person we ring sees."""

    CALLER = "caller"
    DIALLED = "dialled"


class Order(StrEnum):
    """How several destinations are rung."""

    IN_ORDER = "in_order"
    TOGETHER = "together"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A number to ring (E.164), or the variable that holds one; when, and for how long."""

    number: str = ""
    variable: str | None = None
    ring_seconds: int | None = None
    weight: int = 1
    calendar: Schedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Whom to ring, what they hear first, and where the call goes afterwards."""

    destinations: tuple[Destination, ...]
    order: Order = Order.IN_ORDER
    ring_seconds: int = 20
    caller_id: CallerId = CallerId.CALLER
    whisper: Prompt | None = None
    accept: bool = False
    record: bool = False
    notice: Prompt | None = None
    answered: str | None = None
    busy: str | None = None
    no_answer: str | None = None
    failed: str | None = None
    then: str | None = None

    def exit_for(self, status: DialStatus) -> tuple[str, str | None]:
        """Return the exit that the call takes after the last attempt ended so, and its target.

        A busy or failed attempt without an exit of its own is one that nobody answered; `then`
        stands in for `answered` and `no_answer`.
        """
        if status is DialStatus.ANSWERED:
            return ("answered", self.answered) if self.answered else ("then", self.then)
        own = {DialStatus.BUSY: "busy", DialStatus.FAILED: "failed"}.get(status)
        if own and getattr(self, own):
            return own, getattr(self, own)
        return ("no_answer", self.no_answer) if self.no_answer else ("then", self.then)


def _enter(node: Dial, turn: Turn) -> Move:
    """Ring; a caller who has not been told of a recording yet is told first, and may object."""
    if node.record and turn.value(RECORDED) is None and turn.position.mark != _TOLD:
        wait = turn.here(mark=_TOLD).position.then()
        return Move(actions=(tell(node.notice, turn),), wait=wait)
    return _ring(node, turn)


def _told(node: Dial, given: KeysPressed | NoInput, turn: Turn) -> Move:
    if turn.position.mark != _TOLD:
        return _enter(node, turn)
    answer = answered(given, turn)
    rung = _ring(node, turn.here(mark="").knowing(answer.learnt)).learning(answer.learnt)
    return rung.after(*answer.actions, events=answer.events)


def _ring(node: Dial, turn: Turn, *events: Event, after: DialStatus = DialStatus.FAILED) -> Move:
    """Ring the destinations that the position points at, or leave when there are none left."""
    rounds, at = _rounds(node, turn), turn.position.target
    while at < len(rounds) and not (numbers := _numbers(rounds[at], turn)):
        at += 1
    if at >= len(rounds):
        name, target = node.exit_for(after)
        return leave(turn, name, target, *events, parting=Line.NOBODY)
    connect = Connect(
        numbers=numbers,
        ring_seconds=rounds[at][0].ring_seconds or node.ring_seconds,
        caller_id=shown_number(node.caller_id, turn),
        whisper=node.whisper is not None or node.accept,
        record=turn.value(RECORDED) is True,
        screened=node.accept,
    )
    wait = turn.here(target=at).position.then()
    return Move(actions=(connect,), events=events, wait=wait)


def _rounds(node: Dial, turn: Turn) -> tuple[tuple[Destination, ...], ...]:
    """Return who is rung together, and who after whom."""
    if node.order is Order.TOGETHER:
        return (node.destinations,)
    if node.order is Order.WEIGHTED:
        return tuple((each,) for each in _by_weight(node, turn))
    return tuple((each,) for each in node.destinations)


def _by_weight(node: Dial, turn: Turn) -> list[Destination]:
    """Draw destinations without putting back: the heavier, the likelier to come first."""
    left = list(node.destinations)
    drawn: list[Destination] = []
    while left:
        total = sum(each.weight for each in left)
        point = dice(turn.context.call_id, turn.node, str(len(drawn))) * total
        for each in left:
            point -= each.weight * 100
            if point < 0:
                break
        left.remove(each)
        drawn.append(each)
    return drawn


def _numbers(together: tuple[Destination, ...], turn: Turn) -> tuple[str, ...]:
    found = (_number(each, turn) for each in together)
    return tuple(dict.fromkeys(number for number in found if number))


def _number(destination: Destination, turn: Turn) -> str | None:
    """Return where to ring; None while it is off duty, or where a variable holds no number."""
    if destination.calendar is not None and not destination.calendar.allow(turn.context.now):
        return None
    number = destination.number
    if destination.variable is not None:
        try:
            number = diallable.read(str(turn.value(destination.variable) or ""))
        except Rejected:
            return None
        if diallable.refusal(number) is not None:
            return None
    # A number that rang itself would fill the line, and the bill, with its own calls.
    return None if number == turn.context.dialled else number


def shown_number(caller_id: CallerId, turn: Turn) -> str | None:
    """Return which of our numbers the person we ring sees, None where it is the caller's own."""
    hidden = caller_id is CallerId.DIALLED or turn.context.caller is None
    return turn.context.dialled if hidden else None


def _after_ringing(node: Dial, given: DialEnded, turn: Turn) -> Move:
    rounds = _rounds(node, turn)
    rung = rounds[min(turn.position.target, len(rounds) - 1)]
    dialled = Dialled(
        **turn.fact,
        node=turn.node,
        destination=", ".join(_numbers(rung, turn)) or rung[0].number,
        status=given.status.value,
        seconds=given.seconds,
        leg_id=given.leg_id,
    )
    if given.status is DialStatus.ANSWERED:
        return leave(turn, *node.exit_for(given.status), dialled)
    following = turn.here(target=turn.position.target + 1)
    return _ring(node, following, dialled, after=given.status)


def _greet(node: Dial, given: CalleeAnswered, turn: Turn) -> Move:
    return ringing.greet(turn.aloud(node.whisper) if node.whisper else None, node.accept, turn)


def _decide(node: Dial, given: CalleePressed, turn: Turn) -> Move:
    return ringing.decide(given, turn.aloud(node.whisper) if node.whisper else None, turn)


@dataclass(frozen=True, slots=True)
class DestinationField(Field[Destination]):
    """A number, the name of one of the document's `destinations`, or an object."""

    def read(self, place: Place, about: Reading) -> Destination:
        """Read it."""
        if isinstance(place.value, str) and place.value in about.destinations:
            about.referred.add(f"destination:{place.value}")
            return about.destinations[place.value]  # type: ignore[no-any-return]
        if isinstance(place.value, str) and place.value[:1].isalpha():
            hint = "if it is a number, write it as 01 23 45 67 89"
            place.fault(f"no destination is called {quoted(place.value)}; {hint}")
            return Destination()
        read: Destination = _DESTINATION.read(place, about)
        return read

    def schema(self) -> Schema:
        """Describe it."""
        return {"$ref": "#/$defs/destination"}


def _review_destination(place: Place, destination: Destination) -> None:
    fields = place.value if isinstance(place.value, dict) else {}
    if ("number" in fields) == ("variable" in fields):
        place.fault("must have a `number`, or the `variable` that holds one")


_DESTINATION: Final = Short(
    PhoneNumber(),
    lambda number: Destination(number=number),
    Record(
        {
            "number": may(PhoneNumber(), "The number to ring.", ""),
            "variable": may(Variable(), "The variable that holds the number to ring."),
            "ring_seconds": may(Whole(5, 600, 20), "How long it rings."),
            "weight": may(Whole(1, 1000, 1), "Its part, where `order` is weighted.", 1),
            "calendar": may(CalendarField(), "When it may be rung at all."),
        },
        Destination,
        _review_destination,
    ),
)


def destination_schema() -> Schema:
    """Describe a destination, for the definitions of the schema."""
    described = _DESTINATION.schema()
    choice = [{"required": ["number"]}, {"required": ["variable"]}]
    name_or_number = Text(64).schema()
    return {**described, "then": {**described["then"], "oneOf": choice}, "else": name_or_number}


def _review(place: Place, node: Dial) -> None:
    """Note what would do nothing here. A named destination may be rung by other nodes as well."""
    fields = place.entries()
    if node.notice is not None and not node.record:
        fields["notice"].fault("is never heard: `record` is off")
    written = fields.get("destinations")
    if written is None or not isinstance(written.value, list):
        return
    for item in written.items():
        own = item.entries() if isinstance(item.value, dict) else {}
        weighed, timed = (own.get(name) for name in ("weight", "ring_seconds"))
        if weighed and weighed.value is not None and node.order is not Order.WEIGHTED:
            weighed.fault("does nothing: `order` is not weighted")
        if timed and timed.value is not None and node.order is Order.TOGETHER:
            timed.fault("those rung together ring equally long: give it beside `order`")


def _check(node: Dial, flow: Flow) -> Iterator[Fault]:
    if not (node.no_answer or node.then):
        yield Fault("", "a dead end: give `no_answer` or `then`, for when nobody picks up")
    for at, destination in enumerate(node.destinations):
        reason = diallable.refusal(destination.number) if destination.number else None
        if reason:
            yield Fault(f"/destinations/{at}", f"is {reason}")
        if destination.variable is not None:
            for value, why in _wrong_values(destination.variable, flow):
                reason = f"{destination.variable} may be {quoted(value)}, which is {why}"
                yield Fault(f"/destinations/{at}", reason)


def _wrong_values(variable: str, flow: Flow) -> Iterator[tuple[Value, str]]:
    """Find values that the flow itself gives a variable, and that would never be rung."""
    from chalicelib.ivr.kinds.marking import Set  # for authors: no call loads it

    given = [node.variables.get(variable) for node in flow.nodes.values() if isinstance(node, Set)]
    for value in dict.fromkeys((flow.variables.get(variable), *given)):
        if isinstance(value, str | int) and (why := _why_never(str(value))):
            yield value, why


def _why_never(value: str) -> str | None:
    try:
        return diallable.refusal(diallable.read(value))
    except Rejected as error:
        return error.message


def _passes(node: Dial) -> tuple[str | None, ...]:
    """Where nobody need be on duty, or numbers are variables, the call may go on unanswered."""
    certain = any(each.number and each.calendar is None for each in node.destinations)
    return () if certain else (node.exit_for(DialStatus.FAILED)[1],)


def _idles(node: Dial) -> tuple[str | None, ...]:
    unanswered = (each for each in DialStatus if each is not DialStatus.ANSWERED)
    return tuple(node.exit_for(status)[1] for status in unanswered)


def _exits() -> dict[str, Any]:
    return {
        "answered": may(Target(), "Where the caller goes after the conversation."),
        "busy": may(Target(), "Where they go if the last one rung was busy."),
        "no_answer": may(Target(), "Where they go if nobody picked up."),
        "failed": may(Target(), "Where they go if the last one could not be rung."),
        "then": may(Target(), "Where they go in every case without an exit of its own."),
    }


DIAL: Final = Kind(
    name="dial",
    about="Put the caller through: one number after another, all together, or by weight.",
    node=Dial,
    entries={
        "destinations": must(
            Listed(DestinationField(), 1, MOST_DESTINATIONS, "destinations"), "Whom to ring.", ()
        ),
        "order": may(OneOf(Order, Order.IN_ORDER), "How several are rung.", Order.IN_ORDER),
        "ring_seconds": may(Whole(5, 600, 20), "How long each rings.", 20),
        "caller_id": may(
            OneOf(CallerId, CallerId.CALLER), "Which number they see.", CallerId.CALLER
        ),
        "whisper": may(
            PromptField(for_callee=True), "What whoever picks up hears before the caller."
        ),
        "accept": may(Flag(False), "Whether they must press 1 to take the call.", False),
        "record": may(Flag(False), "Whether the conversation is recorded.", False),
        "notice": may(PromptField(), "How the caller is told of the recording."),
        **_exits(),
    },
    enter=_enter,
    hear={
        DialEnded: _after_ringing,
        KeysPressed: _told,
        NoInput: _told,
        CalleeAnswered: _greet,
        CalleePressed: _decide,
    },
    waits=True,
    passes=_passes,
    idles=_idles,
    review=_review,
    check=_check,
    endings=("no_answer", "then"),
)
