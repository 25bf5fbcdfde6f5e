"""A call that we place, and what whoever answers hears: a flow, as if they had rung.

The line that is shown stands where a dialled number does, and the person where a caller does; which
attempt of a campaign it is, the URL says at each step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.calls.call import CallRef
from chalicelib.ivr import answering
from chalicelib.ivr.actions import Arrived
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.answering import Answer
from chalicelib.ivr.driving import drive
from chalicelib.ivr.facts import OF_CONTACT
from chalicelib.ivr.opposing import oppose
from chalicelib.ivr.position import Position
from chalicelib.ivr.usecases import Standing, leave, note, world_of
from chalicelib.kernel.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.usecases import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call of an attempt of a campaign, and the version of a flow that speaks.

    `fields` are those of the contact that the flow, or what it leads to, may say.
    """

    account_id: str
    campaign_id: str
    attempt_id: str
    flow_id: str
    version: int
    log_shards: int = 1
    fields: Mapping[str, str] = field(default_factory=dict)


def answer(call: Outgoing, context: Context, base_url: str, ports: Ports) -> Answer:
    """Begin the conversation with whoever has answered. Raises Unavailable."""
    try:
        flow = ports.flows.version(call.flow_id, call.version)
    except NotFound as error:
        raise Unavailable("a published version is missing", flow_id=call.flow_id) from error
    opened = Standing(call.flow_id, call.version, flow)
    world = world_of(call.account_id, ports, lambda _: call.campaign_id)
    told = {name: each for name, each in _about(call).items() if name in flow.uses}
    told |= {f"{OF_CONTACT}{name}": each for name, each in call.fields.items()}
    context = replace(context, memory={**world.tell(flow, context), **told})
    reply, now_in = drive(opened, Position(flow.start), Arrived(), context, world)
    first = replace(
        answering.received(context, call.campaign_id, None),
        flow_id=call.flow_id,
        flow_version=call.version,
        attempt_id=call.attempt_id,
    )
    ref = _ref(call, context, ports)
    events = (first, *reply.events, *answering.rang(reply, context))
    note(ref, events, ports, reply.memory or context.memory or None)
    address = CallAddress(
        base_url=base_url,
        flow_id=now_in.flow_id,
        version=now_in.version,
        account_id=call.account_id,
        log_shards=call.log_shards,
        dialled=context.dialled,
        attempt=attempt_of(call),
    )
    leave(reply, context, ref, ports)
    oppose(reply.events, call.account_id, address.attempt, context, ports)
    return Answer(reply=reply, address=address)


def attempt_of(call: Outgoing) -> str:
    """Name an attempt in a URL."""
    return f"{call.campaign_id}.{call.attempt_id}"


def _about(call: Outgoing) -> dict[str, Value]:
    """Return what a flow that asks for it is told of its campaign: a survey does."""
    contact, _, _ = call.attempt_id.rpartition("-")
    return {
        "campaign.id": call.campaign_id,
        "campaign.attempt": call.attempt_id,
        "campaign.contact": contact,
    }


def _ref(call: Outgoing, context: Context, ports: Ports) -> CallRef:
    person = context.caller
    hashed = ports.callers.caller_hash(call.account_id, person) if person else None
    return CallRef(
        call_id=context.call_id,
        account_id=call.account_id,
        log_shards=call.log_shards,
        caller_hash=hashed,
    )
