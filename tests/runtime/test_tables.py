"""How the table's failures become ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime.tables import TableMeta, bind, translated

if TYPE_CHECKING:
    from tests.clouds import Cloud


class Row(Model):
    """A row of nobody's, in a table that is there."""

    class Meta(TableMeta):
        table = "directory"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


@pytest.fixture(autouse=True)
def _bound() -> None:
    bind(Row, "cadran-test-directory", region="eu-west-3")


class Failing:
    """A DynamoDB that answers every request with one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise self.error


def refusal(code: str, status: int = 400) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "1"},
    }
    return ClientError(answer, "PutItem")


@pytest.mark.parametrize(
    "error",
    [
        refusal("ProvisionedThroughputExceededException"),
        refusal("ThrottlingException"),
        refusal("RequestLimitExceeded"),
        refusal("InternalServerError", 500),
        refusal("ResourceNotFoundException"),
        refusal("AccessDeniedException"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
        NoCredentialsError(),
    ],
    ids=str,
)
def test_a_table_that_does_not_answer_is_unavailable(
    error: Exception, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Row._get_connection().connection.client
    monkeypatch.setattr(client, "_make_api_call", Failing(error))

    with pytest.raises(Unavailable) as raised, translated("save it", call_id="CA1"):
        Row("a", "b").save()

    assert raised.value.facts["call_id"] == "CA1"


def test_a_request_that_the_table_finds_malformed_is_our_bug(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Row._get_connection().connection.client
    monkeypatch.setattr(client, "_make_api_call", Failing(refusal("ValidationException")))

    with pytest.raises(Exception, match="ValidationException"), translated("save it"):
        Row("a", "b").save()


def test_a_missing_row_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(NotFound), translated("load it"):
        Row.get("a", "b")


def test_a_failed_condition_is_a_conflict(cloud: Cloud) -> None:
    Row("a", "b").save()

    with pytest.raises(Conflict), translated("save it"):
        Row("a", "b").save(condition=Row.pk.does_not_exist())


def test_a_lost_transaction_is_a_conflict(cloud: Cloud) -> None:
    Row("a", "b").save()

    with pytest.raises(Conflict), translated("save both"):
        save_both(Row("c", "d"), Row("a", "b"))

    with pytest.raises(NotFound), translated("load it"):
        Row.get("c", "d")


def save_both(first: Row, new: Row) -> None:
    with TransactWrite(connection=Connection(region="eu-west-3")) as transaction:
        transaction.save(first)
        transaction.save(new, condition=Row.pk.does_not_exist())


def test_a_caller_is_not_kept_waiting_by_a_slow_table() -> None:
    connection = Row._get_connection().connection

    assert connection._connect_timeout_seconds + connection._read_timeout_seconds <= 3
    assert connection._max_retry_attempts_exception <= 1


def test_a_row_bound_again_forgets_its_connection(cloud: Cloud) -> None:
    Row("a", "b").save()
    boto3.client("dynamodb").create_table(
        TableName="another",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )

    bind(Row, "another")

    assert list(Row.scan()) == []


def test_rows_of_all_tables_share_one_client() -> None:
    class Another(Row):
        """A row of another table."""

        class Meta(TableMeta):
            table = "calls"

    bind(Another, "cadran-test-calls", region="eu-west-3")

    clients = {id(each._get_connection().connection.client) for each in (Row, Another)}

    assert len(clients) == 1
