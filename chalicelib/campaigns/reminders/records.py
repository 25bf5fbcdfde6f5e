"""Appointments as they are stored: plain JSON values, and back. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.reminders.appointments import Appointment, State, Todo

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN: Final = ("ref", "person", "zone", "sender", "place", "language", "said", "answers")
_INSTANTS: Final = ("reminded_at", "due_at", "put_off", "moved_to", "answered_at")


def written(appointment: Appointment) -> dict[str, Any]:
    """Write an appointment, but for its number and its version."""
    instants = {name: getattr(appointment, name) for name in _INSTANTS}
    return {
        **{name: getattr(appointment, name) for name in _PLAIN},
        **{name: at.isoformat() for name, at in instants.items() if at is not None},
        "at": appointment.at.isoformat(),
        "siren": appointment.professional.siren,
        "name": appointment.professional.name,
        "before": list(appointment.before),
        "others": [each.isoformat() for each in appointment.others],
        "state": appointment.state.value,
        "reminded": list(appointment.reminded),
        "refused": list(appointment.refused),
        "decisions": [dict(each) for each in appointment.decisions],
        "todo": sorted(appointment.todo),
    }


def read(
    account_id: str, appointment_id: str, facts: Mapping[str, Any], number: str, version: int
) -> Appointment:
    """Read an appointment."""
    instants = {name: facts.get(name) for name in _INSTANTS}
    known: dict[str, Any] = {
        **{name: facts[name] for name in _PLAIN},
        **{name: at and datetime.fromisoformat(at) for name, at in instants.items()},
    }
    return Appointment(
        id=appointment_id,
        account_id=account_id,
        number=number,
        at=datetime.fromisoformat(facts["at"]),
        professional=Professional(siren=facts["siren"], name=facts["name"]),
        before=tuple(facts["before"]),
        others=tuple(map(datetime.fromisoformat, facts["others"])),
        state=State(facts["state"]),
        reminded=tuple(facts["reminded"]),
        refused=tuple(facts["refused"]),
        decisions=tuple(facts["decisions"]),
        todo=frozenset(map(Todo, facts["todo"])),
        version=version,
        **known,
    )
