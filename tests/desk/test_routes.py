"""The contact centre from outside: its API, and the carrier's webhooks about callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from app import app, find_callbacks, place_callbacks
from chalicelib.ivr.usage import Kind, Use
from chalicelib.runtime import desk_wiring, wiring
from local.phone.twiml.document import from_text
from tests.desk.builders import Caller, at
from tests.gateway import BASE_URL, Context, Heard, ring
from tests.house.shops import NOON, NUMBER, Shop, open_shop
from tests.world import messages_of, schedule_at

if TYPE_CHECKING:
    from chalicelib.runtime.gateway import CallOrder
    from tests.clouds import Cloud

AGENT = "0162010090"
PERSON = "+33612345678"
ORDER = {"queue": "support", "number": "06 12 34 56 78", "line": NUMBER}
HOURS = {"weekly": {"monday": [["09:00", "18:00"]]}, "public_holidays": "national"}


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with a queue and nobody in it yet."""
    opened = open_shop(cloud, monkeypatch)
    opened.makes("/v1/queues", {"name": "support"})
    return opened


def an_agent(shop: Shop, **facts: Any) -> dict[str, Any]:
    made: dict[str, Any] = shop.makes("/v1/agents", {"name": "Nadia", "number": AGENT, **facts})
    return made


def works(shop: Shop) -> None:
    """Bring what is on the queue of callbacks to its handler."""
    messages = shop.taken("callbacks")
    place_callbacks(messages_of(messages), Context())


def rung(shop: Shop) -> CallOrder:
    """Return the last call that the carrier was asked to place."""
    order: CallOrder = wiring.gateway().placed[-1]  # type: ignore[attr-defined]
    return order


def webhook(url: str, **facts: str) -> Heard:
    """Have the carrier ask what to do with the agent's call."""
    parts = urlsplit(url.removeprefix(BASE_URL))
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    fields: dict[str, str | list[str]] = {"CallSid": "CA" + "9" * 32, "To": AGENT, **facts}
    return ring(app, path, fields)


def twiml(heard: Heard) -> ElementTree.Element:
    """Read an answer that the carrier would take without a warning."""
    assert heard.status == 200
    assert from_text(heard.text).findings == ()
    return ElementTree.fromstring(heard.text)


def test_a_queue_is_made_changed_and_deleted(shop: Shop) -> None:
    made = shop.ask("POST", "/v1/queues", {"name": "sales", "callback_hours": HOURS})
    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert made.headers["Location"] == "/v1/queues/sales"

    body = {"label": "Ventes", "skills": ["sales"], "callback_hours": None}
    changed = shop.ask("PATCH", "/v1/queues/sales", body, if_match='"1"')
    stale = shop.ask("PATCH", "/v1/queues/sales", {"label": "x"}, if_match='"1"')

    assert changed.json == {**made.json, **body, "version": 2}
    assert stale.status == 412
    names = [each["name"] for each in shop.gets("/v1/queues")["items"]]
    assert names == ["sales", "support"]
    assert shop.ask("DELETE", "/v1/queues/sales").status == 204
    assert shop.ask("GET", "/v1/queues/sales").status == 404
    assert shop.makes("/v1/queues", {"name": "sales"})["version"] == 1


