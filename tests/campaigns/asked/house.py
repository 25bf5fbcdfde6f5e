"""What a client of the tests' world has of web callbacks and appointments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.world import Client


def appointment_of(
    ids: dict[str, str], consent: dict[str, Any], now: datetime, name: str = "Stolen"
) -> dict[str, Any]:
    """Return an appointment whose reminder shows somebody's number."""
    at = (now + timedelta(days=9)).isoformat()
    who = {"professional": consent["professional"], "sender": ids["number"]}
    return {"ref": name, "number": "+33612349997", "at": at, "place": name, **who}


def form_of(ids: dict[str, str], consent: dict[str, Any]) -> dict[str, Any]:
    """Return a form on somebody's site, whose queue rings back and shows their number."""
    return {
        **{name: consent[name] for name in ("professional", "object", "text")},
        "site": ids["site_id"],
        "queue": ids["queue"],
        "shown": ids["number"],
    }


def asked_of(client: Client, consent: dict[str, Any], now: datetime) -> dict[str, str]:
    """Give a client two forms, two people who asked to be rung back, and two appointments."""
    for _ in range(2):
        form = client.made("/v1/callback-forms", form_of(client.ids, consent))["id"]
    for last in "34":
        number = f"+3361236{len(client.name):03}{last}"
        body = {"form": form, "number": number, "label": f"Rappel {client.name}"}
        slots = client.ask("GET", f"/v1/callback-forms/{form}/slots").json["slots"]
        asked = client.made("/v1/web-callbacks", {**body, "slot": slots[-1]["id"]})
    names = [f"Essayage {client.name} {n}" for n in range(2)]
    told = [appointment_of(client.ids, consent, now, name) for name in names]
    kept = client.made("/v1/appointments", {"appointments": told})["items"]
    return {
        "callback_form_id": form,
        "asking_id": asked["id"],
        "appointment_id": kept[0]["id"],
    }
