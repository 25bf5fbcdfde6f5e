"""Consents as a shop and the people it rings have them, through the product's own doors."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.campaigns.consents import documents
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import consents_wiring
from tests.gateway import BASE_URL, ask
from tests.house.shops import a_shop
from tests.world import CONSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway import Heard
    from tests.house.shops import Shop

NUMBER = "+33612345678"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


def a_body(**facts: Any) -> dict[str, Any]:
    return {**CONSENT, "number": NUMBER, **facts}


def person(shop: Shop, number: str = NUMBER) -> Any:
    return shop.makes("/v1/consents/search", {"number": number})


def by_link(shop: Shop, url: str, method: str = "GET") -> Heard:
    """Open a link as a person's browser does: without any key."""
    headers = {"accept": "text/html,application/xhtml+xml"}
    return ask(app, method, url.removeprefix(BASE_URL), headers=headers)


def test_a_consent_is_recorded_once_and_shown_with_what_its_text_lacks(shop: Shop) -> None:
    made = shop.ask("POST", "/v1/consents", a_body(text="Boulangerie SARL peut m'appeler 12 mois."))
    again = shop.ask(
        "POST", "/v1/consents", a_body(text="Boulangerie SARL peut m'appeler 12 mois.")
    )

    assert (made.status, again.status) == (201, 200)
    assert made.json["id"] == again.json["id"]
    assert made.json["status"] == "valid"
    assert made.json["expires_at"] == "2027-11-20T09:00:00Z"
    assert made.json["lacks"] == ["withdrawal", "proof"]
    assert [each["id"] for each in person(shop)["consents"]] == [made.json["id"]]
    assert shop.gets(f"/v1/consents/{made.json['id']}")["professional"]["siren"] == "732829320"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"professional": {"siren": "732829321", "name": "X SARL"}}, "/professional/siren"),
        ({"object": "nos offres"}, "/object"),
        ({"text": ""}, "/text"),
        ({"ticked_beforehand": True}, "/ticked_beforehand"),
        ({"captured_at": "2027-01-01T00:00:00Z"}, "/captured_at"),
        ({"covers": []}, "/covers"),
    ],
)
def test_what_is_no_consent_is_refused_by_its_field(shop: Shop, facts: Any, field: str) -> None:
    heard = shop.ask("POST", "/v1/consents", a_body(**facts))

    assert (heard.status, heard.json["code"]) == (422, "no-consent")
    assert [each["pointer"] for each in heard.json["errors"]] == [field]
    assert person(shop)["consents"] == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"number": "12"}, "/number"),
        ({"means": "pigeon"}, "/means"),
        ({"covers": ["fax"]}, "/covers/0"),
        ({"captured_at": "2026-11-20T10:00:00"}, "/captured_at"),
        ({"evidence": {"reference": "a", "sha256": "0"}}, "/evidence/sha256"),
        ({"consented": True}, "/consented"),
    ],
)
def test_what_has_not_the_documented_shape_is_refused_too(
    shop: Shop, facts: Any, field: str
) -> None:
    heard = shop.ask("POST", "/v1/consents", a_body(**facts))

    assert heard.status == 400
    assert [each["pointer"] for each in heard.json["errors"]] == [field]


def test_a_withdrawal_holds_at_once_whatever_they_consented_to(shop: Shop) -> None:
    shop.makes("/v1/consents", a_body())

    shop.makes("/v1/consents/withdrawals", {"number": NUMBER, "means": "letter"})

    (consent,) = person(shop)["consents"]
    assert consent["status"] == "withdrawn"
    assert consent["withdrawn"]["means"] == "letter"
    (withdrawal,) = person(shop)["withdrawals"]
    assert withdrawal["siren"] is None


def test_a_consent_may_last_less_than_a_year(shop: Shop) -> None:
    made = shop.makes("/v1/consents", a_body(expires_at="2026-12-20T10:00:00+01:00"))

    assert made["expires_at"] == "2026-12-20T09:00:00Z"
    shop.clock.passes(days=30)
    assert [each["status"] for each in person(shop)["consents"]] == ["expired"]


