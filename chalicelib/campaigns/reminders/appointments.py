"""Appointments of an account's customers, their reminders, and what people answer. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Professional

MOST_OTHERS: Final = 3
KEPT: Final = timedelta(days=365)
# A reminder that could not be sent for so long would surprise more than it reminds.
LATEST: Final = timedelta(minutes=30)  # before the appointment
MOST_DECISIONS: Final = 10


class State(StrEnum):
    """How an appointment stands, as its person says."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    MOVING = "moving"  # they want another instant, and were offered some
    MOVED = "moved"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"  # by the account


class Todo(StrEnum):
    """What is to be told, once, and was not yet."""

    ANSWER = "answer"  # to the person, by text
    EVENT = "event"  # to the account's servers


OVER: Final = frozenset({State.CANCELLED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An appointment, by the account's own `ref`. `others` are instants that it may be moved to.

    `before` are the minutes before it at which people are reminded, `reminded` those that are
    done; `said` is the id of the last text of theirs that was understood. `answers` counts them.
    """

    id: str
    account_id: str
    ref: str
    number: str
    person: str
    at: datetime
    zone: str
    professional: Professional
    sender: str
    place: str = ""
    language: str = "fr"
    before: tuple[int, ...] = ()
    others: tuple[datetime, ...] = ()
    state: State = State.PLANNED
    reminded: tuple[int, ...] = ()
    reminded_at: datetime | None = None
    refused: tuple[str, ...] = ()
    decisions: tuple[Mapping[str, Any], ...] = ()
    todo: frozenset[Todo] = frozenset()
    due_at: datetime | None = None
    put_off: datetime | None = None
    moved_to: datetime | None = None
    answered_at: datetime | None = None
    said: str = ""
    answers: int = 0
    version: int = 0

    @property
    def over(self) -> bool:
        """Tell whether nobody is reminded of it any more."""
        return self.state in OVER

    @property
    def when(self) -> datetime:
        """When it is, as it stands."""
        return self.moved_to or self.at

    def next_reminder(self) -> int | None:
        """Return the minutes before it of the reminder that comes next."""
        left = [each for each in self.before if each not in self.reminded]
        return None if self.over or self.state is State.MOVING else max(left, default=None)

    def planned(self, now: datetime) -> Appointment:
        """Return it with when to look at it next: once what is left to tell is told."""
        if self.todo:
            return replace(self, due_at=now)
        ahead = self.next_reminder()
        if ahead is None:
            return replace(self, due_at=None)
        at = self.when - timedelta(minutes=ahead)
        return replace(self, due_at=max(at, self.put_off or at))

    def without_past(self, now: datetime) -> Appointment:
        """Return it without reminders whose time was over when it was written down, but the last.

        Whoever makes an appointment for tomorrow is not reminded of it twice in one minute.
        """
        late = sorted(each for each in self.before if self.when - timedelta(minutes=each) <= now)
        return replace(self, reminded=tuple({*self.reminded, *late}))

    def after_reminder(self, ahead: int, now: datetime, refused: str = "") -> Appointment:
        """Return it with a reminder done, or given up."""
        done = replace(
            self,
            reminded=(*self.reminded, ahead),
            put_off=None,
            refused=(*self.refused, refused) if refused else self.refused,
            reminded_at=self.reminded_at if refused else now,
        )
        return done.planned(now)

    def answered(
        self, state: State, text_id: str, now: datetime, moved_to: datetime | None = None
    ) -> Appointment:
        """Return it as its person wants it; a text that comes twice changes nothing."""
        told = {Todo.ANSWER} if state is State.MOVING and self.others else {*Todo}
        changed = replace(
            self,
            state=state,
            said=text_id,
            answered_at=now,
            answers=self.answers + 1,
            moved_to=moved_to or self.moved_to,
            reminded=() if moved_to else self.reminded,
            todo=frozenset(told),
        )
        if moved_to:
            changed = changed.without_past(now)
        return changed.planned(now)

    def without(self, todo: Todo, now: datetime) -> Appointment:
        """Return it with something told."""
        return replace(self, todo=self.todo - {todo}).planned(now)


def id_of(account_id: str, ref: str) -> str:
    """Name an appointment by the account's own reference: told of twice, it is one.

    >>> id_of("acct_1", "rdv-42")
    'apt_c96d8786cd27b4b611db'
    """
    return "apt_" + hashlib.sha256(f"{account_id}\n{ref}".encode()).hexdigest()[:20]
