"""The demo account: an agency with one client, its tariff, flows, sources and numbers.

Everything is made through the HTTP API, as a customer would; running it again changes nothing.
Its numbers are nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from local.client import Client

# ARCEP keeps these for films and books: 01 99 00, 02 61 91, 03 53 01.
SHOP: Final = "+33199001234"
NIGHT_LINE: Final = "+33261911234"
RADIO_LINE: Final = "+33353011234"
OVEN: Final = "+33199005678"  # where the shop's orders are taken: a handset, not one of ours
SPARE: Final = "+33199009999"  # the fallback of every number
# 06 39 98 is for fiction too, but abroad it would be read as Mayotte's: this is nobody's either.
CALLER: Final = "+33600001234"

AGENCY_LEGAL: Final = {
    "legal_name": "Agence Démo SAS",
    "address": {"lines": ["1 rue de la Paix"], "postcode": "75002", "city": "Paris"},
    "email": "facturation@agence-demo.test",
    "siren": "732829320",
    "vat_id": "FR44732829320",
}
CLIENT_LEGAL: Final = {
    "legal_name": "Boulangerie Martin SARL",
    "address": {"lines": ["12 place du Marché"], "postcode": "69001", "city": "Lyon"},
    "email": "compta@boulangerie-martin.test",
    "siren": "404833048",
    "vat_id": "FR83404833048",
}

WELCOME: Final[dict[str, Any]] = {
    "name": "Accueil",
    "language": "fr-FR",
    "start": "welcome",
    "nodes": {
        "welcome": {
            "kind": "menu",
            "prompt": "Bienvenue à la boulangerie Martin. Pour une commande, tapez 1. "
            "Pour laisser un message, tapez 2.",
            "choices": {"1": "orders", "2": "message"},
        },
        "orders": {"kind": "dial", "destinations": [OVEN], "no_answer": "message"},
        "message": {
            "kind": "voicemail",
            "greeting": "Laissez votre message après le bip.",
            "max_seconds": 120,
        },
    },
}


# Every origin has a price: a call without one would hold the month's invoice up.
PER_MINUTE: Final = {
    "mobile_metro": "0.24",
    "fixed_metro": "0.12",
    "overseas": "0.30",
    "international": "0.36",
    "unknown": "0.24",
}
_RATES: Final = {
    "mobile_metro": "Appels reçus de mobiles",
    "fixed_metro": "Appels reçus de fixes",
    "overseas": "Appels reçus d'outre-mer",
    "international": "Appels reçus de l'étranger",
    "unknown": "Appels reçus d'un numéro masqué",
}
TARIFF: Final[dict[str, Any]] = {
    "name": "Démo",
    "versions": [
        {
            "valid_from": "2026-01-01T00:00:00+01:00",
            "rates": [
                {
                    "name": name,
                    "origins": [origin],
                    "per_minute": PER_MINUTE[origin],
                    "vat_rate": "20",
                }
                for origin, name in _RATES.items()
            ],
        }
    ],
}


def night_flow(today: date) -> dict[str, Any]:
    """Return a flow that is closed today, whatever the day: it opens two days later."""
    day = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[
        (today.weekday() + 3) % 7
    ]
    return {
        "name": "Ligne du soir",
        "language": "fr-FR",
        "start": "hours",
        "nodes": {
            "hours": {
                "kind": "hours",
                "zone": "Europe/Paris",
                "weekly": {day: [["09:00", "12:00"]]},
                "open": "orders",
                "closed": "closed",
            },
            "orders": {"kind": "dial", "destinations": [OVEN], "no_answer": "closed"},
            "closed": {
                "kind": "voicemail",
                "greeting": "Nous sommes fermés. Laissez votre message après le bip.",
                "max_seconds": 60,
            },
        },
    }


@dataclass(frozen=True, slots=True)
class World:
    """What the seeding made: ids that programs need."""

    agency: Client
    shop: Client
    sources: dict[str, str]  # name -> id


def seed(agency: Client, today: date, say: Callable[[str], None]) -> World:
    """Make the demo account where it is missing, and return it."""
    say("Seeding the demo account")
    operator = agency.get("/v1/accounts/me")
    agency.patch(
        f"/v1/accounts/{operator['id']}",
        {"name": "Agence Démo", "legal": AGENCY_LEGAL},
        if_match=f'"{operator["version"]}"',
    )
    shop = client(agency, "Boulangerie Martin", CLIENT_LEGAL, once="demo-client")
    _tariff(shop)
    welcome = flow(shop, WELCOME)
    night = flow(shop, night_flow(today))
    sources = {}
    for name, channel, number, answered_by in (
        ("Affiche métro", "print", SHOP, welcome),
        ("Site web", "web", NIGHT_LINE, night),
        ("Radio Lyon", "radio", RADIO_LINE, welcome),
    ):
        add_number(shop, number, answered_by)
        sources[name] = _source(shop, name, channel, number)
    return World(agency, shop, sources)


def client(agency: Client, name: str, legal: dict[str, Any], once: str) -> Client:
    """Return a client of the agency, made where it is missing."""
    for account in agency.every("/v1/accounts"):
        if account["name"] == name:
            return agency.acting_for(str(account["id"]))
    made = agency.post("/v1/accounts", {"name": name, "legal": legal}, once=once)
    return agency.acting_for(str(made["id"]))


def _tariff(shop: Client) -> None:
    from local.client import ApiRefused  # what is sold is known without any HTTP

    try:
        shop.get("/v1/tariffs")
    except ApiRefused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        shop.post("/v1/tariffs", TARIFF)


def flow(shop: Client, document: dict[str, Any]) -> str:
    """Return the id of a published flow of that name, made where it is missing."""
    for known in shop.every("/v1/flows"):
        if known["name"] == document["name"]:
            return str(known["id"])
    made = shop.post("/v1/flows", {"document": document})
    shop.post(f"/v1/flows/{made['id']}/publish")
    return str(made["id"])


def add_number(shop: Client, number: str, flow_id: str, **more: Any) -> None:
    """Give a client a number where it has not got it; `more` are fields of the API."""
    if number not in {each["number"] for each in shop.every("/v1/numbers")}:
        shop.post("/v1/numbers", {"number": number, "flow_id": flow_id, "fallback": SPARE, **more})


def _source(shop: Client, name: str, channel: str, number: str) -> str:
    for source in shop.every("/v1/sources"):
        if source["name"] == name:
            return str(source["id"])
    made = shop.post("/v1/sources", {"name": name, "channel": channel})
    shop.put(f"/v1/sources/{made['id']}/numbers/{number}", {})
    return str(made["id"])
