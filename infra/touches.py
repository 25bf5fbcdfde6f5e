"""What a deployment needs and Chalice cannot say: set after each `chalice deploy`."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

STREAM_ATTEMPTS = 10
SETTLE_SECONDS = 180


def tune_stream(client: LambdaClient, function: str, stream_arn: str, dead_letters: str) -> bool:
    """Make one poisoned record unable to hold up the stream: halve, retry, then set aside.

    Chalice's `on_dynamodb_record` knows neither of these settings, and leaves them alone when
    they are there. Without them Lambda repeats a failing batch for a day, and nothing behind it
    is projected. Return False if there is no such mapping.
    """
    mappings = client.list_event_source_mappings(FunctionName=function, EventSourceArn=stream_arn)
    for mapping in mappings["EventSourceMappings"]:
        _wait_until_settled(client, mapping["UUID"])
        client.update_event_source_mapping(
            UUID=mapping["UUID"],
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=STREAM_ATTEMPTS,
            DestinationConfig={"OnFailure": {"Destination": dead_letters}},
        )
        return True
    return False


def _wait_until_settled(client: LambdaClient, mapping: str) -> None:
    """Wait: Lambda refuses to change a mapping that it is still making or changing."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while client.get_event_source_mapping(UUID=mapping)["State"] not in ("Enabled", "Disabled"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"mapping {mapping} does not settle")
        time.sleep(1)


def keep_logs(client: Any, function: str, days: int) -> None:
    """Have a function's log expire, whether or not it has written anything yet."""
    group = f"/aws/lambda/{function}"
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    client.put_retention_policy(logGroupName=group, retentionInDays=days)
