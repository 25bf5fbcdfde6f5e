"""Alerts, what became of each telling, and the ways to people, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import NotFound, Rejected, Stale, Unavailable
from chalicelib.tracking.alerts.ports import Attempt

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.kernel.telling import TextOrder
    from chalicelib.tracking.alerts.alerts import Alert
    from chalicelib.tracking.alerts.ports import HookTo


class AlertsInMemory:
    """The ports `Alerts` and `Attempts`."""

    def __init__(self) -> None:
        self._alerts: dict[tuple[str, str], Alert] = {}
        self._attempts: dict[tuple[str, str], tuple[str, Attempt]] = {}
        self._quiet: dict[tuple[str, str], tuple[str, datetime]] = {}

    def alerts(self, account_id: str) -> tuple[Alert, ...]:
        """Return an account's."""
        own = [each for (owner, _), each in self._alerts.items() if owner == account_id]
        return tuple(sorted(own, key=lambda each: (each.created_at, each.id)))

    def alert(self, account_id: str, alert_id: str) -> Alert:
        """Return one."""
        if (account_id, alert_id) not in self._alerts:
            raise NotFound("no such alert")
        return self._alerts[account_id, alert_id]

    def save(self, alert: Alert) -> Alert:
        """Store one, a version on."""
        there = self._alerts.get((alert.account_id, alert.id))
        if (there.version if there else 0) != alert.version:
            raise Stale("changed meanwhile: load it again")
        stored = replace(alert, version=alert.version + 1)
        self._alerts[alert.account_id, alert.id] = stored
        return stored

    def delete(self, account_id: str, alert_id: str) -> None:
        """Forget one."""
        self._alerts.pop((account_id, alert_id), None)

    def begin(self, alert: Alert, call: Call, now: datetime) -> Attempt:
        """Note that an attempt begins, or return what is there."""
        key = (alert.id, call.call_id)
        if key in self._attempts:
            return self._attempts[key][1]
        attempt = Attempt(alert_id=alert.id, call_id=call.call_id, began_at=now)
        self._attempts[key] = (alert.account_id, attempt)
        return replace(attempt, fresh=True)

    def end(self, alert: Alert, call: Call, status: str, reason: str | None) -> None:
        """Note how it ended; the first to say so is believed."""
        owner, attempt = self._attempts[alert.id, call.call_id]
        if attempt.status is None:
            ended = replace(attempt, status=status, reason=reason)
            self._attempts[alert.id, call.call_id] = (owner, ended)

    def claim_quiet(self, alert: Alert, call: Call, now: datetime, until: datetime) -> bool:
        """Be quiet of a caller, unless it is so because of another call."""
        key = (alert.id, call.caller_hash or "")
        call_id, held = self._quiet.get(key, ("", now))
        if held > now and call_id != call.call_id:
            return False
        self._quiet[key] = (call.call_id, until)
        return True

    def sent(self, account_id: str, alert_id: str, limit: int, after: str | None) -> Page[Attempt]:
        """Return attempts, newest first."""
        keyed = sorted(
            (
                (f"{int(each.began_at.timestamp() * 1000):013d}#{each.call_id}", each)
                for owner, each in self._attempts.values()
                if (owner, each.alert_id) == (account_id, alert_id)
            ),
            key=lambda pair: pair[0],
            reverse=True,
        )
        left = [pair for pair in keyed if after is None or pair[0] < after]
        following = left[limit - 1][0] if len(left) > limit else None
        return Page(tuple(each for _, each in left[:limit]), following)


@dataclass
class PeopleInMemory:
    """E-mails, texts and webhooks: what was sent. `fails` is raised by the next one."""

    mails: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[TextOrder] = field(default_factory=list)
    retries: list[bool] = field(default_factory=list)
    hooks: list[tuple[HookTo, bytes]] = field(default_factory=list)
    fails: Rejected | Unavailable | None = None

    def mail(self, to: str, subject: str, body: str) -> str:
        """Send an e-mail."""
        self._fail()
        self.mails.append((to, subject, body))
        return "mail"

    def text(self, order: TextOrder, *, retry: bool) -> str:
        """Send a text message."""
        self._fail()
        self.texts.append(order)
        self.retries.append(retry)
        return "text"

    def hook(self, to: HookTo, body: bytes, now: datetime) -> str:
        """Post a webhook."""
        self._fail()
        self.hooks.append((to, body))
        return "hook"

    def _fail(self) -> None:
        error, self.fails = self.fails, None
        if error is not None:
            raise error
