"""Customers' servers, asked while a caller waits: signed, bounded in time, and kept for a while."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.lookups import MOST_SECONDS, LookupFailed, Method, read_answer
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.internet import Trouble
from chalicelib.kernel.signing import signed_headers
from chalicelib.runtime import patience
from chalicelib.runtime.outgoing import Outgoing, RequestFailed, fetch_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.ivr.answers import Value
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.runtime.connecting import Network

    Key = tuple[str, LookupRequest]
    Kept = tuple[datetime, dict[str, Value]]

SIZE: Final = 500
# With less than this left, a connection would be cut before it could be of use.
_LEAST_SECONDS: Final = 0.2


class HttpLookups:
    """Lookups by HTTPS. `secret_of` gives an account's signing secret of a generation."""

    def __init__(
        self,
        secret_of: Callable[[str, int], str],
        *,
        network: Network | None = None,
        size: int = SIZE,
    ) -> None:
        self._secret_of = secret_of
        self._network = network
        self._size = size
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def fetch(
        self, account_id: str, lookup: LookupRequest, call_id: str, now: datetime
    ) -> Mapping[str, Value]:
        """Return the variables that the answer holds. Raises LookupFailed.

        An answer younger than `cache_seconds` to the same request of the same account is used
        again; a failure never is. All lookups of one webhook share the patience of its caller.
        """
        key = (account_id, lookup)
        found = self._fresh(key, now)
        if found is None:
            found = self._ask(account_id, lookup, call_id, now)
            self._keep(key, now, found)
        return dict(found)

    def _ask(
        self, account_id: str, lookup: LookupRequest, call_id: str, now: datetime
    ) -> dict[str, Value]:
        seconds = min(lookup.timeout_seconds, MOST_SECONDS, patience.left(patience.FOR_CUSTOMERS))
        if seconds < _LEAST_SECONDS:
            raise LookupFailed(Trouble.TIMEOUT)
        try:
            request = self._signed(account_id, lookup, call_id, now)
            answer = fetch_json(request, seconds, self._network)
        except RequestFailed as error:
            raise LookupFailed(error.reason, error.status) from error
        except Unavailable as error:
            raise LookupFailed(Trouble.OURS) from error
        return read_answer(answer.data, lookup.answer)

    def _signed(
        self, account_id: str, lookup: LookupRequest, call_id: str, now: datetime
    ) -> Outgoing:
        body = lookup.body.encode()
        secret = self._secret_of(account_id, lookup.secret)
        own = signed_headers(secret, _message_id(call_id, lookup), now, body)
        if lookup.method is Method.POST:
            own["Content-Type"] = "application/json"
        return Outgoing(
            url=lookup.url, method=lookup.method, body=body, headers={**dict(lookup.headers), **own}
        )

    def _fresh(self, key: Key, now: datetime) -> dict[str, Value] | None:
        kept_at, found = self._kept.get(key, (None, {}))
        if kept_at is None or not timedelta() <= now - kept_at < _age(key):
            return None
        self._kept.move_to_end(key)
        return found

    def _keep(self, key: Key, now: datetime, found: dict[str, Value]) -> None:
        if not _age(key):
            return
        self._kept[key] = (now, found)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


def _age(key: Key) -> timedelta:
    return timedelta(seconds=key[1].cache_seconds)


def _message_id(call_id: str, lookup: LookupRequest) -> str:
    """Return the same id when a webhook comes again: then the customer's server may tell."""
    asked = "\n".join((call_id, lookup.method, lookup.url, lookup.body))
    return "lookup_" + hashlib.sha256(asked.encode()).hexdigest()[:24]
