"""The IVR's doors: the carrier's webhooks in Twilio's words, and the API of flows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from app import app as product
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import wiring
from local.phone.twiml.document import from_text
from tests.directory.builders import a_client, a_line
from tests.gateway import BASE_URL, ask, ring
from tests.ivr.builders import (
    AT_NIGHT,
    AT_WORK,
    OURS,
    SALES,
    SUPPORT,
    a_dial,
    a_document,
    a_menu,
    a_say,
    a_voicemail,
    some_hours,
)

if TYPE_CHECKING:
    from chalice.app import Chalice

    from tests.clouds import Cloud
    from tests.gateway import Heard

KEY = "acct_client/flows:*"
FALLBACK = "+33162019999"
INCOMING = "/voice/incoming?fallback=%2B33162019999"
DOCUMENT = a_document(
    hours=some_hours(open="menu", closed="box"),
    menu=a_menu(choices={"1": "sales", "2": "long"}),
    sales=a_dial(SALES, SUPPORT, no_answer="box"),
    long=a_say("a" * 3000, next="longer"),
    longer=a_say("b" * 3000, next="longest"),
    longest=a_say("c" * 3000, next="menu"),
    box=a_voicemail(),
)
BROKEN = a_document(menu=a_menu(choices={"1": "nowhere"}))


@pytest.fixture
def app(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    """The product, with one line of one account. A key is `<account>/<scope>`."""

    def authenticate(header: str, _: str | None) -> Principal:
        account, _, scope = header.removeprefix("Bearer ").partition("/")
        return Principal(
            account_id=account, key_account_id=account, key_id="k", scopes=frozenset({scope})
        )

    monkeypatch.setattr(wiring, "authenticate", authenticate)
    monkeypatch.setattr(wiring, "clock", lambda: AT_WORK)
    account = wiring.directory().add_account(a_client(parent_id=None))
    line = a_line(number=OURS, flow_id="flow_1", fallback=FALLBACK, version=0)
    wiring.directory().put_line(line, account)
    return product


@pytest.fixture
def line(app: Chalice, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    """The product, whose line answers with DOCUMENT."""
    flows = wiring.flows()
    flows.publish(
        flows.create("acct_client", "flow_1", DOCUMENT, AT_WORK).header, DOCUMENT, AT_WORK
    )
    return app


def incoming(app: Chalice, path: str = INCOMING, **fields: str) -> Heard:
    known = {"CallSid": "CA1", "From": "+33612345678", "To": OURS, "CallStatus": "ringing"}
    heard = ring(app, path, {**known, **fields})
    assert heard.headers["Content-Type"].startswith("text/xml")
    assert from_text(heard.text).findings == ()
    return heard


def comes_back(app: Chalice, heard: Heard, **fields: str) -> Heard:
    """Follow the first way back that an answer names."""
    ways = [
        each.get("action") or (each.text if each.tag == "Redirect" else None)
        for each in ElementTree.fromstring(heard.text)
    ]
    url = next(way for way in ways if way)
    assert url.startswith(BASE_URL)
    parts = urlsplit(url.removeprefix(BASE_URL))
    return incoming(app, f"{parts.path}?{parts.query}", CallStatus="in-progress", **fields)


def events(call_id: str = "CA1") -> list[tuple[str, str]]:
    return [(e.kind, e.id) for e in wiring.calls().load("acct_client", call_id).events]


# Calls.


def test_a_forwarded_call_from_ring_to_hang_up(line: Chalice) -> None:
    menu = incoming(line)
    assert "<Gather" in menu.text

    sales = comes_back(line, menu, Digits="1")
    assert f"<Number>{SALES}</Number>" in sales.text

    support = comes_back(line, sales, DialCallStatus="busy", DialCallSid="CA2")
    assert f"<Number>{SUPPORT}</Number>" in support.text

    over = comes_back(
        line, support, DialCallStatus="completed", DialCallDuration="95", DialCallSid="CA3"
    )
    assert over.text.endswith("<Response><Hangup /></Response>")
    call = wiring.calls().load("acct_client", "CA1")
    assert (call.talk_seconds, call.answered_by) == (95, (SUPPORT,))
    assert events() == [
        ("received", "received"),
        ("pressed", "step:1"),
        ("dialled", "step:2"),
        ("rang", "step:2:rang"),
        ("dialled", "step:3"),
        ("rang", "step:3:rang"),
    ]


def test_at_night_a_caller_leaves_a_message(line: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "clock", lambda: AT_NIGHT)

    box = incoming(line)
    assert "<Record" in box.text
    comes_back(line, box, RecordingUrl="https://x/RE7", RecordingDuration="9", Digits="hangup")

    (message,) = wiring.calls().load("acct_client", "CA1").messages
    assert (message.recording_id, message.seconds) == ("RE7", 9)


def test_silence_is_what_comes_back_without_anything(line: Chalice) -> None:
    asked_again = comes_back(line, incoming(line), Digits="")

    assert events()[1:] == [("went-silent", "step:1")]
    assert "attempt=2" in asked_again.text


def test_coming_back_for_more_is_not_silence(line: Chalice) -> None:
    part = comes_back(line, incoming(line), Digits="2")
    assert "arriving=1" in part.text

    menu = comes_back(line, part)

    assert "<Gather" in menu.text
    assert "attempt=1" in menu.text
    assert [kind for kind, _ in events()] == ["received", "pressed"]


def test_a_webhook_delivered_twice_is_answered_and_logged_once(line: Chalice) -> None:
    first, second = incoming(line), incoming(line)
    assert first.text == second.text

    assert comes_back(line, first, Digits="1").text == comes_back(line, first, Digits="1").text

    assert events() == [
        ("received", "received"),
        ("pressed", "step:1"),
        ("rang", "step:2:rang"),
    ]


def test_a_withheld_caller_is_served_and_nobody_is_made_up(line: Chalice) -> None:
    for at, withheld in enumerate(["anonymous", "unknown", "+266696687", ""]):
        caller = {"From": withheld, "CallSid": f"CA{at}"}

        sales = comes_back(line, incoming(line, **caller), Digits="1", **caller)

        assert f'callerId="{OURS}"' in sales.text, withheld
        assert wiring.calls().load("acct_client", f"CA{at}").caller is None


def test_an_unknown_number_is_out_of_service(line: Chalice) -> None:
    heard = incoming(line, To="+33162010000")

    assert "pas en service" in heard.text
    assert heard.text.endswith("<Hangup /></Response>")


def test_an_unpublished_flow_apologises_and_is_logged(app: Chalice) -> None:
    heard = incoming(app)

    assert "désolés" in heard.text
    assert events() == [("received", "received"), ("fell-back", "refused")]


def test_while_the_flows_table_is_down_callers_reach_the_fallback(
    line: Chalice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring.flows()._published, "_load", _down)

    heard = incoming(line)

    assert FALLBACK in heard.text


def _down(key: object) -> Any:
    raise Unavailable("the table is down")


def test_the_fallback_route_needs_nothing_but_its_url(
    line: Chalice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "ivr_ports", _down)

    rung = incoming(line, "/voice/fallback?fallback=%2B33162019999", ErrorCode="11200")
    sorry = incoming(line, "/voice/fallback", ErrorCode="11200")

    assert FALLBACK in rung.text
    assert "désolés" in sorry.text


def test_an_address_we_never_wrote_is_answered_with_an_apology(line: Chalice) -> None:
    for path in (
        "/voice/flows/flow_1/1/menu?step=1",
        "/voice/flows/flow_1/one/menu?account=acct_client&step=1",
        "/voice/flows/flow_1/1/menu?account=acct_client&step=-1",
    ):
        assert "désolés" in incoming(line, path).text, path


def test_unsigned_webhooks_store_nothing(line: Chalice) -> None:
    fields = {"CallSid": "CA9", "From": "+33612345678", "To": OURS}

    for path in (INCOMING, "/voice/flows/flow_1/1/menu?account=acct_client", "/voice/fallback"):
        assert ring(line, path, {**fields}, signature="wrong").status == 403

    assert wiring.calls().page(_all_calls(), 10).calls == ()


def _all_calls() -> Any:
    from chalicelib.calls.call import CallQuery

    return CallQuery(account_id="acct_client")


# The API.


def create(app: Chalice, document: Any = DOCUMENT, key: str = KEY) -> Heard:
    return ask(app, "POST", "/v1/flows", body={"document": document}, key=key)


def test_a_flow_is_drafted_published_and_answers(app: Chalice) -> None:
    created = create(app, BROKEN)
    path = created.headers["Location"]
    assert (created.status, created.headers["ETag"]) == (201, '"1"')
    assert [fault["pointer"] for fault in created.json["faults"]] == ["/nodes/menu/choices/1"]

    refused = ask(app, "POST", f"{path}/publish", key=KEY)
    assert (refused.status, refused.json["code"]) == (422, "flow-refused")
    assert [error["pointer"] for error in refused.json["errors"]] == ["/nodes/menu/choices/1"]

    saved = ask(
        app,
        "PUT",
        f"{path}/draft",
        body={"document": DOCUMENT},
        key=KEY,
        headers={"if-match": '"1"'},
    )
    assert (saved.status, saved.headers["ETag"], saved.json["faults"]) == (200, '"2"', [])

    published = ask(app, "POST", f"{path}/publish", key=KEY, headers={"if-match": '"2"'})
    assert (published.status, published.json["version"]) == (201, 1)
    shown = ask(app, "GET", f"{path}/versions/1", key=KEY)
    assert shown.json["document"] == DOCUMENT
    assert ask(app, "GET", path, key=KEY).json["published_version"] == 1


def test_a_draft_is_changed_only_by_those_who_saw_it(app: Chalice) -> None:
    path = create(app).headers["Location"]
    body = {"document": DOCUMENT}

    unseen = ask(app, "PUT", f"{path}/draft", body=body, key=KEY)
    stale = ask(app, "PUT", f"{path}/draft", body=body, key=KEY, headers={"if-match": '"7"'})

    assert (unseen.status, stale.status) == (428, 412)


def test_flows_and_versions_are_listed_by_pages(app: Chalice) -> None:
    paths = {create(app).headers["Location"] for _ in range(3)}
    path = next(iter(paths))
    ask(app, "POST", f"{path}/publish", key=KEY)

    first = ask(app, "GET", "/v1/flows?limit=2", key=KEY).json
    rest = ask(app, "GET", f"/v1/flows?limit=2&cursor={first['next']}", key=KEY).json
    versions = ask(app, "GET", f"{path}/versions", key=KEY).json

    assert {f"/v1/flows/{flow['id']}" for flow in first["items"] + rest["items"]} == paths
    assert rest["next"] is None
    assert [each["version"] for each in versions["items"]] == [1]


def test_another_account_sees_nothing_of_a_flow(app: Chalice) -> None:
    path = create(app).headers["Location"]
    ask(app, "POST", f"{path}/publish", key=KEY)
    cursor = ask(app, "GET", "/v1/flows?limit=1", key=KEY).json["next"] or "none"
    other, body = "acct_other/flows:*", {"document": DOCUMENT}

    seen = [
        ask(app, "GET", path, key=other),
        ask(app, "PUT", f"{path}/draft", body=body, key=other, headers={"if-match": '"1"'}),
        ask(app, "POST", f"{path}/publish", key=other),
        ask(app, "GET", f"{path}/versions", key=other),
        ask(app, "GET", f"{path}/versions/1", key=other),
    ]

    assert [heard.status for heard in seen] == [404] * 5
    assert ask(app, "GET", "/v1/flows", key=other).json["items"] == []
    assert ask(app, "GET", f"/v1/flows?cursor={cursor}", key=other).status == 422


# What is sent, how it is answered, and where the fault is (None: it depends on the parser).
NO_FLOWS: list[tuple[str, int, str | None]] = [
    ("{", 400, ""),
    ("{}", 400, "/document"),
    ('{"document": []}', 400, "/document"),
    ('{"document": {}, "x": 1}', 400, "/x"),
    ('{"document": {"a": NaN}}', 400, "/document"),
    ('{"document": {"a": 1e999}}', 400, "/document"),
    ('{"document": {"\\ud800": 1}}', 400, None),
    (json.dumps({"document": {"a": "b" * 400_000}}), 422, "/document"),
    ("[" * 100_000, 400, None),
]


def test_what_is_no_flow_is_refused_with_its_place(app: Chalice) -> None:
    for body, status, pointer in NO_FLOWS:
        heard = ask(app, "POST", "/v1/flows", body=body, key=KEY)

        assert heard.status == status, (body[:50], heard.text)
        if pointer is not None:
            assert pointer in [error["pointer"] for error in heard.json["errors"]], body[:50]


def test_reading_flows_takes_another_scope_than_writing_them(app: Chalice) -> None:
    reader = "acct_client/flows:read"

    assert ask(app, "GET", "/v1/flows", key=reader).status == 200
    assert create(app, key=reader).status == 403


def test_a_version_that_cannot_be_is_not_found(app: Chalice) -> None:
    path = create(app).headers["Location"]

    for version in ("0", "x", "-1", "1.5", "9" * 20):
        assert ask(app, "GET", f"{path}/versions/{version}", key=KEY).status == 404, version
