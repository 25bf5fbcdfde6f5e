"""Sources and their report from outside, on the table of the stack, and attacked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.directory.lines import LineState, fresh
from chalicelib.directory.scopes import SCOPES
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import reports_wiring, secrets, wiring
from chalicelib.tracking import routes
from chalicelib.tracking.store import TrackingRow
from tests.clouds import PEPPER, forget_clients, tables
from tests.directory.builders import an_account
from tests.fakes import DirectoryInMemory
from tests.gateway import Heard, ask
from tests.tracking import builders as a

if TYPE_CHECKING:
    from collections.abc import Iterator

RIVAL = "acct_rival"


class World:
    """Two accounts with a number each; `key` names the account that asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = DirectoryInMemory()
        for account_id, number in (("acct_1", a.NUMBER), (RIVAL, a.OTHER)):
            account = self.directory.add_account(an_account(id=account_id))
            line = self.directory.put_line(fresh(number, "npv", account), account)
            self.directory.save_line(replace(line, state=LineState.ACTIVE))
        monkeypatch.setattr(wiring, "directory", lambda: self.directory)
        monkeypatch.setattr(wiring, "authenticate", self.authenticate)
        monkeypatch.setattr(wiring, "clock", lambda: a.NOW)
        monkeypatch.setattr(secrets, "pepper", lambda: PEPPER)

    def authenticate(self, header: str, acting_for: str | None) -> Principal:
        account_id = header.removeprefix("Bearer ")
        return Principal(account_id, account_id, "key_1", frozenset({"*"}), log_shards=2)

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "acct_1", **headers: str
    ) -> Heard:
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(app, method, path, body=body, key=key, headers=spelt)

    def source(self, key: str = "acct_1", **facts: str) -> str:
        """Make a source, and return its id."""
        body = {"name": "Poster", "channel": "outdoor", **facts}
        made: str = self.ask("POST", "/v1/sources", body, key=key).json["id"]
        return made

    def assign(self, source_id: str, number: str = a.NUMBER, **period: Any) -> Heard:
        path = f"/v1/sources/{source_id}/numbers/%2B{number[1:]}"
        return self.ask("PUT", path, period, key=RIVAL if number == a.OTHER else "acct_1")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with tables(TrackingRow):
        forget_clients()
        yield World(monkeypatch)


def test_a_source_is_made_changed_and_listed(world: World) -> None:
    made = world.ask("POST", "/v1/sources", {"name": "Poster", "channel": "outdoor"})
    path = made.headers["Location"]

    changed = world.ask("PATCH", path, {"name": "Big poster"}, if_match=made.headers["ETag"])
    old = world.ask("PATCH", path, {"name": "x"}, if_match=made.headers["ETag"])
    unguarded = world.ask("PATCH", path, {"name": "x"})

    assert (made.status, made.json["numbers"]) == (201, [])
    assert (changed.json["name"], changed.json["channel"]) == ("Big poster", "outdoor")
    assert (old.status, unguarded.status) == (412, 428)
    assert world.ask("GET", "/v1/sources").json["items"] == [changed.json]


def test_a_source_belongs_to_a_campaign_until_it_is_taken_out(world: World) -> None:
    body = {"name": "Spot", "channel": "radio", "campaign": "Rentrée"}
    made = world.ask("POST", "/v1/sources", body)
    path, etag = made.headers["Location"], made.headers["ETag"]

    renamed = world.ask("PATCH", path, {"name": "Spot 2"}, if_match=etag)
    out = world.ask("PATCH", path, {"campaign": None}, if_match=renamed.headers["ETag"])

    assert [each.json["campaign"] for each in (made, renamed, out)] == ["Rentrée", "Rentrée", None]
    about = wiring.sources().about("acct_1", made.json["id"])
    assert about is not None
    assert about.name == "Spot 2"
    assert wiring.sources().about(RIVAL, made.json["id"]) is None


