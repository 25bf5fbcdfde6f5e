"""A list of people on its way through the deployed package: put by a link, worked off, told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.machines import wait_for

if TYPE_CHECKING:
    from tests.machines import Machine

pytestmark = pytest.mark.slow

PEOPLE = 6_000  # more than a piece


def a_file() -> bytes:
    """Write a list: the last but one is there already, the last has no number that is rung."""
    people = [f"Lefèvre {at};0612{at:06}" for at in range(PEOPLE)]
    lines = ["Nom;Téléphone", *people, "Lefèvre;0612000000", "Urgence;112"]
    return "\n".join(lines).encode("cp1252")


def test_a_list_is_put_by_a_link_and_worked_off_to_its_end(machine: Machine) -> None:
    shop = machine.world.shop
    list_id = shop.post("/v1/contact-lists", {"name": "Clients"})["id"]
    made = shop.post("/v1/contact-imports", {"list_id": list_id, "name": "clients.csv"})
    door = f"/v1/contact-imports/{made['id']}"

    put = requests.put(made["upload_url"], data=a_file(), timeout=60)
    seen = shop.post(f"{door}/preview", {})
    shop.post(f"{door}/start", {})
    wait_for(lambda: shop.get(door)["status"] not in ("queued", "running"), "the import")

    assert put.status_code == 200
    assert (seen["charset"], seen["mapping"]) == ("cp1252", ["name", "number"])
    done = shop.get(door)
    assert (done["status"], done["rows"], done["created"]) == ("done", PEOPLE + 2, PEOPLE)
    assert (done["merged"], done["refused"]) == (1, 1)
    refused = requests.get(done["refused_url"], timeout=60).content.decode("utf-8-sig")
    assert refused.splitlines()[1].startswith(f"{PEOPLE + 3};non;Téléphone;numéro d'urgence")
    page = shop.get(f"/v1/contact-lists/{list_id}/contacts", limit="200")
    assert len(page["items"]) == 200
