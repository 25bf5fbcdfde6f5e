"""The base of every PynamoDB row, and the translation of its library's failures.

A row class declares `Meta(TableMeta)` with the room's `table`; `bind` gives it the stage's
physical name before first use. Time-outs are short on purpose: a caller notices two seconds.
All rows share one client: PynamoDB makes one for each class, and a first call would pay for six.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ReadTimeoutError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime import patience

if TYPE_CHECKING:
    from collections.abc import Iterator

CONDITION_FAILED = "ConditionalCheckFailedException"
# A plain write that meets somebody's transaction on its row.
TRANSACTION_THERE = "TransactionConflictException"

RowT = TypeVar("RowT", bound=type[Model])


class TableMeta:
    """Defaults of every table: one quick retry, then the caller goes to the fallback."""

    table_name: str | None = None
    connect_timeout_seconds = 1
    read_timeout_seconds = 2
    max_retry_attempts = 1
    max_pool_connections = 10


class ByAccount(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """What belongs to an account, by kind."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    account_pk = UnicodeAttribute(hash_key=True)
    account_sk = UnicodeAttribute(range_key=True)


class Listed(Model):
    """A row of a table whose things an account can list. Rooms add their `Meta` and attributes."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    account_pk = UnicodeAttribute(null=True)
    account_sk = UnicodeAttribute(null=True)

    by_account = ByAccount()


def bind(row: RowT, table_name: str, region: str | None = None) -> RowT:
    """Point a row class at its physical table, and forget any earlier connection."""
    meta: Any = row.Meta
    meta.table_name = table_name
    if region is not None:
        meta.region = region
    row._connection = None
    table = row._get_connection()
    shared = _Sharing(region=table.connection.region, **_patience())
    shared.add_meta_table(table.get_meta_table())
    table.connection = shared
    return row


class _Sharing(Connection):
    """A connection with its own tables and everybody's client, which no caller waits too long for.

    The client's own time-outs are each request's; a webhook makes several.
    """

    @property
    def client(self) -> Any:
        return _connection(self.region).client

    def _make_api_call(
        self, operation_name: str, operation_kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        if patience.is_over(patience.FOR_TABLES):
            raise ReadTimeoutError(endpoint_url=operation_name)
        return super()._make_api_call(operation_name, operation_kwargs)


@cache
def _connection(region: str | None) -> Connection:
    return Connection(region=region, **_patience())


def _patience() -> dict[str, Any]:
    own = vars(TableMeta).items()
    return {name: value for name, value in own if name != "table_name" and name[0] != "_"}


@contextmanager
def translated(action: str, **facts: Any) -> Iterator[None]:
    """Turn the library's failures into ours, once.

    A failed condition is a Conflict and a missing row NotFound; throttling, 5xx and a lost
    connection are Unavailable. A request that DynamoDB finds malformed is our bug: it passes.
    """
    try:
        yield
    except DoesNotExist as error:
        raise NotFound(f"{action}: no such row", **facts) from error
    except PynamoDBException as error:
        code = _code_of(error)
        if code == "ValidationException":
            raise
        if code in (CONDITION_FAILED, TRANSACTION_THERE) or _lost_a_race(error):
            raise Conflict(f"{action}: changed meanwhile", **facts) from error
        raise Unavailable(f"{action}: table did not answer", cause=code, **facts) from error


def _code_of(error: PynamoDBException) -> str | None:
    """Return DynamoDB's code, None where no answer came: a time-out's own `response` is None."""
    answer: dict[str, Any] = getattr(error.cause, "response", None) or {}
    code: str | None = answer.get("Error", {}).get("Code")
    return code


def _lost_a_race(error: PynamoDBException) -> bool:
    if not isinstance(error, TransactWriteError):
        return False
    reasons = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return bool(reasons & {"ConditionalCheckFailed", "TransactionConflict"})
