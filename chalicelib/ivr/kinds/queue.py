"""Kind `queue`: wait for an agent, in the order of arrival, with ways out.

The caller's own leg does the waiting: it hears music for some seconds, comes back, and asks how far
it has come. When an agent is free it rings them itself: nobody is rung for a caller who has hung
up, and a missed offer brings the caller back to their place.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import DialStatus, LeftQueue, Queued
from chalicelib.ivr import needs
from chalicelib.ivr.actions import (
    Arrived,
    CalleeAnswered,
    CalleePressed,
    DialEnded,
    HangUp,
    KeysPressed,
    NoInput,
)
from chalicelib.ivr.kinds import offers, queue_fields, recording, rounds, tickets
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.queue_fields import Queue
from chalicelib.ivr.kinds.waiting import MOST_ALONE, MOST_BLIND, MOST_ROUNDS, Stage, Wait
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.calls.events import Event
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.queueing import Standing
    from chalicelib.ivr.turns import Turn

_TOLD: Final = "told"
# The carrier ends calls after four hours: a caller is told before it hangs up on them.
LONGEST_WAIT: Final = 3 * 3_600 + 30 * 60
ARRIVED_AT: Final = "queue.arrived_at"

# How a stage of leaving is called as an exit, and at the desk.
_LEAVING: Final = {
    Stage.OVERFLOW: ("overflow", "overflow"),
    Stage.NOBODY: ("no_agents", "overflow"),
    Stage.CALLBACK: ("callback/next", "callback"),
    Stage.VOICEMAIL: ("voicemail/next", "voicemail"),
    Stage.ABANDONED: ("abandoned", "abandoned"),
    Stage.ANSWERED: ("answered", "answered"),
}


def _enter(node: Queue, turn: Turn) -> Move:
    """Take a place; a caller who may be recorded is told of it first, once."""
    wait = Wait.of(turn.position.mark)
    if turn.context.gone:
        return Move(actions=(HangUp(),))
    if wait is not None:
        return _poll(node, wait, turn)
    known = turn.value(recording.RECORDED) is not None or turn.position.mark == _TOLD
    if node.record and not known:
        told = recording.tell(node.notice, turn)
        return Move(actions=(told,), wait=turn.here(mark=_TOLD).position.then())
    return _join(node, Wait.begun(turn.at), turn.at, turn)


def _join(node: Queue, wait: Wait, arrived_at: datetime, turn: Turn) -> Move:
    need = needs.JoinQueue(node.queue, tickets.ticket(node, arrived_at, turn))
    return Move(need=need, wait=turn.here(mark=wait.mark).position)


def _poll(node: Queue, wait: Wait, turn: Turn) -> Move:
    """Ask how far the caller has come; one whom the desk does not know comes in their old place."""
    if wait.stage in (Stage.JOINING, Stage.REJOINING):
        return _join(node, wait, datetime.fromtimestamp(wait.since, UTC), turn)
    after = turn.here(mark=wait.at(Stage.WAITING).mark).position
    return Move(need=needs.AskQueue(node.queue), wait=after)


def _again(node: Queue, given: KeysPressed | NoInput | Arrived, turn: Turn) -> Move:
    """Go on after a round: out by a key that leads out, else with the next one."""
    wait = Wait.of(turn.position.mark)
    if wait is None and turn.position.mark == _TOLD and not isinstance(given, Arrived):
        answered = recording.answered(given, turn)
        joined = _enter(node, turn.knowing(answered.learnt))
        return joined.learning(answered.learnt).after(*answered.actions, events=answered.events)
    if wait is None or turn.context.gone:
        return _enter(node, turn)
    if wait.stage is Stage.RINGING:  # the carrier came back without a word of whom it rang
        return offers.rung(node, DialEnded(DialStatus.FAILED), wait, turn)
    keys = given.keys if isinstance(given, KeysPressed) else ""
    ways = {Stage.CALLBACK: node.callback, Stage.VOICEMAIL: node.voicemail}
    pressed = (stage for stage, way in ways.items() if way is not None and way.key == keys)
    stage = next(pressed, None)
    return _poll(node, wait, turn) if stage is None else _give_up(node, stage, wait, turn)


def _stand(node: Queue, given: needs.InQueue, turn: Turn) -> Move:
    """Ring the agent who is free, leave if it takes too long, else wait another round."""
    wait, standing = Wait.of(turn.position.mark) or Wait.begun(turn.at), given.standing
    first = wait.stage is Stage.JOINING
    move = _decide(node, standing, wait.seen(standing.agents_on_duty), turn, first=first)
    return _noted(node, standing, move, turn) if first else move


def _noted(node: Queue, standing: Standing, move: Move, turn: Turn) -> Move:
    queued = Queued(
        **turn.noted("queued"),
        node=turn.node,
        queue=node.queue,
        position=standing.position,
        priority=node.priority,
    )
    return move.learning(_wanted(_values(node, standing), turn)).after(events=(queued,))


def _decide(node: Queue, standing: Standing, wait: Wait, turn: Turn, *, first: bool) -> Move:
    turn = turn.knowing(_values(node, standing))
    if standing.offer is not None:
        return offers.ring(node, standing.offer, wait, turn)
    stage = _must_leave(node, standing, wait, first=first)
    if stage is not None:
        return _give_up(node, stage, wait, turn)
    told, wait = rounds.tell(node, standing, wait, turn)
    return _listen(node, standing.position, told, wait, turn)


def _listen(node: Queue, place: int, told: list[Any], wait: Wait, turn: Turn) -> Move:
    question = rounds.question(node, place, told, turn)
    following = min(turn.position.target + 1, MOST_ROUNDS)
    after = turn.here(target=following, mark=wait.mark).position.then()
    return Move(actions=(question,), wait=after)


def _must_leave(node: Queue, standing: Standing, wait: Wait, *, first: bool) -> Stage | None:
    """Return how a caller leaves who must not wait on, None where they may."""
    most, crowd = node.overflow_seconds, node.overflow_waiting
    if most is not None and standing.waited_seconds >= most:
        return Stage.OVERFLOW
    if first and crowd is not None and standing.waiting > crowd:
        return Stage.OVERFLOW
    if standing.agents_on_duty == 0 and (first or wait.alone >= MOST_ALONE):
        return Stage.NOBODY
    return Stage.OVERFLOW if standing.waited_seconds >= LONGEST_WAIT else None


def _rung(node: Queue, given: DialEnded, turn: Turn) -> Move:
    wait = Wait.of(turn.position.mark)
    if wait is None or wait.stage is not Stage.RINGING:
        return _enter(node, turn)
    return offers.rung(node, given, wait, turn)


def _give_up(node: Queue, stage: Stage, wait: Wait, turn: Turn) -> Move:
    after = turn.here(mark=wait.at(stage).mark).position
    return Move(need=needs.LeaveQueue(node.queue, _LEAVING[stage][1]), wait=after)


def _out(node: Queue, given: needs.OutOfQueue, turn: Turn) -> Move:
    wait = Wait.of(turn.position.mark)
    if wait is None or wait.stage not in _LEAVING:
        return Move()  # the agent's own leg: whoever took the call is put through
    return _gone(node, wait, given.waited_seconds, turn)


def _gone(node: Queue, wait: Wait, waited: int, turn: Turn) -> Move:
    """Leave by the exit that was chosen, and keep what the flow may need of the wait."""
    name, how = _LEAVING[wait.stage]
    left = LeftQueue(
        **turn.noted("left"),
        node=turn.node,
        queue=node.queue,
        how=how,
        waited_seconds=waited,
        agent=(wait.agent or None) if wait.stage is Stage.ANSWERED else None,
    )
    if wait.stage is Stage.ABANDONED:
        return Move(actions=(HangUp(),), events=(left,))
    return _exit(node, name, turn, left).learning(_kept(node, wait, turn))


def _exit(node: Queue, name: str, turn: Turn, *events: Event) -> Move:
    """Leave by an exit; those that tell of trouble lead where an overflow does, if need be."""
    if name in ("failed", "no_agents") and getattr(node, name) is None and node.overflow:
        name = "overflow"
    way = getattr(node, name.partition("/")[0])
    target = way if way is None or isinstance(way, str) else way.next
    if name == "answered" or target is not None:
        return leave(turn, name, target, *events)
    words = turn.line(Line.APOLOGY if name == "failed" else Line.NOBODY)
    return leave(turn, name, None, *events, parting=Line.GOODBYE).after(words)


def _kept(node: Queue, wait: Wait, turn: Turn) -> dict[str, Value]:
    """Return what is known of the wait once it is over."""
    known: dict[str, Value] = {"queue.name": node.queue}
    if wait.told:
        known["queue.position"] = wait.told
    if wait.stage is Stage.ANSWERED and wait.agent:
        known["queue.agent"] = wait.agent
    if wait.stage is Stage.CALLBACK:  # the place is kept by it, whatever becomes of the desk's own
        arrived_at = datetime.fromtimestamp(wait.since, UTC).isoformat()
        return {**_wanted(known, turn), "queue.name": node.queue, ARRIVED_AT: arrived_at}
    return _wanted(known, turn)


def _failed(node: Queue, given: needs.QueueFailed, turn: Turn) -> Move:
    """Let the caller wait on through a failure; one who is leaving leaves all the same."""
    wait = Wait.of(turn.position.mark) or Wait.begun(turn.at)
    if wait.stage in _LEAVING:
        return _gone(node, wait, wait.seconds(turn.at), turn)
    if wait.stage is Stage.TAKEN:
        return Move()
    if given.passing and wait.blind + 1 < MOST_BLIND:
        welcome = rounds.welcome(node, turn) if turn.position.target == 0 else []
        return _listen(node, 0, welcome, wait.missed(), turn)
    if wait.stage is Stage.WAITING and not given.passing:  # it lost the place: we know it
        return _poll(node, wait.at(Stage.REJOINING), turn)
    return _give_in(node, wait, turn)


def _give_in(node: Queue, wait: Wait, turn: Turn) -> Move:
    left = LeftQueue(
        **turn.noted("left"),
        node=turn.node,
        queue=node.queue,
        how="overflow",
        waited_seconds=wait.seconds(turn.at),
    )
    return _exit(node, "failed", turn, *(() if wait.stage is Stage.JOINING else (left,)))


def _values(node: Queue, standing: Standing) -> dict[str, Value]:
    values: dict[str, Value] = {
        "queue.name": node.queue,
        "queue.position": standing.position,
        "queue.waiting": standing.waiting,
    }
    if standing.expected_seconds is not None:
        values["queue.wait_minutes"] = -(-standing.expected_seconds // 60)
    return values


def _wanted(values: dict[str, Value], turn: Turn) -> dict[str, Value]:
    """Keep what the flow uses: memory costs a read in each round."""
    return {name: value for name, value in values.items() if name in turn.flow.uses}


_HEAR: dict[type[Any], Callable[[Any, Any, Turn], Move]] = {
    needs.InQueue: _stand,
    needs.OutOfQueue: _out,
    needs.QueueFailed: _failed,
    KeysPressed: _again,
    NoInput: _again,
    Arrived: _again,
    DialEnded: _rung,
    CalleeAnswered: offers.greet,
    CalleePressed: offers.decide,
}

QUEUE: Final = Kind(
    name="queue",
    about="Wait for an agent in the order of arrival, with music, news of the wait and ways out.",
    node=Queue,
    entries=queue_fields.entries(),
    enter=_enter,
    hear=_HEAR,
    waits=True,
    passes=queue_fields.passes,
    idles=queue_fields.idles,
    review=queue_fields.review,
    check=queue_fields.check,
    endings=("answered", "no_agents", "failed"),
    sets=("queue.name", "queue.position", "queue.waiting", "queue.wait_minutes", ARRIVED_AT),
)
