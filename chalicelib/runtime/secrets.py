"""Secrets, fetched by name from SSM Parameter Store when first needed, kept five minutes.

When the store does not answer, the last value known goes on serving: a call in progress must not
end because a parameter is due for a refresh.

Nothing here is ever logged. Rotation of the carrier's token: put `[new, old]`, wait until the
carrier signs with the new one, then put `[new]`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.settings import settings

MAX_AGE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class TwilioCredentials:
    """The carrier account and its tokens: the first signs our requests, any may sign theirs."""

    account_sid: str
    auth_tokens: tuple[str, ...]

    def __repr__(self) -> str:
        return f"TwilioCredentials(account_sid={self.account_sid!r})"


def twilio() -> TwilioCredentials:
    """Return the carrier's credentials. Raises Unavailable if the parameter can't be read."""
    values = json.loads(_parameter("twilio"))
    return TwilioCredentials(values["account_sid"], tuple(values["auth_tokens"]))


def pepper() -> bytes:
    """Return the deployment's key for hashes of people's numbers and for cursors."""
    return base64.b64decode(_parameter("pepper"))


def files_bucket() -> str:
    """Return the name of the bucket for exports and recordings, which the stack made."""
    return _parameter("files-bucket")


def api_url() -> str:
    """Return where the carrier reaches us, for jobs: they are not asked by it, as webhooks are.

    The stage's settings say it, or the deployment noted it: no secret either.
    """
    return settings().public_url.rstrip("/") or _parameter("api-url")


def sockets_url() -> str:
    """Return where WebSockets are opened, which the deployment noted: it is no secret either."""
    return _parameter("sockets-url")


def _parameter(name: str) -> str:
    path = f"{settings().secrets_prefix}/{name}"
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    try:
        value = str(_provider().get(path, decrypt=True, max_age=MAX_AGE_SECONDS))
    except GetParameterError as error:
        if path in _last_known():
            return _last_known()[path]
        raise Unavailable("parameter store did not answer", parameter=path) from error
    _last_known()[path] = value
    return value


@cache
def _last_known() -> dict[str, str]:
    return {}


@cache
def _provider() -> Any:
    from aws_lambda_powertools.utilities.parameters import SSMProvider
    from botocore.config import Config

    quick = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return SSMProvider(boto_config=quick)
