"""Contacts and imports as a shop has them, through the product's own doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from app import import_contacts
from chalicelib.runtime import contacts_wiring
from tests.campaigns.contacts.builders import DATA
from tests.gateway import Context
from tests.house.shops import a_shop
from tests.world import CONSENT, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

FILE = (
    "Nom;Téléphone;Ville\n"
    "Lefèvre;06 12 34 56 78;Lyon\n"
    '"Ng";"0612345679";"deux\nlignes"\n'
    "Faux;112;Nice\n"
    "Lefèvre;+33612345678;Nîmes\n"
)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


def a_list(shop: Shop, **facts: Any) -> str:
    made: str = shop.makes("/v1/contact-lists", {"name": "Clients", **facts})["id"]
    return made


def an_import(shop: Shop, list_id: str, content: bytes) -> str:
    """Announce a file and put it where the link says."""
    made = shop.makes("/v1/contact-imports", {"list_id": list_id, "name": "clients.csv"})
    contacts_wiring.files().put(key_in(made["upload_url"]), content)
    import_id: str = made["id"]
    return import_id


def key_in(url: str) -> str:
    """Return the key of the file that a link is to."""
    return url[url.index("lists/") :].partition("?")[0]


def work(shop: Shop) -> None:
    import_contacts(messages_of(shop.cloud.messages("contacts")), Context())


def people(shop: Shop, list_id: str, segment: str = "") -> list[Any]:
    found = shop.gets(f"/v1/contact-lists/{list_id}/contacts?limit=200{segment}")
    return sorted(found["items"], key=lambda each: each["numbers"])


def test_a_file_is_announced_put_looked_at_and_brought_into_its_list(shop: Shop) -> None:
    list_id = a_list(shop)
    import_id = an_import(shop, list_id, FILE.encode("cp1252"))
    door = f"/v1/contact-imports/{import_id}"
    assert shop.gets(door)["upload_url"].startswith("https://")

    seen = shop.ask("POST", f"{door}/preview", {}).json
    started = shop.ask("POST", f"{door}/start", {})
    work(shop)
    done = shop.gets(door)

    assert (seen["charset"], seen["separator"]) == ("cp1252", ";")
    assert seen["mapping"] == ["name", "number", "ville"]
    assert [each["reason"] for each in seen["refused"]] == ["emergency"]
    assert seen["refused"][0]["detail"] == "numéro d'urgence : jamais appelé"
    assert (started.status, started.json["status"]) == (202, "queued")
    assert (done["status"], done["rows"], done["progress"]) == ("done", 4, 1.0)
    assert (done["created"], done["merged"], done["refused"]) == (2, 1, 1)
    assert done["refused_url"].startswith("https://")
    zoe, ng = people(shop, list_id)
    assert zoe["fields"] == {"name": "Lefèvre", "ville": "Nîmes"}
    assert ng["fields"] == {"name": "Ng", "ville": "deux\nlignes"}
    assert shop.gets(f"/v1/contact-lists/{list_id}")["fields"] == ["name", "ville"]


def test_the_file_of_what_was_refused_can_be_mended_and_sent_again(shop: Shop) -> None:
    list_id = a_list(shop)
    first = an_import(shop, list_id, FILE.encode())
    shop.ask("POST", f"/v1/contact-imports/{first}/start", {})
    work(shop)
    key = key_in(shop.gets(f"/v1/contact-imports/{first}")["refused_url"])
    files = contacts_wiring.files()
    version, _ = files.there(key)
    with files.fetch(key, version) as stream:
        refused = stream.read().decode()

    again = an_import(shop, list_id, refused.replace(";112;", ";0612345677;").encode())
    shop.ask("POST", f"/v1/contact-imports/{again}/start", {})
    work(shop)

    assert refused.splitlines()[1].startswith("5;non;Téléphone;numéro d'urgence")
    done = shop.gets(f"/v1/contact-imports/{again}")
    assert (done["created"], done["refused"]) == (1, 0)
    (mended,) = [each for each in people(shop, list_id) if each["numbers"] == ["+33612345677"]]
    assert mended["fields"] == {"name": "Faux", "ville": "Nice"}


def test_a_workbook_is_brought_in_as_a_text_is(shop: Shop) -> None:
    list_id = a_list(shop)
    import_id = an_import(shop, list_id, (DATA / "openpyxl.xlsx").read_bytes())

    seen = shop.ask("POST", f"/v1/contact-imports/{import_id}/preview", {}).json
    shop.ask("POST", f"/v1/contact-imports/{import_id}/start", {})
    work(shop)

    assert (seen["kind"], seen["charset"]) == ("xlsx", None)
    first, _ = people(shop, list_id)
    assert first["numbers"] == ["+33612345678"]
    assert first["fields"]["naissance"] == "1980-05-17"


def test_a_mapping_by_hand_is_remembered_for_files_with_the_same_columns(shop: Shop) -> None:
    list_id = a_list(shop)
    first = an_import(shop, list_id, FILE.encode())
    by_hand = {"mapping": ["name", "number", "city"], "separator": ";", "charset": "utf-8"}
    assert shop.ask("POST", f"/v1/contact-imports/{first}/start", by_hand).status == 202

    second = an_import(shop, list_id, FILE.encode())
    seen = shop.ask("POST", f"/v1/contact-imports/{second}/preview", {}).json

    assert seen["remembered"]
    assert seen["mapping"] == ["name", "number", "city"]


def test_what_cannot_be_imported_says_why(shop: Shop) -> None:
    list_id = a_list(shop)
    body = {"list_id": list_id, "name": "clients.csv"}
    waiting = shop.makes("/v1/contact-imports", body)["id"]
    wrong = an_import(shop, list_id, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    empty = an_import(shop, list_id, b"")
    mapped = an_import(shop, list_id, FILE.encode())

    said = {
        name: shop.ask("POST", f"/v1/contact-imports/{each}/start", sent)
        for name, each, sent in [
            ("waiting", waiting, {}),
            ("old", wrong, {}),
            ("empty", empty, {}),
            ("mapping", mapped, {"mapping": ["name", "Ville", "x"]}),
        ]
    }

    assert {each.status for each in said.values()} == {422}
    assert "not there yet" in said["waiting"].text
    assert "save it as XLSX or CSV" in said["old"].text
    assert "nothing in it" in said["empty"].text
    assert "/mapping/1" in said["mapping"].text
    unknown = {"list_id": "list_none", "name": "x"}
    assert shop.ask("POST", "/v1/contact-imports", unknown).status == 404


def test_an_import_is_started_once_and_not_after_it_was_cancelled(shop: Shop) -> None:
    list_id = a_list(shop)
    import_id = an_import(shop, list_id, FILE.encode())
    door = f"/v1/contact-imports/{import_id}"

    cancelled = shop.ask("POST", f"{door}/cancel", None)
    late = shop.ask("POST", f"{door}/start", {})
    work(shop)

    assert cancelled.json["cancelling"]
    assert late.status == 409
    assert shop.gets(door)["status"] == "cancelled"
    assert people(shop, list_id) == []
    assert [each["id"] for each in shop.gets("/v1/contact-imports")["items"]] == [import_id]


def test_people_are_told_shown_found_by_segment_and_removed(shop: Shop) -> None:
    list_id = a_list(shop, zone="Europe/Paris")
    door = f"/v1/contact-lists/{list_id}"
    told = [
        {"numbers": ["0612345678", "0162012345"], "fields": {"city": "Lyon", "age": "41"}},
        {"numbers": ["0612345679"], "fields": {"city": "Nice"}},
    ]

    kept = shop.ask("POST", f"{door}/contacts", {"contacts": told}).json["items"]
    put = shop.ask("PUT", f"{door}/segments/lyonnais", {"segment": 'city = "LYON" and age > 40'})

    assert put.json["segments"] == {"lyonnais": 'city = "LYON" and age > 40'}
    (zoe,) = people(shop, list_id, "&segment=lyonnais")
    assert zoe == kept[0]
    assert people(shop, list_id, f"&segment={quote('age is empty')}") == [kept[1]]
    assert shop.gets(f"{door}/contacts/{zoe['id']}") == zoe
    assert shop.ask("DELETE", f"{door}/contacts/{zoe['id']}").status == 204
    assert people(shop, list_id) == [kept[1]]
    wrong = shop.ask("GET", f"{door}/contacts?segment={quote('town = 3')}")
    assert wrong.status == 422
    assert "`town`" in wrong.text


def test_somebody_erased_is_in_no_list_on_no_consent_and_never_comes_back(shop: Shop) -> None:
    first, second = a_list(shop), a_list(shop)
    body = {"contacts": [{"numbers": ["0612345678"]}]}
    for each in (first, second):
        shop.ask("POST", f"/v1/contact-lists/{each}/contacts", body)
    shop.makes("/v1/consents", {**CONSENT, "number": "+33612345678"})

    erased = shop.ask("POST", "/v1/contacts/erasures", {"number": "0612345678"}).json

    assert erased == {"erased": 2}
    assert people(shop, first) == people(shop, second) == []
    ledger = shop.makes("/v1/consents/search", {"number": "+33612345678"})
    assert ledger["erased_at"] is not None
    assert len(ledger["suppressions"]) == 1
    assert shop.ask("POST", f"/v1/contact-lists/{first}/contacts", body).status == 422
    import_id = an_import(shop, first, FILE.encode())
    shop.ask("POST", f"/v1/contact-imports/{import_id}/start", {})
    work(shop)
    assert shop.gets(f"/v1/contact-imports/{import_id}")["refused"] == 3
    assert [each["numbers"] for each in people(shop, first)] == [["+33612345679"]]
    assert not [row for row in shop.cloud.rows("campaigns") if "612345678" in str(row)]


def test_a_list_that_is_deleted_is_emptied_by_the_queue(shop: Shop) -> None:
    list_id = a_list(shop)
    body = {"contacts": [{"numbers": ["0612345678"]}]}
    shop.ask("POST", f"/v1/contact-lists/{list_id}/contacts", body)

    assert shop.ask("DELETE", f"/v1/contact-lists/{list_id}").status == 204
    work(shop)

    assert shop.ask("GET", f"/v1/contact-lists/{list_id}").status == 404
    assert shop.gets("/v1/contact-lists") == {"items": []}
    assert not shop.cloud.rows("campaigns")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x", "country": "France"}, "/country"),
        ({"name": "x", "zone": "Mars/Olympus"}, "/zone"),
    ],
)
def test_a_list_that_is_none_names_the_field(shop: Shop, body: dict[str, Any], field: str) -> None:
    refused = shop.ask("POST", "/v1/contact-lists", body)

    assert refused.status == 400
    assert field in refused.text


def test_an_erasure_that_was_left_to_the_queue_is_finished_by_it(shop: Shop) -> None:
    list_id = a_list(shop)
    body = {"contacts": [{"numbers": ["0612345678", "0162012345"]}]}
    shop.ask("POST", f"/v1/contact-lists/{list_id}/contacts", body)
    account_id = "acct_shop"
    person = contacts_wiring.hashing(account_id)("+33162012345")
    contacts_wiring.queue().put({"account_id": account_id, "erased": person})

    work(shop)

    assert [each["numbers"] for each in people(shop, list_id)] == [["+33612345678"]]
