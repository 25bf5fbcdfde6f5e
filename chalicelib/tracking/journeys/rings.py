"""A telephone that rings: what is left on a queue while the caller is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from chalicelib.calls.call import Call

RANG: Final = "rang"
ANSWERED: Final = "answered"
ENDED: Final = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A call that reached one of an account's numbers. `source_id` is what that stood for."""

    call_id: str
    account_id: str
    at: datetime
    dialled: str
    caller: str | None = None
    caller_hash: str | None = None
    source_id: str | None = None


def rung_of(call: Call) -> Rung:
    """Return the ring of a call that the log knows."""
    return Rung(
        call_id=call.call_id,
        account_id=call.account_id,
        at=call.started_at,
        dialled=call.dialled,
        caller=call.caller,
        caller_hash=call.caller_hash,
        source_id=call.source_id,
    )


def to_message(rung: Rung) -> dict[str, Any]:
    """Write a ring; what nobody knows is left out."""
    facts = {
        "kind": RANG,
        "call_id": rung.call_id,
        "account_id": rung.account_id,
        "at": rung.at.isoformat(),
        "dialled": rung.dialled,
        "caller": rung.caller,
        "caller_hash": rung.caller_hash,
        "source_id": rung.source_id,
    }
    return {name: value for name, value in facts.items() if value is not None}


def from_message(message: dict[str, Any]) -> Rung:
    """Read a ring."""
    facts = {name: value for name, value in message.items() if name not in {"kind", "at"}}
    return Rung(at=datetime.fromisoformat(message["at"]), **facts)
