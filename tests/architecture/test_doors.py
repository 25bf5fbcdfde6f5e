"""How anything gets in. Each rule is also shown an app that breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from chalice.app import Blueprint, Chalice, Rate

from app import DOORS, app
from chalicelib.directory.scopes import SCOPES
from chalicelib.runtime.api import Api
from chalicelib.runtime.beacons import Beacons
from chalicelib.runtime.webhook import Webhooks
from tests.architecture.doors import (
    blueprint_faults,
    handler_faults,
    route_faults,
    sibling_faults,
)
from tests.architecture.test_layers import a_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTRACT = {
    "/voice/incoming",
    "/voice/flows/{flow_id}/{version}/{node}",
    "/voice/status",
    "/voice/fallback",
    "/voice/recordings",
    "/messages/incoming",
    "/messages/status",
    "/voice/callbacks/{account_id}/{callback_id}/{offer}",
    "/voice/asked/{account_id}/{asking_id}/{n}",
}
HANDLERS = {
    "websocket_connect",
    "websocket_message",
    "websocket_disconnect",
    "project_calls",
    "store_late_events",
    "tend_pools",
    "project_again",
    "write_exports",
    "close_months",
    "close_account_month",
    "run_errands",
    "run_hooks",
    "find_callbacks",
    "place_callbacks",
    "send_conversions",
    "wake_sockets",
    "ring_calls",
    "ask_for_days",
    "learn_behaviours",
    "write_days",
    "import_contacts",
    "campaigns_tick",
    "place_campaign_calls",
}


@pytest.mark.parametrize("rule", [route_faults, sibling_faults, handler_faults])
def test_the_app_keeps_the_rules_of_its_doors(rule: Callable[[Chalice], list[str]]) -> None:
    assert rule(app) == []


def test_no_room_declares_an_event_handler() -> None:
    assert blueprint_faults() == []


def test_the_carrier_finds_the_paths_it_was_promised() -> None:
    assert set(app.routes) >= CONTRACT


def test_every_event_handler_has_its_promised_name() -> None:
    handlers = [*app.event_sources, *app.websocket_handlers.values()]

    assert {each.handler_string for each in handlers} == {f"app.{name}" for name in HANDLERS}


def test_every_scope_asked_for_is_one_that_a_key_can_have() -> None:
    asked = {endpoint.scope for door in DOORS for endpoint in door.endpoints}

    assert asked - SCOPES - {None} == set()


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [endpoint.name for door in DOORS for endpoint in door.endpoints]

    assert sorted(names) == sorted(set(names))


def an_app(*parts: Blueprint) -> Chalice:
    app = Chalice(app_name="wrong")
    for part in parts:
        app.register_blueprint(part)
    return app


def a_bare_route(path: str, method: str = "POST") -> Blueprint:
    blueprint = Blueprint(__name__)
    blueprint.route(path, methods=[method])(lambda **_: "")
    return blueprint


def an_api(path: str, scope: str | None, method: str = "get") -> Blueprint:
    api = Api(__name__)
    getattr(api, method)(path, scope=scope)(lambda **_: None)
    return api.blueprint


def a_webhook(path: str) -> Blueprint:
    webhooks = Webhooks(__name__)
    webhooks.voice(path)(lambda form: "")
    return webhooks.blueprint


def a_beacon(path: str) -> Blueprint:
    beacons = Beacons(__name__)
    beacons.post(path)(lambda beacon, body: None)
    return beacons.blueprint


WRONG = {
    "a webhook without a signature": a_bare_route("/voice/incoming"),
    "a message without a signature": a_bare_route("/messages/incoming"),
    "a webhook that is not posted": a_bare_route("/voice/incoming", "GET"),
    "a webhook behind the API's door": an_api("/voice/incoming", "calls:read"),
    "an API route without a key": a_bare_route("/v1/calls", "GET"),
    "an API route without a scope": an_api("/v1/calls", None),
    "a scope that is no scope": an_api("/v1/calls", "calls"),
    "a read that wants to write": an_api("/v1/calls", "calls:write"),
    "a page's message whose origin nobody checks": a_bare_route("/t/visits"),
    "a page's message behind the API's door": an_api("/t/visits", "calls:read"),
    "a path of nowhere": a_bare_route("/admin", "GET"),
    "an API route behind the webhooks' door": a_webhook("/v1/calls"),
}


@pytest.mark.parametrize("blueprint", WRONG.values(), ids=WRONG)
def test_a_way_past_the_doors_is_seen(blueprint: Blueprint) -> None:
    assert len(route_faults(an_app(blueprint))) == 1


def test_an_api_route_behind_the_pages_door_is_seen() -> None:
    assert len(route_faults(an_app(a_beacon("/v1/calls")))) == 2  # it answers two methods


def test_a_proper_door_is_fine() -> None:
    right = [
        a_webhook("/voice/incoming"),
        a_beacon("/t/visits"),
        an_api("/v1/calls", "calls:read"),
        an_api("/v1/calls/exports", "calls:read", "post"),
        an_api("/v1/health", None),
    ]

    assert route_faults(an_app(*right)) == []


def test_one_place_with_two_names_is_seen() -> None:
    wrong = an_app(
        an_api("/v1/flows/{flow_id}", "flows:read"), an_api("/v1/flows/{id}/versions", "flows:read")
    )

    assert len(sibling_faults(wrong)) == 1


def test_a_handler_outside_the_app_is_seen(tmp_path: Path) -> None:
    jobs = Blueprint("chalicelib.billing.jobs")
    jobs.schedule(Rate(1, unit=Rate.HOURS))(lambda event: None)
    text = "@jobs.schedule(Rate(1, unit=Rate.HOURS))\ndef close(event): ...\n"

    assert len(handler_faults(an_app(jobs))) == 1
    assert len(blueprint_faults(a_tree(tmp_path, billing__handlers=text))) == 1
