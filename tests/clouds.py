"""AWS in this process, by moto: the stack's own tables, queues, bucket and parameters.

`a_cloud()` makes what `infra/cadran.yaml` declares. `tables(*rows)` makes only the tables of some
row classes, for the tests of one store.
"""

from __future__ import annotations

import base64
import json
import sys
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends
from pynamodb.models import Model

from chalicelib.runtime.observability import logger
from chalicelib.runtime.tables import bind
from tests import shortcuts
from tests.template import resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REGION: Final = "eu-west-3"
STAGE = "test"
ACCOUNT = "123456789012"  # moto's
TOKEN = "12345"  # the token of Twilio's published signature vectors
PEPPER = bytes(range(32))

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "CADRAN_STAGE": STAGE,
    "CADRAN_DIRECTORY_TABLE": "cadran-test-directory",
    "CADRAN_CALLS_TABLE": "cadran-test-calls",
    "CADRAN_IVR_TABLE": "cadran-test-ivr",
    "CADRAN_TRACKING_TABLE": "cadran-test-tracking",
    "CADRAN_BILLING_TABLE": "cadran-test-billing",
    "CADRAN_DESK_TABLE": "cadran-test-desk",
    "CADRAN_CAMPAIGNS_TABLE": "cadran-test-campaigns",
    "CADRAN_WEBHOOKS_TABLE": "cadran-test-webhooks",
    "CADRAN_IDEMPOTENCY_TABLE": "cadran-test-idempotency",
    "CADRAN_CALL_EVENTS_QUEUE": "cadran-test-call-events",
    "CADRAN_PROJECTIONS_QUEUE": "cadran-test-projections",
    "CADRAN_EXPORTS_QUEUE": "cadran-test-exports",
    "CADRAN_INVOICES_QUEUE": "cadran-test-invoices",
    "CADRAN_ERRANDS_QUEUE": "cadran-test-errands",
    "CADRAN_CALLBACKS_QUEUE": "cadran-test-callbacks",
    "CADRAN_CONVERSIONS_QUEUE": "cadran-test-conversions",
    "CADRAN_WAKEUPS_QUEUE": "cadran-test-wakeups",
    "CADRAN_HOOKS_QUEUE": "cadran-test-hooks",
    "CADRAN_LAKE_QUEUE": "cadran-test-lake",
    "CADRAN_CONTACTS_QUEUE": "cadran-test-contacts",
    "CADRAN_CAMPAIGN_CALLS_QUEUE": "cadran-test-campaign-calls",
    "CADRAN_RINGS_QUEUE": "cadran-test-rings",
    "CADRAN_SECRETS_PREFIX": "/cadran/test",
    "CADRAN_TWILIO_URL": "https://api.twilio.com",
    "CADRAN_PUBLIC_URL": "",
    "CADRAN_MAIL_SENDER": "cadran@agence.test",
    "CADRAN_TEXT_SENDER": "",
    "CADRAN_TRANSCRIPTION": "amazon",
    "CADRAN_SOCKETS_URL": "",
    "CADRAN_VOICEBOT": "bundled",
    "CADRAN_OUTGOING_LOCAL": "",
    "POWERTOOLS_SERVICE_NAME": "cadran",
    "POWERTOOLS_METRICS_NAMESPACE": "Cadran",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}


@cache
def aws(service: str) -> Any:
    """Return the tests' own client of a service: one for all clouds there ever are."""
    return boto3.client(service)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Cloud:
    """An AWS account made for one test."""

    bucket: str

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return everything in a table, as DynamoDB spells it."""
        items: list[dict[str, Any]] = aws("dynamodb").scan(TableName=f"cadran-{STAGE}-{table}")[
            "Items"
        ]
        return items

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take up to ten messages off a queue."""
        sqs = aws("sqs")
        url = sqs.get_queue_url(QueueName=f"cadran-{STAGE}-{queue}")["QueueUrl"]
        taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in taken]

    def put_parameter(self, name: str, value: str) -> None:
        """Set one of the stage's parameters, and forget what was read before."""
        _put_parameters({name: value})
        forget_clients()


@contextmanager
def a_cloud() -> Iterator[Cloud]:
    """Open an AWS account as the stack leaves it; close it, and every client of it, at the end."""
    with shortcuts.taken(), mock_aws():
        forget_clients()
        cloud = Cloud(bucket=f"cadran-{STAGE}-files-{ACCOUNT}")
        _create_tables()
        _create_queues()
        aws("s3").create_bucket(
            Bucket=cloud.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        _put_parameters(
            {
                "files-bucket": cloud.bucket,
                "api-url": "https://a1b2c3.execute-api.eu-west-3.amazonaws.com/api",
                "pepper": base64.b64encode(PEPPER).decode(),
                "twilio": json.dumps({"account_sid": "AC" + "0" * 32, "auth_tokens": [TOKEN]}),
            }
        )
        try:
            yield cloud
        finally:
            forget_clients()


def forget_clients() -> None:
    """Drop what the process keeps between requests: clients, secrets, stores, connections.

    Its logger stays: it writes where pytest reads, and another one would not.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("chalicelib.runtime.") and not name.endswith(".observability"):
            for value in list(vars(module).values()):
                forget = getattr(value, "cache_clear", None)
                if callable(forget) and value is not logger:
                    forget()
    for row in _rows(Model):
        row._connection = None


def _rows(base: type[Model]) -> Iterator[type[Model]]:
    for row in base.__subclasses__():
        yield row
        yield from _rows(row)


def _put_parameters(parameters: Mapping[str, str]) -> None:
    client = aws("ssm")
    for name, value in parameters.items():
        client.put_parameter(
            Name=f"/cadran/{STAGE}/{name}", Value=value, Type="SecureString", Overwrite=True
        )


def _create_tables() -> None:
    """Have the stack's tables, as moto makes them when it is asked: which it is once a process."""
    made = _stack_of_tables()
    dynamodb_backends[ACCOUNT][REGION].tables = deepcopy(made)


def _create_queues() -> None:
    backend = sqs_backends[ACCOUNT][REGION]
    for queue in _declared("AWS::SQS::Queue"):
        backend.create_queue(queue["QueueName"])


@cache
def _declared(kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(resources(kind, stage=STAGE).values())


@cache
def _stack_of_tables() -> Any:
    client = aws("dynamodb")
    for table in _declared("AWS::DynamoDB::Table"):
        wanted = (
            "TableName",
            "AttributeDefinitions",
            "KeySchema",
            "BillingMode",
            "GlobalSecondaryIndexes",
        )
        client.create_table(**{name: table[name] for name in wanted if name in table})
    return deepcopy(dynamodb_backends[ACCOUNT][REGION].tables)


@contextmanager
def tables(*rows: type[Model]) -> Iterator[None]:
    """Open an AWS account that has the tables of these row classes, empty."""
    with shortcuts.taken(), mock_aws():
        for row in rows:
            table: Any = row.Meta
            bind(row, f"cadran-test-{table.table}", region=REGION)
            row.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        try:
            yield
        finally:
            forget_clients()


@contextmanager
def requests_counted(row: type[Model]) -> Iterator[list[str]]:
    """Collect the name of every request sent to a row's table."""
    sent: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        sent.append(event_name.rpartition(".")[2])

    events = row._get_connection().connection.client.meta.events
    events.register("before-send.dynamodb.*", note)
    try:
        yield sent
    finally:
        events.unregister("before-send.dynamodb.*", note)