@pytest.mark.parametrize(
    ("path", "body", "status", "pointer"),
    [
        ("/v1/queues", {"name": "Été"}, 400, "/name"),
        ("/v1/queues", {"name": "a" * 41}, 400, "/name"),
        ("/v1/queues", {"name": "b", "ring_seconds": 4}, 400, "/ring_seconds"),
        ("/v1/queues", {"name": "b", "callback_hours": {}}, 422, "/callback_hours"),
        ("/v1/queues", {"name": "support"}, 409, None),
        ("/v1/agents", {"name": "N", "number": "112"}, 422, "/number"),
        ("/v1/agents", {"name": "N", "number": "0899123456"}, 422, "/number"),
        ("/v1/agents", {"name": "N", "number": "chez moi"}, 422, "/number"),
        ("/v1/agents", {"name": "", "number": AGENT}, 400, "/name"),
        (
            "/v1/agents",
            {"name": "N", "number": AGENT, "hours": {"weekly": {"monday": [["9h", "18:00"]]}}},
            422,
            "/hours/weekly/monday/0/0",
        ),
        ("/v1/callbacks", {**ORDER, "queue": "sales"}, 422, "/queue"),
        ("/v1/callbacks", {**ORDER, "number": "15"}, 422, "/number"),
        ("/v1/callbacks", {**ORDER, "line": "+33162019999"}, 422, "/line"),
        (
            "/v1/callbacks",
            {
                **ORDER,
                "slot": {"from": "2026-11-23T15:00:00Z", "until": "2026-11-23T14:00:00Z"},
            },
            422,
            "/slot/until",
        ),
        (
            "/v1/callbacks",
            {
                **ORDER,
                "slot": {"from": "2026-11-20T15:00:00Z", "until": "2026-11-20T16:00:00Z"},
            },
            422,
            "/slot/until",
        ),
        (
            "/v1/callbacks",
            {
                **ORDER,
                "slot": {"from": "2027-11-20T15:00:00Z", "until": "2027-11-20T16:00:00Z"},
            },
            422,
            "/slot/from",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    shop: Shop, path: str, body: Any, status: int, pointer: str | None
) -> None:
    heard = shop.ask("POST", path, body)

    assert heard.status == status, heard.text
    if pointer is not None:
        assert pointer in {each["pointer"] for each in heard.json["errors"]}


def test_an_agent_is_sent_to_lunch_and_comes_back(shop: Shop) -> None:
    agent = an_agent(shop, skills=["german"], hours=HOURS)
    assert (agent["number"], agent["state"]) == ("+33162010090", "free")
    path = f"/v1/agents/{agent['id']}"

    away = shop.ask("PATCH", path, {"available": False}, if_match='"1"')
    back = shop.ask("PATCH", path, {"available": True, "hours": None}, if_match='"2"')

    assert (away.json["state"], back.json["state"]) == ("off-duty", "free")
    assert shop.gets(path) == {**agent, "hours": None, "version": 3}
    assert shop.ask("POST", "/v1/agents", {"name": "Zoé", "number": AGENT}).json["code"] == (
        "telephone-taken"
    )
    assert shop.ask("DELETE", path).status == 204
    assert shop.gets("/v1/agents")["items"] == []


def test_a_queue_that_a_flow_uses_is_not_deleted(shop: Shop) -> None:
    use = Use(Kind.QUEUE, "support", "/nodes/wait/queue")
    wiring.usage().record_usage("acct_shop", shop.flow_id, [use], version=1, now=NOON)

    heard = shop.ask("DELETE", "/v1/queues/support")

    assert (heard.status, heard.json["code"]) == (409, "in-use")
    assert heard.json["errors"][0]["pointer"] == "/nodes/wait/queue"
    assert shop.gets("/v1/queues/support")["name"] == "support"


def test_a_queue_that_people_wait_for_is_not_deleted(shop: Shop) -> None:
    shop.makes("/v1/callbacks", ORDER)

    heard = shop.ask("DELETE", "/v1/queues/support")

    assert (heard.status, heard.json["code"]) == (409, "callbacks-wait")


def test_a_queue_is_watched_and_numbers_are_for_those_who_read_calls(shop: Shop) -> None:
    agent = an_agent(shop)
    desk = desk_wiring.desk()
    for n in (1, 2):
        caller = Caller(call_id=f"CA{n}", caller=PERSON, arrived_at=NOON, label="SAV")
        desk.join("acct_shop", "support", caller, NOON)
    desk.picked_up("acct_shop", "support", "CA1", agent["id"], NOON)
    shop.clock.passes(seconds=30)
    blind = shop.makes("/v1/keys", {"scopes": ["queues:read"]})["key"]

    seen = shop.gets("/v1/queues/support/live")
    shop.key = blind
    unseen = shop.gets("/v1/queues/support/live")

    (waits,), (talks,), (works,) = seen["waiting"], seen["talking"], seen["agents"]
    assert (waits["call_id"], waits["position"], waits["waited_seconds"]) == ("CA2", 1, 30)
    assert (waits["number"], waits["state"], waits["label"]) == (PERSON, "waiting", "SAV")
    assert (talks["call_id"], talks["agent_id"]) == ("CA1", agent["id"])
    assert works["state"] == "talking"
    assert {each["number"] for each in (*unseen["waiting"], *unseen["talking"])} == {None}


def test_a_callback_is_asked_for_moved_and_called_off(shop: Shop) -> None:
    made = shop.ask("POST", "/v1/callbacks", {**ORDER, "source": "Page contact"})
    path = made.headers["Location"]
    assert (made.json["number"], made.json["state"]) == (PERSON, "waiting")
    slot = {"from": "2026-11-24T15:00:00Z", "until": "2026-11-24T16:00:00Z"}

    moved = shop.ask("PATCH", path, {"slot": slot}, if_match=made.headers["ETag"])
    stale = shop.ask("PATCH", path, {"slot": None}, if_match=made.headers["ETag"])

    assert moved.json["slot"] == slot
    assert stale.status == 412
    assert [each["id"] for each in shop.gets("/v1/callbacks")["items"]] == [made.json["id"]]
    assert [shop.ask("DELETE", path).status for _ in range(2)] == [204, 204]
    assert shop.gets(path)["state"] == "cancelled"
    assert shop.gets("/v1/callbacks")["items"] == []
    over = shop.gets("/v1/callbacks?state=over")["items"]
    assert [each["id"] for each in over] == [made.json["id"]]


def test_asking_twice_with_one_key_asks_once(shop: Shop) -> None:
    for _ in range(2):
        shop.ask("POST", "/v1/callbacks", ORDER, idempotency_key="visit-1")

    assert len(shop.gets("/v1/callbacks")["items"]) == 1


def test_an_agent_is_rung_presses_1_and_speaks_with_the_person(shop: Shop) -> None:
    an_agent(shop)
    callback = shop.makes("/v1/callbacks", {**ORDER, "label": "Commande 12"})
    shop.clock.passes(minutes=2)

    works(shop)
    order = rung(shop)
    assert (order.to, order.from_) == ("+33162010090", NUMBER)
    whisper = twiml(webhook(order.url))
    said = "".join(whisper.itertext())
    action = next(whisper.iter("Gather")).attrib["action"]
    dialled = twiml(webhook(action, Digits="1"))
    dial = next(dialled.iter("Dial"))
    over = twiml(webhook(dial.attrib["action"], DialCallStatus="completed", DialCallDuration="60"))

    assert "Commande" in said
    assert "demandé à douze heures" in said.lower() or "demandé à midi" in said.lower()
    assert "".join(dial.itertext()) == PERSON
    assert dial.attrib["callerId"] == NUMBER
    assert [verb.tag for verb in over] == ["Hangup"]
    done = shop.gets(f"/v1/callbacks/{callback['id']}")
    assert (done["state"], done["attempts"], done["last_status"]) == ("reached", 1, "answered")
    (day,) = shop.gets("/v1/reports/queues?from=2026-11-23&to=2026-11-23")["items"]
    assert (day["callbacks_asked"], day["callbacks_placed"], day["callbacks_reached"]) == (1, 1, 1)


def test_an_agent_who_hangs_up_is_not_put_through(shop: Shop) -> None:
    an_agent(shop)
    shop.makes("/v1/callbacks", ORDER)
    works(shop)
    order = rung(shop)

    silent = twiml(webhook(order.url.replace("answer", "choice"), Digits=""))
    status = webhook(order.status_url, CallStatus="completed", CallDuration="9")
    again = twiml(webhook(order.url))

    assert [verb.tag for verb in silent] == ["Hangup"]
    assert status.status == 200
    assert "n'est plus demandé" in "".join(again.itertext())
    assert shop.gets("/v1/agents")["items"][0]["state"] == "resting"


def test_every_minute_callbacks_are_found_that_wait(shop: Shop) -> None:
    shop.makes("/v1/callbacks", ORDER)
    shop.taken("callbacks")
    an_agent(shop)
    shop.taken("callbacks")

    find_callbacks(schedule_at("2026-11-23T12:00:00Z"), Context())
    works(shop)

    assert rung(shop).to == "+33162010090"


def test_an_account_without_callbacks_is_not_looked_at_any_more(shop: Shop) -> None:
    made = shop.makes("/v1/callbacks", ORDER)
    shop.ask("DELETE", f"/v1/callbacks/{made['id']}")
    shop.taken("callbacks")

    for _ in range(2):
        find_callbacks(schedule_at("2026-11-23T12:00:00Z"), Context())
        works(shop)

    find_callbacks(schedule_at("2026-11-23T12:00:00Z"), Context())
    assert shop.taken("callbacks") == []


@pytest.mark.parametrize("step", ["answer", "choice", "end"])
def test_an_agent_hears_an_apology_while_the_table_is_down(shop: Shop, step: str) -> None:
    from tests.house.faults import Trouble, of, trouble

    an_agent(shop)
    shop.makes("/v1/callbacks", ORDER)
    works(shop)
    url = rung(shop).url.replace("answer", step)

    with trouble(Trouble.REFUSED, of("dynamodb")):
        heard = webhook(url, Digits="1", DialCallStatus="no-answer")

    assert "désolés" in "".join(twiml(heard).itertext())


def test_the_clock_of_the_tests_is_the_shops() -> None:
    assert at().date() == NOON.date()
