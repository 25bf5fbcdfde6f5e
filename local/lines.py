"""Two more lines of the demo's client: a support line, and a surcharged one.

Their flows are in `flows/`, as their owner would write them. Running it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from local import seed

if TYPE_CHECKING:
    from local.client import Client
    from local.orders import OrderSystem

FLOWS: Final = Path(__file__).parent / "flows"
SUPPORT: Final = "+33199002000"
ADVISER: Final = "+33199002001"  # the telephone of the only adviser
QUEUE: Final = "support"
LAWYER: Final = "+33199003001"
# Nobody keeps surcharged numbers for fiction: this one is rung on this machine only.
SURCHARGED: Final = "+33890900100"
TIER: Final = "D080"  # 0.80 euro a minute

LEGAL: Final = {
    "legal_name": "Boutique Dupont SAS",
    "address": {"lines": ["3 rue des Halles"], "postcode": "69002", "city": "Lyon"},
    "email": "compta@boutique-dupont.test",
    "siren": "999000201",
    "vat_id": "FR54999000201",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """The client whose lines these are, and its only adviser's id."""

    client: Client
    adviser: str


def document(name: str) -> dict[str, Any]:
    """Return a flow of `flows/`."""
    read: dict[str, Any] = yaml.safe_load((FLOWS / f"{name}.yaml").read_text("utf-8"))
    return read


def open_lines(agency: Client, orders: OrderSystem) -> Shop:
    """Make the client with its lines where they are missing, and return it."""
    client = seed.client(agency, "Boutique Dupont", LEGAL, once="demo-boutique")
    orders.secret = client.post("/v1/webhooks/secret", {"generation": 1})["secret"]
    adviser = _advisers(client)
    seed.add_number(client, SUPPORT, seed.flow(client, document("support-line")))
    advice = seed.flow(client, document("surcharged-line"))
    seed.add_number(client, SURCHARGED, advice, service_price={"tier": TIER})
    return Shop(client, adviser)


def _advisers(client: Client) -> str:
    """Open the queue with its one adviser; their time to write up is left out of a demo."""
    if QUEUE not in {each["name"] for each in client.every("/v1/queues")}:
        client.post("/v1/queues", {"name": QUEUE, "label": "Service client", "wrap_up_seconds": 0})
    for agent in client.every("/v1/agents"):
        if agent["number"] == ADVISER:
            return str(agent["id"])
    return str(client.post("/v1/agents", {"name": "Camille", "number": ADVISER})["id"])
