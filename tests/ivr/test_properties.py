"""Any flow with any caller: the engine answers, ends, and says only what the carrier can play."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.actions import Apologise, Arrived, Ask, Connect, Continue, HangUp, TakeMessage
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.engine import MOST_STEPS, step
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.position import Position
from chalicelib.ivr.twiml import render
from chalicelib.kernel.errors import Fault
from local.phone.twiml.document import from_text
from tests.ivr.builders import a_context, words_of
from tests.ivr.strategies import broken, documents, inputs, rubbish

WAITS = (Ask, Connect, TakeMessage, Continue)
LARGEST = 64 * 1024  # what the carrier accepts (error 11750)
ADDRESS = CallAddress(
    base_url="https://api.example.fr/api",
    flow_id="flow_1",
    version=3,
    account_id="acc_1",
    log_shards=4,
    fallback="+33162019999",
)
INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(documents(), st.lists(inputs(), max_size=20), INSTANTS)
def test_every_caller_always_gets_an_answer_that_the_carrier_can_play(
    document: dict[str, Any], given_by_the_caller: list[Any], now: datetime
) -> None:
    flow, context = parse(document), a_context(now=now)
    position, given_now = Position(flow.start), Arrived()

    for following in given_by_the_caller:
        reply = step(flow, position, given_now, context)
        assert reply == step(flow, position, given_now, context)
        assert all(event.id.startswith(f"step:{position.step}") for event in reply.events)
        rendered = render(reply, ADDRESS)
        assert from_text(rendered).findings == ()
        assert len(rendered.encode()) <= LARGEST
        if reply.position is None:
            assert reply.actions[-1] == HangUp()
            return
        assert isinstance(reply.actions[-1], WAITS)
        assert read_back(ADDRESS.at(reply.position)) == (reply.position, ADDRESS)
        assert reply.position.step == position.step + 1
        position, given_now = reply.position, following


@given(documents(), st.data())
def test_no_call_goes_on_for_ever(document: dict[str, Any], data: st.DataObject) -> None:
    flow = parse(document)
    habits = data.draw(st.lists(inputs(), min_size=1, max_size=4))
    reply = step(flow, Position(flow.start), Arrived(), a_context())

    for at in range(MOST_STEPS):
        if reply.position is None:
            break
        given_now = habits[at % len(habits)]
        reply = step(flow, reply.position, given_now, a_context())

    assert reply.position is None
    assert reply.actions[-1] == HangUp()


@given(documents(), st.sampled_from(["n0", "n1", "n5", "gone"]), inputs(), st.integers(0, 9999))
def test_a_made_up_position_is_answered_too(
    document: dict[str, Any], node: str, given_now: Any, number: int
) -> None:
    reply = step(
        parse(document),
        Position(node, step=number, attempt=number + 1, target=number),
        given_now,
        a_context(),
    )

    apologised = any(isinstance(action, Apologise) for action in reply.actions)
    heard = apologised or words_of(reply.actions)
    assert heard or isinstance(reply.actions[-1], Connect | HangUp)


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
