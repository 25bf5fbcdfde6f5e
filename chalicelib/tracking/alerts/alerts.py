"""Who is told of which missed calls, and when: an account's alerts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import Outcome
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.internet import UrlRefused, read_url
from chalicelib.kernel.telling import EMAIL, Means, refusal
from chalicelib.kernel.timetable import schedule_of

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call

# All of an account's are read with one Query, for every call that nobody took.
MOST_ALERTS: Final = 20
# Whoever rang longer ago than this has given up, or has rung again.
TOLD_WITHIN: Final = timedelta(days=1)
# SQS keeps a message back for no longer.
LONGEST_WAIT_MINUTES: Final = 15
DEFAULT_STAY_SECONDS: Final = 15


class Time(StrEnum):
    """When a call is one that an alert is about, by its hours."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Somebody to tell. No numbers means all of them, and no sources as well.

    A caller who hung up before `stay_seconds` has abandoned, and nobody missed them. It is told
    `wait_minutes` after the call, unless the caller was reached meanwhile; of the same caller not
    again for `quiet_minutes`. `hours` is kept as JSON ("" is always). `secret` is the generation
    that signs webhooks.
    """

    id: str
    account_id: str
    name: str
    by: Means
    to: str
    created_at: datetime
    numbers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    hours: str = ""
    told: Time = Time.INSIDE
    stay_seconds: int = DEFAULT_STAY_SECONDS
    wait_minutes: int = 2
    quiet_minutes: int = 30
    language: str = "fr"
    secret: int = 1
    enabled: bool = True
    version: int = 0

    def concerns(self, call: Call, source_id: str | None) -> bool:
        """Tell whether an ended call is one to tell of."""
        return (
            self.enabled
            and call.started_at >= self.created_at
            and is_missed(call, self.stay_seconds)
            and (not self.numbers or call.dialled in self.numbers)
            and (not self.sources or source_id in self.sources)
            and self._is_time(call.started_at)
        )

    def is_due(self, call: Call, now: datetime) -> bool:
        """Tell whether it has waited long enough."""
        wait = timedelta(minutes=self.wait_minutes)
        return call.ended_at is not None and now >= call.ended_at + wait

    def _is_time(self, at: datetime) -> bool:
        schedule = schedule_of(self.hours)
        return schedule is None or schedule.allow(at) is (self.told is Time.INSIDE)


def is_missed(call: Call, stay_seconds: int) -> bool:
    """Tell whether nobody spoke with a caller who stayed for so long.

    Whoever left a message or asked to be rung back is told of otherwise.
    """
    nobody = call.outcome in {Outcome.MISSED, Outcome.ABANDONED}
    return call.ended and nobody and (call.seconds or 0) >= stay_seconds


def is_old(call: Call, now: datetime) -> bool:
    """Tell whether it is too late to tell anybody."""
    return call.ended_at is None or now - call.ended_at > TOLD_WITHIN


def checked(alert: Alert) -> Alert:
    """Refuse an alert that would reach nobody."""
    reason = _CHECKS[alert.by](alert.to)
    if reason is not None:
        raise Rejected("the alert would reach nobody", faults=(Fault("/to", reason),))
    return alert


def _mail(to: str) -> str | None:
    return None if EMAIL.fullmatch(to) else "no e-mail address"


def _phone(to: str) -> str | None:
    reason = refusal(to)
    return None if reason is None else f"only French mobiles are sent text messages ({reason})"


def _url(to: str) -> str | None:
    try:
        read_url(to)
    except UrlRefused as error:
        return f"the URL {error.message}"
    return None


_CHECKS: Final = {Means.EMAIL: _mail, Means.SMS: _phone, Means.WEBHOOK: _url}
