"""Do again what failed, or what a projection must learn anew from the call log.

`python -m infra.replay --stage prod --dead-letters` puts dead letters back on their queues.
`python -m infra.replay --stage prod --account acc_1 --from 2026-11-01 --to 2026-11-30` shows the
calls of those days (French time, both included) to every projection again, or to one of them with
`--projection billing`. Projections are idempotent: repeating either does no harm.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from chalicelib.calls.call import CallQuery, State
from chalicelib.calls.projections import ended_calls, projection_message
from infra.session import Aws, AwsUnreachable
from infra.stages import ON_AWS, Stage, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from chalicelib.calls.usecases import CallLog

QUEUES: Final = (
    "call-events",
    "projections",
    "exports",
    "invoices",
    "errands",
    "hooks",
    "lake",
    "contacts",
    "campaign-calls",
    "callbacks",
    "conversions",
)
SQS_BATCH: Final = 10  # what SQS takes at once
PAGE: Final = 1_000
FRANCE: Final = ZoneInfo("Europe/Paris")
DAY: Final = timedelta(days=1)


class TooOld(Exception):
    """A stream keeps its records for 24 hours: those of a failed batch are gone."""


@dataclass(frozen=True, slots=True)
class Queues:
    """A stage's queues."""

    client: Any
    stage: Stage

    def url(self, name: str) -> str:
        """Return a queue's address."""
        found = self.client.get_queue_url(QueueName=self.stage.queue(name))
        return str(found["QueueUrl"])

    def send(self, name: str, messages: Iterable[dict[str, Any]]) -> Iterator[int]:
        """Send messages, and yield how many have been sent so far."""
        url, left, sent = self.url(name), iter(messages), 0
        while batch := list(islice(left, SQS_BATCH)):
            entries = [
                {"Id": str(n), "MessageBody": json.dumps(body)} for n, body in enumerate(batch)
            ]
            answer = self.client.send_message_batch(QueueUrl=url, Entries=entries)
            if answer.get("Failed"):
                raise RuntimeError(f"SQS did not take {len(answer['Failed'])} messages: repeat")
            sent += len(batch)
            yield sent


def redrive(queues: Queues, streams: Any, say: Callable[[str], None] = print) -> int:
    """Put every dead letter back on its queue. Return how many could not be."""
    left = 0
    for name in QUEUES:
        moved, kept = _redrive_queue(name, queues, streams, say)
        left += kept
        say(f"{name}: {moved} put back" + (f", {kept} left" if kept else ""))
    return left


def replay(
    query: CallQuery,
    projection: str | None,
    *,
    log: CallLog,
    queues: Queues,
    say: Callable[[str], None] = print,
) -> int:
    """Have every ended call of a query projected again. Return how many there are."""
    messages = (
        projection_message(query.account_id, call_id, projection)
        for call_id in _ended_calls(query, log)
    )
    sent = 0
    for sent in queues.send("projections", messages):
        if sent % PAGE == 0:
            say(f"{sent} calls ...")
    say(f"{sent} calls are on the queue of projections")
    return sent


def days(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants between which these days lie, on French clocks."""
    begin, end = (datetime.combine(day, time.min, FRANCE) for day in (first, last + DAY))
    return begin, end


def _redrive_queue(
    name: str, queues: Queues, streams: Any, say: Callable[[str], None]
) -> tuple[int, int]:
    """Move what is there now: what fails again and comes back meanwhile waits for next time."""
    url = queues.url(f"{name}-dead")
    told = queues.client.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    present = int(told["Attributes"]["ApproximateNumberOfMessages"])
    moved = kept = 0
    while moved + kept < present:
        letters = queues.client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=SQS_BATCH, WaitTimeSeconds=1
        ).get("Messages", [])
        if not letters:
            break
        for letter in letters:
            try:
                for _ in queues.send(name, _contents(json.loads(letter["Body"]), streams)):
                    pass
            except TooOld as error:
                say(f"{name}: {error}")
                kept += 1
                continue
            queues.client.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
            moved += 1
    return moved, kept


def _contents(letter: dict[str, Any], streams: Any) -> list[dict[str, Any]]:
    """Return the messages that a letter stands for: itself, or the calls of a failed batch."""
    batch = letter.get("DDBStreamBatchInfo")
    if batch is None:
        return [letter]
    calls = ended_calls(_images(batch, streams))
    return [projection_message(call.account_id, call.call_id) for call in calls]


def _images(batch: dict[str, str], streams: Any) -> list[dict[str, Any]]:
    """Return the rows of a batch that the stream's handler could not take."""
    last = int(batch["endSequenceNumber"])
    try:
        rows = takewhile(
            lambda row: int(row["SequenceNumber"]) <= last, _rows(batch, streams, last)
        )
        return [row.get("NewImage", {}) for row in rows]
    except (
        streams.exceptions.TrimmedDataAccessException,
        streams.exceptions.ResourceNotFoundException,
    ) as error:
        since = batch.get("approximateArrivalOfFirstRecord", "an unknown time")
        raise TooOld(
            f"a batch of calls from {since} is no longer in the stream: "
            "replay those days by --account, then delete the letter"
        ) from error


def _rows(batch: dict[str, str], streams: Any, last: int) -> Iterator[dict[str, Any]]:
    """Read a shard from a batch on. An answer may be empty before the shard's end."""
    answer = streams.get_shard_iterator(
        StreamArn=batch["streamArn"],
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=batch["startSequenceNumber"],
    )
    iterator, seen = answer["ShardIterator"], 0
    while iterator is not None and seen < last:
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            seen = int(record["dynamodb"]["SequenceNumber"])
            yield record["dynamodb"]
        iterator = answer.get("NextShardIterator")


def _ended_calls(query: CallQuery, log: CallLog) -> Iterator[str]:
    after: str | None = None
    while True:
        page = log.page(query, PAGE, after)
        yield from (call.call_id for call in page.calls)
        if (after := page.next) is None:
            return


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.account is not None and None in (options.first, options.last):
        parser.error("--account needs --from and --to")
    stage = Stage(options.stage)
    try:
        aws = Aws.connect(options.endpoint_url, options.region)
    except AwsUnreachable as error:
        print(error, file=sys.stderr)
        return 1
    queues = Queues(aws.sqs, stage)
    if options.dead_letters:
        return 1 if redrive(queues, aws.streams) else 0
    os.environ.update(aws.environment | environment(stage.name))
    from chalicelib.runtime import wiring

    since, until = days(options.first, options.last)
    account = wiring.directory().account(options.account)
    query = CallQuery(
        account_id=options.account,
        log_shards=account.log_shards,
        since=since,
        until=until,
        state=State.ENDED,
        newest_first=False,
    )
    replay(query, options.projection, log=wiring.calls(), queues=queues)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.replay", description=__doc__)
    parser.add_argument("--stage", required=True, choices=(*ON_AWS, "local"))
    parser.add_argument("--region", help="default: AWS_REGION, your profile's, or eu-west-3")
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--dead-letters", action="store_true", help="what failed five times")
    what.add_argument("--account", help="the calls of this account")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY")
    parser.add_argument("--projection", help="only this one: billing, tracking, desk, legs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