def test_an_import_names_each_row_that_it_refuses(shop: Shop) -> None:
    common = {name: each for name, each in CONSENT.items() if name != "captured_at"}
    rows = [
        {"number": NUMBER, "captured_at": "2026-11-01T10:00:00Z"},
        {"number": "nobody", "captured_at": "2026-11-01T10:00:00Z"},
        {"number": "06 39 98 12 35", "captured_at": "2027-11-01T10:00:00Z"},
        {"number": "06 39 98 12 36", "captured_at": "2026-11-01T10:00:00Z"},
    ]
    body = {**common, "evidence": {"reference": "salon-2026.pdf"}, "rows": rows}

    first = shop.makes("/v1/consents/import", body)
    again = shop.makes("/v1/consents/import", body)

    assert (first["recorded"], first["known"]) == (2, 0)
    assert (again["recorded"], again["known"]) == (0, 2)
    assert [(each["row"], each["field"]) for each in first["refused"]] == [
        (1, "number"),
        (2, "captured_at"),
    ]
    (consent,) = person(shop)["consents"]
    assert consent["evidence"]["reference"] == "salon-2026.pdf"


def test_an_import_without_evidence_is_refused(shop: Shop) -> None:
    common = {name: each for name, each in CONSENT.items() if name != "captured_at"}
    rows = [{"number": NUMBER, "captured_at": "2026-11-01T10:00:00Z"}]

    heard = shop.ask("POST", "/v1/consents/import", {**common, "rows": rows})

    assert heard.status == 400
    assert [each["pointer"] for each in heard.json["errors"]] == ["/evidence"]


def test_a_file_that_proves_is_kept_under_what_it_is(shop: Shop) -> None:
    scan = base64.b64encode(b"%PDF-1.7 signed").decode()

    kept = [shop.makes("/v1/consents/evidence", {"content_base64": scan}) for _ in range(2)]

    assert kept[0] == kept[1]
    assert kept[0]["sha256"] == hashlib.sha256(b"%PDF-1.7 signed").hexdigest()
    found = shop.ask("GET", f"/v1/consents/evidence/{kept[0]['sha256']}")
    assert (found.status, found.text) == (302, "")
    assert f"evidence/acct_shop/{kept[0]['sha256']}" in found.headers["Location"]
    made = shop.makes("/v1/consents", a_body(evidence=kept[0]))
    assert made["evidence"] == kept[0]


def test_evidence_that_is_not_kept_here_is_not_said_to_be(shop: Shop) -> None:
    nowhere = {"reference": f"evidence:{'0' * 64}"}

    heard = shop.ask("POST", "/v1/consents", a_body(evidence=nowhere))

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == ["/evidence/reference"]
    assert shop.ask("GET", f"/v1/consents/evidence/{'0' * 64}").status == 404
    assert shop.ask("GET", "/v1/consents/evidence/..").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content_base64": "é"}, "/content_base64"),
        ({"content_base64": base64.b64encode(bytes(2_000_001)).decode()}, "/content_base64"),
        ({"content_base64": "U3RvbGVu", "media": "text/x-python"}, "/media"),
    ],
)
def test_files_that_cannot_be_kept_are_refused_by_their_field(
    shop: Shop, body: dict[str, str], field: str
) -> None:
    heard = shop.ask("POST", "/v1/consents/evidence", body)

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == [field]


def test_an_erasure_says_what_stays_and_why(shop: Shop) -> None:
    consent = shop.makes("/v1/consents", a_body())
    shop.makes("/v1/suppressions", {"number": NUMBER})

    erased = shop.makes("/v1/consents/erasures", {"number": NUMBER})

    assert erased["kept_until"] > "2029-11"
    assert "L223-1" in erased["why"]
    assert not any(NUMBER in str(row) for row in shop.cloud.rows("campaigns"))
    assert shop.gets(f"/v1/consents/{consent['id']}")["status"] == "withdrawn"
    nobody = shop.makes("/v1/consents/erasures", {"number": "+33639981299"})
    assert (nobody["erased_at"], nobody["contacts"]) == (None, 0)
    assert nobody["kept"] == erased["kept"][-4:]  # the hash, and what goes by itself


