"""Calls through the deployed package: what callers hear, and what is in the log afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local import seed
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from tests.machines import Machine

pytestmark = pytest.mark.slow

# The numbers that are kept for fiction belong to no kind of line.
UNKNOWN, FIXED = (Decimal(seed.PER_MINUTE[each]) for each in ("unknown", "fixed_metro"))


def calls_of(machine: Machine, source: str) -> int:
    """Return how many calls a source has been counted for, around today."""
    today = datetime.now(UTC).date()
    span = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    rows = machine.world.shop.get("/v1/reports/sources", **span)["items"]
    wanted = machine.world.sources[source]
    return sum(row["calls"] for row in rows if row["source_id"] == wanted)


def costs(charge: dict[str, Any]) -> Decimal:
    return Decimal(charge["amount"]["amount"])


def test_a_caller_who_presses_1_is_put_through_and_charged_by_the_second(machine: Machine) -> None:
    counted = calls_of(machine, "Affiche métro")

    story = machine.ring(seed.SHOP, a_caller(), presses={1: "1"}, hangs_up_after=95)

    assert (story.status, story.duration) == ("completed", 95)
    assert [leg.to for leg in story.legs[1:]] == [seed.OVEN]
    call = machine.call(story)
    assert (call["outcome"], call["seconds"]) == ("answered", 95)
    assert call["answered_by"] == [seed.OVEN]
    assert machine.events(story) == ["dialled", "ended", "pressed", "rang", "received"]
    assert costs(machine.charge(story)) == UNKNOWN * 95 / 60
    wait_for(lambda: calls_of(machine, "Affiche métro") > counted, "the source's count")


def test_a_caller_who_hangs_up_in_the_menu_pays_for_four_seconds(machine: Machine) -> None:
    story = machine.ring(seed.RADIO_LINE, "+33199000042", hangs_up_after=4)

    call = machine.call(story)
    assert (call["outcome"], call["seconds"], len(story.legs)) == ("abandoned", 4, 1)
    assert call["source"] == machine.world.sources["Radio Lyon"]
    assert costs(machine.charge(story)) == FIXED * 4 / 60


def test_a_caller_outside_opening_hours_leaves_a_message(machine: Machine) -> None:
    story = machine.ring(seed.NIGHT_LINE, "anonymous", leaves_message=12)

    assert "Nous sommes fermés" in " ".join(story.heard())
    call = machine.call(story)
    assert (call["outcome"], call["caller"]) == ("voicemail", None)
    assert [message["seconds"] for message in call["messages"]] == [12]


def test_a_caller_who_says_nothing_is_asked_again_and_then_let_go(machine: Machine) -> None:
    story = machine.ring(seed.SHOP, a_caller())

    asked = [text for text in story.heard() if "tapez 1" in text]
    assert len(asked) > 1
    assert story.status == "completed"
    assert machine.call(story)["outcome"] == "abandoned"


def test_a_caller_whom_nobody_answers_can_leave_a_message(machine: Machine) -> None:
    machine.network.handset(seed.OVEN, _handset(answers_after=None))
    try:
        script: dict[str, Any] = {"presses": {1: "1"}, "leaves_message": 7}
        story = machine.ring(seed.SHOP, a_caller(), **script)
    finally:
        machine.network.handset(seed.OVEN, _handset(answers_after=3))

    call = machine.call(story)
    assert call["outcome"] == "voicemail"
    assert "dialled" in machine.events(story)


def test_webhooks_delivered_twice_and_out_of_order_make_the_same_call(machine: Machine) -> None:
    caller = a_caller()
    once = machine.ring(seed.SHOP, caller, presses={1: "1"}, hangs_up_after=95)
    machine.network.fault("duplicate")
    machine.network.fault("reorder")

    twice = machine.ring(seed.SHOP, caller, presses={1: "1"}, hangs_up_after=95)

    assert len(twice.sent("voice") + twice.sent("action")) > len(once.sent("voice")) + 1
    assert machine.events(twice) == machine.events(once)
    same = ("outcome", "seconds", "talk_seconds", "answered_by", "source", "flow_version")
    first, second = machine.call(once), machine.call(twice)
    assert [second[name] for name in same] == [first[name] for name in same]
    assert costs(machine.charge(twice)) == costs(machine.charge(once))


def test_a_connection_that_fails_once_costs_the_caller_nothing(machine: Machine) -> None:
    machine.network.fault("drop", times=1, only="documents")

    story = machine.ring(seed.SHOP, a_caller(), presses={1: "1"}, hangs_up_after=20)

    assert machine.call(story)["outcome"] == "answered"


def test_a_caller_whose_webhook_never_arrives_reaches_the_fallback_number(
    machine: Machine,
) -> None:
    machine.network.fault("drop", path="/voice/incoming")

    story = machine.ring(seed.SHOP, a_caller(), hangs_up_after=60)

    assert [leg.to for leg in story.legs[1:]] == [seed.SPARE]


def test_an_unknown_caller_of_an_unknown_number_is_told_so(machine: Machine) -> None:
    base = machine.cloud.base_url
    machine.network.buy("+33199007777", voice_url=f"{base}/voice/incoming")

    story = machine.ring("+33199007777", a_caller())

    assert "n'est pas en service" in " ".join(story.heard())
    assert story.status == "completed"


def _handset(**script: Any) -> Any:
    from local.phone.handsets import Handset

    return Handset(**script)
