"""A call that waits for an agent, from its flow's first webhook to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from app import app
from local.phone.twiml.document import from_text
from tests.desk.test_routes import an_agent, rung, works
from tests.gateway import BASE_URL, ring
from tests.house.shops import CALLER, NUMBER, Shop, open_shop

if TYPE_CHECKING:
    from tests.clouds import Cloud

FLOW = {
    "name": "File",
    "start": "wait",
    "nodes": {
        "wait": {
            "kind": "queue",
            "queue": "support",
            "callback": {"key": "1", "next": "call-back"},
            "voicemail": {"key": "2", "next": "box"},
        },
        "call-back": {"kind": "callback", "queue": "support"},
        "box": {"kind": "voicemail"},
    },
}


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose callers wait in a queue."""
    opened = open_shop(cloud, monkeypatch)
    opened.makes("/v1/queues", {"name": "support"})
    flow = opened.makes("/v1/flows", {"document": FLOW})["id"]
    opened.makes(f"/v1/flows/{flow}/publish")
    (line,) = opened.gets("/v1/numbers")["items"]
    path = f"/v1/numbers/{NUMBER.replace('+', '%2B')}"
    etag = f'"{line["version"]}"'
    assert opened.ask("PATCH", path, {"flow_id": flow}, if_match=etag).status == 200
    return opened


class Waiting:
    """One caller: what they heard last, and the way on from there."""

    def __init__(self, shop: Shop, call_id: str, caller: str = CALLER) -> None:
        self.shop, self.call_id, self.caller = shop, call_id, caller
        self.heard = self.send("/voice/incoming", CallStatus="ringing")

    def send(self, url: str, **facts: str) -> ElementTree.Element:
        parts = urlsplit(url.removeprefix(BASE_URL))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        fields = {"CallSid": self.call_id, "From": self.caller, "To": NUMBER, **facts}
        heard = ring(app, path, dict(fields))
        assert heard.status == 200
        if not heard.text.startswith("<?xml"):
            return ElementTree.Element("Response")
        assert from_text(heard.text).findings == ()
        self.heard = ElementTree.fromstring(heard.text)
        return self.heard

    def verb(self, tag: str) -> ElementTree.Element:
        found = next(self.heard.iter(tag), None)
        assert found is not None, ElementTree.tostring(self.heard)
        return found

    def waits(self, seconds: int = 12) -> None:
        """Hear a round of music out."""
        self.shop.clock.passes(seconds=seconds)
        self.send(self.verb("Gather").attrib["action"])

    def presses(self, key: str) -> None:
        self.send(self.verb("Gather").attrib["action"], Digits=key)

    def is_answered(self, seconds: int) -> None:
        """Have the agent take the call, and talk."""
        dial, number = self.verb("Dial"), self.verb("Number")
        self.shop.clock.passes(seconds=5)
        leg = {"CallSid": f"{self.call_id}leg", "ParentCallSid": self.call_id}
        self.send(number.attrib["url"], **leg)
        self.send(self.verb("Gather").attrib["action"], **leg, Digits="1")
        self.shop.clock.passes(seconds=seconds)
        ended = {"DialCallStatus": "completed", "DialCallDuration": str(seconds)}
        self.send(dial.attrib["action"], **ended, DialCallSid=f"{self.call_id}leg")

    def is_taken(self) -> None:
        """Have the agent take the call; nobody tells how the conversation ends."""
        number = self.verb("Number")
        self.shop.clock.passes(seconds=5)
        leg = {"CallSid": f"{self.call_id}leg", "ParentCallSid": self.call_id}
        self.send(number.attrib["url"], **leg)
        self.send(self.verb("Gather").attrib["action"], **leg, Digits="1")
        self.shop.clock.passes(seconds=60)

    def hangs_up(self) -> None:
        over = {"CallStatus": "completed", "CallDuration": "60"}
        self.send("/voice/status", **over)
        self.shop.project()

    @property
    def tags(self) -> set[str]:
        return {each.tag for each in self.heard.iter()}


def test_two_callers_share_one_agent_and_the_report_says_so(shop: Shop) -> None:
    agent = an_agent(shop)
    first, second = Waiting(shop, "CA1"), Waiting(shop, "CA2", "+33612345679")
    assert "".join(first.verb("Dial").itertext()).strip() == agent["number"]

    first.is_answered(seconds=60)
    second.waits()
    assert "Dial" in second.tags
    second.is_answered(seconds=30)
    first.hangs_up()
    second.hangs_up()

    (day,) = shop.gets("/v1/reports/queues?from=2026-11-23&to=2026-11-23")["items"]
    assert (day["offered"], day["answered"], day["answered_in_time"]) == (2, 2, 1)
    assert day["talk_mean"] == 45
    assert shop.gets(f"/v1/agents/{agent['id']}")["state"] == "resting"


def test_a_conversation_that_nobody_told_the_end_of_was_one(shop: Shop) -> None:
    agent = an_agent(shop)
    call = Waiting(shop, "CA1")

    call.is_taken()
    call.hangs_up()

    (day,) = shop.gets("/v1/reports/queues?from=2026-11-23&to=2026-11-23")["items"]
    assert (day["offered"], day["answered"], day["abandoned"]) == (1, 1, 0)
    shown = shop.call("CA1")
    assert (shown["outcome"], shown["talk_seconds"]) == ("unknown", None)
    assert shop.gets(f"/v1/agents/{agent['id']}")["state"] == "resting"


def test_a_caller_who_hangs_up_leaves_the_queue(shop: Shop) -> None:
    an_agent(shop)
    first, second = Waiting(shop, "CA1"), Waiting(shop, "CA2", "+33612345679")
    second.waits()
    assert len(shop.gets("/v1/queues/support/live")["waiting"]) == 2

    second.hangs_up()

    (rings,) = shop.gets("/v1/queues/support/live")["waiting"]
    assert (rings["call_id"], rings["state"]) == (first.call_id, "offered")
    (day,) = shop.gets("/v1/reports/queues?from=2026-11-23&to=2026-11-23")["items"]
    assert (day["offered"], day["abandoned"]) == (1, 1)


def test_a_caller_asks_to_be_rung_back_and_is_when_the_agent_is_free(shop: Shop) -> None:
    agent = an_agent(shop)
    first, second = Waiting(shop, "CA1"), Waiting(shop, "CA2", "+33612345679")
    second.presses("1")
    for _ in range(3):  # whatever is asked: this number, as soon as can be
        if "Gather" in second.tags:
            second.presses("1")
    (callback,) = shop.gets("/v1/callbacks")["items"]
    assert (callback["number"], callback["call_id"]) == ("+33612345679", "CA2")
    second.hangs_up()
    first.is_answered(seconds=60)
    shop.clock.passes(seconds=10)

    works(shop)

    assert (rung(shop).to, rung(shop).from_) == (agent["number"], NUMBER)
