"""Calls answered and continued, flows written and published: load, decide, save."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.call import Outcome
from chalicelib.calls.events import DialStatus
from chalicelib.directory.lines import LineState
from chalicelib.ivr import usecases
from chalicelib.ivr.actions import Apologise, Ask, Connect, DialEnded, HangUp, KeysPressed, Say
from chalicelib.ivr.flow import FlowRefused
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.texts import TEXTS, Line
from chalicelib.ivr.trials.usecases import Rehearsals, judged
from chalicelib.ivr.usecases import Ports
from chalicelib.kernel.errors import NotFound, Stale, Unavailable
from tests.directory.builders import a_line
from tests.fakes import CallLogInMemory, FlowsInMemory, LateEventsInMemory
from tests.fakes.sounds import a_shelf
from tests.ivr.builders import (
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
    assert [event.id for event in call.events] == ["received", "step:1", "step:2"]
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
    assert [event.id for _, event in house.late.kept] == ["received", "step:1"]


def test_a_source_that_cannot_be_told_does_not_keep_the_caller_waiting() -> None:
    house = House(source_down=True)

    house.rings()

    assert house.log.load("acct_client", "CA1").source_id is None


# Flows as their owners work on them.


def test_a_draft_may_have_faults_which_are_told() -> None:
    flows = FlowsInMemory()

    draft = usecases.create_flow("acc_1", "flow_1", BROKEN, now=NOW, drafts=flows)

    told = judged("acc_1", "flow_1", draft.document, Rehearsals(flows, lambda: 0))
    assert draft.document == BROKEN
    assert [fault.pointer for fault in told.faults] == ["/nodes/menu/choices/1"]
    assert told.report is None


def test_a_draft_with_faults_is_not_published() -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", BROKEN, now=NOW, drafts=drafts)

    with pytest.raises(FlowRefused) as refused:
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **a_shelf())

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/menu/choices/1"]


def test_publishing_twice_makes_one_version() -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", DOCUMENT, now=NOW, drafts=drafts)

    first, _ = usecases.publish_flow(
        "acc_1", "flow_1", revision=1, now=NOW, drafts=drafts, **a_shelf()
    )
    second, _ = usecases.publish_flow(
        "acc_1", "flow_1", revision=1, now=NOW, drafts=drafts, **a_shelf()
    )

    assert first == second
    assert first.version == 1


def test_only_the_revision_that_was_seen_is_changed_or_published() -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", DOCUMENT, now=NOW, drafts=drafts)
    usecases.save_draft("acc_1", "flow_1", DOCUMENT, revision=1, now=NOW, drafts=drafts)

    with pytest.raises(Stale):
        usecases.save_draft("acc_1", "flow_1", DOCUMENT, revision=1, now=NOW, drafts=drafts)
    with pytest.raises(Stale):
        usecases.publish_flow("acc_1", "flow_1", revision=1, now=NOW, drafts=drafts, **a_shelf())


SAYS_HELLO = {
    "name": "Accueil",
    "start": "hello",
    "prompts": {"hello": {"audio": "prompt_1"}},
    "nodes": {
        "hello": {"kind": "play", "prompt": "hello", "next": "box"},
        "box": {"kind": "voicemail", "greeting": {"audio": "prompt_2"}},
    },
}


def test_a_published_flow_goes_on_playing_the_very_sound_it_was_published_with() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf(prompt_1=3, prompt_2=1)
    usecases.create_flow("acc_1", "flow_1", SAYS_HELLO, now=NOW, drafts=drafts)

    usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    flow = drafts.published("flow_1").flow
    assert flow.prompts["hello"].heard("fr-FR", {}) == Audio(prompt_id="prompt_1", version=3)
    assert [(use.id, use.pointer) for use in shelf["usage"].recorded["flow_1"]] == [
        ("prompt_1", "/prompts/hello/audio"),
        ("prompt_2", "/nodes/box/greeting/audio"),
    ]


def test_a_sound_that_the_account_does_not_have_is_a_fault_where_it_is_named() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf(prompt_1=3)
    usecases.create_flow("acc_1", "flow_1", SAYS_HELLO, now=NOW, drafts=drafts)

    with pytest.raises(FlowRefused) as refused:
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/box/greeting/audio"]
    assert shelf["usage"].recorded == {}


def test_publishing_that_broke_off_before_its_uses_were_recorded_is_mended_by_the_next() -> None:
    drafts, shelf = FlowsInMemory(), a_shelf(prompt_1=3, prompt_2=1)
    usecases.create_flow("acc_1", "flow_1", SAYS_HELLO, now=NOW, drafts=drafts)
    shelf["usage"].down = True
    with pytest.raises(Unavailable):
        usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)
    shelf["usage"].down = False

    usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)

    assert len(shelf["usage"].recorded["flow_1"]) == 2


WAITS = {
    "name": "Accueil",
    "start": "queue",
    "nodes": {
        "queue": {
            "kind": "queue",
            "queue": "support",
            "music": [{"audio": "prompt_1"}, {"audio": "prompt_2"}],
            "callback": {"key": "1", "next": "back"},
        },
        "back": {"kind": "callback", "queue": "support"},
    },
}


def publish(document: dict[str, Any], shelf: dict[str, Any]) -> None:
    drafts = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", document, now=NOW, drafts=drafts)
    usecases.publish_flow("acc_1", "flow_1", revision=None, now=NOW, drafts=drafts, **shelf)


def test_the_queues_that_a_flow_names_are_among_what_it_uses() -> None:
    shelf = a_shelf("support", prompt_1=1, prompt_2=1)

    publish(WAITS, shelf)

    assert [(use.kind.value, use.id, use.pointer) for use in shelf["usage"].recorded["flow_1"]] == [
        ("prompt", "prompt_1", "/nodes/queue/music/0/audio"),
        ("prompt", "prompt_2", "/nodes/queue/music/1/audio"),
        ("queue", "support", "/nodes/queue/queue"),
        ("queue", "support", "/nodes/back/queue"),
    ]


def test_a_queue_that_the_account_does_not_have_is_a_fault_where_it_is_named() -> None:
    with pytest.raises(FlowRefused) as refused:
        publish(WAITS, a_shelf("sales", prompt_1=1, prompt_2=1))

    pointers = [fault.pointer for fault in refused.value.faults]
    assert pointers == ["/nodes/queue/queue", "/nodes/back/queue"]


def test_music_that_keeps_callers_from_a_free_agent_for_minutes_is_refused() -> None:
    shelf = a_shelf("support", prompt_1=1, prompt_2=1)
    shelf["sounds"].milliseconds["prompt_2"] = 61_000

    with pytest.raises(FlowRefused) as refused:
        publish(WAITS, shelf)

    assert [fault.pointer for fault in refused.value.faults] == ["/nodes/queue/music/1"]
