"""`Idempotency-Key`: a write sent twice is done once and answered twice (Powertools, DynamoDB)."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    BaseError,
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from chalicelib.kernel.errors import Conflict, Fault, Rejected, Unavailable
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_SECONDS = 24 * 3600
MAX_KEY_LENGTH = 255


class KeyReused(Rejected):
    """The same `Idempotency-Key` came with another body."""

    code = "idempotency-key-reused"


def checked(key: str) -> str:
    """Return a client's key. Raises Rejected on one that is empty, long or not plain text."""
    if 0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable():
        return key
    fault = Fault("/Idempotency-Key", f"1 to {MAX_KEY_LENGTH} characters of printable ASCII")
    raise Rejected("the idempotency key is not usable", faults=(fault,))


def once(
    work: Callable[[], dict[str, Any]],
    *,
    key: str,
    place: object,
    fingerprint: str,
    lambda_context: Any,
) -> dict[str, Any]:
    """Run `work`, or return what it returned the first time `key` was seen (for 24 hours).

    A key means something in one `place` only: an account and an operation. Raises KeyReused when
    the body differs, Conflict while the first is still at work. If `work` raises, the key is free
    again.
    """
    config = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="fingerprint",
        expires_after_seconds=DAY_SECONDS,
        hash_function="sha256",
        lambda_context=lambda_context,
    )

    def attempt(*, data: dict[str, str]) -> str:
        return json.dumps(work())

    guarded = idempotent_function(
        attempt,
        data_keyword_argument="data",
        persistence_store=_layer(),
        config=config,
        key_prefix="api",
    )
    try:
        request = {"key": json.dumps([place, key]), "fingerprint": fingerprint}
        answer: dict[str, Any] = json.loads(guarded(data=request))
    except IdempotencyValidationError as error:
        raise KeyReused("this Idempotency-Key was used for another request") from error
    except IdempotencyAlreadyInProgressError as error:
        raise Conflict("the first request with this Idempotency-Key is still at work") from error
    except BaseError as error:
        raise Unavailable("could not remember the Idempotency-Key") from error
    return answer


@cache
def _layer() -> DynamoDBPersistenceLayer:
    from botocore.config import Config

    quick = Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 2})
    return DynamoDBPersistenceLayer(table_name=settings().idempotency_table, boto_config=quick)
