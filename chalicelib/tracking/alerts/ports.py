"""What telling of missed calls needs of the world. All raise Unavailable when out of reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog
    from chalicelib.directory.ports import Page
    from chalicelib.kernel.telling import Mail, Texts
    from chalicelib.tracking.alerts.alerts import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known of telling an alert's people of a call. `status` is None until it is over.

    `fresh` says that this is the first attempt.
    """

    alert_id: str
    call_id: str
    began_at: datetime
    fresh: bool = False
    status: str | None = None
    reason: str | None = None


class Alerts(Protocol):
    """Accounts' alerts."""

    def alerts(self, account_id: str) -> tuple[Alert, ...]:
        """Return all of an account's, with one request."""

    def alert(self, account_id: str, alert_id: str) -> Alert:
        """Return one. Raises NotFound."""

    def save(self, alert: Alert) -> Alert:
        """Store one, a version on. Raises Stale if it is not at the version that was seen."""

    def delete(self, account_id: str, alert_id: str) -> None:
        """Forget one."""


class Attempts(Protocol):
    """A note of each telling, kept so that nobody is told twice."""

    def begin(self, alert: Alert, call: Call, now: datetime) -> Attempt:
        """Note that an attempt begins, or return what an earlier one left."""

    def end(self, alert: Alert, call: Call, status: str, reason: str | None) -> None:
        """Note how it ended, for ever."""

    def claim_quiet(self, alert: Alert, call: Call, now: datetime, until: datetime) -> bool:
        """Have the alert be quiet of a caller until then; False if another call had it so."""

    def sent(self, account_id: str, alert_id: str, limit: int, after: str | None) -> Page[Attempt]:
        """Return an alert's attempts, newest first."""


class Hooks(Protocol):
    """Webhooks to customers' servers."""

    def send(self, to: HookTo, body: bytes, now: datetime) -> str:
        """Post a signed body and return its id. Raises Rejected if the address is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookTo:
    """Where a webhook goes; `id` is the same at each repetition."""

    id: str
    account_id: str
    to: str
    secret: int


@dataclass(frozen=True, slots=True)
class Owned:
    """What an account has: both raise NotFound for what is none of its own."""

    number: Callable[[str, str], object]
    source: Callable[[str, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that telling takes. `sender` sends texts where the number dialled cannot: "" is nobody.

    `source` tells which source a call stands for, and what it is called; `status_url` is told what
    became of a text.
    """

    alerts: Alerts
    attempts: Attempts
    log: CallLog
    is_spam: Callable[[str, str], bool]
    source: Callable[[Call], tuple[str | None, str | None]]
    texts: Texts
    mail: Mail
    hooks: Hooks
    sender: str
    status_url: Callable[[Call, str], str]
    clock: Callable[[], datetime]
