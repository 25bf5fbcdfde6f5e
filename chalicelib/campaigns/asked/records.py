"""Forms and askings as they are stored: plain JSON values, and back. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.asked.askings import Asking, Proof, State, Todo
from chalicelib.campaigns.asked.forms import Form, Rings
from chalicelib.campaigns.asked.slots import Slot
from chalicelib.campaigns.consents.consents import Professional
from chalicelib.campaigns.rules import Sector

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN: Final = (
    *("object", "text", "queue", "shown", "hours", "sells", "by_code", "texts", "now", "language"),
    *("slot_minutes", "capacity", "notice_minutes", "tries", "retry_minutes"),
    *("most_a_day", "most_of_number", "most_of_address"),
)
_WORDS: Final = ("label", "place", "callback_id", "call_id", "texted", "why", "seal")
_INSTANTS: Final = ("due_at", "confirmed_at", "ended_at", "ringing_since", "looked_at")


def form_written(form: Form) -> dict[str, Any]:
    """Write a form."""
    return {
        **{name: getattr(form, name) for name in _PLAIN},
        "site": form.site_id,
        "siren": form.professional.siren,
        "name": form.professional.name,
        "rings": form.rings.value,
        "sector": form.sector.value,
        "created_at": form.created_at.isoformat(),
        "archived_at": _text(form.archived_at),
    }


def form_read(account_id: str, form_id: str, facts: Mapping[str, Any]) -> Form:
    """Read a form."""
    return Form(
        id=form_id,
        account_id=account_id,
        site_id=facts["site"],
        professional=Professional(siren=facts["siren"], name=facts["name"]),
        rings=Rings(facts["rings"]),
        sector=Sector(facts["sector"]),
        created_at=datetime.fromisoformat(facts["created_at"]),
        archived_at=_instant(facts["archived_at"]),
        **{name: facts[name] for name in _PLAIN},
    )


def asking_written(asking: Asking) -> dict[str, Any]:
    """Write an asking, but for its number, its version and its tries at a code."""
    facts = {
        **{name: getattr(asking, name) for name in _WORDS},
        **{name: _text(getattr(asking, name)) for name in _INSTANTS},
        "form": asking.form_id,
        "person": asking.person,
        "slot": [asking.slot.opens.isoformat(), asking.slot.closes.isoformat()],
        "asked_at": asking.asked_at.isoformat(),
        "language": asking.language,
        "proof": [asking.proof.origin, asking.proof.address, asking.proof.page],
        "state": asking.state.value,
        "todo": sorted(asking.todo),
        "tried": [each.isoformat() for each in asking.tried],
        "decisions": [dict(each) for each in asking.decisions],
        "reached": asking.reached,
    }
    return {name: value for name, value in facts.items() if value not in ("", None, [], False)}


def asking_read(
    account_id: str, asking_id: str, facts: Mapping[str, Any], number: str, version: int, tries: int
) -> Asking:
    """Read an asking."""
    known: dict[str, Any] = {
        **{name: facts.get(name, "") for name in _WORDS},
        **{name: _instant(facts.get(name)) for name in _INSTANTS},
    }
    return Asking(
        id=asking_id,
        account_id=account_id,
        form_id=facts["form"],
        number=number,
        person=facts["person"],
        slot=Slot(*map(datetime.fromisoformat, facts["slot"])),
        asked_at=datetime.fromisoformat(facts["asked_at"]),
        language=facts["language"],
        proof=Proof(*facts["proof"]),
        state=State(facts["state"]),
        todo=frozenset(map(Todo, facts.get("todo", []))),
        tried=tuple(map(datetime.fromisoformat, facts.get("tried", []))),
        decisions=tuple(facts.get("decisions", [])),
        reached=facts.get("reached", False),
        version=version,
        tries=tries,
        **known,
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
