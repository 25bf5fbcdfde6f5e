"""A queue's agent is rung for the caller who waits. Not a kind itself.

The ringing is the caller's own: it ends with their call, and they hear music again if it comes to
nothing. The agent hears of the call first, and has it once they pressed a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Dialled, DialStatus, Offered, Taken
from chalicelib.ivr import needs
from chalicelib.ivr.actions import Connect, HangUp
from chalicelib.ivr.kinds import ringing, tickets
from chalicelib.ivr.kinds.dial import shown_number
from chalicelib.ivr.kinds.recording import RECORDED
from chalicelib.ivr.kinds.waiting import Stage, Wait
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Aloud, CalleeAnswered, CalleePressed, DialEnded
    from chalicelib.ivr.kinds.queue_fields import Queue
    from chalicelib.ivr.queueing import Offer
    from chalicelib.ivr.turns import Turn

_SHORTEST_RINGING: Final = 5
_LONGEST_RINGING: Final = 600


def ring(node: Queue, offer: Offer, wait: Wait, turn: Turn) -> Move:
    """Ring the agent who is free."""
    connect = Connect(
        numbers=(offer.number,),
        ring_seconds=min(max(offer.ring_seconds, _SHORTEST_RINGING), _LONGEST_RINGING),
        caller_id=shown_number(node.caller_id, turn),
        whisper=True,
        record=turn.value(RECORDED) is True,
        whom=f"agent:{offer.agent}",
        screened=True,
    )
    offered = Offered(**turn.noted("offered"), node=turn.node, queue=node.queue, agent=offer.agent)
    waiting = turn.here(mark=wait.ringing(offer).mark).position.then()
    return Move(actions=(connect,), events=(offered,), wait=waiting)


def rung(node: Queue, given: DialEnded, wait: Wait, turn: Turn) -> Move:
    """Tell the desk how it went: an agent who was missed is somebody else's turn."""
    dialled = Dialled(
        **turn.fact,
        node=turn.node,
        destination=f"agent:{wait.agent}",
        status=given.status.value,
        seconds=given.seconds,
        leg_id=given.leg_id,
    )
    need, after = _told(node, given, wait, turn)
    return Move(events=(dialled,), need=need, wait=turn.here(mark=after.mark).position)


def _told(
    node: Queue, given: DialEnded, wait: Wait, turn: Turn
) -> tuple[needs.OfferOver | needs.LeaveQueue, Wait]:
    if given.status is DialStatus.ANSWERED:
        return needs.OfferOver(node.queue, wait.agent, answered=True), wait.at(Stage.ANSWERED)
    if turn.context.gone:  # no agent is to be kept for a caller who has hung up
        return needs.LeaveQueue(node.queue, "abandoned"), wait.at(Stage.ABANDONED)
    return needs.OfferOver(node.queue, wait.agent, answered=False), wait.back()


def greet(node: Queue, given: CalleeAnswered, turn: Turn) -> Move:
    """Tell the agent of the call; without a key to press, picking up takes it."""
    greeting = ringing.greet(_whisper(node, turn), node.accept, turn)
    return greeting if node.accept else _taken(node, turn).after(*greeting.actions)


def decide(node: Queue, given: CalleePressed, turn: Turn) -> Move:
    """Put the agent through who takes the call."""
    decided = ringing.decide(given, _whisper(node, turn), turn)
    return decided if decided.actions else _taken(node, turn)


def _taken(node: Queue, turn: Turn) -> Move:
    wait = Wait.of(turn.position.mark)
    if wait is None or wait.stage is not Stage.RINGING:
        return Move(actions=(HangUp(),))  # nobody was rung from here
    after = turn.here(mark=wait.at(Stage.TAKEN).mark).position
    taken = Taken(**turn.noted("taken"), node=turn.node)
    return Move(events=(taken,), need=needs.PickedUp(node.queue, wait.agent), wait=after)


def _whisper(node: Queue, turn: Turn) -> Aloud:
    if node.whisper is not None:
        return turn.aloud(node.whisper)
    return turn.line(Line.QUEUE_WHISPER, label=tickets.label(node, turn) or node.queue)
