"""The demo's second part: a support line that looks up, queues, rings back and writes down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from local import lines
from local.checks import table, wait_for
from local.phone.handsets import Handset, Words, agent

if TYPE_CHECKING:
    from local.checks import Checks
    from local.lines import Shop
    from local.phone.stories import Story
    from local.stage import Machine

ORDER: Final = "79927398713"
FIRST: Final = "+33600002001"
SECOND: Final = "+33600002002"
THIRD: Final = "+33600002003"
LATER_SECONDS: Final = 75.0  # the first caller talks with the adviser by then
MESSAGE: Final = "Bonjour, ma livraison n'est pas arrivée, rappelez-moi s'il vous plaît."


def play(machine: Machine, shop: Shop, checks: Checks) -> None:
    """Ring the line, look at what became of each caller, and at how the queue did."""
    machine.network.handset(lines.ADVISER, agent(after=2, talks=180))
    first, second = _two_callers(machine, checks)
    _rung_back(machine, shop, second, checks)
    third = _message(machine, shop, checks)
    known = [each for each in machine.network.reports if each.call_sid]
    checks.that("what Twilio would have complained about", known, [])
    _report(shop, checks)
    _show(shop, [first, second, third])


def _two_callers(machine: Machine, checks: Checks) -> tuple[Story, Story]:
    print("\n5. A caller says what they want, keys in an order number, and talks with the adviser")
    print(
        "6. A second one, who would have to wait, asks to be rung back without losing their place"
    )
    network = machine.network.network

    async def later() -> Story:
        await network.clock.sleep(LATER_SECONDS)
        return await network.ring(to=lines.SUPPORT, from_=SECOND, script=_impatient())

    async def both() -> tuple[Story, Story]:
        first = network.ring(to=lines.SUPPORT, from_=FIRST, script=_with_an_order())
        return await asyncio.gather(first, later())

    first, second = machine.network.wait(both())
    heard = " ".join(first.heard())
    checks.that("the order system was asked for", machine.orders.asked, [ORDER])
    checks.that("the first heard its state", "Votre commande est expédiée" in heard, True)
    whispered = " ".join(first.heard(lines.ADVISER))
    checks.that("the adviser heard the order first", "sept, neuf, neuf" in whispered, True)
    waited = " ".join(second.heard())
    checks.that("the second heard their place", "Votre appel sera le prochain" in waited, True)
    checks.that("and that they will be rung back", "Nous vous rappellerons" in waited, True)
    return first, second


def _with_an_order() -> Handset:
    words = Words("bonjour, c'est pour ma commande")
    return Handset(says={1: words}, presses={2: ORDER, 3: "1"})


def _impatient() -> Handset:
    return Handset(
        says={1: "je voudrais parler à un conseiller"},
        presses={"sans perdre votre place": "1", "Pour confirmer": "1"},
    )


def _rung_back(machine: Machine, shop: Shop, second: Story, checks: Checks) -> None:
    print("\n7. The adviser is free again: they are rung, press 1, and the second caller is rung")
    machine.network.handset(SECOND, Handset(answers_after=3))

    def placed() -> bool:
        return bool(shop.client.every("/v1/callbacks", state="over"))

    wait_for(placed, "the callback to be placed")
    (callback,) = shop.client.every("/v1/callbacks", state="over")
    checks.that("the callback", (callback["number"], callback["state"]), (SECOND, "reached"))
    checks.that("it belongs to the second call", callback["call_id"], second.call.sid)
    events = shop.client.get(f"/v1/calls/{second.call.sid}/events")["items"]
    kinds = {each["kind"] for each in events}
    wanted = {"queued", "left-queue", "callback-asked", "callback-rung"}
    checks.that("the call's log knows of it", sorted(wanted & kinds), sorted(wanted))


def _message(machine: Machine, shop: Shop, checks: Checks) -> Story:
    print("\n8. A third caller leaves a message, which is written down")
    script = Handset(presses={1: "3"}, leaves_message=9, message=MESSAGE)
    story = machine.network.ring(to=lines.SUPPORT, from_=THIRD, script=script)
    path = f"/v1/calls/{story.call.sid}"

    def written() -> list[str]:
        found = [each["transcription"] for each in shop.client.get(path)["messages"]]
        return [each["text"] for each in found if each and each["status"] == "done"]

    wait_for(lambda: bool(written()), "the transcription")
    checks.that("the message in words", written(), [MESSAGE])
    return story


def _report(shop: Shop, checks: Checks) -> None:
    today = datetime.now(UTC).date()
    days = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}

    def counted() -> bool:
        totals = shop.client.get("/v1/reports/queues", **days)["totals"]
        return bool(totals) and totals[0]["callbacks_reached"] == 1 and totals[0]["offered"] == 2

    wait_for(counted, "the queue's report")
    (total,) = shop.client.get("/v1/reports/queues", **days)["totals"]
    names = ("offered", "answered", "abandoned", "callback", "callbacks_reached")
    found = {name: total[name] for name in names}
    expected = {"offered": 2, "answered": 1, "abandoned": 0, "callback": 1, "callbacks_reached": 1}
    checks.that("the queue's report", found, expected)


def _show(shop: Shop, stories: list[Story]) -> None:
    rows = []
    for story in stories:
        call = shop.client.get(f"/v1/calls/{story.call.sid}")
        rows.append((call["caller"], call["outcome"], call["seconds"], ", ".join(call["tags"])))
    print(table("Calls of the support line", ["from", "outcome", "seconds", "tags"], rows))
