"""The demo's last part of tracking: a call that nobody took, and what the marketer reads.

The shop is that of `tracked_site`, whose first visitor rang and spoke.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from local.checks import table, wait_for
from local.demo.tracked_site import CALLER, WORKSHOP
from local.phone.handsets import Handset

if TYPE_CHECKING:
    from local.checks import Checks
    from local.client import Client
    from local.demo.tracked_site import Tracked
    from local.stage import Machine

LATE: Final = "+33600004002"
ALERT: Final[dict[str, Any]] = {
    "name": "Atelier",
    "by": "email",
    "to": "atelier@atelier-lumiere.test",
    "wait_minutes": 0,
    "stay_seconds": 5,
}


def play(machine: Machine, tracked: Tracked, checks: Checks) -> None:
    """Miss a call, then read the reports."""
    client = tracked.client
    _missed(machine, tracked, checks)
    _judged(client, checks)
    _report(client, checks)
    _models(client, checks)


def _missed(machine: Machine, tracked: Tracked, checks: Checks) -> None:
    print("\n14. Nobody in the workshop picks up: they are told of the call they missed")
    client = tracked.client
    alert = client.post("/v1/alerts", ALERT)["id"]
    machine.network.handset(WORKSHOP, Handset(answers_after=None))
    number = client.get(f"/v1/pools/{tracked.pool_id}")["overflow"]
    call = machine.network.ring(to=number, from_=LATE, script=Handset(hangs_up_after=20))

    def sent() -> list[Any]:
        items: list[Any] = client.get(f"/v1/alerts/{alert}/sent")["items"]
        return [each for each in items if each["status"] == "sent"]

    wait_for(lambda: bool(sent()), "the alert to be sent")
    (told,) = sent()
    checks.that("of which call they were told", told["call"], call.call.sid)


def _judged(client: Client, checks: Checks) -> None:
    print("15. The agent says what the first call was worth; it is one lead with all it did")
    (call,) = [each for each in client.get("/v1/calls")["items"] if each["caller"] == CALLER]
    client.put(f"/v1/calls/{call['id']}/quality", {"qualified": True, "value": "180.00"})

    def leads() -> list[Any]:
        return [each for each in client.get("/v1/leads")["items"] if each["qualified"]]

    wait_for(lambda: bool(leads()), "the lead to be worth something")
    (lead,) = leads()
    checks.that("what the lead is worth", lead["value"]["amount"], "180.00")
    checks.that("what led to it", [each["campaign"] for each in lead["touches"]], ["Lampes"])


def _report(client: Client, checks: Checks) -> None:
    print("16. The report by campaign")

    def items() -> list[Any]:
        found: list[Any] = client.get("/v1/reports/calls", by="campaign", **_today())["items"]
        return found

    def counted() -> bool:
        return sum(each["calls"] for each in items()) == 2 and any(
            each["qualified"] for each in items()
        )

    wait_for(counted, "both calls to be counted")
    rows = [
        (each["label"], each["calls"], each["answered"], each["qualified"], each["value"]["amount"])
        for each in items()
    ]
    print(table("Calls of today", ["campaign", "calls", "answered", "qualified", "euros"], rows))
    (lamps,) = [row for row in rows if row[0] == "Lampes"]
    checks.that("what the advert brought", lamps[1:], (1, 1, 1, "180.00"))


def _models(client: Client, checks: Checks) -> None:
    print("17. The same leads under two models of credit")
    found = client.get(
        "/v1/reports/attribution", one="first", other="time-decay", by="campaign", **_today()
    )
    rows = [(each["name"], each["one"]["leads"], each["other"]["leads"]) for each in found["items"]]
    print(table("Leads", ["campaign", "first touch", "time decay"], rows))
    sums = [round(sum(row[at] for row in rows), 4) for at in (1, 2)]
    checks.that("each model gives away all the leads", sums, [found["leads"]] * 2)
    checks.that("and the advert has its own", rows[0][0], "Lampes")


def _today() -> dict[str, str]:
    """Return today in France, as the demo's calls are of it."""
    from chalicelib.kernel.periods import Day

    day = Day.of(datetime.now(UTC)).date.isoformat()
    return {"from": day, "to": day}
