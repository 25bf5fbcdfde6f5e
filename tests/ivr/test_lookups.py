"""What a flow asks a customer's server, and what it makes of the answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.answers import LONGEST_TEXT, is_path, value_at
from chalicelib.ivr.lookup_checks import MOST_FIELDS, faults_of
from chalicelib.ivr.lookups import Lookup, LookupRequest, Method, read_answer
from chalicelib.kernel.internet import read_url

URL = "https://crm.example.fr/clients"
ANSWER = {"order.status": "/orders/0/status"}

odd = st.sampled_from([".", "..", "...", "/", "../..", "%2e%2e", "?", "#", "{{b}}", "\ud800"])
values = odd | st.text(st.characters(codec="utf-8"), max_size=30) | st.integers() | st.booleans()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def a_lookup(**changes: Any) -> Lookup:
    return Lookup(**{"url": URL, "answer": ANSWER} | changes)


def faults(**changes: Any) -> dict[str, str]:
    return {fault.pointer: fault.reason for fault in faults_of(a_lookup(**changes))}


def test_values_travel_in_the_body_unless_the_customer_wants_otherwise() -> None:
    lookup = a_lookup(fields={"number": "{{caller.number}}", "note": "shop {{shop}}!", "vip": True})

    request = lookup.request({"caller.number": "+33612345678", "shop": "Lyon"})

    assert request.method is Method.POST
    assert request.url == URL
    assert json.loads(request.body) == {
        "number": "+33612345678",
        "note": "shop Lyon!",
        "vip": True,
    }


def test_a_template_alone_keeps_the_type_of_its_value() -> None:
    lookup = a_lookup(fields={"n": "{{n}}", "b": "{{ b }}", "text": "{{n}} {{b}}", "none": "{{x}}"})

    body = json.loads(lookup.request({"n": 3, "b": False}).body)

    assert body == {"n": 3, "b": False, "text": "3 false", "none": None}


def test_values_of_a_get_are_encoded_into_its_query() -> None:
    lookup = a_lookup(
        method=Method.GET,
        url=URL + "/{{id}}?lang=fr",
        fields={"name": "{{name}}", "unknown": "{{x}}", "vip": "{{vip}}"},
    )

    request = lookup.request({"id": "a/b?c#d", "name": "Zoé & Léo=1", "vip": True})

    assert request.body == ""
    assert request.url.startswith(URL + "/a%2Fb%3Fc%23d?lang=fr&name=")
    assert parse_qs(urlsplit(request.url).query) == {
        "lang": ["fr"],
        "name": ["Zoé & Léo=1"],
        "vip": ["true"],
    }


@given(st.dictionaries(st.sampled_from(["a", "b"]), values))
def test_no_value_changes_whom_is_asked_or_which_folder(known: dict[str, Any]) -> None:
    lookup = a_lookup(url=URL + "/{{a}}/orders/{{b}}?q={{a}}", method=Method.GET)

    read = read_url(lookup.request(known).url)

    path = read.target.partition("?")[0]
    assert read.host == "crm.example.fr"
    assert path.count("/") == 4
    assert path.startswith("/clients/")
    assert not {".", ".."} & set(path.split("/"))


def test_equal_requests_are_equal_whatever_they_were_made_from() -> None:
    lookup = a_lookup(fields={"n": "{{n}}"})

    assert lookup.request({"n": 1, "other": "x"}) == lookup.request({"n": 1})
    assert hash(lookup.request({"n": 1})) == hash(lookup.request({"n": 1}))
    assert lookup.request({"n": 1}) != lookup.request({"n": "1"})


def test_the_variables_that_a_lookup_takes_are_known() -> None:
    lookup = a_lookup(url=URL + "/{{a.b}}", fields={"x": "{{c}} {{ d }}", "y": 1})

    assert lookup.variables() == {"a.b", "c", "d"}


DATA = {
    "orders": [{"status": "sent", "total": "12.50", "n": 3, "paid": True, "none": None}],
    "a/b": {"~": "odd"},
    "": {"": "empty"},
    "0": "zero",
    "float": 12.5,
    "whole": 3.0,
    "huge": 10**30,
    "endless": 10**5_000,
    "infinite": float("inf"),
    "not": float("nan"),
    "long": "x" * (LONGEST_TEXT + 1),
    "just": "x" * LONGEST_TEXT,
    "control": "a\x00b",
    "half": "\ud800",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/orders/0/status", "sent"),
        ("orders.0.status", "sent"),
        ("/orders/0/total", "12.50"),
        ("/orders/0/n", 3),
        ("/orders/0/paid", True),
        ("/orders/0/none", None),
        ("/orders/1/status", None),
        ("/orders/-1/status", None),
        ("/orders/00/status", None),
        ("/orders/x", None),
        ("/orders", None),
        ("/orders/0", None),
        ("/orders/0/status/deeper", None),
        ("/a~1b/~0", "odd"),
        ("//", "empty"),
        ("0", "zero"),
        ("float", "12.5"),
        ("whole", "3.0"),
        ("huge", str(10**30)),
        ("endless", None),
        ("infinite", None),
        ("not", None),
        ("long", None),
        ("just", "x" * LONGEST_TEXT),
        ("control", None),
        ("half", None),
        ("nothing", None),
    ],
)
def test_a_path_leads_to_a_value_or_to_nothing(path: str, value: object) -> None:
    found = value_at(DATA, path)

    assert found == value
    assert type(found) is type(value)


def test_what_is_not_there_is_absent() -> None:
    answer = (("order.status", "/orders/0/status"), ("order.date", "/orders/0/date"))

    assert read_answer(DATA, answer) == {"order.status": "sent"}
    assert read_answer(["x"], (("first", "/0"),)) == {"first": "x"}
    assert read_answer(None, answer) == {}


@given(json_values, st.text(max_size=12) | st.sampled_from(["/0", "/a/0", "a.b", "/0/0/0"]))
def test_no_answer_can_fail_a_call(data: object, path: str) -> None:
    found = read_answer(data, (("x", path),)) if is_path(path) else {}

    assert all(isinstance(value, str | int | bool) for value in found.values())
    json.dumps(found).encode()
    "".join(str(value) for value in found.values()).encode()


def test_a_sound_lookup_has_no_faults() -> None:
    sound = {
        "url": "https://crm.example.fr:8443/a/{{caller.number}}?b={{c}}",
        "method": Method.GET,
        "fields": {"a": "{{b}}", "n": 1},
        "headers": {"X-Api-Key": "k 1", "Authorization": "Bearer abc"},
        "answer": {"order.status": "/orders/0/status", "client": "name"},
        "timeout_seconds": 1,
        "cache_seconds": 3_600,
        "secret": 2,
    }

    assert faults(**sound) == {}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example.fr/", "must begin with https://"),
        ("https://10.0.0.1/", "must name its host, not give an address"),
        ("https://u:p@crm.example.fr/", "must not hold a user name or password"),
        ("https://{{host}}/", "not in its host"),
        ("https://crm.{{ domain }}.fr/", "not in its host"),
        ("https://crm.example.fr{{path}}", "not in its host"),
        ("https://crm.example.fr:{{port}}/", "not in its host"),
        ("{{url}}", "not in its host"),
        ("https://crm.example.fr/{{a", "no {{variable}}"),
        ("https://crm.example.fr/{{a|upper}}", "no {{variable}}"),
        ("https://crm.example.fr/{{1}}", "no {{variable}}"),
    ],
)
def test_a_url_is_judged_before_anybody_calls(url: str, why: str) -> None:
    assert list(faults(url=url)) == ["/url"]
    assert why in faults(url=url)["/url"]


@pytest.mark.parametrize(
    ("changes", "pointer", "why"),
    [
        ({"fields": {"a": "{{b"}}, "/fields/a", "no {{variable}}"),
        ({"fields": {"a/b": "}}"}}, "/fields/a~1b", "no {{variable}}"),
        ({"fields": {str(n): n for n in range(MOST_FIELDS + 1)}}, "/fields", "too many fields"),
        ({"headers": {"Host": "x"}}, "/headers/Host", "the platform sends itself"),
        ({"headers": {"COOKIE": "x"}}, "/headers/COOKIE", "the platform sends itself"),
        ({"headers": {"webhook-id": "x"}}, "/headers/webhook-id", "the platform sends itself"),
        ({"headers": {"a b": "x"}}, "/headers/a b", "no name of a header"),
        ({"headers": {"a": "x\r\ny"}}, "/headers/a", "must be ASCII text"),
        ({"headers": {"a": ""}}, "/headers/a", "must be ASCII text"),
        ({"headers": {"a": "é"}}, "/headers/a", "must be ASCII text"),
        ({"headers": {f"a{n}": "x" for n in range(11)}}, "/headers", "too many headers"),
        ({"answer": {}}, "/answer", "must name from 1 to"),
        ({"answer": {"Order": "a"}}, "/answer/Order", "no name of a variable"),
        ({"answer": {"a..b": "a"}}, "/answer/a..b", "no name of a variable"),
        ({"answer": {"a": ""}}, "/answer/a", "must be a path"),
        ({"answer": {"a": "x..y"}}, "/answer/a", "must be a path"),
        ({"answer": {"a": "/x~2"}}, "/answer/a", "must be a path"),
        ({"timeout_seconds": 4}, "/timeout_seconds", "from 1 to 3, not 4"),
        ({"timeout_seconds": 0}, "/timeout_seconds", "from 1 to 3, not 0"),
        ({"cache_seconds": 3_601}, "/cache_seconds", "from 0 to 3600"),
        ({"secret": 0}, "/secret", "from 1 to 99"),
    ],
)
def test_a_fault_says_where_and_why(changes: dict[str, Any], pointer: str, why: str) -> None:
    found = faults(**changes)

    assert list(found) == [pointer]
    assert why in found[pointer]


def test_every_fault_is_found_at_once() -> None:
    found = faults(url="ftp://x", answer={"A": "b"}, timeout_seconds=9, secret=100)

    assert list(found) == ["/url", "/answer/A", "/timeout_seconds", "/secret"]


def test_a_request_can_be_written_by_hand() -> None:
    assert LookupRequest(url=URL).method is Method.POST
