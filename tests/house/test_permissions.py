"""Everything the product asks of AWS is in the hand-written policies, for its own function."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app import (
    app,
    ask_for_days,
    campaigns_tick,
    close_account_month,
    close_months,
    find_callbacks,
    import_contacts,
    learn_behaviours,
    place_callbacks,
    place_campaign_calls,
    project_again,
    project_calls,
    store_late_events,
    write_days,
    write_exports,
)
from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Ended
from chalicelib.desk.floor import Change
from chalicelib.runtime import desk_wiring, tracking_wiring, wiring
from chalicelib.tracking.attribution.fitting import Heard
from chalicelib.tracking.learning.lessons import Lesson
from chalicelib.tracking.pools.leases import millis
from tests.clouds import a_cloud, forget_clients
from tests.desk.builders import a_callback, a_queue, an_agent
from tests.gateway import Context, ask, ring
from tests.house.permissions import Asked, asked_of_aws, refused
from tests.house.test_isolation import PRIVATE, attempts
from tests.world import World, messages_of, schedule_at, stream_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import Client

ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")
STAGES = ("local", "dev", "staging", "prod")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as monkeypatch:
        yield World(cloud, monkeypatch)


@pytest.fixture(scope="module")
def api_asked(world: World) -> Asked:
    """What the API's function asked: every operation, as its owner and as a stranger, and calls."""
    fields: dict[str, str | list[str]] = {"CallSid": "CA1", "From": "+33612345678"}
    with pytest.MonkeyPatch.context() as patch, asked_of_aws(patch) as asked:
        forget_clients()
        for to in (world.martin.ids["number"], "+33162019999"):
            for path in ("/voice/incoming", "/voice/status", "/voice/fallback"):
                over = {"To": to, "CallStatus": "completed", "CallDuration": "5"}
                assert ring(app, path, {**fields, **over}).status == 200
        _visit_a_page(world.martin)
        for endpoint in sorted(PRIVATE, key=lambda each: ORDER.index(each.method)):
            once = {"idempotency_key": endpoint.name}
            acting = {"cadran_account": world.martin.account_id}
            attempts(endpoint, world.durand.key, world.martin.ids, **once)
            attempts(endpoint, world.martin.key, world.martin.ids, **once)
            attempts(endpoint, world.agency_key, world.martin.ids, **once, **acting)
    return asked


def _visit_a_page(shop: Client) -> None:
    """Have a page ask for numbers of pools, with room and without, tell of itself, and forget."""
    origin = "https://www.boutique.example"
    pool = _as(shop, "/v1/pools", {"name": "Visiteurs"})
    swap = {"find": "+33472001122", "pool_id": pool}
    site = _as(shop, "/v1/sites", {"name": "Boutique", "origins": [origin], "swaps": [swap]})
    headers = {"content-type": "text/plain", "origin": origin, "user-agent": "Firefox/145.0"}
    opened = {"site": site, "consent": True, "url": origin}
    answer = ask(app, "POST", "/t/visits", body=opened, headers=headers).json
    for kind in ("page", "withdraw"):
        told = {"site": site, "visit": answer["visit"], "events": [{"kind": kind}]}
        assert ask(app, "POST", "/t/events", body=told, headers=headers).status == 200


def _as(shop: Client, path: str, body: dict[str, Any]) -> str:
    heard = ask(app, "POST", path, body=body, key=shop.key)
    assert heard.status == 201, heard.text
    made: str = heard.json["id"]
    return made