def test_what_calls_are_counted_by_stays_as_it_is(world: World) -> None:
    source_id = world.source(campaign="Rentrée")
    world.assign(source_id)
    path = f"/v1/sources/{source_id}"
    seen = world.ask("GET", path)

    season = {"name": "Poster 2", "channel": "tv", "campaign": "Noël"}
    refused = world.ask("PATCH", path, season, if_match=seen.headers["ETag"])
    same = {"name": "Poster 2", "channel": "outdoor", "campaign": "Rentrée"}
    renamed = world.ask("PATCH", path, same, if_match=seen.headers["ETag"])

    assert refused.status == 422
    assert [each["pointer"] for each in refused.json["errors"]] == ["/channel", "/campaign"]
    assert (renamed.status, renamed.json["name"]) == (200, "Poster 2")


def test_a_number_stands_for_a_source_as_soon_as_it_is_said(world: World) -> None:
    source_id = world.source()
    before = wiring.sources().source_of(a.a_line(), a.NOW)

    assigned = world.assign(source_id)

    assert (before, wiring.sources().source_of(a.a_line(), a.NOW)) == (None, source_id)
    assert assigned.json["numbers"] == [
        {"number": a.NUMBER, "from": "2026-11-22T12:00:00Z", "until": None}
    ]
    assert world.assign(source_id).json["numbers"] == assigned.json["numbers"]


def test_an_end_is_set_without_repeating_the_beginning(world: World) -> None:
    source_id = world.source()
    world.assign(source_id, **{"from": "2026-11-01T00:00:00+01:00"})

    ended = world.assign(source_id, until="2026-12-01T00:00:00+01:00")

    (number,) = ended.json["numbers"]
    assert number["from"] == "2026-11-01T00:00:00+01:00"
    assert number["until"] == "2026-12-01T00:00:00+01:00"


def test_a_number_that_stands_for_another_source_is_refused_by_its_name(world: World) -> None:
    poster, radio = world.source(), world.source(name="Spot", channel="radio")
    world.assign(poster)

    refused = world.assign(radio)

    assert (refused.status, refused.json["code"]) == (409, "number-stands-for-another")
    assert poster in refused.json["errors"][0]["detail"]


