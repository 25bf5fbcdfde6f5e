"""What failed can be done again, and what a projection forgot be shown to it again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra import replay
from infra.replay import Queues, days
from infra.stages import Stage
from tests.calls import builders as a
from tests.fakes import CallLogInMemory

if TYPE_CHECKING:
    from tests.clouds import Cloud

STREAM = "arn:aws:dynamodb:eu-west-3:123456789012:table/cadran-test-calls/stream/2026"


@pytest.fixture
def queues(cloud: Cloud) -> Queues:
    return Queues(boto3.client("sqs"), Stage("test"))


class Stream:
    """A stream of one shard, as botocore's client shows it."""

    exceptions = boto3.client("dynamodbstreams", region_name="eu-west-3").exceptions

    def __init__(self, *images: dict[str, Any], trimmed: bool = False) -> None:
        self.records = [
            {"dynamodb": {"SequenceNumber": str(100 + n), "NewImage": image}}
            for n, image in enumerate(images)
        ]
        self.trimmed = trimmed

    def get_shard_iterator(self, *, SequenceNumber: str, **_: Any) -> dict[str, str]:
        if self.trimmed:
            answer: Any = {"Error": {"Code": "TrimmedDataAccessException", "Message": "gone"}}
            raise self.exceptions.TrimmedDataAccessException(answer, "GetShardIterator")
        return {"ShardIterator": str(int(SequenceNumber) - 100)}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:
        at, _, rested = ShardIterator.partition("/")
        if not rested:  # a shard may have nothing to tell for a while
            return {"Records": [], "NextShardIterator": f"{at}/rested"}
        following = int(at) + 2
        return {"Records": self.records[int(at) : following], "NextShardIterator": str(following)}


def a_lost_batch(first: int, last: int) -> dict[str, Any]:
    batch = {"startSequenceNumber": str(first), "endSequenceNumber": str(last)}
    return {"DDBStreamBatchInfo": {**batch, "streamArn": STREAM, "shardId": "shardId-1"}}


def bury(queues: Queues, name: str, *letters: dict[str, Any]) -> None:
    for _ in queues.send(f"{name}-dead", letters):
        pass


def an_image(call_id: str) -> dict[str, Any]:
    return {
        "pk": {"S": call_id},
        "sk": {"S": "call"},
        "account_id": {"S": "acc_1"},
        "sort": {"S": f"2026-11-23T11:00:00.000Z#{call_id}"},
        "dialled": {"S": a.DIALLED},
        "outcome": {"S": "answered"},
        "ended_at": {"S": "2026-11-23T11:01:35.000Z"},
    }


def test_dead_letters_go_back_to_their_queues(queues: Queues, cloud: Cloud) -> None:
    letters = [{"n": n} for n in range(12)]
    bury(queues, "call-events", *letters)
    bury(queues, "invoices", {"account_id": "acc_1"})

    left = replay.redrive(queues, Stream())

    back = [*cloud.messages("call-events"), *cloud.messages("call-events")]
    assert left == 0
    assert sorted(back, key=str) == sorted(letters, key=str)
    assert cloud.messages("invoices") == [{"account_id": "acc_1"}]
    assert cloud.messages("call-events-dead") == []


def test_calls_of_a_batch_that_the_stream_gave_up_on_are_projected_again(
    queues: Queues, cloud: Cloud
) -> None:
    stream = Stream(*(an_image(f"CA{n}") for n in range(6)))
    bury(queues, "projections", a_lost_batch(101, 104))

    replay.redrive(queues, stream)

    calls = [message["call_id"] for message in cloud.messages("projections")]
    assert calls == ["CA1", "CA2", "CA3", "CA4"]


def test_a_batch_that_the_stream_has_no_more_is_told_and_kept(queues: Queues, cloud: Cloud) -> None:
    said: list[str] = []
    bury(queues, "projections", a_lost_batch(101, 104), {"account_id": "acc_1", "call_id": "CA1"})

    left = replay.redrive(queues, Stream(trimmed=True), said.append)

    assert left == 1
    assert any("--account" in line for line in said)
    assert cloud.messages("projections") == [{"account_id": "acc_1", "call_id": "CA1"}]


def test_ended_calls_of_a_period_are_shown_to_a_projection_again(
    queues: Queues, cloud: Cloud
) -> None:
    log = CallLogInMemory()
    for n, begun in enumerate((a.NOON, a.NOON + timedelta(days=1), a.NOON + timedelta(days=2))):
        a.log_call(log, a.received(begun), a.ended(), call_id=f"CA{n}")
    a.log_call(log, a.received(), call_id="CA9")
    since, until = days(date(2026, 11, 23), date(2026, 11, 24))
    query = a.a_query(since=since, until=until, state="ended", newest_first=False)

    count = replay.replay(query, "billing", log=log, queues=queues)

    assert count == 2
    assert cloud.messages("projections") == [
        {"account_id": "acc_1", "call_id": call_id, "projection": "billing"}
        for call_id in ("CA0", "CA1")
    ]


def test_days_are_those_of_french_clocks() -> None:
    since, until = days(date(2026, 10, 25), date(2026, 10, 25))  # the day of 25 hours

    assert until.timestamp() - since.timestamp() == 25 * 3600


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stage", "dev"],
        ["--stage", "dev", "--account", "acc_1"],
        ["--stage", "dev", "--account", "acc_1", "--from", "2026-11-01"],
        ["--stage", "dev", "--account", "acc_1", "--dead-letters"],
        ["--stage", "dev", "--account", "acc_1", "--from", "today", "--to", "tomorrow"],
        ["--stage", "moon", "--dead-letters"],
    ],
    ids=" ".join,
)
def test_a_command_that_makes_no_sense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        replay.main(arguments)

    assert refused.value.code == 2
