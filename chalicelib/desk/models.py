"""Queues, agents, callbacks and reports as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, JsonValue, StringConstraints

from chalicelib.desk import agents, callbacks, live, managing, queues, reports
from chalicelib.kernel import errors, timetable
from chalicelib.runtime.schema import Body, Out, Patch, Query

if TYPE_CHECKING:
    from chalicelib.desk.floor import Floor

Name = Annotated[str, StringConstraints(pattern=rf"^{queues.NAME.pattern}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Skills = Annotated[list[Name], Field(max_length=50)]
Person = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Number = Annotated[str, StringConstraints(min_length=2, max_length=40)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
# A schedule as in a flow's calendars: `weekly`, `zone`, `public_holidays`, `exceptions`.
Hours = dict[str, JsonValue]

RingSeconds = Annotated[int, Field(ge=5, le=60)]
LevelSeconds = Annotated[int, Field(ge=1, le=600)]
PauseSeconds = Annotated[int, Field(ge=0, le=900)]
Attempts = Annotated[int, Field(ge=1, le=10)]
RetryMinutes = Annotated[int, Field(ge=1, le=24 * 60)]


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class QueueIn(Body):
    """A queue to make. Its name is what flows call it, for ever."""

    name: Name
    label: Label = ""
    skills: Skills = Field([], description="what an agent must know to answer in it")
    ring_seconds: RingSeconds = 20
    service_level_seconds: LevelSeconds = Field(20, description="to answer within; for reports")
    wrap_up_seconds: PauseSeconds = Field(10, description="an agent's own after a conversation")
    rest_seconds: PauseSeconds = Field(30, description="an agent's own after a missed offer")
    callback_hours: Hours | None = Field(None, description="null: whenever agents are on duty")
    callback_attempts: Attempts = 3
    callback_retry_minutes: RetryMinutes = 5


class QueuePatch(Patch):
    """What to change of a queue: fields that are not sent stay."""

    label: Label = ""
    skills: Skills = []
    ring_seconds: RingSeconds = 20
    service_level_seconds: LevelSeconds = 20
    wrap_up_seconds: PauseSeconds = 10
    rest_seconds: PauseSeconds = 30
    callback_hours: Hours | None = None
    callback_attempts: Attempts = 3
    callback_retry_minutes: RetryMinutes = 5


class QueueOut(Out):
    """A queue."""

    name: str
    label: str
    skills: list[str]
    ring_seconds: int
    service_level_seconds: int
    wrap_up_seconds: int
    rest_seconds: int
    callback_hours: Hours | None
    callback_attempts: int
    callback_retry_minutes: int
    version: int

    @classmethod
    def of(cls, queue: queues.Queue) -> Self:
        """Show a queue."""
        told = {"skills": sorted(queue.skills), "callback_hours": _hours(queue.callback_hours)}
        known = cls.model_fields.keys() - told.keys()
        return cls(**{name: getattr(queue, name) for name in known}, **told)


class QueueList(Out):
    """A page of queues."""

    items: list[QueueOut]
    next: str | None = None


class AgentIn(Body):
    """An agent to make: somebody with a telephone."""

    name: Person
    number: Number = Field(description="where they are rung; one telephone, one agent")
    skills: Skills = []
    hours: Hours | None = Field(None, description="null: at any hour, while available")
    available: bool = True
    wrap_up_seconds: PauseSeconds | None = Field(None, description="null: the queue's")


class AgentPatch(Patch):
    """What to change of an agent: fields that are not sent stay."""

    name: Person = ""
    number: Number = ""
    skills: Skills = []
    hours: Hours | None = None
    available: bool = True
    wrap_up_seconds: PauseSeconds | None = None


class AgentOut(Out):
    """An agent, and what they are doing."""

    id: str
    name: str
    number: str
    skills: list[str]
    hours: Hours | None
    available: bool
    wrap_up_seconds: int | None
    state: live.Doing
    created_at: datetime
    version: int

    @classmethod
    def of(cls, agent: agents.Agent, now: datetime) -> Self:
        """Show an agent."""
        told: dict[str, Any] = {"skills": sorted(agent.skills), "hours": _hours(agent.hours)}
        told |= {"state": live.doing(agent, now)}
        known = cls.model_fields.keys() - told.keys()
        return cls(**{name: getattr(agent, name) for name in known}, **told)


class AgentList(Out):
    """A page of agents."""

    items: list[AgentOut]
    next: str | None = None


class PlaceOut(Out):
    """Somebody in a queue. `number` is null without the right to read calls, or if withheld."""

    position: int | None = Field(description="1 is next; null for somebody who talks")
    call_id: str | None
    callback_id: str | None
    number: str | None
    label: str
    state: str
    arrived_at: datetime
    waited_seconds: int
    agent_id: str | None


class Working(Out):
    """An agent who can answer in the queue. `since` is when they began what they are doing."""

    id: str
    name: str
    state: live.Doing
    since: datetime | None


class LiveOut(Out):
    """A queue at this moment."""

    queue: str
    at: datetime
    waiting: list[PlaceOut]
    talking: list[PlaceOut]
    agents: list[Working]

    @classmethod
    def of(cls, floor: Floor, queue: queues.Queue, now: datetime, *, numbers: bool) -> Self:
        """Show a queue; `numbers` tells whether whoever asks may see people's."""
        shown = [_place(each, numbers=numbers) for each in live.places(floor, queue.name, now)]
        able = [each for each in floor.agents.values() if each.can(queue.skills)]
        return cls(
            queue=queue.name,
            at=now,
            waiting=[each for each in shown if each.position is not None],
            talking=[each for each in shown if each.position is None],
            agents=[_working(each, now) for each in sorted(able, key=lambda a: (a.name, a.id))],
        )


