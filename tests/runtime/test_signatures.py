"""Who may call our webhooks: Twilio's published vectors, and what stands between it and us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

import pytest
from chalice.app import Request
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.runtime import secrets
from chalicelib.runtime.form import Form
from chalicelib.runtime.webhook import is_genuine
from tests.gateway import DOMAIN, FORM, event, sign

VECTORS = json.loads((Path(__file__).parent / "data" / "signature_vectors.json").read_text())
FIELDS = {"CallSid": "CA1", "From": "+33612345678", "To": "+33162012345", "Digits": ""}


@pytest.fixture(autouse=True)
def _tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, "12345")


def known(monkeypatch: pytest.MonkeyPatch, *tokens: str) -> None:
    credentials = secrets.TwilioCredentials("AC1", tokens)
    monkeypatch.setattr(secrets, "twilio", lambda: credentials)


def received(
    url: str, signature: str, body: str, *, kind: str = FORM, public_url: str | None = None
) -> Form:
    """Read a request for `url`, which reached us through a proxy at its host."""
    parts = urlsplit(url)
    headers = {"X-Twilio-Signature": signature, "Content-Type": kind}
    query = parse_qsl(parts.query, keep_blank_values=True)
    request = Request(event("POST", parts.path, query=query, headers=headers, body=body))
    host = f"{parts.scheme}://{parts.netloc}" if public_url is None else public_url
    return Form.from_request(request, host)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_published_vector_is_judged_as_published(vector: dict[str, Any]) -> None:
    kind = FORM if vector["body"] is None else "application/json"
    body = vector["body"] or urlencode(vector["params"] or {}, doseq=True)

    form = received(vector["url"], vector["signature"], body, kind=kind)

    assert vector["token"] == "12345"
    assert is_genuine(form) is vector["valid"]


def test_every_published_vector_is_here() -> None:
    names = {vector["name"] for vector in VECTORS}

    assert len(names) == len(VECTORS) == 33
    assert sum(not vector["valid"] for vector in VECTORS) == 2


@pytest.mark.parametrize(
    ("mapping", "public"),
    [
        ("/api", f"https://{DOMAIN}/api"),
        ("", f"https://{DOMAIN}"),
        ("/v9/eu", f"https://{DOMAIN}/v9/eu"),
    ],
    ids=["a stage", "a custom domain", "a custom domain with a base path"],
)
def test_the_address_is_the_one_the_gateway_was_reached_by(mapping: str, public: str) -> None:
    path = "/voice/flows/flow_1/3/menu"
    signature = sign(f"{public}{path}", {"CallSid": "CA1"})
    parts = {"flow_id": "flow_1", "version": "3", "node": "menu"}

    request = event(
        "POST",
        "/voice/flows/{flow_id}/{version}/{node}",
        parts=parts,
        headers=signed(signature),
        body="CallSid=CA1",
        mapping=mapping,
    )

    form = Form.from_request(Request(request), "")
    assert form.base_url == public
    assert is_genuine(form)


def test_behind_a_proxy_the_public_url_is_the_configured_one() -> None:
    public = "https://telephone.example.fr/cadran/"
    signature = sign("https://telephone.example.fr/cadran/voice/incoming", {"CallSid": "CA1"})

    request = event("POST", "/voice/incoming", headers=signed(signature), body="CallSid=CA1")

    assert is_genuine(Form.from_request(Request(request), public))
    assert not is_genuine(Form.from_request(Request(request), ""))


def test_a_forwarded_host_is_not_believed() -> None:
    signature = sign("https://attacker.example/api/voice/incoming", {"CallSid": "CA1"})
    headers = signed(signature) | {
        "Host": "attacker.example",
        "X-Forwarded-Host": "attacker.example",
    }

    request = event("POST", "/voice/incoming", headers=headers, body="CallSid=CA1")

    assert not is_genuine(Form.from_request(Request(request), ""))


@pytest.mark.parametrize(
    "query",
    [
        "fallback=%2B33162012345",
        "b=2&a=1",
        "a=1&b=2",
        "name=Marie%20Curie&x=%C3%A9",
        "name=Marie+Curie",
        "next=https://example.fr/a,b;c&x=1",
        "empty=&flag=",
        "a=1&a=2",
        "percent=100%25&and=a%26b%3Dc%23d",
    ],
)
def test_a_query_is_recognised_as_it_was_configured(query: str) -> None:
    url = f"https://example.fr/voice/incoming?{query}"

    form = received(url, sign(url, {"CallSid": "CA1"}), "CallSid=CA1")

    assert is_genuine(form)


def test_a_query_that_the_gateway_reordered_is_still_ours() -> None:
    url = "https://example.fr/voice/incoming?a=1&b=2&c=3"
    signature = sign(url, {"CallSid": "CA1"})

    form = received(url.replace("a=1&b=2&c=3", "c=3&a=1&b=2"), signature, "CallSid=CA1")

    assert is_genuine(form)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=6), st.text(max_size=8)), max_size=4))
def test_whatever_spelling_is_tried_means_what_was_received(pairs: list[tuple[str, str]]) -> None:
    request = Request(event("POST", "/voice/incoming", query=pairs))

    form = Form.from_request(request, "https://example.fr")

    grouped = sorted(pairs)
    for url in form.urls:
        assert sorted(parse_qsl(url.partition("?")[2], keep_blank_values=True)) == grouped


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=8), max_size=4))
def test_a_query_of_anything_is_recognised_however_it_was_encoded(query: dict[str, str]) -> None:
    for encode in (quote, quote_plus):
        url = "https://example.fr/voice/incoming?" + "&".join(
            f"{encode(name, safe='')}={encode(value, safe='')}" for name, value in query.items()
        )
        form = received(url.rstrip("?"), sign(url.rstrip("?"), {}), "")

        assert is_genuine(form), (url, form.urls)


def test_both_tokens_are_believed_while_they_are_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, "new", "old")
    url = "https://example.fr/voice/incoming"

    believed = [
        is_genuine(received(url, sign(url, {"CallSid": "CA1"}, token), "CallSid=CA1"))
        for token in ("new", "old", "older")
    ]

    assert believed == [True, True, False]


@pytest.mark.parametrize(
    "body",
    [
        "CallSid=CA2",
        "CallSid=CA1&Digits=1",
        "CallSid=CA1&CallSid=CA2",
        "callsid=CA1",
        "",
    ],
    ids=["another value", "one more", "a repeated one", "another case", "none"],
)
def test_a_signature_does_not_cover_other_parameters(body: str) -> None:
    url = "https://example.fr/voice/incoming"
    signature = sign(url, {"CallSid": "CA1"})

    assert is_genuine(received(url, signature, "CallSid=CA1"))
    assert not is_genuine(received(url, signature, body))


@pytest.mark.parametrize(
    "other",
    [
        "https://example.fr/voice/status?fallback=%2B33162012345",
        "https://example.fr/voice/incoming?fallback=%2B33899000000",
        "https://example.fr/voice/incoming",
        "https://example.fr/voice/incoming?fallback=%2B33162012345&x=1",
        "https://example.fr/voice/incoming?fallback=%252B33162012345",
        "https://example.org/voice/incoming?fallback=%2B33162012345",
    ],
    ids=["another path", "another value", "none", "one more", "encoded twice", "another host"],
)
def test_a_signature_does_not_cover_another_url(other: str) -> None:
    url = "https://example.fr/voice/incoming?fallback=%2B33162012345"
    signature = sign(url, {"CallSid": "CA1"})

    assert is_genuine(received(url, signature, "CallSid=CA1"))
    assert not is_genuine(received(other, signature, "CallSid=CA1"))


def test_a_parameter_cannot_be_smuggled_inside_another() -> None:
    signature = sign("https://example.fr/voice/incoming?a=1&b=2", {})

    form = received("https://example.fr/voice/incoming?a=1%26b%3D2", signature, "")

    assert form.query == {"a": "1&b=2"}
    assert not is_genuine(form)


@pytest.mark.parametrize("signature", ["", "=", "é" * 28, "x" * 28, " "])
def test_no_signature_is_no_signature(signature: str) -> None:
    form = received("https://example.fr/voice/incoming", signature, "CallSid=CA1")

    assert not is_genuine(form)


def test_a_json_body_must_be_covered_by_the_signed_url() -> None:
    url = "https://example.fr/messages/status"
    signature = sign(url, {})

    form = received(url, signature, '{"CallSid": "CA1"}', kind="application/json")

    assert not is_genuine(form)


def test_repeated_parameters_are_signed_as_twilio_does_and_the_last_is_read() -> None:
    url = "https://example.fr/voice/status"
    fields: dict[str, str | list[str]] = {"Digits": ["5", "1", "1"], "CallSid": "CA1"}

    form = received(url, sign(url, fields), urlencode(fields, doseq=True))

    assert is_genuine(form)
    assert form.required("Digits") == "1"


def test_the_fallback_travels_in_the_url_and_nothing_but_a_number_is_taken() -> None:
    def fallback(text: str) -> str | None:
        query = urlencode({"fallback": text})
        return received(f"https://example.fr/voice/incoming?{query}", "", "").fallback

    assert fallback("+33162012345") == "+33162012345"
    for nonsense in ("", "0162012345", "+33162012345\n", "+0162012345", "+33", "sip:a@b", "+33 1"):
        assert fallback(nonsense) is None


def test_an_empty_parameter_is_as_good_as_none() -> None:
    form = received("https://example.fr/voice/incoming", "", urlencode(FIELDS))

    assert form.optional("Digits") is None
    assert form.optional("Unknown") is None
    with pytest.raises(Rejected) as refusal:
        form.required("Digits")
    assert refusal.value.facts == {"parameter": "Digits"}


def signed(signature: str) -> dict[str, str]:
    return {"X-Twilio-Signature": signature, "Content-Type": FORM}
