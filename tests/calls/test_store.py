"""The log on DynamoDB: how many requests it costs, and what becomes of an event when it fails."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError
from botocore.stub import Stubber

from chalicelib.calls import usecases
from chalicelib.calls.call import Outcome
from chalicelib.calls.store import CallRow, CallStore
from chalicelib.kernel.errors import Unavailable
from tests.calls import builders as a
from tests.clouds import requests_counted, tables
from tests.fakes import LateEventsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.calls.call import Call


@pytest.fixture
def log() -> Iterator[CallStore]:
    with tables(CallRow):
        yield CallStore()


def client() -> Any:
    return CallRow._get_connection().connection.client


def test_a_forwarded_call_with_one_menu_costs_four_requests(log: CallStore) -> None:
    with requests_counted(CallRow) as sent:
        a.log_call(log)

    assert sent == ["UpdateItem"] * 4


def test_a_duplicate_costs_one_request(log: CallStore) -> None:
    a.log_call(log)

    with requests_counted(CallRow) as sent:
        a.log_call(log)

    assert sent == ["UpdateItem"] * 4


def test_an_outcome_that_comes_after_a_better_one_costs_two_requests(log: CallStore) -> None:
    log.append(a.a_ref(), a.dialled(2))

    with requests_counted(CallRow) as sent:
        stored = log.append(a.a_ref(), a.received())

    assert stored
    assert sent == ["UpdateItem"] * 2


def test_a_list_costs_one_request_a_page_and_shard(log: CallStore) -> None:
    for n in range(5):
        a.log_call(log, call_id=f"CA{n}")

    with requests_counted(CallRow) as sent:
        first = log.page(a.a_query(), 3)
        log.page(a.a_query(), 3, first.next)

    assert sent == ["Query"] * 2


def test_a_long_list_is_read_to_its_end(log: CallStore) -> None:
    for n in range(7):
        a.log_call(log, call_id=f"CA{n}")
    calls: list[Call] = []
    after = None

    while True:
        page = log.page(a.a_query(), 1, after)
        calls += page.calls
        if (after := page.next) is None:
            break

    assert sorted(call.call_id for call in calls) == [f"CA{n}" for n in range(7)]


def test_every_order_of_a_call_leaves_the_same_row(log: CallStore) -> None:
    story = (a.received(), a.dialled(2, status="busy"), a.dialled(3), a.ended())
    rows = []

    for order in permutations(story):
        a.log_call(log, *order, *order)
        row = dict(client().get_item(**_key())["Item"])
        row["events"] = sorted(event["M"]["id"]["S"] for event in row["events"]["L"])
        row["event_ids"] = sorted(row["event_ids"]["SS"])
        row["legs"] = sorted(row["legs"]["SS"])
        rows.append(row)
        client().delete_item(**_key())

    assert all(row == rows[0] for row in rows)


@pytest.mark.parametrize(
    "code",
    [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "InternalServerError",
        "ResourceNotFoundException",
    ],
)
def test_a_table_that_refuses_is_unavailable(log: CallStore, code: str) -> None:
    for operation, use in _every_use(log).items():
        with Stubber(client()) as stub:
            stub.add_client_error(operation, service_error_code=code, http_status_code=400)

            with pytest.raises(Unavailable):
                use()


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(EndpointConnectionError(endpoint_url="http://nowhere"), id="no connection"),
        pytest.param(ConnectTimeoutError(endpoint_url="http://nowhere"), id="time-out"),
    ],
)
def test_a_table_out_of_reach_is_unavailable(log: CallStore, error: Exception) -> None:
    def fail(**_: Any) -> None:
        raise error

    for operation, use in _every_use(log).items():
        event = f"before-send.dynamodb.{operation.title().replace('_', '')}"
        client().meta.events.register_first(event, fail)

        with pytest.raises(Unavailable):
            use()
        client().meta.events.unregister(event, fail)


def test_events_of_a_table_that_is_down_are_stored_once_it_is_back(log: CallStore) -> None:
    late = LateEventsInMemory()
    with Stubber(client()) as stub:
        for _ in a.forwarded_call():
            stub.add_client_error("update_item", "ThrottlingException", http_status_code=400)
        for event in a.forwarded_call():
            usecases.record(a.a_ref(), event, log=log, late=late)

    for _ in range(2):  # a queue may deliver twice
        for ref, event in late.kept:
            log.append(ref, event)

    call = log.load("acc_1", "CA1")
    assert call.events == a.forwarded_call()
    assert call.final_outcome is Outcome.ANSWERED


def test_an_emulator_that_hides_the_row_met_costs_a_request_and_nothing_else(
    log: CallStore,
) -> None:
    def hide(params: dict[str, Any], **_: Any) -> None:
        params.pop("ReturnValuesOnConditionCheckFailure", None)

    client().meta.events.register("provide-client-params.dynamodb.UpdateItem", hide)
    log.append(a.a_ref(), a.dialled())

    answers = [log.append(a.a_ref(), event) for event in (a.dialled(), a.received())]

    assert answers == [False, True]
    assert log.load("acc_1", "CA1").outcome is Outcome.ANSWERED


def _every_use(log: CallStore) -> dict[str, Any]:
    return {
        "update_item": lambda: log.append(a.a_ref(), a.received()),
        "get_item": lambda: log.load("acc_1", "CA1"),
        "query": lambda: log.page(a.a_query(), 10),
    }


def _key() -> dict[str, Any]:
    return {"TableName": "cadran-test-calls", "Key": {"pk": {"S": "CA1"}, "sk": {"S": "call"}}}
