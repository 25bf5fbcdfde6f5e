"""Queues: what callers wait in, what an agent must know for it, and how long things take in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.timetable import schedule_of

if TYPE_CHECKING:
    from datetime import datetime

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MOST_QUEUES: Final = 200  # all of them are read with every poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue, by its name. `callback_hours` is a schedule as JSON; "" is any hour.

    A caller who hangs up, or is answered, within `service_level_seconds` did not wait too long.
    """

    name: str
    label: str = ""
    skills: frozenset[str] = frozenset()
    ring_seconds: int = 20
    service_level_seconds: int = 20
    wrap_up_seconds: int = 10
    rest_seconds: int = 30
    callback_hours: str = ""
    callback_attempts: int = 3
    callback_retry_minutes: int = 5
    version: int = 0

    @property
    def rest(self) -> timedelta:
        """For how long an agent who missed an offer is left alone."""
        return timedelta(seconds=self.rest_seconds)

    @property
    def retry(self) -> timedelta:
        """How long a person who did not answer a callback is left alone."""
        return timedelta(minutes=self.callback_retry_minutes)

    def calls_back(self, now: datetime) -> bool:
        """Tell whether callbacks may be placed at this instant."""
        hours = schedule_of(self.callback_hours)
        return hours is None or hours.allow(now)
