"""Calls tried without a phone: a script of what happens, and all that comes of it.

The engine is the very one that answers calls; only who acts, and who tells the time, differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import engine, facts
from chalicelib.ivr.actions import Arrived, CalleeAnswered, Connect, Context, Continue, HangUp
from chalicelib.ivr.answering import beep_in
from chalicelib.ivr.driving import drive
from chalicelib.ivr.needs import Fetched, FetchFailed
from chalicelib.ivr.position import Position
from chalicelib.ivr.trials import playing
from chalicelib.ivr.trials.desk import ScriptedDesk, is_asked
from chalicelib.ivr.trials.scripts import DeskSays
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from chalicelib.ivr.actions import Action, Input, Passed, Reply
    from chalicelib.ivr.driving import Opened, World
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import DeskAnswer, DeskNeed, ReadSurvey, SurveyMissing, SurveyRead
    from chalicelib.ivr.nodes import Flow, Value
    from chalicelib.ivr.trials.scripts import Act, Script

MOST_ANSWERS: Final = 300  # with those that a call takes by itself: beyond, it is cut off
CALL_ID: Final = "simulation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer: the flow it ended in, whether it touched the one tried, and its microseconds.

    `acts` of the script had happened when it was complete; `context` is the call after it, in
    `flow`. `whispered` is what whoever it rings hears on picking up.
    """

    flow_id: str
    flow: Flow
    own: bool
    reply: Reply
    microseconds: int
    acts: int
    context: Context
    whispered: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A whole simulated call. `awaits` is what it stands waiting for, None once it is over.

    `misfit` is the first thing in the script that could not happen: the call stops before it.
    """

    answers: tuple[Answered, ...]
    over: bool
    awaits: str | None = None
    misfit: Fault | None = None


def simulate(
    opened: Opened, script: Script, world: World, clock: Callable[[], int], now: datetime
) -> Transcript:
    """Return what comes of a script that begins `now` unless it says when.

    `clock` tells nanoseconds. What cannot happen in the flow ends the call, and is told.
    """
    call = _Call(opened, script, world, now)
    waiting = call.answer(clock)
    while waiting is not None and len(call.answers) < MOST_ANSWERS and call.goes_on(waiting):
        waiting = call.answer(clock)
    return call.told(waiting)


def coverage(flow: Flow, transcripts: Iterable[Transcript]) -> tuple[tuple[str, str], ...]:
    """Return the exits (node, exit) of a flow that no transcript takes."""
    taken: set[Passed] = set()
    for transcript in transcripts:
        for each in transcript.answers:
            taken.update(each.reply.path if each.own else ())
    passed = {(each.node, each.exit) for each in taken}
    return tuple(way for way in exits(flow) if way not in passed)


def exits(flow: Flow) -> tuple[tuple[str, str], ...]:
    """Return every exit (node, exit) that a flow's document names."""
    return tuple((node, way.name) for node in flow.nodes for way in flow.exits(node))


