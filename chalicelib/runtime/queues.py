"""Put messages on our queues. The client is built once; a queue's URL is looked up once."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import patience


class Queue:
    """One SQS queue, by its physical name. Messages are JSON objects."""

    def __init__(self, name: str) -> None:
        self.name = name

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        """Send one message. Raises Unavailable if SQS does not take it."""
        from botocore.exceptions import BotoCoreError, ClientError

        if patience.is_over_for_queues():
            raise Unavailable("nobody can wait for the queue any longer", queue=self.name)
        try:
            _client().send_message(
                QueueUrl=_url(self.name),
                MessageBody=json.dumps(message),
                DelaySeconds=delay_seconds,
            )
        except (BotoCoreError, ClientError) as error:
            patience.queue_failed()
            raise Unavailable("the queue did not take a message", queue=self.name) from error


@cache
def _client() -> Any:
    import boto3
    from botocore.config import Config

    # Whoever leaves an event here has waited for a table already.
    quick = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2})
    return boto3.client("sqs", config=quick)


@cache
def _url(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])
