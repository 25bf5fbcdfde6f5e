"""Rules that hold between the policies, the template and the configuration of a stage."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import TYPE_CHECKING, Any

from infra.stages import ROOT
from tests.template import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCOUNT = "123456789012"
REGION = "eu-west-3"

# X-Ray knows no resources (Service Authorization Reference, AWS X-Ray): the one place for "*".
WITHOUT_RESOURCES = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"}) | {
    # Nor does a job that is not there yet (Service Authorization Reference, Amazon Transcribe).
    "transcribe:StartTranscriptionJob"
}

# Where a wildcard stands for what cannot be known when the policy is written: region and account,
# the label of a stream, the streams of a log group, the files under a prefix.
KNOWN_WILDCARDS = (
    r"arn:aws:dynamodb:\*:\*:table/cadran-[a-z]+-[a-z]+(/index/[a-z0-9_]+|/stream/\*)?",
    r"arn:aws:sqs:\*:\*:cadran-[a-z]+-[a-z-]+",
    r"arn:aws:ssm:\*:\*:parameter/cadran/[a-z]+/[a-z-]+",
    r"arn:aws:ssm:\*:\*:parameter/cadran/[a-z]+/conversions/\*",  # a destination's id
    r"arn:aws:logs:\*:\*:log-group:/aws/lambda/cadran-[a-z]+(-[a-z_]+)?:\*",
    # the id of the API, and that of the connection
    r"arn:aws:execute-api:\*:\*:\*/[a-z]+/(POST|DELETE)/@connections/\*",
    r"arn:aws:s3:::cadran-[a-z]+-files-\*/[a-z]+/\*",
    r"arn:aws:transcribe:\*:\*:transcription-job/cadran-[a-z]+-\*",
    # Senders are each stage's own: only those that its SES account has verified can be used.
    r"arn:aws:ses:\*:\*:identity/\*",
)


def policy(stage: str, suffix: str = "") -> dict[str, Any]:
    """Return a policy file: the API's, or with a suffix that of the jobs or of the sockets."""
    path = ROOT / ".chalice" / f"policy-{stage}{suffix}.json"
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def too_broad(document: dict[str, Any]) -> Iterator[str]:
    """Yield what a policy allows without naming it."""
    for statement in document["Statement"]:
        actions = set(statement["Action"])
        yield from (action for action in actions if "*" in action)
        for resource in statement["Resource"]:
            if resource == "*":
                yield from sorted(actions - WITHOUT_RESOURCES)
            elif not any(re.fullmatch(pattern, resource) for pattern in KNOWN_WILDCARDS):
                yield resource


def unreachable(stage: str, documents: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the tables, indexes, streams, queues, buckets and parameters no statement names."""
    allowed = [
        resource
        for document in documents
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for resource in statement["Resource"]
        if resource != "*"
    ]
    for arn in sorted(_declared(stage)):
        if not any(fnmatch.fnmatchcase(arn, pattern) for pattern in allowed):
            yield arn


def _declared(stage: str) -> Iterator[str]:
    place = f"{REGION}:{ACCOUNT}"
    for table in resources("AWS::DynamoDB::Table", stage=stage).values():
        arn = f"arn:aws:dynamodb:{place}:table/{table['TableName']}"
        yield arn
        yield from (
            f"{arn}/index/{i['IndexName']}" for i in table.get("GlobalSecondaryIndexes", ())
        )
        if "StreamSpecification" in table:
            yield f"{arn}/stream/2026-11-22T00:00:00.000"
    for queue in resources("AWS::SQS::Queue", stage=stage).values():
        if "RedrivePolicy" in queue:  # only people touch dead letters
            yield f"arn:aws:sqs:{place}:{queue['QueueName']}"
    for bucket in resources("AWS::S3::Bucket", stage=stage).values():
        yield f"arn:aws:s3:::{bucket['BucketName']}/exports/one.csv"
        yield f"arn:aws:s3:::{bucket['BucketName']}/recordings/acct_1/CA1/RE1.wav"
        yield f"arn:aws:s3:::{bucket['BucketName']}/lists/acct_1/imp_1/file"
        yield f"arn:aws:s3:::{bucket['BucketName']}/prompts/acct_1/prompt_1/1-0.wav"
    for parameter in resources("AWS::SSM::Parameter", stage=stage).values():
        yield f"arn:aws:ssm:{place}:parameter{parameter['Name']}"