class SlotIn(Body):
    """When a callback may be placed: [from, until)."""

    # Pydantic lets a field's own name pass unseen beside its alias, so it is one nobody sends.
    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime

    def slot(self) -> callbacks.Slot:
        """Return it as a value."""
        return callbacks.Slot(self.from_, self.until)


class CallbackIn(Body):
    """Somebody to ring back who asked for it elsewhere than in a call: on a web page, say."""

    queue: Name
    number: Number = Field(description="whom to ring")
    line: Number = Field(description="your number that they see")
    slot: SlotIn | None = Field(None, description="null: at their turn, from 8 to 20 h")
    language: Language = "fr-FR"
    label: Label = Field("", description="what the agent is told")
    source: Label = Field("", description="where it was asked for")
    priority: int = Field(0, ge=0, le=9)

    def order(self) -> managing.CallbackOrder:
        """Return it as a value."""
        return managing.CallbackOrder(
            queue=self.queue,
            number=self.number,
            line=self.line,
            language=self.language,
            label=self.label,
            source=self.source,
            priority=self.priority,
            slot=None if self.slot is None else self.slot.slot(),
        )


class CallbackPatch(Patch):
    """Another slot for a callback; null is at its turn."""

    slot: SlotIn | None


class CallbackQuery(PageQuery):
    """Which callbacks: those that wait, in order, or those that are over."""

    state: Literal["waiting", "over"] = "waiting"


class SlotOut(Out):
    """When a callback may be placed: [from, until)."""

    model_config = ConfigDict(populate_by_name=True)

    opens: datetime = Field(alias="from")
    until: datetime


class CallbackOut(Out):
    """A callback. `number` is null without the right to read calls."""

    id: str
    queue: str
    number: str | None
    line: str
    state: callbacks.Stage
    slot: SlotOut | None
    language: str
    label: str
    source: str
    call_id: str | None
    priority: int
    arrived_at: datetime
    asked_at: datetime
    attempts: int = Field(description="how often they were rung")
    last_status: str | None
    not_before: datetime | None
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, callback: callbacks.Callback, *, numbers: bool) -> Self:
        """Show a callback; `numbers` tells whether whoever asks may see people's."""
        slot = callback.slot
        return cls(
            id=callback.id,
            queue=callback.queue,
            number=callback.number if numbers else None,
            line=callback.line,
            state=callback.stage,
            slot=None if slot is None else SlotOut(opens=slot.opens, until=slot.closes),
            language=callback.language,
            label=callback.label,
            source=callback.source,
            call_id=callback.call_id or None,
            priority=callback.priority,
            arrived_at=callback.arrived_at,
            asked_at=callback.asked_at,
            attempts=callback.tries,
            last_status=callback.last_status or None,
            not_before=callback.not_before,
            ended_at=callback.ended_at,
            version=callback.revision,
        )


class CallbackList(Out):
    """A page of callbacks."""

    items: list[CallbackOut]
    next: str | None = None


class ReportQuery(Query):
    """Which days, both included, in France's time; and which queue, all if none is named."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    queue: str | None = Field(None, max_length=40)


class QueueFigures(Out):
    """How a queue did. `service_level` is in percent, times are in seconds.

    It is the share answered within `service_level_seconds`, callers left out who hung up within
    that time themselves. Null where there is nothing to tell it from.
    """

    queue: str
    day: date | None = Field(description="null: all the days together")
    service_level_seconds: int
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    overflowed: int
    voicemail: int
    callback: int = Field(description="who left to be rung back")
    service_level: float | None
    answer_mean: int | None
    answer_median: int | None
    answer_p90: int | None
    longest_wait: int
    talk_mean: int | None
    callbacks_asked: int
    callbacks_placed: int
    callbacks_reached: int

    @classmethod
    def of(cls, figures: reports.Figures) -> Self:
        """Show figures."""
        return cls(**{name: getattr(figures, name) for name in cls.model_fields})


class QueueReport(Out):
    """Queues by day: days without callers are left out. `totals` are of all the days."""

    model_config = ConfigDict(populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    items: list[QueueFigures]
    totals: list[QueueFigures]


def facts(body: QueueIn | QueuePatch | AgentIn | AgentPatch) -> dict[str, Any]:
    """Return what was sent as fields of ours. Raises Rejected on hours that are none."""
    known = body.model_dump(exclude_unset=isinstance(body, Patch))
    if "skills" in known:
        known["skills"] = frozenset(known["skills"])
    for name in ("hours", "callback_hours"):
        if name in known:
            known[name], faults = timetable.read_hours(known[name], f"/{name}")
            if faults:
                raise errors.Rejected("the hours are not right", faults=faults)
    return known


def _hours(text: str) -> Hours | None:
    hours: Hours | None = json.loads(text) if text else None
    return hours


def _place(seen: live.Seen, *, numbers: bool) -> PlaceOut:
    return PlaceOut(
        position=seen.position,
        call_id=seen.call_id or None,
        callback_id=seen.callback_id or None,
        number=seen.number if numbers else None,
        label=seen.label,
        state=seen.state,
        arrived_at=seen.arrived_at,
        waited_seconds=seen.waited_seconds,
        agent_id=seen.agent or None,
    )


def _working(agent: agents.Agent, now: datetime) -> Working:
    state = live.doing(agent, now)
    since = agent.idle_from(now) if state is live.Doing.FREE else agent.talking_since
    return Working(id=agent.id, name=agent.name, state=state, since=since)