def test_numbers_are_put_on_lists_and_taken_off(shop: Shop) -> None:
    shop.makes("/v1/suppressions", {"number": "06 12 34 56 78", "reason": "Ne veut plus"})
    shop.makes("/v1/suppressions", {"number": NUMBER, "siren": "732829320"})
    shop.makes("/v1/suppressions", {"number": "+33612*", "campaign": "camp_1"})

    on = person(shop)["suppressions"]
    assert [(each["number"], each["siren"], each["campaign"]) for each in on] == [
        (NUMBER, None, None),
        (NUMBER, "732829320", None),
        ("+33612*", None, "camp_1"),
    ]

    for body in ({"number": NUMBER}, {"number": NUMBER, "siren": "732829320"}):
        assert shop.ask("POST", "/v1/suppressions/releases", body).status == 204
        assert shop.ask("POST", "/v1/suppressions/releases", body).status == 404
    prefix = {"number": "+33612*"}
    assert shop.ask("POST", "/v1/suppressions/releases", prefix).status == 404
    of_campaign = {**prefix, "campaign": "camp_1"}
    assert shop.ask("POST", "/v1/suppressions/releases", of_campaign).status == 204
    assert person(shop)["suppressions"] == []


def test_when_and_why_somebody_was_on_a_list_is_told_when_they_are_on_none(shop: Shop) -> None:
    other = "+33639981277"
    shop.makes("/v1/suppressions", {"number": other, "reason": "Ne veut plus"})
    shop.clock.passes(minutes=5)
    shop.ask("POST", "/v1/suppressions/releases", {"number": other})

    off, on = shop.makes("/v1/consents/search", {"number": other})["listed"]

    assert (on["scope"], on["released"], on["reason"]) == ("account", False, "Ne veut plus")
    assert (off["scope"], off["released"], off["reason"]) == ("account", True, "")
    assert on["by"] == off["by"] != ""
    assert on["at"] < off["at"]


def test_many_numbers_are_put_on_a_list_at_once(shop: Shop) -> None:
    numbers = [f"06 39 98 12 {at:02}" for at in range(60)]

    done = shop.makes("/v1/suppressions/import", {"numbers": [*numbers, "x", numbers[0]]})

    assert done == {
        "suppressed": 60,
        "refused": [{"row": 60, "field": "number", "reason": "not a telephone number"}],
    }
    page = shop.gets("/v1/suppressions?limit=50")
    rest = shop.gets(f"/v1/suppressions?limit=50&cursor={page['next']}")
    assert len({each["number"] for each in (*page["items"], *rest["items"])}) == 60
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "+3*"}, "/number"),
        ({"number": "hello"}, "/number"),
        ({"number": NUMBER, "siren": "123456789"}, "/siren"),
        ({"number": NUMBER, "siren": "732829320", "campaign": "camp_1"}, "/campaign"),
        ({"number": NUMBER, "campaign": "a b"}, "/campaign"),
    ],
)
def test_a_suppression_of_nobody_is_refused_by_its_field(
    shop: Shop, body: dict[str, str], field: str
) -> None:
    heard = shop.ask("POST", "/v1/suppressions", body)

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == [field]


def test_the_person_sees_the_proof_by_a_link_that_says_nothing_of_them(shop: Shop) -> None:
    consent = shop.makes("/v1/consents", a_body(object="<b>Pain</b> livré à domicile"))
    url = consent["proof_url"]

    seen = by_link(shop, url)

    assert seen.status == 200
    assert seen.headers["Content-Type"] == "text/html; charset=utf-8"
    assert seen.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
    assert "&lt;b&gt;Pain&lt;/b&gt;" in seen.text
    assert "+33 6 12 ** ** 78" in seen.text
    assert "20 novembre 2026 à 10:00:00 (heure de Paris, UTC+1)" in seen.text
    assert "valable" in seen.text
    assert re.fullmatch(rf"{BASE_URL}/c/[0-9a-f]{{24}}[\w-]{{24}}", url)
    assert not any(part in url for part in ("612345678", "acct", "shop"))


def test_each_access_to_a_proof_is_a_line(shop: Shop) -> None:
    consent = shop.makes("/v1/consents", a_body())
    by_link(shop, consent["proof_url"])
    by_link(shop, f"{consent['proof_url']}/pdf")
    shop.gets(f"/v1/consents/{consent['id']}")

    ledger = shop.gets(f"/v1/consents/{consent['id']}/ledger")

    looked = [(each["told"]["by"], each["told"]["form"]) for each in ledger["accesses"]]
    assert looked[:2] == [("link", "page"), ("link", "pdf")]
    assert looked[2][0].startswith("key_")
    assert looked[2][1] == "json"
    assert ledger["accesses"][1]["previous"] == ledger["accesses"][0]["seal"]
    assert [each["told"]["kind"] for each in ledger["lines"]] == ["captured"]
    assert ledger["faults"] == []


