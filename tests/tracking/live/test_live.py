"""Calls that are seen while they ring: listed, and pushed to those who watch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import pytest
from botocore.client import BaseClient

from app import app, ring_calls, run_hooks
from chalicelib.runtime import live_wiring, webhooks_wiring, wiring
from chalicelib.tracking.live.live import Watcher
from chalicelib.webhooks import gateway as webhooks_gateway
from tests.gateway import Context, ask
from tests.house.shops import CALLER
from tests.tracking.visits.builders import ADVERT, ORIGIN, PRINTED, shown
from tests.world import messages_of

if TYPE_CHECKING:
    from chalicelib.runtime.outgoing import Outgoing
    from tests.tracking.live.builders import Office
    from tests.tracking.visits.builders import Page

CART = [{"name": "Tarte aux fraises", "quantity": 1, "price": "18.50"}]


def a_visitor_in_doubt(office: Office) -> str:
    """Have somebody come from an advert, look at a page and fill a cart; the number they see."""
    page = office.page
    answer = page.lent(numbers=[PRINTED], title="Promotions")
    token, number = answer["visit"], shown(answer)
    assert number is not None
    page.shop.clock.passes(minutes=1)
    page.tells(
        token,
        {"kind": "page", "at": 1, "url": f"{ORIGIN}/tartes", "title": "Tartes"},
        {"kind": "cart", "at": 2, "data": CART},
        {"kind": "form", "at": 3, "data": {"message": "Pour samedi ?"}},
    )
    page.shop.clock.passes(minutes=1)
    office.answers_on(number)
    return number


def live(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.shop.gets("/v1/live/calls")["items"]
    return found


def test_a_ringing_call_shows_the_pages_and_the_cart_of_its_visitor(office: Office) -> None:
    number = a_visitor_in_doubt(office)

    office.rings(to=number)

    (call,) = live(office.page)
    journey = call["journey"]
    assert (call["id"], call["state"], call["number"]) == ("CA1", "ringing", number)
    assert call["caller"] == CALLER
    assert journey["confidence"] > 0.9
    assert journey["landing"]["campaign"] == "Noel"
    visit = journey["visit"]
    assert [step["path"] for step in visit["steps"]] == ["/promo", "/tartes"]
    assert (visit["cart"], visit["form"]) == (CART, {"message": "Pour samedi ?"})
    assert visit["consent"] is True
    assert "sous les yeux" in journey["reason"]["fr"]


def test_who_watches_is_told_at_once_with_all_of_it(office: Office) -> None:
    number = a_visitor_in_doubt(office)
    office.watches()

    office.rings(to=number)

    (told,) = office.posts.sent["c1"]
    assert told["type"] == "call.ringing"
    assert told["data"] == live(office.page)[0]
    assert office.posts.endpoints == {"https://live.cadran.example/test"}


def test_the_end_of_a_call_is_told_too_and_it_is_live_no_more(office: Office) -> None:
    office.watches()
    office.rings()

    office.hangs_up()

    assert office.heard() == ["call.ringing", "call.ended"]
    ended = office.posts.sent["c1"][1]["data"]
    assert (ended["state"], ended["outcome"]) == ("ended", "abandoned")
    assert live(office.page) == []


def test_that_somebody_takes_a_call_is_told_once(office: Office) -> None:
    office.watches()
    office.rings()

    office.is_taken()
    office.is_taken()  # the row changed again: that is no news
    office.hangs_up()

    assert office.heard() == ["call.ringing", "call.answered", "call.ended"]
    taken = office.posts.sent["c1"][1]["data"]
    assert (taken["state"], taken["source"]["name"]) == ("connected", "Radio")


def test_servers_hear_that_a_call_was_taken_while_it_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[dict[str, Any]] = []

    def deliver(request: Outgoing, *_: Any) -> int:
        bodies.append(json.loads(request.body))
        return 204

    monkeypatch.setattr(webhooks_gateway, "deliver", deliver)
    shop = office.page.shop
    events = ["call.answered", "call.completed"]
    shop.makes("/v1/webhooks", {"url": "https://crm.example.fr/", "events": events})
    number = a_visitor_in_doubt(office)
    office.rings(to=number)

    office.is_taken()
    for _ in range(2):
        run_hooks(messages_of(shop.taken("hooks")), Context())

    (told,) = bodies
    assert (told["type"], told["data"]["id"], told["data"]["outcome"]) == (
        "call.answered",
        "CA1",
        None,
    )
    assert told["data"]["visit"]["campaign"] == "Noel"


def test_a_poster_s_number_is_told_with_the_name_of_its_source(office: Office) -> None:
    office.rings()

    (call,) = live(office.page)

    assert call["source"]["name"] == "Radio"
    assert (call["journey"]["role"], call["journey"]["confidence"]) == ("static", 1.0)
    assert call["journey"]["visit"] is None


def test_a_caller_who_is_known_is_named_and_their_last_call_told(office: Office) -> None:
    shop = office.page.shop
    shop.makes("/v1/callers", {"number": CALLER, "first_name": "Ana", "name": "Ruiz"}, "PUT")
    office.rings("CA0")
    office.hangs_up("CA0")
    shop.clock.passes(hours=2)

    office.rings("CA1")

    (call,) = live(office.page)
    assert call["known_as"] == "Ana Ruiz"
    assert call["journey"]["earlier_calls"] == 1
    assert call["journey"]["last_call"]["outcome"] == "abandoned"


def test_a_withheld_number_is_shown_as_none(office: Office) -> None:
    office.rings(from_="anonymous")

    (call,) = live(office.page)

    assert (call["caller"], call["known_as"]) == (None, None)


def test_a_call_is_listed_before_its_journey_is_found(office: Office) -> None:
    office.comes_in()

    (call,) = live(office.page)

    assert (call["journey"], call["source"]["name"]) == (None, "Radio")


def test_listing_calls_takes_as_many_requests_for_six_as_for_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, operation: str, arguments: Any) -> Any:
        asked.append(operation)
        return real(client, operation, arguments)

    office.rings("CA0")
    live(office.page)
    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    live(office.page)
    for_one = sorted(asked)
    for at in range(1, 6):
        office.rings(f"CA{at}")
    asked.clear()

    assert len(live(office.page)) == 6
    assert sorted(asked) == for_one


def test_another_account_s_watchers_hear_nothing_of_it(office: Office) -> None:
    office.watches("mine")
    endpoint = live_wiring.watchers().watching("acct_shop")[0].endpoint
    live_wiring.watchers().join("acct_rival", Watcher("theirs", endpoint), wiring.clock())

    office.rings()
    office.hangs_up()

    assert office.heard("mine") == ["call.ringing", "call.ended"]
    assert office.heard("theirs") == []


@pytest.mark.parametrize("seconds", [60, 3600])
def test_a_token_is_over_after_a_minute(office: Office, seconds: int) -> None:
    url = office.token()["url"]
    office.page.shop.clock.passes(seconds=seconds)

    assert office.knocks(url) == 403

    office.rings()
    assert office.posts.sent == {}


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "A" * 200])
def test_what_is_no_token_opens_nothing(office: Office, token: str) -> None:
    assert office.knocks(f"wss://live.cadran.example/?kind=live&token={quote(token)}") == 403


def test_a_token_s_facts_cannot_be_changed(office: Office) -> None:
    token = office.token()["token"]
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")

    assert office.knocks(f"wss://live.cadran.example/?kind=live&token={changed}") == 403


def test_an_api_key_opens_no_websocket(office: Office) -> None:
    key = office.page.shop.key

    assert office.knocks(f"wss://live.cadran.example/?kind=live&token={key}") == 403
    assert key not in office.token()["url"]


def test_whatever_is_said_keeps_a_connection_open(office: Office) -> None:
    office.watches()

    office.says('{"type":"ping"}')
    office.says("\x00 nonsense")

    assert office.heard() == ["pong", "pong"]


def test_a_connection_that_has_gone_is_forgotten_and_others_are_told(office: Office) -> None:
    for connection in ("c1", "c2", "c3"):
        office.watches(connection)
    office.posts.gone.add("c2")

    office.rings()

    assert [office.heard(each) for each in ("c1", "c2", "c3")] == [
        ["call.ringing"],
        [],
        ["call.ringing"],
    ]
    left = live_wiring.watchers().watching("acct_shop")
    assert sorted(each.connection_id for each in left) == ["c1", "c3"]


def test_a_gateway_that_is_down_loses_a_message_and_nothing_else(office: Office) -> None:
    office.watches()
    office.posts.down = True

    office.rings()
    office.posts.down = False

    assert live(office.page)[0]["journey"]["role"] == "static"
    assert len(live_wiring.watchers().watching("acct_shop")) == 1


def test_a_ring_that_is_old_is_no_news_but_its_journey_is_kept(office: Office) -> None:
    office.watches()
    office.comes_in()
    messages = office.page.shop.taken("rings")
    office.page.shop.clock.passes(minutes=5)

    ring_calls(messages_of(messages), Context())

    assert office.heard() == []
    assert live(office.page)[0]["journey"] is not None


def test_a_queue_that_is_down_delays_no_caller_and_the_end_makes_up_for_it(
    office: Office,
) -> None:
    number = a_visitor_in_doubt(office)
    url = boto3.client("sqs").get_queue_url(QueueName="cadran-test-rings")["QueueUrl"]
    boto3.client("sqs").delete_queue(QueueUrl=url)

    office.comes_in(to=number)
    before = live(office.page)[0]["journey"]
    boto3.client("sqs").create_queue(QueueName="cadran-test-rings")
    office.hangs_up(to=number)

    assert before is None
    journey = office.page.shop.gets("/v1/calls/CA1/journey")
    assert (journey["final"], journey["landing"]["campaign"]) == (True, "Noel")


def test_customers_servers_are_told_what_is_pushed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, ...]] = []
    hook = {"url": "https://crm.boulangerie.example/hook", "events": ["call.ringing"]}
    office.page.shop.makes("/v1/webhooks", hook)
    webhooks_wiring.kept_endpoints().forget("acct_shop")
    monkeypatch.setattr(webhooks_wiring, "publish", lambda *given, **_: told.append(given))
    office.watches()

    office.rings()

    ((account_id, event, event_id, data),) = told
    assert (account_id, event, event_id) == ("acct_shop", "call.ringing", "CA1")
    assert data == office.posts.sent["c1"][0]["data"]


def test_who_is_on_a_site_is_seen_with_what_they_look_at(office: Office) -> None:
    number = a_visitor_in_doubt(office)

    (visitor,) = office.page.shop.gets("/v1/live/visitors")["items"]

    assert (visitor["number"], visitor["landing"]["campaign"]) == (number, "Noel")
    assert visitor["visit"]["steps"][-1]["path"] == "/tartes"
    assert visitor["visit"]["cart"] == CART


def test_whoever_came_back_is_seen_with_what_brought_them_last(office: Office) -> None:
    page = office.page
    token = page.lent(url=f"{ORIGIN}/", referrer="https://www.google.com/")["visit"]

    page.lent(token)

    (visitor,) = page.shop.gets("/v1/live/visitors")["items"]
    assert visitor["landing"]["channel"] == "paid_search"


def test_whoever_has_left_is_seen_no_more_and_comes_back_with_a_sign_of_life(
    office: Office,
) -> None:
    page = office.page
    token = page.lent()["visit"]
    assert len(page.shop.gets("/v1/live/visitors")["items"]) == 1

    page.shop.clock.passes(seconds=121)
    assert page.shop.gets("/v1/live/visitors")["items"] == []

    page.tells(token, {"kind": "beat", "at": 1})
    assert len(page.shop.gets("/v1/live/visitors")["items"]) == 1


def test_whoever_takes_their_consent_back_is_seen_no_more(office: Office) -> None:
    token = office.page.lent()["visit"]

    office.page.tells(token, {"kind": "withdraw", "at": 1})

    assert office.page.shop.gets("/v1/live/visitors")["items"] == []


def test_a_visitor_who_agreed_to_nothing_is_not_seen(office: Office) -> None:
    office.page.opened(consent=False, url=ADVERT)

    assert office.page.shop.gets("/v1/live/visitors")["items"] == []


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_a_list_of_a_silly_length_is_refused(office: Office, limit: str) -> None:
    for path in ("/v1/live/calls", "/v1/live/visitors"):
        heard = office.page.shop.ask("GET", f"{path}?limit={limit}")
        assert heard.status == 400
        assert "limit" in heard.text


def test_tokens_need_a_key_that_may_read_calls(office: Office) -> None:
    key = office.page.shop.makes("/v1/keys", {"scopes": ["flows:read"]})["key"]

    assert ask(app, "POST", "/v1/live/tokens", key=key).status == 403
