"""Callers of a surcharged number hear what it costs, and pay from the beep on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import Beeped, Dialled, DialStatus
from chalicelib.directory.lines import Notice
from chalicelib.directory.ports import Attached
from chalicelib.ivr import texts
from chalicelib.ivr.actions import (
    Arrived,
    Ask,
    Connect,
    Continue,
    DialEnded,
    HangUp,
    KeysPressed,
    NoInput,
    Say,
    TakeMessage,
)
from chalicelib.ivr.engine import step
from chalicelib.ivr.flow import restore
from chalicelib.ivr.kinds.price_notice import BEEP
from chalicelib.ivr.position import Position
from chalicelib.ivr.price_checks import faults, faults_of_lines
from chalicelib.ivr.texts import TEXTS, Line
from chalicelib.kernel import tiers
from tests.ivr.builders import (
    AT_WORK,
    SALES,
    a_context,
    a_dial,
    a_document,
    a_flow,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
    some_hours,
    words_of,
)

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Context, Input, Reply
    from chalicelib.ivr.nodes import Flow

D080 = tiers.parse("D080")
FRENCH = (
    "Quatre-vingts centimes d'euro par minute, toutes taxes comprises, plus le prix d'un appel. "
    "Ce service vous sera facturé après le bip sonore. Pour ne pas le payer, raccrochez avant le "
    "bip. Pour passer ce message, appuyez sur dièse."
)


def a_notice(next: str = "menu") -> dict[str, Any]:
    return {"kind": "price_notice", "next": next}


LINE = a_flow(
    price=a_notice(), menu=a_menu(choices={"1": "team"}), team=a_dial(SALES), end=an_end()
)


class Caller:
    """A caller of a surcharged number, whose beep is remembered as calls remember it."""

    def __init__(self, flow: Flow = LINE, **context: Any) -> None:
        self.flow = flow
        self.context: Context = a_context(**{"tier": D080, **context})
        self.reply = step(flow, Position(flow.start), Arrived(), self.context)
        self.beeps: list[Beeped] = []

    def does(self, given: Input, after: float = 0) -> Reply:
        assert self.reply.position is not None, "the call is over"
        self.context = replace(self.context, now=self.context.now + timedelta(seconds=after))
        self.reply = step(self.flow, self.reply.position, given, self.context)
        self.beeps += [each for each in self.reply.events if isinstance(each, Beeped)]
        if self.beeps:
            self.context = replace(self.context, service_from=self.beeps[0].at)
        return self.reply

    @property
    def heard(self) -> list[str]:
        return words_of(self.reply.actions)


def test_the_price_comes_first_then_the_beep_then_the_service() -> None:
    caller = Caller()
    assert caller.heard == [FRENCH]

    caller.does(NoInput(), after=14)
    assert caller.reply.actions == (BEEP, Continue())
    assert caller.beeps == []

    caller.does(Arrived(), after=1)
    assert caller.heard == ["Tapez 1."]
    assert [(each.tier, each.node, each.at) for each in caller.beeps] == [
        ("D080", "price", (AT_WORK + timedelta(seconds=15)).astimezone(UTC))
    ]


def test_a_caller_who_knows_the_price_skips_it() -> None:
    caller = Caller()

    caller.does(KeysPressed("#"))

    assert caller.reply.actions == (BEEP, Continue())


@pytest.mark.parametrize("key", ["0", "1", "9", "*"])
def test_another_key_skips_nothing(key: str) -> None:
    caller = Caller()

    caller.does(KeysPressed(key))

    assert caller.heard == [FRENCH]
    assert isinstance(caller.reply.actions[0], Ask)


def test_a_caller_who_goes_on_pressing_hears_it_out() -> None:
    caller = Caller()
    caller.does(KeysPressed("1"))

    caller.does(KeysPressed("1"))

    notice, *rest = caller.reply.actions
    assert isinstance(notice, Say)
    assert rest == [BEEP, Continue()]
    assert [each.tier for each in caller.does(Arrived()).events if isinstance(each, Beeped)]


def test_a_beep_that_is_told_of_twice_is_one_fact() -> None:
    caller = Caller()
    caller.does(NoInput())
    position = caller.reply.position

    first = caller.does(Arrived())
    assert position is not None
    second = step(LINE, position, Arrived(), a_context(tier=D080))

    assert [event.id for event in first.events] == [event.id for event in second.events]


def test_a_caller_who_is_gone_at_the_beep_has_not_heard_it() -> None:
    caller = Caller()
    caller.does(NoInput())
    caller.context = replace(caller.context, gone=True)

    caller.does(Arrived())

    assert (caller.beeps, caller.reply.position) == ([], None)


def test_a_price_by_the_call_is_said_as_one() -> None:
    caller = Caller(tier=tiers.parse("A150"))

    assert caller.heard[0].startswith("Un euro et cinquante centimes par appel, toutes taxes")


def test_the_notice_speaks_the_caller_s_language() -> None:
    flow = restore({**a_document(price=a_notice("end"), end=an_end()), "language": "en-GB"})

    (heard,) = Caller(flow).heard

    assert heard.startswith("Eighty euro cents per minute, ")


def test_a_caller_whose_language_nobody_speaks_hears_french() -> None:
    flow = restore({**a_document(price=a_notice("end"), end=an_end()), "language": "hu-HU"})

    assert Caller(flow).heard == [FRENCH]


@pytest.mark.parametrize("code", ["D001", "D079", "D080", "A001", "A099", "A300"])
def test_the_notice_lasts_ten_to_twenty_seconds(code: str) -> None:
    (heard,) = Caller(tier=tiers.parse(code)).heard

    assert 10 <= texts.spoken_seconds(heard, "fr-FR") <= 20


def test_on_a_line_without_a_price_nothing_is_said_and_nothing_is_due() -> None:
    caller = Caller(tier=None)

    assert caller.heard == ["Tapez 1."]
    assert caller.reply.events == ()


def test_where_the_price_runs_already_it_is_not_told_again() -> None:
    caller = Caller(service_from=AT_WORK)

    assert caller.heard == ["Tapez 1."]


def test_the_price_is_a_variable_of_the_call() -> None:
    flow = a_flow(
        sort={
            "kind": "branch",
            "rules": [{"when": {"line.price_mode": "minute"}, "next": "told"}],
            "otherwise": "end",
        },
        told=a_say("{{line.price|amount}}"),
        end=an_end(),
    )

    assert Caller(flow).heard == ["quatre-vingts centimes"]
    assert Caller(flow, tier=None).heard == []


# Half an hour at most.


def in_conversation(seconds_ago: int, **facts: Any) -> Caller:
    """A caller of whom the beep was so long ago, at the menu."""
    begun = AT_WORK - timedelta(seconds=seconds_ago)
    return Caller(service_from=begun, **facts)


def test_a_conversation_lasts_what_is_left_of_half_an_hour() -> None:
    caller = in_conversation(100)

    caller.does(KeysPressed("1"))

    (connect,) = caller.reply.actions
    assert isinstance(connect, Connect)
    assert connect.most_seconds == 1700


def test_after_half_an_hour_the_next_step_says_so_and_hangs_up() -> None:
    caller = in_conversation(1799)
    assert caller.heard == ["Tapez 1."]

    caller.does(KeysPressed("1"), after=1)

    assert caller.heard == [TEXTS["fr"][Line.PRICE_LIMIT]]
    assert caller.reply.actions[-1] == HangUp()
    assert caller.reply.position is None


def test_what_happened_in_the_last_minute_is_still_logged() -> None:
    caller = in_conversation(100)
    caller.does(KeysPressed("1"))

    caller.does(DialEnded(DialStatus.BUSY), after=1800)

    assert [type(event) for event in caller.reply.events] == [Dialled]


def test_a_message_is_no_longer_than_what_is_left() -> None:
    flow = a_flow(box=a_voicemail(max_seconds=120))

    (*_, taking) = Caller(flow, service_from=AT_WORK - timedelta(seconds=1770)).reply.actions

    assert isinstance(taking, TakeMessage)
    assert taking.max_seconds == 30


@pytest.mark.parametrize("code", ["D020", "A300"])
def test_cheaper_calls_and_prices_by_the_call_have_no_limit(code: str) -> None:
    caller = in_conversation(7200, tier=tiers.parse(code))

    caller.does(KeysPressed("1"))

    (connect,) = caller.reply.actions
    assert isinstance(connect, Connect)
    assert connect.most_seconds is None


# What publishing and lines demand.

BRANCH = {
    "kind": "branch",
    "rules": [{"percent": 50, "next": "price"}],
    "otherwise": "hours",
}


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param({"price": a_notice("end")}, id="at once"),
        pytest.param(
            {
                "who": BRANCH,
                "hours": some_hours(open="label", closed="closed"),
                "label": {"kind": "tag", "tag": "a", "next": "known"},
                "known": {"kind": "set", "language": "en-GB", "next": "price"},
                "price": a_notice("end"),
                "closed": an_end(text="Fermé."),
            },
            id="after nodes that are silent",
        ),
        pytest.param({"no": {"kind": "reject", "reason": "busy"}}, id="a call that is not taken"),
    ],
)
def test_a_flow_that_tells_the_price_first_suits_a_surcharged_line(nodes: dict[str, Any]) -> None:
    flow = a_flow(**nodes, end=an_end())

    assert list(faults(flow, Notice.DEMANDED)) == []


@pytest.mark.parametrize(
    ("early", "pointers"),
    [
        pytest.param({"hello": a_say(next="price")}, ["/nodes/hello"], id="a welcome"),
        pytest.param({"menu": a_menu(choices={"1": "price"})}, ["/nodes/menu"], id="a menu"),
        pytest.param({"team": a_dial(SALES, no_answer="price")}, ["/nodes/team"], id="a call"),
        pytest.param({"box": a_voicemail(next="price")}, ["/nodes/box"], id="a message"),
        pytest.param(
            {"go": {"kind": "transfer", "flow": "flow_2", "returned": "price"}},
            ["/nodes/go"],
            id="another flow",
        ),
        pytest.param(
            {"hours": some_hours(open="price", closed="box"), "box": a_voicemail()},
            ["/nodes/box"],
            id="on one of two ways",
        ),
        pytest.param(
            {
                "hours": some_hours(open="hello", closed="box"),
                "hello": a_say(next="price"),
                "box": a_voicemail(),
            },
            ["/nodes/box", "/nodes/hello"],
            id="on both ways",
        ),
    ],
)
def test_nothing_comes_before_the_price(early: dict[str, Any], pointers: list[str]) -> None:
    flow = a_flow(**early, price=a_notice("end"), end=an_end())

    found = list(faults(flow, Notice.DEMANDED))

    assert sorted(fault.pointer for fault in found) == pointers
    assert all("price_notice" in fault.reason for fault in found)


def test_a_free_line_has_no_price_to_tell() -> None:
    flow = a_flow(hello=a_say(next="price"), price=a_notice("end"), end=an_end())

    assert [fault.pointer for fault in faults(flow, Notice.FORBIDDEN)] == ["/nodes/price"]
    assert list(faults(LINE, Notice.ANY)) == []
    assert list(faults(a_flow(end=an_end()), Notice.FORBIDDEN)) == []


def test_a_flow_that_would_ring_its_own_line_is_refused_where_it_says_so() -> None:
    ringing = {"kind": "dial", "destinations": ["01 62 01 00 08", "01 62 01 00 01"], "then": "end"}
    flow = a_flow(ring=ringing, end=an_end())
    lines = [
        Attached("+33162010002", Notice.FORBIDDEN),
        Attached("+33162010001", Notice.FORBIDDEN),
    ]

    (fault,) = faults_of_lines(flow, lines)

    assert fault.pointer == "/nodes/ring/destinations/1"
    assert "+33162010001 is answered by this flow" in fault.reason
    assert list(faults_of_lines(flow, lines[:1])) == []


def test_a_fault_names_a_line_that_it_concerns() -> None:
    lines = [
        Attached("+33892000001", Notice.DEMANDED),
        Attached("+33892000002", Notice.DEMANDED),
        Attached("+33162010009", Notice.FORBIDDEN),
    ]

    (free,) = faults_of_lines(LINE, lines)
    (paid,) = faults_of_lines(a_flow(hello=a_say(), end=an_end()), lines)

    assert (free.pointer, "+33162010009" in free.reason) == ("/nodes/price", True)
    assert (paid.pointer, "+33892000001" in paid.reason) == ("/nodes/hello", True)