def test_the_person_withdraws_right_there_once(shop: Shop) -> None:
    consent = shop.makes("/v1/consents", a_body())
    url = consent["proof_url"]
    assert 'method="post"' in by_link(shop, url).text

    shop.clock.now += timedelta(minutes=1)
    done = [by_link(shop, f"{url}/withdraw", "POST") for _ in range(2)]

    assert [each.status for each in done] == [200, 200]
    assert "Boulangerie SARL ne doit plus vous appeler" in done[0].text
    (withdrawal,) = person(shop)["withdrawals"]
    assert (withdrawal["means"], withdrawal["siren"]) == ("link", "732829320")
    seen = by_link(shop, url)
    assert "sur cette page" in seen.text
    assert 'method="post"' not in seen.text


@pytest.mark.parametrize("spoil", [lambda u: u[:-1], lambda u: u[:-1] + "!", lambda u: u + "A"])
@pytest.mark.parametrize(("method", "more"), [("GET", ""), ("GET", "/pdf"), ("POST", "/withdraw")])
def test_a_link_that_is_none_of_ours_opens_nothing(
    shop: Shop, spoil: Any, method: str, more: str
) -> None:
    consent = shop.makes("/v1/consents", a_body())

    heard = by_link(shop, spoil(consent["proof_url"]) + more, method)

    assert heard.status == 404
    assert "Boulangerie" not in heard.text
    assert person(shop)["withdrawals"] == []


def test_a_proof_is_printed_word_for_word(shop: Shop) -> None:
    consent = shop.makes("/v1/consents", a_body())

    heard = by_link(shop, f"{consent['proof_url']}/pdf")

    assert heard.headers["Content-Type"] == "application/pdf"
    assert heard.text.startswith("%PDF-1.7")
    said = [bytes.fromhex(each).decode("cp1252") for each in re.findall("<(.*)> Tj", heard.text)]
    assert "demander la preuve à tout moment" in " ".join(said)
    assert consent["text_hash"] in said
    assert not any(NUMBER in each for each in said)


def test_what_is_printed_is_a_pdf_that_readers_open(shop: Shop) -> None:
    text = "J'accepte " * 300
    consent = shop.makes("/v1/consents", a_body(text=text))

    heard = by_link(shop, f"{consent['proof_url']}/pdf")

    raw = heard.text.encode()
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF", raw)[0])
    table = raw[start:].split(b"\n")
    assert table[0] == b"xref"
    for number, entry in enumerate(table[2 : 2 + int(table[1].split()[1])]):
        offset, _, kind = entry.split()
        if kind == b"n":
            assert raw[int(offset) :].startswith(b"%d 0 obj" % number)
    assert raw.count(b"<</Type /Page/Parent") == 2


def test_a_text_without_a_space_is_wrapped_in_no_time() -> None:
    text = "W" * 4_000
    began = process_time()

    lines = list(documents.wrapped(text))

    assert "".join(lines) == text
    assert max(map(documents.width, lines)) <= documents.WIDTH - 2 * documents.MARGIN
    assert process_time() - began < 2  # it took nine seconds


def test_a_proof_is_shown_though_the_look_cannot_be_written_down(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable("the table did not answer")

    consent = shop.makes("/v1/consents", a_body())
    monkeypatch.setattr(consents_wiring.store(), "append", fail)

    assert by_link(shop, consent["proof_url"]).status == 200


def test_letters_that_the_pdf_cannot_show_are_said_to_be_missing(shop: Shop) -> None:
    consent = shop.makes("/v1/consents", a_body(text="أوافق على أن تتصل بي Boulangerie SARL"))

    heard = by_link(shop, f"{consent['proof_url']}/pdf")

    said = " ".join(
        bytes.fromhex(each).decode("cp1252") for each in re.findall("<(.*)> Tj", heard.text)
    )
    assert "la page en ligne les montre tous" in said
    assert "أوافق" in by_link(shop, consent["proof_url"]).text
