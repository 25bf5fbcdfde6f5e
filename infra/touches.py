"""What a deployment needs and Chalice cannot say: set after each `chalice deploy`."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigateway.type_defs import PatchOperationTypeDef
    from mypy_boto3_lambda import LambdaClient

STREAM_ATTEMPTS = 10
SETTLE_SECONDS = 180

# The doors of web sites need no key, and the same function answers calls. At 200 a second of some
# 50 ms each, a flood has ten functions busy, of the 1,000 that an AWS account begins with.
PAGE_DOORS: Final = ("/t/visits", "/t/events", "/t/consents", "/t/consents/codes")
PAGES_A_SECOND: Final = 200


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


def bound_pages(
    client: APIGatewayClient, api: str, api_stage: str, pages_a_second: int | None
) -> None:
    """Refuse what web pages send beyond a rate, before any function runs: callers come first.

    Each door of pages has the rate, and twice as much at once. Without one, what an operator set
    in the console stays, and a door that has no bound gets PAGES_A_SECOND. A page that is refused
    shows its printed number (decision 21).
    """
    stage = client.get_stage(restApiId=api, stageName=api_stage)
    bound = {key.replace("~1", "/").strip("/") for key in stage.get("methodSettings", {})}
    doors = [
        door
        for door in PAGE_DOORS
        if pages_a_second is not None or f"{door.strip('/')}/POST" not in bound
    ]
    rate = PAGES_A_SECOND if pages_a_second is None else pages_a_second
    limits = {"rateLimit": rate, "burstLimit": 2 * rate}
    patches: list[PatchOperationTypeDef] = [
        {
            "op": "replace",
            "path": f"/{door.replace('/', '~1')}/POST/throttling/{limit}",
            "value": str(value),
        }
        for door in doors
        for limit, value in limits.items()
    ]
    if patches:
        client.update_stage(restApiId=api, stageName=api_stage, patchOperations=patches)
