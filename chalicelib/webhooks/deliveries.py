"""A message on its way to a customer's server: its attempts, and when the next one is due."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# What Standard Webhooks suggests (spec, "Delivery schedule", 2026-11): at once, then after these.
RETRIES: Final = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
# Servers that failed together must not be asked together again: up to so much is added.
_SPREAD: Final = 0.1
# Resent by hand, a delivery may have more attempts than the schedule: the last ones are kept.
MOST_ATTEMPTS: Final = 20
GONE: Final = 410


class Status(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # every attempt of the schedule
    CANCELLED = "cancelled"  # its endpoint was switched off or deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of asking once. `status` is HTTP's, None where no answer came: then `reason`."""

    at: datetime
    milliseconds: int
    status: int | None = None
    reason: str | None = None

    @property
    def succeeded(self) -> bool:
        """Tell whether the server took the message."""
        return self.reason is None

    @property
    def gone(self) -> bool:
        """Tell whether the server says that it is never to be asked again."""
        return self.status == GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message for one endpoint. `body` is what is signed, the same at each attempt."""

    id: str
    account_id: str
    endpoint_id: str
    event: str
    body: str = field(repr=False)
    created_at: datetime
    status: Status = Status.PENDING
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    next_at: datetime | None = None

    def after(self, attempt: Attempt, *, last: bool = False) -> Delivery:
        """Return it after an attempt. The `last` of all is not followed by another."""
        attempts = (*self.attempts, attempt)[-MOST_ATTEMPTS:]
        tried = replace(self, tries=self.tries + 1, attempts=attempts, next_at=None)
        if attempt.succeeded:
            return replace(tried, status=Status.DELIVERED)
        if last or attempt.gone or self.tries >= len(RETRIES):
            return replace(tried, status=Status.FAILED)
        due = attempt.at + _delay(self.id, self.tries)
        return replace(tried, status=Status.PENDING, next_at=due)

    def cancelled(self) -> Delivery:
        """Return it as nobody tries any more; `tries` grows, so that what is queued is void."""
        return replace(self, status=Status.CANCELLED, tries=self.tries + 1, next_at=None)

    def resent(self, now: datetime) -> Delivery:
        """Return it as it waits to be tried at once, whatever became of it before."""
        return replace(self, status=Status.PENDING, next_at=now)


def _delay(delivery_id: str, tries: int) -> timedelta:
    """Return how long to wait after the attempt of that number (from 0)."""
    drawn = hashlib.sha256(f"{delivery_id}:{tries}".encode()).digest()[0] / 255
    return RETRIES[tries] * (1 + _SPREAD * drawn)