@pytest.mark.parametrize(
    "period",
    [
        {"from": "2026-11-01T00:00:00"},
        {"from": "yesterday"},
        {"from": 1},
        {"since": "2026-11-01T00:00:00Z"},
        {"from": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
    ],
    ids=["without offset", "in words", "a number", "an unknown field", "backwards"],
)
def test_a_period_that_is_none_is_refused(world: World, period: dict[str, Any]) -> None:
    refused = world.assign(world.source(), **period)

    assert refused.status in (400, 422)
    assert refused.json["errors"]


def test_a_retired_source_is_gone_and_its_report_remembers_it(world: World) -> None:
    source_id = world.source()
    world.assign(source_id, **{"from": "2026-11-01T00:00:00Z"})
    reports_wiring.count_call(a.a_call(source_id=source_id))

    retired = world.ask("DELETE", f"/v1/sources/{source_id}")

    report = world.ask("GET", "/v1/reports/sources?from=2026-11-01&to=2026-11-30").json
    assert retired.status == 204
    assert world.ask("GET", f"/v1/sources/{source_id}").status == 404
    assert world.ask("GET", "/v1/sources").json["items"] == []
    assert wiring.sources().source_of(a.a_line(), a.NOW) is None
    assert [(each["name"], each["calls"]) for each in report["items"]] == [("Poster", 1)]
    assert world.assign(world.source(name="next")).status == 200


def test_a_report_shows_calls_by_source_and_day(world: World) -> None:
    source_id = world.source()
    for call_id in ("CA1", "CA2"):
        call = a.a_call(call_id=call_id, source_id=source_id)
        reports_wiring.count_call(call)

    report = world.ask("GET", "/v1/reports/sources?from=2026-11-22&to=2026-11-22")
    of_one = world.ask(
        "GET", f"/v1/reports/sources?from=2026-11-22&to=2026-11-22&source_id={source_id}"
    )
    of_none = world.ask("GET", "/v1/reports/sources?from=2026-11-22&to=2026-11-22&source_id=x")

    assert (report.json["from"], report.json["to"]) == ("2026-11-22", "2026-11-22")
    assert report.json["items"] == [
        {
            "source_id": source_id,
            "name": "Poster",
            "channel": "outdoor",
            "day": "2026-11-22",
            "calls": 2,
            "answered": 2,
            "missed": 0,
            "voicemail": 0,
            "callback": 0,
            "abandoned": 0,
            "fell_back": 0,
            "unknown": 0,
            "qualified": 2,
            "seconds": 190,
            "talk_seconds": 160,
        }
    ]
    assert (of_one.json["items"], of_none.json["items"]) == (report.json["items"], [])


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ("from=2026-11-22&to=2026-11-21", 422),
        ("from=2025-01-01&to=2026-01-02", 422),
        ("from=2024-01-01&to=2024-12-31", 200),
        ("from=2026-11-22", 400),
        ("from=2026-13-01&to=2026-13-02", 400),
        ("from=9999-12-31&to=9999-12-31", 200),
        ("from=0001-01-01&to=0001-01-01", 200),
    ],
    ids=[
        "backwards",
        "over a year",
        "a leap year",
        "without end",
        "no date",
        "the last day",
        "the first day",
    ],
)
def test_a_report_needs_days_that_exist(world: World, days: str, status: int) -> None:
    assert world.ask("GET", f"/v1/reports/sources?{days}").status == status


def test_a_rival_finds_nothing_and_changes_nothing(world: World) -> None:
    source_id = world.source()
    world.assign(source_id)
    reports_wiring.count_call(a.a_call(source_id=source_id))
    rivals = world.source(key=RIVAL)
    before = world.ask("GET", f"/v1/sources/{source_id}").json

    attacks = [
        world.ask(method, path, body, key=RIVAL, if_match=f'"{before["version"]}"')
        for method, path, body in [
            ("GET", f"/v1/sources/{source_id}", None),
            ("PATCH", f"/v1/sources/{source_id}", {"name": "mine"}),
            ("DELETE", f"/v1/sources/{source_id}", None),
            ("PUT", f"/v1/sources/{source_id}/numbers/%2B{a.OTHER[1:]}", {}),
            ("PUT", f"/v1/sources/{rivals}/numbers/%2B{a.NUMBER[1:]}", {}),
        ]
    ]
    days = "from=2026-11-22&to=2026-11-22"
    reports = [
        world.ask("GET", f"/v1/reports/sources?{days}{source}", key=RIVAL).json["items"]
        for source in ("", f"&source_id={source_id}")
    ]

    assert {each.status for each in attacks} == {404}
    assert [each["id"] for each in world.ask("GET", "/v1/sources", key=RIVAL).json["items"]] == [
        rivals
    ]
    assert reports == [[], []]
    assert world.ask("GET", f"/v1/sources/{source_id}").json == before


def test_a_cursor_of_one_account_does_not_open_another_s_list(world: World) -> None:
    for name in "ab":
        world.source(name=name)
    cursor = world.ask("GET", "/v1/sources?limit=1").json["next"]

    mine = world.ask("GET", f"/v1/sources?cursor={cursor}")
    theirs = world.ask("GET", f"/v1/sources?cursor={cursor}", key=RIVAL)

    assert (mine.status, len(mine.json["items"])) == (200, 1)
    assert (theirs.status, theirs.json["code"]) == (422, "wrong-cursor")


def test_every_route_asks_for_a_scope_that_exists() -> None:
    assert {endpoint.scope for endpoint in routes.api.endpoints} <= SCOPES
