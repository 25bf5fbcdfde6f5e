"""What lines tell, as plain JSON values and back. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.consents.consents import (
    Access,
    Channel,
    Consent,
    Erasure,
    Evidence,
    Means,
    Professional,
    Supplement,
    Withdrawal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.consents.consents import Told

CAPTURED, WITHDRAWN, ERASED, SEEN = "captured", "withdrawn", "erased", "seen"
SUPPLEMENTED = "supplemented"


def write(told: Told) -> dict[str, Any]:
    """Write what a line tells; nothing is written for what is not said."""
    facts = _WRITERS[type(told)](told)
    return {name: value for name, value in facts.items() if value not in (None, False)}


def read(record: dict[str, Any]) -> Told:
    """Read what `write` wrote."""
    facts = dict(record)
    return _READERS[facts.pop("kind")](facts)


def _consent(told: Consent) -> dict[str, Any]:
    return {
        "kind": CAPTURED,
        "id": told.id,
        "siren": told.professional.siren,
        "name": told.professional.name,
        "collector": told.collector,
        "object": told.object,
        "text": told.text,
        "text_hash": told.text_hash,
        "captured_at": _stamp(told.captured_at),
        "expires_at": _stamp(told.expires_at),
        "means": told.means,
        "covers": sorted(told.covers),
        "outside_hours": told.outside_hours,
        "confirmed": told.confirmed,
        "evidence": _evidence(told.evidence),
        "typed": told.typed,
        "until": None if told.until is None else _stamp(told.until),
    }


def _read_consent(facts: dict[str, Any]) -> Consent:
    until = facts.get("until")
    return Consent(
        id=facts["id"],
        professional=Professional(siren=facts["siren"], name=facts["name"]),
        collector=facts.get("collector"),
        object=facts["object"],
        text=facts["text"],
        captured_at=datetime.fromisoformat(facts["captured_at"]),
        means=Means(facts["means"]),
        covers=frozenset(map(Channel, facts["covers"])),
        outside_hours=facts.get("outside_hours", False),
        confirmed=facts.get("confirmed", False),
        evidence=_read_evidence(facts),
        typed=facts.get("typed", False),
        until=until and datetime.fromisoformat(until),
    )


def _supplement(told: Supplement) -> dict[str, Any]:
    return {
        "kind": SUPPLEMENTED,
        "at": _stamp(told.at),
        "consent_id": told.consent_id,
        "evidence": _evidence(told.evidence),
        "collector": told.collector,
        "confirmed": told.confirmed,
    }


def _read_supplement(facts: dict[str, Any]) -> Supplement:
    return Supplement(
        at=datetime.fromisoformat(facts["at"]),
        consent_id=facts["consent_id"],
        evidence=_read_evidence(facts),
        collector=facts.get("collector"),
        confirmed=facts.get("confirmed", False),
    )


def _evidence(told: Evidence | None) -> list[str | None] | None:
    return None if told is None else [told.reference, told.sha256]


def _read_evidence(facts: dict[str, Any]) -> Evidence | None:
    said = facts.get("evidence")
    return None if said is None else Evidence(reference=said[0], sha256=said[1])


def _withdrawal(told: Withdrawal) -> dict[str, Any]:
    return {
        "kind": WITHDRAWN,
        "at": _stamp(told.at),
        "means": told.means,
        "siren": told.siren,
        "ref": told.ref,
    }


def _read_withdrawal(facts: dict[str, Any]) -> Withdrawal:
    return Withdrawal(
        at=datetime.fromisoformat(facts["at"]),
        means=Means(facts["means"]),
        siren=facts.get("siren"),
        ref=facts.get("ref"),
    )


def _erasure(told: Erasure) -> dict[str, Any]:
    return {"kind": ERASED, "at": _stamp(told.at), "by": told.by}


def _read_erasure(facts: dict[str, Any]) -> Erasure:
    return Erasure(at=datetime.fromisoformat(facts["at"]), by=facts["by"])


def _access(told: Access) -> dict[str, Any]:
    return {
        "kind": SEEN,
        "at": _stamp(told.at),
        "consent_id": told.consent_id,
        "by": told.by,
        "form": told.form,
    }


def _read_access(facts: dict[str, Any]) -> Access:
    return Access(**(facts | {"at": datetime.fromisoformat(facts["at"])}))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


_WRITERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    Consent: _consent,
    Withdrawal: _withdrawal,
    Erasure: _erasure,
    Access: _access,
    Supplement: _supplement,
}
_READERS: dict[str, Callable[[dict[str, Any]], Told]] = {
    CAPTURED: _read_consent,
    WITHDRAWN: _read_withdrawal,
    ERASED: _read_erasure,
    SEEN: _read_access,
    SUPPLEMENTED: _read_supplement,
}
