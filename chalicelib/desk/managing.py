"""Queues and agents as their owner arranges them; callbacks asked for, moved and called off.

Every function takes the account that the request acts for; what is another's is NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk import ringing
from chalicelib.desk.agents import MOST_AGENTS, Agent
from chalicelib.desk.callbacks import Callback, Slot, Stage
from chalicelib.desk.queues import MOST_QUEUES, Queue
from chalicelib.desk.usecases import ATTEMPTS, keep
from chalicelib.kernel import destinations
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Stale, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.floor import Floor
    from chalicelib.desk.ports import Callbacks, Furniture, Lines, Nudges, Uses

FURTHEST: Final = timedelta(days=30)  # ahead that a callback may be asked for


class NameTaken(Conflict):
    """The account has a queue of that name already."""

    code = "name-taken"


class TelephoneTaken(Conflict):
    """Another agent answers at that number."""

    code = "telephone-taken"


class CallbacksWait(Conflict):
    """A queue cannot go while people wait to be rung back from it."""

    code = "callbacks-wait"


class BeingPlaced(Conflict):
    """The callback is being placed, or is over: it is too late to change it."""

    code = "too-late"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOrder:
    """A callback that somebody asks for outside of a call."""

    queue: str
    number: str
    line: str
    language: str = "fr-FR"
    label: str = ""
    source: str = ""
    priority: int = 0
    slot: Slot | None = None


def create_queue(account_id: str, queue: Queue, *, floors: Furniture, uses: Uses) -> Queue:
    """Make a queue. Raises NameTaken."""
    floor = floors.floor(account_id)
    if queue.name in floor.queues:
        raise NameTaken("there is a queue of that name", queue=queue.name)
    _check_room(len(floor.queues), MOST_QUEUES, "queues")
    uses.admit(account_id, queue.name)  # its name may have been another queue's once
    return floors.save_queue(account_id, queue)


def edit_queue(
    account_id: str, name: str, version: int, changes: dict[str, Any], floors: Furniture
) -> Queue:
    """Change a queue. Raises Stale."""
    queue = floors.floor(account_id).queue(name)
    if queue.version != version:
        raise Stale("the queue changed meanwhile", queue=name)
    try:
        return floors.save_queue(account_id, replace(queue, **changes))
    except Conflict as error:
        raise Stale("the queue changed meanwhile", queue=name) from error


def delete_queue(
    account_id: str, name: str, *, now: datetime, floors: Furniture, uses: Uses
) -> None:
    """Forget a queue that no flow needs and nobody waits to be rung back from. Raises Conflict."""
    floor = floors.floor(account_id)
    floor.queue(name)
    if any(each.queue == name for each in floor.callbacks.values()):
        raise CallbacksWait("people wait to be rung back from it", queue=name)
    uses.retire(account_id, name, now)
    floors.drop_queue(account_id, name)


def create_agent(account_id: str, agent: Agent, *, floors: Furniture, nudges: Nudges) -> Agent:
    """Make an agent, who is idle from now on. Raises TelephoneTaken."""
    floor = floors.floor(account_id)
    _check_room(len(floor.agents), MOST_AGENTS, "agents")
    checked = replace(agent, number=_telephone(agent, floor))
    stored = floors.save_agent(account_id, checked)
    nudges.nudge(account_id)
    return stored


def edit_agent(
    account_id: str,
    agent_id: str,
    version: int,
    changes: dict[str, Any],
    *,
    now: datetime,
    floors: Furniture,
    nudges: Nudges,
) -> Agent:
    """Change an agent, whatever they are doing. Raises Stale, TelephoneTaken."""
    for _ in range(ATTEMPTS):
        floor = floors.floor(account_id)
        agent = agent_of(floor, agent_id)
        if agent.version != version:
            raise Stale("the agent changed meanwhile", agent_id=agent_id)
        changed = replace(agent, **changes)
        if "number" in changes:
            changed = replace(changed, number=_telephone(changed, floor))
        if changed.available and not agent.available:
            changed = replace(changed, idle_since=now)
        try:
            stored = floors.save_agent(account_id, changed)
        except Conflict:
            continue  # a call came or went meanwhile
        nudges.nudge(account_id)
        return stored
    raise Unavailable("the desk is too busy", agent_id=agent_id)


def agent_of(floor: Floor, agent_id: str) -> Agent:
    """Return an agent. Raises NotFound."""
    try:
        return floor.agents[agent_id]
    except KeyError:
        raise NotFound("no such agent", agent_id=agent_id) from None


def delete_agent(account_id: str, agent_id: str, floors: Furniture) -> None:
    """Forget an agent; a conversation that goes on is not disturbed."""
    agent_of(floors.floor(account_id), agent_id)
    floors.drop_agent(account_id, agent_id)


def ask_for_callback(
    account_id: str,
    order: CallbackOrder,
    *,
    callback_id: str,
    now: datetime,
    floors: Callbacks,
    lines: Lines,
    nudges: Nudges,
) -> Callback:
    """Have somebody rung back who asked for it elsewhere: their turn is counted from now."""
    floor = floors.floor(account_id)
    if order.queue not in floor.queues:
        raise _refused("/queue", "no such queue")
    _check_room(len(floor.callbacks), ringing.MOST_CALLBACKS, "callbacks")
    _check_slot(order.slot, now)
    callback = Callback(
        id=callback_id,
        queue=order.queue,
        number=_dialable(order.number),
        line=_own_line(account_id, order.line, lines),
        arrived_at=now,
        asked_at=now,
        language=order.language,
        label=order.label,
        source=order.source,
        priority=order.priority,
        slot=order.slot,
    )
    keep(account_id, ringing.asked(callback), floors, nudges)
    return replace(callback, revision=1)


def callback_of(account_id: str, callback_id: str, floors: Callbacks) -> Callback:
    """Return a callback, over or not. Raises NotFound."""
    waiting = floors.floor(account_id).callbacks.get(f"callback#{callback_id}")
    return waiting or floors.over(account_id, callback_id)


def reschedule(
    account_id: str,
    callback_id: str,
    slot: Slot | None,
    *,
    version: int,
    now: datetime,
    floors: Callbacks,
    nudges: Nudges,
) -> Callback:
    """Move a callback to another slot, or to its turn. Raises Stale, BeingPlaced."""
    callback = callback_of(account_id, callback_id, floors)
    if callback.revision != version:
        raise Stale("the callback changed meanwhile", callback_id=callback_id)
    _check_waits(callback)
    _check_slot(slot, now)
    moved = replace(callback, slot=slot, not_before=None)
    try:
        keep(account_id, ringing.changed(moved), floors, nudges)
    except Conflict as error:
        raise Stale("the callback changed meanwhile", callback_id=callback_id) from error
    return replace(moved, revision=version + 1)


def cancel(
    account_id: str, callback_id: str, *, now: datetime, floors: Callbacks, nudges: Nudges
) -> None:
    """Call a callback off. Doing so twice is no error. Raises BeingPlaced."""
    callback = callback_of(account_id, callback_id, floors)
    if callback.stage is Stage.CANCELLED:
        return
    _check_waits(callback)
    keep(account_id, ringing.ended(callback, Stage.CANCELLED, now), floors, nudges)


def _check_waits(callback: Callback) -> None:
    if callback.stage is not Stage.WAITING:
        raise BeingPlaced("it is too late to change the callback", stage=callback.stage)


def _check_room(there: int, most: int, what: str) -> None:
    if there >= most:
        raise Rejected(f"an account has at most {most} {what}", there=there)


def _check_slot(slot: Slot | None, now: datetime) -> None:
    if slot is None:
        return
    if slot.opens >= slot.closes:
        raise _refused("/slot/until", "not after `from`")
    if slot.closes <= now:
        raise _refused("/slot/until", "in the past")
    if slot.opens > now + FURTHEST:
        raise _refused("/slot/from", f"more than {FURTHEST.days} days ahead")


def _telephone(agent: Agent, floor: Floor) -> str:
    number = _dialable(agent.number)
    others = (each for each in floor.agents.values() if each.id != agent.id)
    if any(each.number == number for each in others):
        raise TelephoneTaken("another agent answers at that number")
    return number


def _dialable(text: str) -> str:
    try:
        number = destinations.read(text)
    except Rejected as error:
        raise _refused("/number", error.message) from error
    reason = destinations.refusal(number)
    if reason is not None:
        raise _refused("/number", reason)
    return number


def _own_line(account_id: str, number: str, lines: Lines) -> str:
    try:
        line = lines.line(number)
    except NotFound:
        line = None
    if line is None or line.account_id != account_id or not line.in_service:
        raise _refused("/line", "not a number of yours that is in service")
    return line.number


def _refused(pointer: str, reason: str) -> Rejected:
    return Rejected("it can't be done like that", faults=(Fault(pointer, reason),))
