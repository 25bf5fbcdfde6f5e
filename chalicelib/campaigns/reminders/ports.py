"""What reminding people needs of the world. All raise Unavailable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.reminders.appointments import Appointment
    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Page
    from chalicelib.kernel.telling import Texts


class Diary(Protocol):
    """Appointments."""

    def appointment(self, account_id: str, appointment_id: str) -> Appointment:
        """Return one. Raises NotFound, also if it is another account's."""

    def save(self, appointment: Appointment) -> Appointment:
        """Store it over the version that was read, 0 is a new one. Raises Conflict."""

    def appointments(self, account_id: str, limit: int, after: str | None) -> Page[Appointment]:
        """Return an account's, in order of id."""

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Yield what is to be looked at, by account and id."""

    def remember(self, appointment: Appointment) -> None:
        """Note that an appointment is its person's."""

    def of_person(self, account_id: str, person: str) -> tuple[str, ...]:
        """Return the ids of somebody's appointments, and of some that were theirs."""

    def drop(self, appointment: Appointment) -> None:
        """Delete it as it was read. Raises Conflict."""

    def forget(self, account_id: str, person: str) -> None:
        """Forget which appointments are somebody's, and what they were reminded of."""

    def await_answer(self, appointment: Appointment) -> None:
        """Note that the next answer of the number is about it."""

    def awaited(self, account_id: str, person: str) -> str | None:
        """Return the id of what a number was last reminded of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that it takes. `known` is what consents and lists have of a number; `line` a number of
    the account's in service; `dialled` whose any number is; `nudge` never raises.
    """

    diary: Diary
    known: Callable[[str, str], Facts]
    person: Callable[[str, str], str]
    line: Callable[[str, str], Line | None]
    dialled: Callable[[str], str | None]
    texts: Texts
    sender: str
    publish: Callable[[str, str, str, Mapping[str, Any]], None]
    nudge: Callable[[str, str], None]
    clock: Callable[[], datetime]
