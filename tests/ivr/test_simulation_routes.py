"""Trying a flow over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.gateway import ask
from tests.ivr.builders import OURS, SALES
from tests.ivr.test_routes import BROKEN, DOCUMENT, KEY, app

if TYPE_CHECKING:
    from chalice.app import Chalice

__all__ = ["app"]


def created(app: Chalice, document: Any) -> str:
    heard = ask(app, "POST", "/v1/flows", body={"document": document}, key=KEY)
    return f"{heard.headers['Location']}/simulate"


def test_a_draft_is_tried_without_a_phone(app: Chalice) -> None:
    actions = [{"press": "1"}, {"dial": "busy"}]
    body = {"dialled": OURS, "at": "2026-11-23T10:00:00+01:00", "actions": actions}
    path = created(app, DOCUMENT)

    heard = ask(app, "POST", path, body=body, key=KEY)

    assert heard.status == 200, heard.text
    assert SALES in heard.json["steps"][1]["rung"]
    assert {"node": "menu", "exit": "choices/2"} in heard.json["untaken_exits"]
    assert ask(app, "POST", path, body=body, key="acct_other/flows:*").status == 404


def test_what_does_not_fit_is_refused_with_its_place(app: Chalice) -> None:
    body = {"dialled": OURS, "at": "2026-11-23T10:00:00+01:00", "actions": [{"record": 2}]}

    wrong = ask(app, "POST", created(app, DOCUMENT), body=body, key=KEY)
    faulty = ask(app, "POST", created(app, BROKEN), body={"dialled": OURS}, key=KEY)

    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/actions/0")
    assert (faulty.status, faulty.json["errors"][0]["pointer"]) == (422, "/nodes/menu/choices/1")
