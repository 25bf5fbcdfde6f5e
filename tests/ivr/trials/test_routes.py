"""Trying a flow over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.gateway import ask
from tests.ivr.builders import OURS, SALES, SUPPORT, a_document, a_voicemail
from tests.ivr.test_routes import BROKEN, DOCUMENT, KEY, app

if TYPE_CHECKING:
    from chalice.app import Chalice

__all__ = ["app"]


def created(app: Chalice, document: Any) -> str:
    heard = ask(app, "POST", "/v1/flows", body={"document": document}, key=KEY)
    return f"{heard.headers['Location']}/simulate"


def test_a_draft_is_tried_without_a_phone(app: Chalice) -> None:
    steps = [{"press": "1"}, {"dial": "busy"}, {"rings": [SUPPORT]}]
    body = {"dialled": OURS, "at": "2026-11-23T10:00:00+01:00", "steps": steps}
    path = created(app, DOCUMENT)

    heard = ask(app, "POST", path, body=body, key=KEY)

    assert heard.status == 200, heard.text
    assert SALES in heard.json["steps"][1]["rung"]
    assert {"node": "menu", "exit": "choices/2"} in heard.json["untaken_exits"]
    assert heard.json["passed"]
    assert ask(app, "POST", path, body=body, key="acct_other/flows:*").status == 404


def test_a_flow_is_tried_as_a_surcharged_number(app: Chalice) -> None:
    document = a_document(price={"kind": "price_notice", "next": "box"}, box=a_voicemail())
    path = created(app, document)

    def tried(**facts: Any) -> Any:
        return ask(app, "POST", path, body={"dialled": OURS, **facts}, key=KEY)

    (notice, beep, box) = tried(service_price="A150", steps=[{"press": "#"}]).json["steps"]
    (plain,) = tried().json["steps"]
    wrong = tried(service_price="A15")

    assert notice["heard"][0].startswith("Un euro et cinquante centimes par appel")
    assert beep["heard"] == ["builtin/beep"]
    assert [(each["kind"], each["tier"]) for each in box["events"]] == [("beeped", "A150")]
    assert plain["path"][0] == {"node": "price", "exit": "next"}
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/service_price")


def test_what_does_not_fit_is_told_with_its_place(app: Chalice) -> None:
    body = {"dialled": OURS, "at": "2026-11-23T10:00:00+01:00", "steps": [{"record": 2}]}
    path = created(app, DOCUMENT)

    misfit = ask(app, "POST", path, body=body, key=KEY)
    wrong = ask(app, "POST", path, body={"steps": [{"record": "two"}]}, key=KEY)
    faulty = ask(app, "POST", created(app, BROKEN), body={"dialled": OURS}, key=KEY)

    assert (misfit.status, misfit.json["passed"]) == (200, False)
    told = {"pointer": "/steps/0", "detail": "the call awaits keys"}
    assert misfit.json["faults"][0].items() >= told.items()
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/steps/0/record")
    assert (faulty.status, faulty.json["errors"][0]["pointer"]) == (422, "/nodes/menu/choices/1")


NIGHT = {"name": "La nuit", "at": "2026-11-23 22:00", "steps": [{"record": 4}, {"ends": True}]}
WRONG = {"name": "Le jour", "at": "2026-11-23 10:00", "steps": [{"hears": "Bonsoir"}]}


def test_tests_that_fail_keep_a_document_from_being_published(app: Chalice) -> None:
    made = ask(app, "POST", "/v1/flows", body={"document": {**DOCUMENT, "tests": [WRONG]}}, key=KEY)
    flow = made.headers["Location"]

    refused = ask(app, "POST", f"{flow}/publish", key=KEY)
    report = ask(app, "POST", f"{flow}/tests", key=KEY).json

    assert (made.json["tests"]["tests"], made.json["tests"]["failed"]) == (1, 1)
    assert [each["pointer"] for each in made.json["faults"]] == ["/tests/0/steps/0"]
    assert refused.status == 422
    assert refused.json["errors"][0]["pointer"] == "/tests/0/steps/0"
    assert "is not heard; callers hear" in refused.json["errors"][0]["detail"]
    assert (report["items"][0]["name"], report["items"][0]["passed"]) == ("Le jour", False)
    assert report["items"][0]["steps"][0]["path"][0] == {"node": "hours", "exit": "open"}


def test_publishing_tells_what_no_test_takes(app: Chalice) -> None:
    document = {**DOCUMENT, "tests": [NIGHT]}
    flow = ask(app, "POST", "/v1/flows", body={"document": document}, key=KEY).headers["Location"]

    published = ask(app, "POST", f"{flow}/publish", key=KEY)

    assert published.status == 201, published.text
    told = published.json["tests"]
    assert (told["tests"], told["failed"]) == (1, 0)
    assert 0 < told["taken_percent"] < 100
    assert {"node": "hours", "exit": "closed"} not in told["untaken_exits"]
    assert {"node": "menu", "exit": "choices/1"} in told["untaken_exits"]
    assert ask(app, "GET", f"{flow}/versions/1", key=KEY).json["document"] == document
    assert ask(app, "POST", f"{flow}/tests", key="acct_other/flows:*").status == 404


def test_transcripts_that_would_be_too_long_to_answer_with_have_no_steps(app: Chalice) -> None:
    steps = [{"press": "2"}] * 40
    long = {"name": "Longtemps", "at": "2026-11-23 10:00", "steps": steps}
    document = {**DOCUMENT, "nodes": {**DOCUMENT["nodes"]}, "tests": [long] * 60}
    document["nodes"]["menu"] = {
        **DOCUMENT["nodes"]["menu"],
        "prompt": "x" * 2_900,
    }
    made = ask(app, "POST", "/v1/flows", body={"document": document}, key=KEY)

    report = ask(app, "POST", f"{made.headers['Location']}/tests", key=KEY)

    items = report.json["items"]
    assert len(report.text) < 5_000_000
    assert (items[0]["shortened"], items[-1]["shortened"]) == (False, True)
    assert items[-1]["steps"] == []
