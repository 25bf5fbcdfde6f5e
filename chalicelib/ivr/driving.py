"""A whole answer: one step, and those that follow on what the world says to the first.

The engine never waits for anything: where it needs something, it says so and is called again. Calls
and simulations differ only in who answers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.events import VariablesSet
from chalicelib.ivr import engine
from chalicelib.ivr.actions import Arrived, Reply
from chalicelib.ivr.needs import Fetch, FlowMissing, OpenFlow, ReadSurvey
from chalicelib.ivr.position import MOST_RETURNS, Position, Return

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.actions import Context, Input
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import (
        DeskAnswer,
        DeskNeed,
        Fetched,
        FetchFailed,
        SurveyMissing,
        SurveyRead,
    )
    from chalicelib.ivr.nodes import Flow, Value

MOST_NEEDS: Final = 8  # in one answer: beyond, flows send each other round in circles


class Opened(Protocol):
    """A version of a flow."""

    @property
    def flow_id(self) -> str:
        """Its id."""

    @property
    def version(self) -> int:
        """Its version."""

    @property
    def flow(self) -> Flow:
        """The flow itself."""


class World(Protocol):
    """What answers a step's needs."""

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        """Return a flow of the account, the newest version or a given one; None if none answers."""

    def fetch(self, request: LookupRequest, context: Context) -> Fetched | FetchFailed:
        """Ask the customer's own system."""

    def queue(self, need: DeskNeed, context: Context) -> DeskAnswer:
        """Ask the contact centre, or tell it."""

    def survey(self, need: ReadSurvey) -> SurveyRead | SurveyMissing:
        """Return a survey of the account, the newest version or a given one."""

    def tell(self, flow: Flow, context: Context) -> Mapping[str, Value]:
        """Return what a flow asks for of a call, and only the world knows."""


def drive(
    opened: Opened, position: Position, given: Input, context: Context, world: World
) -> tuple[Reply, Opened]:
    """Return the whole answer to a call, and the flow that the call is in afterwards."""
    reply = engine.step(opened.flow, position, given, context)
    for _ in range(MOST_NEEDS):
        need, asking = reply.need, reply.position
        if need is None or asking is None:
            return reply, opened
        position = asking
        if reply.memory is not None:
            context = replace(context, memory=reply.memory)
        if isinstance(need, Fetch):
            given = world.fetch(need.request, context)
        elif isinstance(need, OpenFlow):
            opened, position, given = _enter(opened, position, need, world)
            reply, context = _told(reply, position, context, world.tell(opened.flow, context))
        elif isinstance(need, ReadSurvey):
            given = world.survey(need)
        else:
            given = world.queue(need, context)
        reply = reply.and_then(engine.step(opened.flow, position, given, context))
    return reply.and_then(engine.lost(opened.flow, position, context)), opened


def _told(
    reply: Reply, position: Position, context: Context, learnt: Mapping[str, Value]
) -> tuple[Reply, Context]:
    """Keep what the flow that was come to asks for of the call; the log names it, no more."""
    if not learnt:
        return reply, context
    memory = {**context.memory, **learnt}
    noted = VariablesSet(
        id=f"step:{position.step}:told",
        at=context.now.astimezone(UTC),
        node=position.node,
        names=", ".join(sorted(learnt)),
    )
    told = Reply(actions=(), events=(noted,), position=position, memory=memory)
    return reply.and_then(told), replace(context, memory=memory)


def _enter(
    opened: Opened, position: Position, need: OpenFlow, world: World
) -> tuple[Opened, Position, Input]:
    """Go into another flow, or back to the one that the call came from."""
    coming_back = need.node is not None
    returns = position.returns[:-1] if coming_back else position.returns
    if need.back is not None:
        returns = (*returns, Return(opened.flow_id, opened.version, need.back))
    if len(returns) > MOST_RETURNS:
        return opened, position, FlowMissing("too many flows are open")
    other = world.open(need.flow_id, need.version)
    if other is None:
        return opened, position, FlowMissing("no version of it is published")
    node = need.node or other.flow.start
    entered = replace(position.at(node), returns=returns)
    return other, entered, Arrived()