class _Call:
    """A call in the making, and the world it is in.

    The version tried is nowhere stored, so that a call can come back to it; lookups are answered
    by the script where it goes on with an answer, else by the world; queues by the script alone.
    """

    def __init__(self, opened: Opened, script: Script, world: World, now: datetime) -> None:
        self._tried, self._world = opened, world
        self._known = _known(script)
        self._opened, self._position = opened, Position(opened.flow.start)
        self._given: Input = Arrived()
        self._context = _context(script, now)
        self._context = replace(self._context, memory=self.tell(opened.flow, self._context))
        self._desk = ScriptedDesk()
        self._acts, self._done = script.acts(), 0
        self._hung_up = False
        self._misfit: Fault | None = None
        self.answers: list[Answered] = []

    def answer(self, clock: Callable[[], int]) -> Action | None:
        """Let the engine answer; return what the call waits for now."""
        before, began = self._opened, clock()
        reply, opened = drive(before, self._position, self._given, self._context, self)
        took = (clock() - began) // 1000
        self._opened, self._position = opened, reply.position or self._position
        if reply.memory is not None:
            self._context = replace(self._context, memory=reply.memory)
        beep = self._context.service_from or beep_in(reply.events)
        self._context = replace(self._context, service_from=beep)
        answered = Answered(
            flow_id=opened.flow_id,
            flow=opened.flow,
            own=self._tried in (before, opened),
            reply=reply,
            microseconds=took,
            acts=self._done,
            context=self._context,
            whispered=_whispered(opened.flow, reply, self._context),
        )
        self.answers.append(answered)
        return playing.waits(reply)

    def goes_on(self, waiting: Action) -> bool:
        """Let the next thing happen; tell whether there is any, and it can."""
        if isinstance(waiting, Continue):
            self._given = Arrived()
            return True
        act = self._next
        if act is None:
            return False
        if isinstance(act, HangUp):
            self._done, self._hung_up = self._done + 1, True
            return False
        why = playing.misfit(act, waiting, self.answers[-1].whispered)
        if why is not None:
            self._refuse(why)
            return False
        self._done += 1
        self._given = playing.heard(act, waiting)
        later = timedelta(seconds=playing.lasted(self._given, waiting))
        self._context = replace(self._context, now=self._context.now + later)
        return True

    def told(self, waiting: Action | None) -> Transcript:
        """Close the transcript: after its end, nothing can happen to a call."""
        over = waiting is None or self._hung_up
        if over and self._next is not None:
            self._refuse("the caller has hung up" if self._hung_up else "the call is over")
        return Transcript(
            answers=tuple(self.answers),
            over=over,
            awaits=None if over or waiting is None else playing.awaited(waiting),
            misfit=self._misfit,
        )

    # The world.

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        """Return a flow of the account's, or the very version that is tried."""
        if (flow_id, version) == (self._tried.flow_id, self._tried.version):
            return self._tried
        return self._world.open(flow_id, version)

    def fetch(self, request: LookupRequest, context: Context) -> Fetched | FetchFailed:
        """Answer as the script says; a value that the lookup does not keep is a slip."""
        act = self._next
        if not isinstance(act, Fetched | FetchFailed):
            return self._world.fetch(request, context)
        kept = [name for name, _ in request.answer]
        told = act.values if isinstance(act, Fetched) else ()
        stray = [name for name in told if name not in kept]
        if stray:
            self._refuse(f"the lookup does not keep {stray[0]!r}, but {', '.join(kept)}")
        self._done += 1
        return act

    def queue(self, need: DeskNeed, context: Context) -> DeskAnswer:
        """Answer as the script says, from here on."""
        act = self._next
        if isinstance(act, DeskSays) and is_asked(need):
            self._desk.says(act)
            self._done += 1
        return self._desk.answer(need, context.now)

    def survey(self, need: ReadSurvey) -> SurveyRead | SurveyMissing:
        """Ask the account's own survey."""
        return self._world.survey(need)

    def tell(self, flow: Flow, context: Context) -> Mapping[str, Value]:
        """Tell what the script says is known of the call."""
        wanted = facts.looked_up(flow.uses) - context.memory.keys()
        return {name: value for name, value in self._known.items() if name in wanted}

    @property
    def _next(self) -> Act | None:
        return self._acts[self._done][1] if self._done < len(self._acts) else None

    def _refuse(self, reason: str) -> None:
        at = self._acts[self._done][0]
        self._misfit = self._misfit or Fault(f"/steps/{at}", reason)


def _context(script: Script, now: datetime) -> Context:
    return Context(
        now=script.at or now,
        call_id=CALL_ID,
        dialled=script.dialled,
        caller=script.caller,
        tier=script.service_price,
    )


def _known(script: Script) -> dict[str, Value]:
    return ({"call.source": script.source} if script.source else {}) | dict(script.facts)


def _whispered(flow: Flow, reply: Reply, context: Context) -> Reply | None:
    """Return what whoever is rung hears on picking up, where they hear anything."""
    ringing = any(isinstance(each, Connect) and each.whisper for each in reply.actions)
    if not ringing or reply.position is None:
        return None
    return engine.step(flow, reply.position, CalleeAnswered(), context)
