"""What every call log promises: the same tests on the one in memory and the one on DynamoDB."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from chalicelib.calls import keys
from chalicelib.calls.call import CallRef, Message, Outcome, State
from chalicelib.calls.late import Memory
from chalicelib.calls.store import CallRow, CallStore
from chalicelib.kernel.errors import NotFound
from tests.calls import builders as a
from tests.clouds import tables
from tests.fakes import CallLogInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog


@pytest.fixture(params=["in memory", "on DynamoDB"])
def log(request: pytest.FixtureRequest) -> Iterator[CallLog]:
    if request.param == "in memory":
        yield CallLogInMemory()
        return
    with tables(CallRow):
        yield CallStore()


def ids(calls: tuple[Call, ...]) -> list[str]:
    return [call.call_id for call in calls]


def test_a_forwarded_call_is_summed_up(log: CallLog) -> None:
    a.log_call(log)

    call = log.load("acc_1", "CA1")

    assert call.state is State.ENDED
    assert call.final_outcome is Outcome.ANSWERED
    assert (call.seconds, call.talk_seconds) == (95, 80)
    assert (call.dialled, call.caller, call.source_id) == (a.DIALLED, a.CALLER, "src_1")
    assert (call.started_at, call.answered_by) == (a.NOON, (a.DESK,))
    assert call.events == a.forwarded_call()


def test_the_same_event_twice_is_stored_once(log: CallLog) -> None:
    first = log.append(a.a_ref(), a.received())
    once_dialled = log.append(a.a_ref(), a.dialled())

    again = [log.append(a.a_ref(), event) for event in (a.received(), a.dialled())]

    assert (first, once_dialled, again) == (True, True, [False, False])
    assert log.load("acc_1", "CA1").talk_seconds == 80
    assert len(log.load("acc_1", "CA1").events) == 2


def test_the_facts_of_one_answer_are_stored_at_once_with_what_the_call_remembers(
    log: CallLog,
) -> None:
    story = (a.received(), a.pressed(), a.dialled())

    assert log.append(
        a.a_ref(), *story, memory=Memory({"order.number": "12", "vip": True, "n": 3}, 1)
    )

    assert log.load("acc_1", "CA1").events == story
    assert log.memory("CA1") == {"order.number": "12", "vip": True, "n": 3}


def test_an_answer_delivered_again_changes_neither_facts_nor_memory(log: CallLog) -> None:
    story = (a.received(), a.dialled())
    log.append(a.a_ref(), *story, memory=Memory({"order.number": "12"}, 1))

    assert not log.append(a.a_ref(), *story, memory=Memory({"order.number": "99"}, 1))

    assert log.load("acc_1", "CA1").events == story
    assert log.load("acc_1", "CA1").talk_seconds == 80
    assert log.memory("CA1") == {"order.number": "12"}


def test_of_an_answer_that_is_partly_known_the_rest_is_stored(log: CallLog) -> None:
    log.append(a.a_ref(), a.received(), a.dialled(), memory=Memory({"order.number": "12"}, 1))

    assert log.append(
        a.a_ref(), a.dialled(), a.message_left(), a.ended(), memory=Memory({"late": True}, 1)
    )

    call = log.load("acc_1", "CA1")
    assert call.events == (a.received(), a.dialled(), a.message_left(), a.ended())
    assert call.talk_seconds == 80
    assert log.memory("CA1") == {"order.number": "12"}


def test_facts_without_variables_leave_the_memory_as_it_is(log: CallLog) -> None:
    log.append(a.a_ref(), a.received(), memory=Memory({"order.number": "12"}, 1))

    log.append(a.a_ref(), a.pressed())
    assert log.memory("CA1") == {"order.number": "12"}

    log.append(a.a_ref(), a.dialled(), memory=Memory({"order.number": "34"}, 1))
    assert log.memory("CA1") == {"order.number": "34"}


def test_variables_stored_late_fill_what_no_later_step_wrote(log: CallLog) -> None:
    log.append(a.a_ref(), a.received(), memory=Memory({"name": "Zoé", "n": 1}, 1))

    log.recall("CA1", Memory({"name": "Zoé", "n": 2, "vip": True}, 2))
    assert log.memory("CA1") == {"name": "Zoé", "n": 2, "vip": True}

    log.append(a.a_ref(), a.dialled(), memory=Memory({"n": 4}, 4))
    log.recall("CA1", Memory({"n": 3, "order": "12"}, 3))
    assert log.memory("CA1") == {"n": 4, "order": "12"}


def test_variables_may_be_the_first_that_come_late_and_come_twice(log: CallLog) -> None:
    log.append(a.a_ref(), a.received())

    for _ in range(2):
        log.recall("CA1", Memory({"order": "12"}, 1))

    assert log.memory("CA1") == {"order": "12"}


def test_a_call_that_nobody_knows_remembers_nothing(log: CallLog) -> None:
    assert log.memory("CA404") == {}


def test_events_in_any_order_make_the_same_call(log: CallLog) -> None:
    story = (a.received(), a.dialled(2, status="busy"), a.message_left(), a.ended())
    calls = [
        a.log_call(log, *order, *order[:1], call_id=f"CA{n}")
        for n, order in enumerate(permutations(story))
    ]

    summed_up = [log.load("acc_1", ref.call_id) for ref in calls]

    assert {(c.state, c.outcome, c.messages, c.events) for c in summed_up} == {
        (State.ENDED, Outcome.VOICEMAIL, (Message(recording_id="RE1", seconds=17),), story)
    }


def test_a_call_is_unknown_until_the_event_that_began_it_arrives(log: CallLog) -> None:
    log.append(CallRef(call_id="CA1"), a.ended())  # whose it is, nobody knows yet
    with pytest.raises(NotFound):
        log.load("acc_1", "CA1")

    log.append(a.a_ref(), a.received())

    assert log.load("acc_1", "CA1").state is State.ENDED
    assert ids(log.page(a.a_query(), 10).calls) == ["CA1"]


def test_another_account_s_call_does_not_exist(log: CallLog) -> None:
    a.log_call(log)

    with pytest.raises(NotFound):
        log.load("acc_2", "CA1")
    assert log.page(a.a_query(account_id="acc_2"), 10).calls == ()


def test_an_unknown_call_is_not_found(log: CallLog) -> None:
    with pytest.raises(NotFound):
        log.load("acc_1", "CA404")


def ten_calls(log: CallLog, log_shards: int = 1) -> None:
    for n in range(10):
        begun = a.received(a.NOON + timedelta(minutes=n))
        a.log_call(log, begun, call_id=f"CA{n}", log_shards=log_shards)


@pytest.mark.parametrize("log_shards", [1, 4])
def test_calls_are_listed_newest_first_page_by_page(log: CallLog, log_shards: int) -> None:
    ten_calls(log, log_shards)
    query = a.a_query(log_shards=log_shards)

    first = log.page(query, 4)
    second = log.page(query, 4, first.next)
    third = log.page(query, 4, second.next)

    pages = [ids(page.calls) for page in (first, second, third)]
    assert pages == [["CA9", "CA8", "CA7", "CA6"], ["CA5", "CA4", "CA3", "CA2"], ["CA1", "CA0"]]
    assert third.next is None


def test_a_page_that_ends_with_the_last_call_has_no_next(log: CallLog) -> None:
    ten_calls(log)

    assert log.page(a.a_query(), 10).next is None
    assert log.page(a.a_query(), 9).next is not None


def test_a_list_can_run_from_the_oldest_on(log: CallLog) -> None:
    ten_calls(log, log_shards=3)
    query = a.a_query(log_shards=3, newest_first=False)

    first = log.page(query, 3)
    second = log.page(query, 3, first.next)

    assert ids(first.calls + second.calls) == ["CA0", "CA1", "CA2", "CA3", "CA4", "CA5"]


def test_a_period_includes_its_first_instant_and_not_its_last(log: CallLog) -> None:
    ten_calls(log)
    since, until = a.NOON + timedelta(minutes=2), a.NOON + timedelta(minutes=5)

    page = log.page(a.a_query(since=since, until=until), 10)

    assert ids(page.calls) == ["CA4", "CA3", "CA2"]


def test_an_upside_down_period_is_empty(log: CallLog) -> None:
    ten_calls(log)

    page = log.page(a.a_query(since=a.NOON + timedelta(minutes=5), until=a.NOON), 10)

    assert page.calls == ()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({"number": "+33162000000"}, ["CA2"], id="by number"),
        pytest.param({"source_id": "src_2"}, ["CA2", "CA1"], id="by source"),
        pytest.param({"caller_hash": "h2"}, ["CA3"], id="a caller's history"),
        pytest.param({"outcome": Outcome.ANSWERED}, ["CA1"], id="by outcome"),
        pytest.param({"outcome": Outcome.ABANDONED}, ["CA2"], id="not while it goes on"),
        pytest.param({"state": State.RINGING}, ["CA3"], id="by state"),
        pytest.param({"source_id": "src_2", "number": a.DIALLED}, ["CA1"], id="two filters"),
        pytest.param({"source_id": "src_9"}, [], id="no such source"),
    ],
)
def test_calls_are_found_by(log: CallLog, filters: dict[str, str], expected: list[str]) -> None:
    a.log_call(log, a.received(source_id="src_2"), a.dialled(), a.ended(), call_id="CA1")
    a.log_call(log, a.received(source_id="src_2", dialled="+33162000000"), a.ended(), call_id="CA2")
    a.log_call(log, a.received(source_id=None), call_id="CA3", caller_hash="h2")

    page = log.page(a.a_query(**filters), 10)

    assert ids(page.calls) == expected


def test_a_withheld_caller_is_in_nobody_s_history(log: CallLog) -> None:
    a.log_call(log, a.received(caller=None), caller_hash=None)

    call = log.page(a.a_query(), 1).calls[0]

    assert (call.caller, call.caller_hash) == (None, None)


def test_a_call_keeps_the_shard_it_began_in(log: CallLog) -> None:
    a.log_call(log, a.received(), log_shards=8)
    log.append(a.a_ref(log_shards=64), a.ended())

    (listed,) = log.page(a.a_query(log_shards=64), 1).calls

    assert log.load("acc_1", "CA1").shard == listed.shard == keys.shard(a.a_ref(log_shards=8))


def live(
    log: CallLog, account_id: str = "acc_1", limit: int = 10, log_shards: int = 2
) -> list[str]:
    store: CallStore | CallLogInMemory = log  # type: ignore[assignment]
    return ids(store.going_on(account_id, log_shards, a.NOON - timedelta(hours=1), limit))


def test_calls_that_go_on_are_listed_newest_first(log: CallLog) -> None:
    for minute, call_id in enumerate(("CA1", "CA2", "CA3")):
        at = a.NOON + timedelta(minutes=minute)
        log.append(a.a_ref(call_id, log_shards=2), a.received(at), a.pressed())
    log.append(a.a_ref("CA0"), a.received(a.NOON - timedelta(hours=2)))
    log.append(a.a_ref("CA9", account_id="acc_rival"), a.received())

    assert live(log) == ["CA3", "CA2", "CA1"]
    assert live(log, limit=2) == ["CA3", "CA2"]
    assert live(log, "acc_rival") == ["CA9"]
    assert live(log, "acc_none") == []


def test_a_call_that_ended_goes_on_no_more_in_whatever_order_that_is_told(log: CallLog) -> None:
    for call_id, facts in {
        "CA1": [a.received(), a.ended()],
        "CA2": [a.ended(), a.received()],
        "CA3": [a.received(), a.pressed(), a.ended()],
    }.items():
        for fact in facts:
            log.append(a.a_ref(call_id), fact)
    log.append(a.a_ref("CA4"), a.received(), a.ended())

    assert live(log) == []


def test_a_call_that_goes_on_is_shown_with_its_summary(log: CallLog) -> None:
    log.append(a.a_ref(caller_hash="h"), a.received(), a.pressed())

    store: CallStore | CallLogInMemory = log  # type: ignore[assignment]
    (call,) = store.going_on("acc_1", 1, a.NOON, 10)

    assert (call.state, call.caller, call.dialled) == (State.IN_MENU, a.CALLER, a.DIALLED)
    assert (call.caller_hash, call.source_id, call.events) == ("h", "src_1", ())
