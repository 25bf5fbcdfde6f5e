"""A surcharged number: one caller hangs up before the beep, another one stays.

In real time: the beep's moment is our clock's, the length of a call the carrier's, and only where
both go on alike can a second be looked for.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.client import ApiRefused
from local.phone.handsets import Handset, agent
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from local.phone.stories import Story
    from local.phone.threads import RunningNetwork
    from tests.machines import Machine

pytestmark = pytest.mark.slow

LINE, JURIST = "+33892004321", "+33199004377"
TOTAL, BEEP_SECONDS = 45, 0.4
TEAM = {"kind": "dial", "destinations": [JURIST], "no_answer": "box"}
ADVICE = {
    "name": "Conseil juridique",
    "start": "price",
    "nodes": {
        "price": {"kind": "price_notice", "next": "team"},
        "team": TEAM,
        "box": {"kind": "voicemail"},
    },
    "tests": [
        {
            "name": "Le prix d'abord",
            "service_price": "D080",
            "steps": [
                {"hears": "Quatre-vingts centimes d'euro par minute, toutes taxes comprises"},
                {"press": "#"},
                {"rings": JURIST},
            ],
        }
    ],
}
WITHOUT = {
    **ADVICE,
    "start": "team",
    "nodes": {"team": TEAM, "box": {"kind": "voicemail"}},
    "tests": [],
}


@pytest.fixture(scope="module")
def line(whole_machine: Machine) -> str:
    """A number that costs its callers 0.80 euros a minute."""
    shop = whole_machine.world.shop
    flow = shop.post("/v1/flows", {"document": ADVICE})
    shop.post(f"/v1/flows/{flow['id']}/publish")
    order = {"number": LINE, "flow_id": flow["id"], "service_price": {"tier": "D080"}}
    shop.post("/v1/numbers", order)
    return LINE


def service(machine: Machine, story: Story) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = machine.world.shop.get(f"/v1/charges/{story.call.sid}/service")
    except ApiRefused as error:
        if error.status != 404:
            raise
        return None
    return found


def in_real_time(machine: Machine, network: RunningNetwork) -> None:
    base = machine.cloud.base_url
    network.buy(LINE, voice_url=f"{base}/voice/incoming", status_callback=f"{base}/voice/status")
    network.handset(JURIST, agent(after=1, talks=600, accepts=""))


def test_one_caller_hangs_up_before_the_beep_and_another_pays_from_it(
    machine: Machine, line: str
) -> None:
    scripts = (
        Handset(hangs_up_at_question=1),
        Handset(presses={1: "#"}, barges_in=True, hangs_up_after=TOTAL),
    )
    with machine.by_hand() as network, ThreadPoolExecutor(2) as pool:
        in_real_time(machine, network)
        told, stayed = pool.map(
            lambda script: network.ring(to=line, from_=a_caller(), script=script), scripts
        )
        sent = [each for each in network.deliveries if each.call_sid == stayed.call.sid]

    assert "plus le prix d'un appel" in " ".join(told.heard())
    assert told.played() == []
    assert machine.call(told)["service_from"] is None
    (beep,) = stayed.played()
    assert "beep" in beep.text
    call = machine.call(stayed)
    assert (call["outcome"], call["service_tier"]) == ("answered", "D080")
    wait_for(lambda: service(machine, stayed) is not None, "the service's charge")
    due = service(machine, stayed)
    assert due is not None
    began, sounded = (datetime.fromisoformat(call[name]) for name in ("started_at", "service_from"))
    ends = began + timedelta(seconds=stayed.duration)
    assert due["billed_seconds"] == due["seconds"] == int((ends - sounded).total_seconds())
    # As the telephone tells it. What our answers take on this machine counts for the caller.
    heard = next(each.at for each in stayed.transcript if each.what == "heard")
    after = stayed.duration - (beep.at - heard) - BEEP_SECONDS
    answering = sum(each.latency_ms for each in sent) / 1000
    assert -0.5 <= after - due["seconds"] <= 3 + answering
    exact = Decimal("0.80") * due["seconds"] / 60
    assert Decimal(due["amount"]["amount"]) == exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    machine.charge(told)
    assert service(machine, told) is None


def test_a_caller_who_hears_the_price_out_is_put_through(machine: Machine, line: str) -> None:
    machine.network.handset(JURIST, agent(after=1, talks=20, accepts=""))

    story = machine.ring(line, a_caller(), presses={1: "5"})

    notices = [text for text in story.heard() if "toutes taxes comprises" in text]
    assert len(notices) == 2  # a key that skips nothing
    assert machine.events(story) == ["beeped", "dialled", "ended", "rang", "received"]
    assert machine.call(story)["service_tier"] == "D080"
    assert story.warnings == []


def test_a_flow_that_tells_no_price_cannot_answer_the_number(machine: Machine, line: str) -> None:
    shop = machine.world.shop
    (flow,) = [each for each in shop.every("/v1/flows") if each["name"] == ADVICE["name"]]
    shop.put(f"/v1/flows/{flow['id']}/draft", {"document": WITHOUT}, if_match='"1"')

    with pytest.raises(ApiRefused, match="a `price_notice` must come before this") as refused:
        shop.post(f"/v1/flows/{flow['id']}/publish")

    assert refused.value.status == 422
