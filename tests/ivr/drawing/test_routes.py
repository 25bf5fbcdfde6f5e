"""Pictures of flows over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from tests.gateway import ask
from tests.ivr.test_routes import BROKEN, DOCUMENT, KEY, app

if TYPE_CHECKING:
    from typing import Any

    from chalice.app import Chalice

__all__ = ["app"]

NIGHT = {"name": "La nuit", "at": "2026-11-23 22:00", "steps": [{"record": 4}]}


def created(app: Chalice, document: Any) -> str:
    made = ask(app, "POST", "/v1/flows", body={"document": document}, key=KEY)
    return f"{made.headers['Location']}/diagram"


def test_a_draft_is_drawn_and_the_picture_can_do_nothing(app: Chalice) -> None:
    heard = ask(app, "GET", created(app, DOCUMENT), key=KEY)

    assert heard.status == 200
    assert heard.headers["Content-Type"] == "image/svg+xml"
    assert heard.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert ElementTree.fromstring(heard.text).tag.endswith("svg")


def test_a_draft_with_faults_is_drawn_with_them(app: Chalice) -> None:
    heard = ask(app, "GET", created(app, BROKEN), key=KEY)

    assert "no node is called" in heard.text


def test_the_path_of_a_test_is_shown(app: Chalice) -> None:
    path = created(app, {**DOCUMENT, "tests": [NIGHT]})

    shown = ask(app, "GET", f"{path}?test=0&format=mermaid", key=KEY)
    missing = ask(app, "GET", f"{path}?test=1", key=KEY)

    assert shown.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "==>" in shown.text
    assert "-.->" in shown.text
    assert (missing.status, missing.json["errors"][0]["pointer"]) == (422, "/test")


def test_a_version_is_drawn_without_its_faults(app: Chalice) -> None:
    path = created(app, DOCUMENT)
    ask(app, "POST", path.replace("/diagram", "/publish"), key=KEY)

    assert ask(app, "GET", f"{path}?version=1", key=KEY).status == 200
    assert ask(app, "GET", f"{path}?version=2", key=KEY).status == 404
    assert ask(app, "GET", path, key="acct_other/flows:*").status == 404
    assert ask(app, "GET", f"{path}?format=png", key=KEY).status == 400
