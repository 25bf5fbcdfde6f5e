"""What the product asks of AWS, as IAM sees it, held against the policies of a stage."""

from __future__ import annotations

import fnmatch
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient

from tests.architecture.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

Asked = set[tuple[str, str]]  # action, resource

PLACE = "eu-west-3:123456789012"
# What a transaction is made of needs the permission of the plain operation (DynamoDB, "Using IAM
# with transactions").
INSIDE = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"} | {
    "ConditionCheck": "ConditionCheckItem"
}
# S3 names its permissions after objects, not calls (S3, "Multipart upload and permissions").
S3 = {
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "HeadObject": "GetObject",
}


@contextmanager
def asked_of_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Collect every request to AWS, of whatever client, while the block runs."""
    asked: Asked = set()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        asked.update(_permissions(client.meta.service_model.service_name, operation, arguments))
        return call(client, operation, arguments)

    with monkeypatch.context() as patch:
        # Every client, PynamoDB's and Powertools' too, sends its requests through this method.
        patch.setattr(BaseClient, "_make_api_call", noted)
        yield asked


def _permissions(service: str, operation: str, arguments: dict[str, Any]) -> Asked:
    if service == "dynamodb":
        return {(f"dynamodb:{name}", arn) for name, arn in _of_tables(operation, arguments)}
    if service == "sqs":
        queue = arguments.get("QueueName") or arguments["QueueUrl"].rpartition("/")[2]
        return {(f"sqs:{operation}", f"arn:aws:sqs:{PLACE}:{queue}")}
    if service == "s3":
        place = f"arn:aws:s3:::{arguments['Bucket']}/{arguments['Key']}"
        return {(f"s3:{S3.get(operation, operation)}", place)}
    if service == "ssm":
        return {(f"ssm:{operation}", f"arn:aws:ssm:{PLACE}:parameter{arguments['Name']}")}
    if operation == "GetTranscriptionJob":
        job = arguments["TranscriptionJobName"]
        return {(f"transcribe:{operation}", f"arn:aws:transcribe:{PLACE}:transcription-job/{job}")}
    if service == "sesv2":
        sender = arguments["FromEmailAddress"]
        return {(f"ses:{operation}", f"arn:aws:ses:{PLACE}:identity/{sender}")}
    return {(f"{service}:{operation}", "*")}


def _of_tables(operation: str, arguments: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if operation == "TransactWriteItems":
        for item in arguments["TransactItems"]:
            for kind, inner in item.items():
                yield INSIDE[kind], _table(inner["TableName"])
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for name in arguments["RequestItems"]:
            yield operation, _table(name)
    else:
        index = arguments.get("IndexName")
        yield operation, _table(arguments["TableName"]) + (f"/index/{index}" if index else "")


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{PLACE}:table/{name}"


def refused(asked: Asked, *, stage: str, policy: str = "") -> list[str]:
    """Return what a policy of the stage would refuse of what the test stage asked.

    The API's own policy has no name, others are `jobs`, `pools` and `sockets`.
    """
    suffix = f"-{policy}" if policy else ""
    path = ROOT / ".chalice" / f"policy-{stage}{suffix}.json"
    statements = json.loads(path.read_text())["Statement"]
    return sorted(
        f"{action} on {resource}"
        for action, resource in asked
        if not _allowed(statements, action, _in_stage(resource, stage))
    )


def _in_stage(resource: str, stage: str) -> str:
    return resource.replace("cadran-test", f"cadran-{stage}").replace("/test/", f"/{stage}/")


def _allowed(statements: list[dict[str, Any]], action: str, resource: str) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and action in statement["Action"]
        and any(fnmatch.fnmatchcase(resource, each) for each in statement["Resource"])
        for statement in statements
    )
