"""Conversions' ways out: the networks' servers, the vault of secrets, the queue."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime.outgoing import Outgoing, converse
from chalicelib.tracking.conversions.messages import Due, delay, to_message
from chalicelib.tracking.conversions.ports import AccessRefused
from chalicelib.tracking.conversions.providers.provider import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.runtime.queues import Queue
    from chalicelib.tracking.conversions.ports import Vault
    from chalicelib.tracking.conversions.providers.provider import OAuth

SECONDS: Final = 12.0
# An access token is not used to its last second.
_MARGIN_SECONDS: Final = 120.0
_MOST_TOKENS: Final = 200


class SsmVault:
    """The port `Vault`: one encrypted parameter of SSM a destination, under the stage's prefix."""

    def __init__(self, client: Callable[[], Any], prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def put(self, destination_id: str, secrets: Mapping[str, str]) -> None:
        """Keep secrets."""
        value = json.dumps(dict(secrets))
        self._call(
            "put_parameter",
            Name=self._name(destination_id),
            Value=value,
            Type="SecureString",
            Overwrite=True,
        )

    def secrets(self, destination_id: str) -> Mapping[str, str]:
        """Return secrets."""
        name = self._name(destination_id)
        found = self._call("get_parameter", Name=name, WithDecryption=True)
        secrets: dict[str, str] = json.loads(found["Parameter"]["Value"])
        return secrets

    def forget(self, destination_id: str) -> None:
        """Erase secrets, if there are any."""
        try:
            self._call("delete_parameter", Name=self._name(destination_id))
        except NotFound:
            return

    def _name(self, destination_id: str) -> str:
        return f"{self._prefix}/conversions/{destination_id}"

    def _call(self, operation: str, **what: Any) -> Any:
        """Ask SSM. Its errors are not chained: they may quote what was sent."""
        try:
            return getattr(self._client(), operation)(**what)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ParameterNotFound":
                raise NotFound("no such secrets") from None
            raise Unavailable("the vault refused", cause=code, operation=operation) from None
        except BotoCoreError:
            raise Unavailable("the vault did not answer", operation=operation) from None


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    refresh_token: str = field(repr=False)
    until: float


class NetworksWeb:
    """The port `Web`. Access tokens are kept in the process, and nowhere else."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._tokens: dict[str, _Token] = {}

    def ask(self, request: Request) -> Reply:
        """Send a request; every address is a constant of a provider's."""
        body = json.dumps(request.body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **request.headers}
        heard = converse(Outgoing(request.url, request.method, body, headers), SECONDS)
        after = heard.retry_after_seconds
        waits = None if after is None else timedelta(seconds=after)
        return Reply(heard.status, heard.data, waits)

    def token(self, oauth: OAuth, destination_id: str, secrets: Mapping[str, str]) -> str:
        """Return an access token for a refresh token. One that a network renews is kept instead."""
        known = self._tokens.get(destination_id)
        refresh_token = secrets["refresh_token"]
        fresh = known is not None and time.monotonic() < known.until
        if known is not None and fresh and known.refresh_token == refresh_token:
            return known.text
        data = _exchanged(oauth, secrets)
        renewed = str(data.get("refresh_token") or refresh_token)
        if renewed != refresh_token:
            self._vault.put(destination_id, {**secrets, "refresh_token": renewed})
        lasts = float(data.get("expires_in") or 0) - _MARGIN_SECONDS
        while len(self._tokens) >= _MOST_TOKENS:
            self._tokens.pop(next(iter(self._tokens)))
        token = _Token(str(data["access_token"]), renewed, time.monotonic() + lasts)
        self._tokens[destination_id] = token
        return token.text


def _exchanged(oauth: OAuth, secrets: Mapping[str, str]) -> Mapping[str, Any]:
    form = {"grant_type": "refresh_token", **({"scope": oauth.scope} if oauth.scope else {})}
    form |= {name: secrets[name] for name in ("client_id", "client_secret", "refresh_token")}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    heard = converse(Outgoing(oauth.url, "POST", urlencode(form).encode(), headers), SECONDS)
    data = heard.data if isinstance(heard.data, dict) else {}
    if heard.status == 200 and data.get("access_token"):
        return data
    if heard.status in (400, 401, 403):
        raise AccessRefused("the network gives no access token", error=str(data.get("error", "")))
    raise Unavailable("the network gave no access token", reason=str(heard.status))


class ConversionQueue:
    """The port `Later` on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def put(self, account_id: str, entry_id: str, at: datetime, now: datetime) -> None:
        """Leave a conversion on the queue."""
        message = to_message(Due(account_id, entry_id, at))
        self._queue.put(message, delay_seconds=delay(at, now))
