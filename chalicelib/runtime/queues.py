"""Put messages on our queues. The client is built once; a queue's URL is looked up once."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import patience


class Queue:
    """One SQS queue, by its physical name. Messages are JSON objects.

    A `hasty` one is for what nobody should wait for: it asks once, for a moment.
    """

    def __init__(self, name: str, *, hasty: bool = False) -> None:
        self.name = name
        self._hasty = hasty

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        """Send one message. Raises Unavailable if SQS does not take it."""
        from botocore.exceptions import BotoCoreError, ClientError

        if patience.is_over_for_queues():
            raise Unavailable("nobody can wait for the queue any longer", queue=self.name)
        try:
            client = _hasty_client() if self._hasty else _client()
            client.send_message(
                QueueUrl=_hasty_url(self.name) if self._hasty else _url(self.name),
                MessageBody=json.dumps(message),
                DelaySeconds=delay_seconds,
            )
        except (BotoCoreError, ClientError) as error:
            if not self._hasty:
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
def _hasty_client() -> Any:
    import boto3
    from botocore.config import Config

    once = Config(connect_timeout=0.3, read_timeout=0.5, retries={"total_max_attempts": 1})
    return boto3.client("sqs", config=once)


@cache
def _url(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])


@cache
def _hasty_url(name: str) -> str:
    return str(_hasty_client().get_queue_url(QueueName=name)["QueueUrl"])
