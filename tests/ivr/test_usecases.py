"""Calls answered and continued, flows written and published: load, decide, save."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.call import Outcome
from chalicelib.calls.events import DialStatus
from chalicelib.directory.lines import LineState, NoticeBy
from chalicelib.directory.prices import Price
from chalicelib.ivr import usecases
from chalicelib.ivr.actions import (
    Apologise,
    Arrived,
    Ask,
    Connect,
    DialEnded,
    HangUp,
    KeysPressed,
    NoInput,
    Say,
)
from chalicelib.ivr.nodes import Spoken
from chalicelib.ivr.texts import TEXTS, Line
from chalicelib.ivr.usecases import Ports
from chalicelib.kernel import tiers
from chalicelib.kernel.errors import NotFound, Unavailable
from tests.directory.builders import a_line
from tests.fakes import CallLogInMemory, FlowsInMemory, LateEventsInMemory
from tests.ivr.builders import (
    AT_WORK,
    OURS,
    SALES,
    a_context,
    a_dial,
    a_document,
    a_menu,
    an_end,
    utc,
)
from tests.tracking.builders import a_source

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.directory.lines import Line as PhoneLine
    from chalicelib.ivr.actions import Input
    from chalicelib.ivr.answering import Answer
    from chalicelib.ivr.telling import Number
    from chalicelib.tracking.sources import Source

NOW = utc(2026, 11, 23, 9)
BASE = "https://api.example.fr/api"
DOCUMENT = a_document(menu=a_menu(choices={"1": "sales"}), sales=a_dial(SALES), end=an_end())
BROKEN = a_document(menu=a_menu(choices={"1": "nowhere"}))


@dataclass
class House:
    """One line, its flow, and the log, in memory."""

    line: PhoneLine | None = field(default_factory=lambda: a_line(number=OURS, log_shards=4))
    flows: FlowsInMemory = field(default_factory=FlowsInMemory)
    log: CallLogInMemory = field(default_factory=CallLogInMemory)
    late: LateEventsInMemory = field(default_factory=LateEventsInMemory)
    source_down: bool = False
    lines_down: bool = False

    def __post_init__(self) -> None:
        draft = self.flows.create("acct_client", "flow_1", DOCUMENT, NOW)
        self.flows.publish(draft.header, DOCUMENT, NOW)

    @property
    def ports(self) -> Ports:
        house = self

        class Lines:
            def line(self, number: str) -> PhoneLine:
                if house.lines_down:
                    raise Unavailable("down")
                if house.line is None or number != house.line.number:
                    raise NotFound("no such line")
                return house.line

        class Sources:
            def source_of(self, line: Number, now: datetime) -> str | None:
                if house.source_down:
                    raise Unavailable("down")
                return "src_radio"

            def about(self, account_id: str, source_id: str) -> Source | None:
                return a_source(id=source_id, account_id=account_id, campaign="Rentrée")

        class Callers:
            def caller_hash(self, account_id: str, caller: str) -> str:
                return f"hash of {caller} for {account_id}"

        return Ports(
            lines=Lines(),
            flows=self.flows,
            sources=Sources(),
            callers=Callers(),
            log=self.log,
            late=self.late,
        )

    def rings(self, **context: Any) -> Answer:
        return usecases.answer_call(a_context(**context), BASE, self.ports)

    def goes_on(self, answer: Answer, given: Input) -> Answer:
        address, position = answer.address, answer.reply.position
        assert address is not None
        assert position is not None
        return usecases.continue_call(a_context(), address, position, given, self.ports)


def test_a_call_is_logged_with_its_source_and_version_before_it_is_answered() -> None:
    house = House()

    answer = house.rings()

    call = house.log.load("acct_client", "CA1")
    assert isinstance(answer.reply.actions[0], Ask)
    assert (call.dialled, call.caller, call.source_id) == (OURS, "+33612345678", "src_radio")
    assert (call.flow_id, call.flow_version) == ("flow_1", 1)
    assert call.caller_hash == "hash of +33612345678 for acct_client"
    assert [event.id for event in call.events] == ["received"]


def test_a_call_comes_back_to_an_address_that_says_whose_it_is() -> None:
    address = House().rings().address

    assert address is not None
    assert (address.account_id, address.log_shards, address.version) == ("acct_client", 4, 1)
    assert address.fallback == a_line().fallback


def test_a_forwarded_call_is_logged_step_by_step() -> None:
    house = House()
    answer = house.rings()

    answer = house.goes_on(answer, KeysPressed("1"))
    assert isinstance(answer.reply.actions[0], Connect)
    answer = house.goes_on(answer, DialEnded(DialStatus.ANSWERED, 95))

    call = house.log.load("acct_client", "CA1")
    assert [event.id for event in call.events] == ["received", "step:1", "step:2", "step:2:rang"]
    assert (call.outcome, call.talk_seconds) == (Outcome.ANSWERED, 95)


def test_every_webhook_delivered_twice_leaves_the_same_log() -> None:
    once, twice = House(), House()
    inputs: list[Input] = [KeysPressed("9"), KeysPressed("1"), DialEnded(DialStatus.ANSWERED, 95)]

    answer = once.rings()
    for given in inputs:
        answer = once.goes_on(answer, given)
    answer = twice.rings()
    assert twice.rings() == answer
    for given in inputs:
        again = twice.goes_on(answer, given)
        answer = twice.goes_on(answer, given)
        assert again == answer

    assert twice.log.load("acct_client", "CA1") == once.log.load("acct_client", "CA1")


def test_a_call_goes_on_without_asking_for_its_line() -> None:
    house = House()
    answer = house.rings()

    house.lines_down = house.source_down = True

    assert isinstance(house.goes_on(answer, KeysPressed("1")).reply.actions[0], Connect)


def test_a_call_stays_on_the_version_it_began_with() -> None:
    house = House()
    answer = house.rings()
    draft = house.flows.draft("acct_client", "flow_1")
    changed = house.flows.replace(draft.header, a_document(end=an_end()), NOW)
    house.flows.publish(changed.header, a_document(end=an_end()), NOW)

    assert isinstance(house.goes_on(answer, KeysPressed("1")).reply.actions[0], Connect)
    assert house.rings(call_id="CA9").reply.actions == (HangUp(),)


# Surcharged lines.

TELLS_THE_PRICE = a_document(
    price={"kind": "price_notice", "next": "menu"},
    menu=a_menu(choices={"1": "sales"}),
    sales=a_dial(SALES),
    end=an_end(),
)


def a_surcharged_house(document: dict[str, Any] = TELLS_THE_PRICE, **changes: Any) -> House:
    prices = (Price(date(2026, 11, 1), tiers.parse("D080")),)
    line = a_line(**{"number": OURS, "family": "sva_majore", "prices": prices, **changes})
    house = House(line=line)
    draft = house.flows.draft("acct_client", "flow_1")
    house.flows.publish(draft.header, document, NOW)
    return house


def test_a_caller_who_stays_pays_from_the_beep_on() -> None:
    house = a_surcharged_house()
    notice = house.rings()

    beep = house.goes_on(notice, NoInput())
    before = house.log.load("acct_client", "CA1")
    menu = house.goes_on(beep, Arrived())

    call = house.log.load("acct_client", "CA1")
    assert (before.service_from, before.service_tier) == (None, None)
    assert (call.service_from, call.service_tier) == (AT_WORK, "D080")
    assert isinstance(menu.reply.actions[0], Ask)


def test_what_the_line_costs_is_in_the_url_and_nowhere_read() -> None:
    house = a_surcharged_house()
    answer = house.goes_on(house.goes_on(house.rings(), NoInput()), Arrived())
    address, position = answer.address, answer.reply.position
    assert address is not None
    assert position is not None

    url = address.at(position)

    assert "tier=D080" in url
    assert f"since={int(AT_WORK.timestamp())}" in url
    assert not position.remembers
    (connect,) = house.goes_on(answer, KeysPressed("1")).reply.actions
    assert isinstance(connect, Connect)
    assert connect.most_seconds == 1800


def test_where_the_carrier_told_the_price_the_call_begins_with_the_beep() -> None:
    house = a_surcharged_house(price_notice=NoticeBy.CARRIER)

    answer = house.rings()

    call = house.log.load("acct_client", "CA1")
    assert (call.service_from, call.service_tier) == (AT_WORK, "D080")
    assert [event.id for event in call.events] == ["beeped", "received"]
    assert isinstance(answer.reply.actions[0], Ask)
    assert answer.reply.actions[0].prompts == (Say(Spoken("Tapez 1.", "fr-FR")),)


def test_a_price_that_is_to_come_is_not_told_yet() -> None:
    house = a_surcharged_house(prices=(Price(date(2026, 12, 1), tiers.parse("D080")),))

    answer = house.rings()

    assert house.log.load("acct_client", "CA1").service_from is None
    assert answer.address is not None
    assert answer.address.tier is None


# Lines that take no calls.


def test_a_number_that_nobody_owns_is_said_to_be_out_of_service() -> None:
    house = House(line=None)

    answer = house.rings()

    assert [a.words.text for a in answer.reply.actions if isinstance(a, Say)] == [
        TEXTS["fr"][Line.NOT_IN_SERVICE]
    ]
    assert answer.reply.actions[-1] == HangUp()
    assert answer.refusal == "unknown number"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"account_active": False}, "account suspended", id="suspended"),
        pytest.param({"state": LineState.COOLING}, "number not in use", id="cooling"),
        pytest.param({"flow_id": None}, "no flow published", id="no flow"),
        pytest.param({"flow_id": "flow_2"}, "no flow published", id="never published"),
        pytest.param({"account_id": "acct_other"}, "no flow published", id="another's flow"),
    ],
)
def test_a_line_that_takes_no_calls_lets_the_caller_go_and_logs_it(
    changes: dict[str, Any], reason: str
) -> None:
    line = replace(a_line(number=OURS), **changes)
    house = House(line=line)

    answer = house.rings()

    assert isinstance(answer.reply.actions[0], Apologise | Say)
    assert answer.reply.actions[-1] == HangUp()
    assert (answer.refusal, answer.address) == (reason, None)
    call = house.log.load(line.account_id, "CA1")
    assert (call.fell_back, call.outcome) == ((reason,), Outcome.FELL_BACK)


# Faults.


def test_a_line_or_flow_that_cannot_be_read_is_for_the_edge_to_answer() -> None:
    no_lines, no_flows = House(lines_down=True), House()
    no_flows.flows.down = True

    for house in (no_lines, no_flows):
        with pytest.raises(Unavailable):
            house.rings()


def test_a_version_that_is_gone_is_for_the_edge_to_answer() -> None:
    house = House()
    answer = house.rings()
    house.flows._versions.clear()

    with pytest.raises(Unavailable):
        house.goes_on(answer, KeysPressed("1"))


def test_while_the_log_is_down_callers_are_served_and_the_events_wait() -> None:
    house = House()
    house.log.down = True

    answer = house.goes_on(house.rings(), KeysPressed("1"))

    assert isinstance(answer.reply.actions[0], Connect)
    assert [event.id for _, event in house.late.kept] == ["received", "step:1", "step:2:rang"]


def test_a_source_that_cannot_be_told_does_not_keep_the_caller_waiting() -> None:
    house = House(source_down=True)

    house.rings()

    assert house.log.load("acct_client", "CA1").source_id is None
