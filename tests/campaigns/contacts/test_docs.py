"""The examples of docs/contacts.md, as a reader would send them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from chalicelib.campaigns.contacts import charsets
from chalicelib.campaigns.contacts.refusals import Reason
from chalicelib.runtime import contacts_wiring
from tests.campaigns.contacts.test_routes import key_in
from tests.house.shops import open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "contacts.md").read_text(encoding="utf-8")


def test_the_examples_of_the_page_are_taken(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(cloud, monkeypatch)
    examples = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    a_list, people, announced, said, erased = map(json.loads, examples)
    (segment,) = re.findall(r"```\n(city.*?)\n```", PAGE)

    known = shop.makes("/v1/contact-lists", a_list)
    contacts = f"/v1/contact-lists/{known['id']}/contacts"
    email = {"numbers": ["0612345678"], "fields": {"email": "zoe@exemple.fr", "vip": "true"}}
    shop.makes(contacts, people)
    shop.makes(contacts, {"contacts": [email]})
    found = shop.gets(f"{contacts}?segment={quote(segment)}")
    file = shop.makes("/v1/contact-imports", {**announced, "list_id": known["id"]})
    written = "Nom;Tél;Ville\nZoé;0612345679;Nîmes\n".encode("cp1252")
    contacts_wiring.files().put(key_in(file["upload_url"]), written)
    seen = shop.makes(f"/v1/contact-imports/{file['id']}/preview", said)

    assert [each["fields"]["name"] for each in found["items"]] == ["Lefèvre"]
    assert seen["people"][0]["fields"] == {"name": "Zoé", "city": "Nîmes"}
    assert shop.makes("/v1/contacts/erasures", erased) == {"erased": 1}


def test_the_page_names_every_reason_and_charset() -> None:
    for each in Reason:
        assert f"`{each}`" in PAGE
    for name in charsets.CHARSETS:
        assert name in PAGE.lower()
