"""A customer's server that is told of events: which ones, and whether it still answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.internet import UrlRefused, read_url
from chalicelib.webhooks.events import SCOPES

# An event asks for the account's endpoints with one Query, and every one of them may want it.
MOST_ENDPOINTS: Final = 20
# Standard Webhooks leaves it to the sender; a server that was down over a long weekend is kept.
GIVEN_UP_AFTER: Final = timedelta(days=5)

GONE: Final = "gone"  # it answered 410: it wants no more
FAILING: Final = "failing"  # nothing but failures for `GIVEN_UP_AFTER`


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server to tell. `secret` is the generation of the account's secret that signs.

    `disabled_reason` says why we stopped by ourselves, None where somebody else said so;
    `failing_since` is the first of the failures that no success has followed.
    """

    id: str
    account_id: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    description: str = ""
    secret: int = 1
    enabled: bool = True
    disabled_reason: str | None = None
    disabled_at: datetime | None = None
    failing_since: datetime | None = None
    version: int = 0

    def wants(self, event: str) -> bool:
        """Tell whether it is to be told of an event."""
        return self.enabled and event in self.events

    def switched(self, now: datetime, *, enabled: bool) -> Endpoint:
        """Return it as its owner has switched it: on, it begins anew."""
        if enabled == self.enabled:
            return self
        stopped = None if enabled else now
        return replace(
            self, enabled=enabled, disabled_reason=None, disabled_at=stopped, failing_since=None
        )

    def reason_to_stop(self, now: datetime, *, gone: bool) -> str | None:
        """Say why we stop telling it after a failure, None where we go on."""
        if gone:
            return GONE
        since = self.failing_since
        return FAILING if since is not None and now - since >= GIVEN_UP_AFTER else None


def checked(endpoint: Endpoint) -> Endpoint:
    """Refuse, all at once, what is wrong with an endpoint."""
    faults = [
        Fault(f"/events/{at}", f"no such event: one of {', '.join(SCOPES)}")
        for at, event in enumerate(endpoint.events)
        if event not in SCOPES
    ]
    if not endpoint.events:
        faults.append(Fault("/events", "name one event at least"))
    if len(set(endpoint.events)) < len(endpoint.events):
        faults.append(Fault("/events", "the same event twice"))
    try:
        read_url(endpoint.url)
    except UrlRefused as error:
        faults.append(Fault("/url", f"the URL {error.message}"))
    if faults:
        raise Rejected("the webhook is not sound", faults=tuple(faults))
    return endpoint
