"""The demo's third part: a surcharged line, whose price is told first and runs from the beep.

In real time, three quarters of a minute: the beep's moment is the product's clock, the call's
length the carrier's, and only where both go on alike can seconds be counted between them.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.periods import Month
from local import lines
from local.checks import table, wait_for
from local.cloud.cloud import ACCOUNT_SID, AUTH_TOKEN
from local.phone.handsets import Handset, agent
from local.phone.threads import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.checks import Checks
    from local.lines import Shop
    from local.phone.stories import Story
    from local.phone.threads import RunningNetwork
    from local.stage import Machine

HESITANT: Final = "+33600003001"
RESOLUTE: Final = "+33600003002"
CALL_SECONDS: Final = 40
PER_MINUTE: Final = Decimal("0.80")


def play(machine: Machine, shop: Shop, checks: Checks) -> None:
    """Ring the line twice at once, and look at who owes what for the service."""
    print("\n9. A caller of the surcharged line hears what it costs, and hangs up before the beep")
    print(f"10. Another one stays, {CALL_SECONDS} s in all (this takes {CALL_SECONDS} s)")
    with _in_real_time(machine) as network:
        hesitant, resolute = _two_callers(network)
        checks.that("what Twilio would have complained about", network.reports, [])
    told = " ".join(hesitant.heard())
    checks.that("the price was told", "Quatre-vingts centimes d'euro par minute" in told, True)
    checks.that("no beep sounded", hesitant.played(), [])
    checks.that("the other was put through", [leg.to for leg in resolute.legs[1:]], [lines.LAWYER])
    _check_services(shop, hesitant, resolute, checks)


@contextmanager
def _in_real_time(machine: Machine) -> Iterator[RunningNetwork]:
    """Open a second phone network, whose time is everybody's."""
    base = machine.cloud.base_url
    with running(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, seed=2027) as network:
        network.buy(
            lines.SURCHARGED,
            voice_url=f"{base}/voice/incoming",
            voice_fallback_url=f"{base}/voice/fallback",
            status_callback=f"{base}/voice/status",
        )
        network.handset(lines.LAWYER, agent(after=1, talks=600))
        yield network


def _two_callers(network: RunningNetwork) -> tuple[Story, Story]:
    phones = network.network
    before_the_beep = Handset(hangs_up_during="toutes taxes comprises")
    patient = Handset(hangs_up_after=CALL_SECONDS)

    async def both() -> tuple[Story, Story]:
        return await asyncio.gather(
            phones.ring(to=lines.SURCHARGED, from_=HESITANT, script=before_the_beep),
            phones.ring(to=lines.SURCHARGED, from_=RESOLUTE, script=patient),
        )

    return network.wait(both())


def _check_services(shop: Shop, hesitant: Story, resolute: Story, checks: Checks) -> None:
    calls = [f"/v1/calls/{story.call.sid}" for story in (hesitant, resolute)]

    def charged() -> bool:
        ended = all(shop.client.get(path)["state"] == "ended" for path in calls)
        return ended and bool(_services(shop))

    wait_for(charged, "both calls' ends, and the service's charge")
    left, stayed = (shop.client.get(path) for path in calls)
    checks.that("the price ran for the first", left["service_from"], None)
    services = _services(shop)
    checks.that("services charged", [each["call"] for each in services], [stayed["id"]])
    service = services[0]
    began, beep = (datetime.fromisoformat(stayed[name]) for name in ("started_at", "service_from"))
    seconds = int(stayed["seconds"] - (beep - began).total_seconds())
    checks.that("seconds from the beep", service["seconds"], seconds)
    checks.that("the free ones before it", 10 <= stayed["seconds"] - seconds <= 25, True)
    exact = PER_MINUTE * seconds / 60
    due = str(exact.quantize(Decimal("0.000001"), ROUND_HALF_UP))
    found = str(Decimal(service["amount"]["amount"]).quantize(Decimal("0.000001")))
    checks.that("its price, € incl. VAT", found, due)
    _show(left, stayed, service)


def _services(shop: Shop) -> list[dict[str, Any]]:
    return shop.client.every("/v1/charges/services", month=str(Month.of(datetime.now(UTC))))


def _show(left: dict[str, Any], stayed: dict[str, Any], service: dict[str, Any]) -> None:
    rows = [
        (left["caller"], left["seconds"], 0, "0"),
        (stayed["caller"], stayed["seconds"], service["seconds"], service["amount"]["amount"]),
    ]
    head = ["from", "seconds", "from the beep", "service (€ incl. VAT)"]
    print(table("Calls of the surcharged line", head, rows))
