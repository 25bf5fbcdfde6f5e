"""Drafts sent and read back as YAML over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gateway import ask
from tests.ivr.test_documents import TEXT
from tests.ivr.test_routes import DOCUMENT, KEY, app

if TYPE_CHECKING:
    from chalice.app import Chalice

    from tests.gateway import Heard

__all__ = ["app"]

SENT = {"content-type": "application/yaml; charset=utf-8"}
WANTED = {"accept": "application/yaml"}


def created(app: Chalice, text: str = TEXT) -> Heard:
    return ask(app, "POST", "/v1/flows", body=text, key=KEY, headers=SENT)


def test_a_draft_comes_back_as_its_author_wrote_it(app: Chalice) -> None:
    flow = created(app).headers["Location"]

    heard = ask(app, "GET", flow, key=KEY, headers=WANTED)

    assert heard.headers["Content-Type"] == "application/yaml"
    assert heard.headers["ETag"] == '"1"'
    assert heard.text == TEXT
    assert ask(app, "GET", flow, key=KEY).json["document"]["name"] == "Cabinet Durand"


def test_what_was_sent_as_json_can_be_read_as_yaml_and_sent_again(app: Chalice) -> None:
    made = ask(app, "POST", "/v1/flows", body={"document": DOCUMENT}, key=KEY)
    flow = made.headers["Location"]

    text = ask(app, "GET", flow, key=KEY, headers=WANTED).text
    sent = {**SENT, "if-match": '"1"'}
    saved = ask(app, "PUT", f"{flow}/draft", body=text, key=KEY, headers=sent)

    assert saved.json["document"] == DOCUMENT
    assert saved.headers["ETag"] == '"2"'


def test_a_draft_that_was_replaced_by_json_has_lost_its_comments(app: Chalice) -> None:
    flow = created(app).headers["Location"]
    body = {"document": DOCUMENT}
    ask(app, "PUT", f"{flow}/draft", body=body, key=KEY, headers={"if-match": '"1"'})

    assert "#" not in ask(app, "GET", flow, key=KEY, headers=WANTED).text


def test_a_published_version_keeps_its_text(app: Chalice) -> None:
    flow = created(app).headers["Location"]
    assert ask(app, "POST", f"{flow}/publish", key=KEY).status == 201

    version = ask(app, "GET", f"{flow}/versions/1", key=KEY, headers=WANTED)

    assert version.text == TEXT


def test_faults_are_told_with_their_lines(app: Chalice) -> None:
    made = created(app, TEXT.replace("01: box", "01: nowhere"))
    flow = made.headers["Location"]

    expected = {"pointer": "/nodes/menu/choices/01", "line": 10, "column": 7}
    for faults in (
        made.json["faults"],
        ask(app, "GET", flow, key=KEY).json["faults"],
        ask(app, "POST", f"{flow}/publish", key=KEY).json["errors"],
    ):
        assert {**faults[0], **expected} == faults[0]


def test_json_has_lines_too(app: Chalice) -> None:
    text = '{"document": {\n  "name": "a",\n  "start": "nowhere",\n  "nodes": {}}}'

    made = ask(app, "POST", "/v1/flows", body=text, key=KEY)

    told = {each["pointer"]: (each["line"], each["column"]) for each in made.json["faults"]}
    assert told["/nodes"] == (4, 3)


def test_what_is_no_yaml_is_refused_with_its_place(app: Chalice) -> None:
    broken = created(app, "name: [a\n")
    twice = created(app, "name: a\nname: b\n")

    assert (broken.status, broken.json["errors"][0]["line"]) == (400, 2)
    assert (twice.status, twice.json["errors"][0]["pointer"]) == (400, "/name")


def test_other_operations_take_json_alone(app: Chalice) -> None:
    flow = created(app).headers["Location"]

    heard = ask(app, "POST", f"{flow}/simulate", body="steps: []", key=KEY, headers=SENT)

    assert heard.status == 415
