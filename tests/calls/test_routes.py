"""The call log over HTTP: the carrier's notices in, lists and exports out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

import boto3
import pytest
from botocore.stub import Stubber

from app import app as product
from chalicelib.calls import handlers, routes
from chalicelib.calls.store import CallRow
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import secrets, wiring
from tests.calls import builders as a
from tests.clouds import PEPPER, requests_counted
from tests.gateway import Heard, ask, ring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalice.app import Chalice

    from tests.clouds import Cloud

STATUS = {"CallSid": "CA1", "CallStatus": "completed", "CallDuration": "95"}
OF_ACC_1 = "?account=acc_1&shards=1"


@pytest.fixture
def app(cloud: Cloud, door: Chalice) -> Chalice:
    """The product on a cloud of its own."""
    return door


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Chalice:
    """The product for questions that never reach the cloud. A key is `<account>/<scope>`."""

    def authenticate(header: str, _: str | None) -> Principal:
        account, _, scope = header.removeprefix("Bearer ").partition("/")
        return Principal(
            account_id=account, key_account_id=account, key_id="k", scopes=frozenset({scope})
        )

    monkeypatch.setattr(wiring, "authenticate", authenticate, raising=False)
    monkeypatch.setattr(wiring, "clock", lambda: a.NOON + timedelta(seconds=95))
    monkeypatch.setattr(secrets, "pepper", lambda: PEPPER)
    return product


def get(app: Chalice, path: str, key: str = "acc_1/calls:read") -> Heard:
    return ask(app, "GET", path, key=key)


def order(app: Chalice, body: Mapping[str, Any], key: str = "acc_1/calls:read") -> Heard:
    return ask(app, "POST", "/v1/calls/exports", body=body, key=key)


def work_off_exports(cloud: Cloud) -> None:
    bodies = [json.dumps(message) for message in cloud.messages("exports")]
    handlers.write_exports(bodies, wiring.export_desk(lambda: 900.0))


def test_the_end_of_a_call_is_noted_with_one_request(app: Chalice) -> None:
    a.log_call(wiring.calls(), a.received(), a.pressed(), a.dialled())

    with requests_counted(CallRow) as sent:
        heard = ring(app, "/voice/status", {**STATUS})

    assert (heard.status, sent) == (200, ["UpdateItem"])
    assert wiring.calls().load("acc_1", "CA1").seconds == 95


def test_a_notice_for_a_call_never_seen_waits_for_its_beginning(app: Chalice) -> None:
    ring(app, "/voice/status", {**STATUS})

    a.log_call(wiring.calls(), a.received())

    assert wiring.calls().load("acc_1", "CA1").ended


def test_a_destination_that_answers_connects_its_parent_s_call(app: Chalice) -> None:
    a.log_call(wiring.calls(), a.received())
    leg = {"CallSid": "CA9", "ParentCallSid": "CA1", "CallStatus": "in-progress"}

    ring(app, f"/voice/status{OF_ACC_1}", {**leg})

    assert get(app, "/v1/calls/CA1").json["state"] == "connected"


def test_a_message_s_file_makes_the_call_a_voicemail(app: Chalice) -> None:
    a.log_call(wiring.calls(), a.received(), a.ended())
    told = {"CallSid": "CA1", "RecordingSid": "RE1", "RecordingStatus": "completed"}

    ring(
        app,
        f"/voice/recordings{OF_ACC_1}",
        {**told, "RecordingDuration": "17", "RecordingSource": "RecordVerb"},
    )

    call = get(app, "/v1/calls/CA1").json
    assert (call["outcome"], call["messages"]) == (
        "voicemail",
        [{"recording": "RE1", "seconds": 17, "transcription": None}],
    )


def test_a_text_to_one_of_our_numbers_is_answered_by_nobody_and_left_for_leads(
    app: Chalice, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    text = {"MessageSid": "SM1", "From": "+33639981234", "To": a.DIALLED, "Body": "Bonjour ?"}

    heard = ring(app, "/messages/incoming", {**text})

    assert (heard.status, list(ElementTree.fromstring(heard.text))) == (200, [])
    assert cloud.rows("calls") == []
    (left,) = cloud.messages("projections")
    assert (left["kind"], left["id"], left["words"]) == ("text", "SM1", "Bonjour ?")
    logged = "".join(capsys.readouterr())
    assert "a text message came" in logged
    assert not any(each in logged for each in ("639981234", "Bonjour"))


@pytest.mark.parametrize(
    ("heard", "left"), [("STOP", [("text", "Stop", "STOP")]), ("START", []), ("HELP", [])]
)
def test_of_what_the_carrier_heard_as_a_word_for_machines_stop_alone_is_left(
    app: Chalice, cloud: Cloud, heard: str, left: list[tuple[str, str, str]]
) -> None:
    text = {"MessageSid": "SM1", "From": "+33639981234", "To": a.DIALLED, "Body": "Stop"}

    ring(app, "/messages/incoming", {**text, "OptOutType": heard})

    messages = cloud.messages("projections")
    assert [(each["kind"], each["words"], each["opt_out"]) for each in messages] == left


@pytest.mark.parametrize("path", ["/voice/status", "/voice/recordings"])
def test_an_unsigned_notice_is_refused_and_leaves_nothing(
    app: Chalice, cloud: Cloud, path: str
) -> None:
    heard = ring(app, path, {**STATUS}, signature="")

    assert (heard.status, cloud.rows("calls")) == (403, [])


def test_a_notice_is_queued_while_the_table_is_down_and_stored_once_it_is_back(
    app: Chalice, cloud: Cloud
) -> None:
    a.log_call(wiring.calls(), a.received())
    client: Any = CallRow._get_connection().connection.client
    with Stubber(client) as stub:
        stub.add_client_error("update_item", "ThrottlingException", http_status_code=400)
        heard = ring(app, "/voice/status", {**STATUS})
    going_on = wiring.calls().load("acc_1", "CA1").ended

    queued = [json.dumps(message) for message in cloud.messages("call-events")]
    handlers.store_late_events(queued, log=wiring.calls(), claim=wiring.claim)

    assert (heard.status, going_on, len(queued)) == (200, False, 1)
    assert wiring.calls().load("acc_1", "CA1").seconds == 95


def test_a_call_is_shown_whole(app: Chalice) -> None:
    a.log_call(wiring.calls())

    assert get(app, "/v1/calls/CA1").json == {
        "id": "CA1",
        "state": "ended",
        "outcome": "answered",
        "started_at": "2026-11-23T11:00:00Z",
        "ended_at": "2026-11-23T11:01:35Z",
        "service_from": None,
        "service_tier": None,
        "tags": [],
        "number": a.DIALLED,
        "caller": a.CALLER,
        "source": "src_1",
        "flow": "flow_1",
        "flow_version": 1,
        "attempt": None,
        "seconds": 95,
        "talk_seconds": 80,
        "answered_by": [a.DESK],
        "messages": [],
        "recordings": [],
        "fell_back": [],
    }


def test_an_outcome_is_not_told_while_the_call_goes_on(app: Chalice) -> None:
    a.log_call(wiring.calls(), a.received(), a.dialled())

    assert get(app, "/v1/calls/CA1").json["outcome"] is None


def test_events_are_shown_in_order(app: Chalice) -> None:
    a.log_call(wiring.calls(), *reversed(a.forwarded_call()))

    events = get(app, "/v1/calls/CA1/events").json["items"]

    assert [event["kind"] for event in events] == ["received", "pressed", "dialled", "ended"]
    assert events[1]["facts"] == {"node": "menu", "keys": "1", "choice": "sales"}


@pytest.mark.parametrize("path", ["/v1/calls/CA1", "/v1/calls/CA1/events", "/v1/calls/exp_1"])
def test_another_account_s_call_is_not_found(app: Chalice, path: str) -> None:
    a.log_call(wiring.calls())

    heard = get(app, path, key="acc_2/calls:read")

    assert (heard.status, heard.json["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    "path", ["/v1/calls", "/v1/calls/CA1", "/v1/calls/CA1/events", "/v1/calls/exports/exp_1"]
)
def test_a_key_without_the_scope_reads_nothing(door: Chalice, path: str) -> None:
    assert get(door, path, key="acc_1/billing:read").status == 403


def test_lists_go_on_where_they_stopped(app: Chalice) -> None:
    for n in range(5):
        a.log_call(wiring.calls(), a.received(a.NOON + timedelta(minutes=n)), call_id=f"CA{n}")
    seen: list[str] = []
    path = "/v1/calls?limit=2"

    while True:
        page = get(app, path).json
        seen += [call["id"] for call in page["items"]]
        if page["next"] is None:
            break
        path = f"/v1/calls?limit=2&cursor={page['next']}"

    assert seen == ["CA4", "CA3", "CA2", "CA1", "CA0"]


@pytest.mark.parametrize(
    "filters",
    [
        "from=2026-11-23T11:00:00Z&to=2026-11-23T11:00:01Z",
        f"number={quote(a.DIALLED)}",
        "number=01%2062%2001%2023%2045",
        "number=+33162012345",
        "source=src_1",
        "outcome=answered",
        "state=ended",
    ],
)
def test_calls_are_found(app: Chalice, filters: str) -> None:
    a.log_call(wiring.calls())
    a.log_call(
        wiring.calls(),
        a.received(a.NOON - timedelta(days=1), dialled="+33162000000", source_id=None),
        call_id="CA2",
    )

    items = get(app, f"/v1/calls?{filters}").json["items"]

    assert [call["id"] for call in items] == ["CA1"]


def test_a_caller_s_history_is_found_by_number_and_kept_by_hash(app: Chalice) -> None:
    hashed = routes._hashed("acc_1", a.CALLER)
    a.log_call(wiring.calls(), caller_hash=hashed)

    found = get(app, f"/v1/calls?caller={quote(a.CALLER)}").json["items"]
    elsewhere = get(app, f"/v1/calls?caller={quote(a.CALLER)}", key="acc_2/calls:read").json

    assert [call["id"] for call in found] == ["CA1"]
    assert elsewhere["items"] == []


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("limit=0", 400, "/limit"),
        ("limit=201", 400, "/limit"),
        ("limit=many", 400, "/limit"),
        ("from=yesterday", 400, "/from"),
        ("from=2026-11-23T11:00:00", 400, "/from"),
        ("from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", 400, ""),
        ("outcome=happy", 400, "/outcome"),
        ("state=asleep", 400, "/state"),
        ("colour=red", 400, "/colour"),
        ("number=abcdef", 422, "/number"),
        ("caller=12", 422, "/caller"),
        ("cursor=abc", 422, "/cursor"),
        ("cursor=%2B%2B", 422, "/cursor"),
    ],
)
def test_a_question_that_makes_no_sense_is_pointed_at(
    door: Chalice, query: str, status: int, pointer: str
) -> None:
    heard = get(door, f"/v1/calls?{query}")

    assert heard.status == status
    assert [error["pointer"] for error in heard.json["errors"]] == [pointer]


def test_a_cursor_serves_one_account_and_one_list(app: Chalice) -> None:
    for n in range(3):
        a.log_call(wiring.calls(), call_id=f"CA{n}")
    cursor = get(app, "/v1/calls?limit=1").json["next"]

    other_account = get(app, f"/v1/calls?limit=1&cursor={cursor}", key="acc_2/calls:read")
    other_list = get(app, f"/v1/calls?limit=1&cursor={cursor}&state=ended")
    other_limit = get(app, f"/v1/calls?limit=2&cursor={cursor}")

    assert [other_account.status, other_list.status, other_limit.status] == [422, 422, 200]


def test_an_export_ends_in_a_file_behind_a_link(app: Chalice, cloud: Cloud) -> None:
    a.log_call(wiring.calls())
    ordered = order(app, {"separator": ","})
    path = ordered.headers["Location"]
    queued = get(app, path).json

    work_off_exports(cloud)

    done = get(app, path).json
    file = boto3.client("s3").get_object(
        Bucket=cloud.bucket, Key=f"exports/acc_1/{ordered.json['id']}.csv"
    )
    assert (ordered.status, queued["status"], queued["link"]) == (202, "queued", None)
    assert (done["status"], done["rows"]) == ("done", 1)
    assert f"{ordered.json['id']}.csv" in done["link"]
    assert file["Body"].read().decode("utf-8-sig").splitlines()[1].startswith("CA1,2026-11-23T")


def test_an_export_takes_the_filters_of_lists(app: Chalice, cloud: Cloud) -> None:
    a.log_call(wiring.calls())
    a.log_call(wiring.calls(), a.received(), a.ended(), call_id="CA2")
    path = order(app, {"outcome": "answered", "from": "2026-11-23T00:00:00Z"}).headers["Location"]

    work_off_exports(cloud)

    assert get(app, path).json["rows"] == 1


def test_another_account_s_export_is_not_found(app: Chalice) -> None:
    path = order(app, {}).headers["Location"]

    assert get(app, path, key="acc_2/calls:read").status == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"separator": "\t"}, "/separator"),
        ({"from": 5}, "/from"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_an_order_that_makes_no_sense_is_pointed_at(
    door: Chalice, body: dict[str, Any], pointer: str
) -> None:
    heard = order(door, body)

    assert heard.status == 400
    assert [error["pointer"] for error in heard.json["errors"]] == [pointer]
