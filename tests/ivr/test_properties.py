"""Any flow with any caller: the engine answers, ends, and says only what the carrier can play."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.actions import (
    Apologise,
    Arrived,
    Ask,
    CalleeAnswered,
    CalleePressed,
    Connect,
    Continue,
    Converse,
    HangUp,
    Refuse,
    TakeMessage,
)
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.driving import drive
from chalicelib.ivr.engine import MOST_STEPS, step
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.needs import Fetched, FetchFailed, QueueFailed, SurveyMissing, SurveyRead
from chalicelib.ivr.position import Position
from chalicelib.ivr.twiml import render
from chalicelib.ivr.usecases import Standing
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.tiers import Tier
from local.phone.twiml.document import from_text
from tests.campaigns.surveys.builders import a_version
from tests.ivr.builders import AT_WORK, a_context, words_of
from tests.ivr.queue_builders import ADesk, AStanding
from tests.ivr.strategies import broken, desk_answers, documents, inputs, rubbish

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.driving import Opened
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import DeskAnswer, DeskNeed, ReadSurvey
    from chalicelib.ivr.nodes import Flow, Value

WAITS = (Ask, Connect, TakeMessage, Continue, Converse)
LARGEST = 64 * 1024  # what the carrier accepts (error 11750)
ADDRESS = CallAddress(
    base_url="https://api.example.fr/api",
    flow_id="flow_1",
    version=3,
    account_id="acc_1",
    log_shards=4,
    fallback="+33162019999",
)
MANY = 400  # answers: without queues, every call is over long before
INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@dataclass
class AWorld:
    """An account with another flow or none, a system of its own that answers or does not, and a
    desk that says the same twice until somebody moves `at` on.
    """

    other: Opened | None
    answers: bool
    desk: list[AStanding | QueueFailed]
    at: int = 0

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        return self.other if flow_id == "flow_2" else FIRST.get(flow_id)

    def fetch(self, request: LookupRequest, context: Context) -> Fetched | FetchFailed:
        return Fetched({"shop.number": "0612345678"}) if self.answers else FetchFailed("timeout")

    def queue(self, need: DeskNeed, context: Context) -> DeskAnswer:
        said = self.desk[self.at % len(self.desk)]
        return said if isinstance(said, QueueFailed) else ADesk(said).queue(need, context)

    def survey(self, need: ReadSurvey) -> SurveyRead | SurveyMissing:
        known = SurveyRead(a_version(version=need.version or 1), need.given)
        return known if self.answers else SurveyMissing("ours")

    def tell(self, flow: Flow, context: Context) -> dict[str, Value]:
        return {"call.campaign": "Rentrée"} if self.answers else {}


FIRST: dict[str, Opened] = {}  # a call returns to the version it left


@st.composite
def worlds(draw: Any) -> AWorld:
    document = draw(st.one_of(st.none(), documents()))
    other = document and Standing("flow_2", 7, parse(document))
    return AWorld(
        other, draw(st.booleans()), draw(st.lists(desk_answers(), min_size=1, max_size=6))
    )


def prices(now: datetime) -> st.SearchStrategy[dict[str, Any]]:
    """What the line costs its caller: nothing, from the beep to come, or since some minutes."""
    tiers = st.sampled_from([Tier(80, per_minute=True), Tier(150, per_minute=False)])
    since = st.integers(0, 40).map(lambda minutes: now - timedelta(minutes=minutes))
    priced = {"tier": tiers, "service_from": st.one_of(st.none(), since)}
    return st.one_of(st.just({}), st.fixed_dictionaries(priced))


@given(documents(), worlds(), st.lists(inputs(), max_size=20), INSTANTS, st.data())
def test_every_caller_always_gets_an_answer_that_the_carrier_can_play(
    document: dict[str, Any],
    world: AWorld,
    given_by_the_caller: list[Any],
    now: datetime,
    data: st.DataObject,
) -> None:
    flow, context = parse(document), a_context(now=now, **data.draw(prices(now)))
    opened: Opened = Standing("flow_1", 3, flow)
    FIRST["flow_1"] = opened
    position, given_now = Position(flow.start), Arrived()

    for following in given_by_the_caller:
        reply, after = drive(opened, position, given_now, context, world)
        assert (reply, after) == drive(opened, position, given_now, context, world)
        ids = [event.id for event in reply.events]
        assert all(each.startswith(f"step:{position.step}") for each in ids)
        assert len(ids) == len(set(ids))
        rendered = render(reply, ADDRESS)
        assert from_text(rendered).findings == ()
        assert len(rendered.encode()) <= LARGEST
        if isinstance(given_now, CalleeAnswered | CalleePressed):  # the caller goes on waiting
            given_now = following
            continue
        if reply.position is None:
            assert isinstance(reply.actions[-1], HangUp | Refuse)
            return
        assert isinstance(reply.actions[-1], WAITS)
        assert read_back(ADDRESS.at(reply.position)) == (reply.position, ADDRESS)
        assert reply.position.step == position.step + 1
        context = replace(context, memory=reply.memory or context.memory)
        opened, position, given_now = after, reply.position, following
        world.at += 1


@given(documents(), worlds(), st.data())
def test_no_call_goes_on_for_ever(
    document: dict[str, Any], world: AWorld, data: st.DataObject
) -> None:
    opened: Opened = Standing("flow_1", 3, parse(document))
    FIRST["flow_1"] = opened
    habits = data.draw(st.lists(inputs(), min_size=1, max_size=4))
    context = a_context(**data.draw(prices(AT_WORK)))
    far_on = Position(opened.flow.start, step=MOST_STEPS - MANY)
    reply, opened = drive(opened, far_on, Arrived(), context, world)

    for at in range(MANY):
        if reply.position is None:
            break
        context = replace(context, memory=reply.memory or context.memory)
        given_now = habits[at % len(habits)]
        world.at += 1
        reply, opened = drive(opened, reply.position, given_now, context, world)

    assert reply.position is None
    ours = (HangUp, Refuse)
    assert any(isinstance(each, CalleeAnswered | CalleePressed) for each in habits) or isinstance(
        reply.actions[-1], ours
    )


@given(
    documents(),
    st.sampled_from(["n0", "n1", "n5", "gone"]),
    inputs(),
    st.integers(0, 9999),
    st.sampled_from(["", "confirm", "told", "w-1-0-0-0-0", "r-1-3-9-2-7-agent_1", "slot-m-9-3"]),
)
def test_a_made_up_position_is_answered_too(
    document: dict[str, Any], node: str, given_now: Any, number: int, mark: str
) -> None:
    position = Position(node, step=number, attempt=number + 1, target=number, mark=mark)
    reply = step(parse(document), position, given_now, a_context())

    if reply.need is not None or isinstance(given_now, CalleeAnswered | CalleePressed):
        return
    apologised = any(isinstance(action, Apologise) for action in reply.actions)
    heard = apologised or words_of(reply.actions)
    assert heard or isinstance(reply.actions[-1], Connect | Converse | Continue | HangUp | Refuse)


@given(st.one_of(rubbish(), broken()))
def test_whatever_is_sent_is_read_or_refused_with_places_that_exist(document: Any) -> None:
    for fault in faults_of(document):
        assert resolves(document, fault.pointer), fault
        assert fault.reason


def faults_of(document: Any) -> tuple[Fault, ...]:
    try:
        parse(document)
    except FlowRefused as refused:
        return refused.faults or (Fault("/no-fault-given", ""),)
    return ()


def resolves(document: Any, pointer: str) -> bool:
    value = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)]
        elif name in value:
            value = value[name]
        else:
            return False
    return True


def read_back(url: str) -> tuple[Position, CallAddress]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    *_, flow_id, version, node = parts.path.split("/")
    base_url = f"{parts.scheme}://{parts.netloc}/api"
    address = CallAddress.from_url(base_url, flow_id, version, query)
    return Position.from_url(node, query), address