@pytest.fixture(scope="module")
def jobs_asked(world: World, api_asked: Asked) -> Asked:
    """What the jobs' functions asked: each once, with work to do."""
    ref = CallRef(call_id="CA2", account_id=world.martin.account_id, log_shards=1)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    ended = Ended(id="ended", at=at, status="completed", seconds=5)
    wiring.late_events().put(ref, ended)
    wiring.projections_queue().put(
        {"account_id": world.martin.account_id, "call_id": world.martin.ids["call_id"]}
    )
    _await_a_callback(world)
    _teach(world.martin)
    take = world.cloud.messages
    with pytest.MonkeyPatch.context() as patch:
        late, again, exports = take("call-events"), take("projections"), take("exports")
        with asked_of_aws(patch) as asked:
            forget_clients()
            store_late_events(messages_of(late), Context())
            project_again(messages_of(again), Context())
            write_exports(messages_of(exports), Context())
            close_months(schedule_at("2027-01-01T06:00:00Z"), Context())
            find_callbacks(schedule_at("2027-01-01T06:00:00Z"), Context())
            ask_for_days(schedule_at("2026-11-23T15:00:00Z"), Context())
            learn_behaviours(schedule_at("2026-11-23T15:00:00Z"), Context())
        rows, months = world.cloud.rows("calls"), take("invoices")
        looks = [each for _ in range(3) for each in take("callbacks")]  # askings are there, too
        days, lists = take("lake"), take("contacts")
        with asked_of_aws(patch) as more:
            project_calls(stream_of(rows), Context())
            close_account_month(messages_of(months), Context())
            place_callbacks(messages_of(looks), Context())
            write_days(messages_of(days), Context())
            import_contacts(messages_of(lists), Context())
            campaigns_tick(schedule_at("2026-11-23T15:00:00Z"), Context())
            place_campaign_calls(messages_of(take("campaign-calls")), Context())
            place_campaign_calls(messages_of(take("campaign-calls")), Context())
    return asked | more


def _teach(shop: Client) -> None:
    """Have a call to a pool of theirs been something to learn from."""
    hour = millis(datetime(2026, 11, 22, 12, tzinfo=UTC))
    lesson = Lesson(pool_id=shop.ids["pool_id"], hour=hour, heard=Heard(seconds=(60.0,)))
    tracking_wiring.learning().teach(shop.account_id, "CA2", lesson)


def _await_a_callback(world: World) -> None:
    """Have somebody wait to be rung back, and an agent who is free to."""
    account_id, store = world.martin.account_id, desk_wiring.store()
    while world.cloud.messages("callbacks"):
        pass  # what was asked for on the web: the tick of the minute tells of it again
    store.save_queue(account_id, a_queue())
    store.save_agent(account_id, an_agent())
    callback = a_callback(line="+33162011001", number="+33612340009")
    desk_wiring.nudges().nudge(account_id)
    store.apply(account_id, Change(saves=(callback,)))


@pytest.mark.parametrize("stage", STAGES)
def test_the_apis_function_may_do_all_that_it_does(api_asked: Asked, stage: str) -> None:
    assert refused(api_asked, stage=stage) == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_jobs_may_do_all_that_they_do(jobs_asked: Asked, stage: str) -> None:
    assert refused(jobs_asked, stage=stage, policy="jobs") == []


def test_enough_was_asked_to_tell(api_asked: Asked, jobs_asked: Asked) -> None:
    tables = {resource.rpartition("/")[2] for _, resource in api_asked | jobs_asked}

    assert {"cadran-test-idempotency", "cadran-test-billing", "by_account"} <= tables
    assert {action.partition(":")[0] for action, _ in api_asked} >= {"dynamodb", "sqs", "ssm"}
    assert {action for action, _ in jobs_asked} >= {"s3:PutObject", "sqs:SendMessage"}
    desk = {action for action, resource in jobs_asked if resource.endswith("cadran-test-desk")}
    assert desk >= {"dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"}


def test_what_no_policy_allows_is_seen() -> None:
    table = "arn:aws:dynamodb:eu-west-3:123456789012:table/cadran-test-calls"
    asked = {
        ("dynamodb:Scan", table),
        ("dynamodb:GetItem", table),
        ("dynamodb:GetItem", f"{table}-2"),
    }

    assert refused(asked, stage="prod") == [
        f"dynamodb:GetItem on {table}-2",
        f"dynamodb:Scan on {table}",
    ]
