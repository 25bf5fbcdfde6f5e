"""The demo's first part: four calls to the bakery, its sources, its charges and its invoice.

A conversation of 95 s takes no time on the phone network's clock and lasts exactly 95 s on the
invoice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.periods import Month
from local import seed
from local.checks import table, wait_for
from local.phone.handsets import Handset

if TYPE_CHECKING:
    from local.checks import Checks
    from local.phone.stories import Story
    from local.seed import World
    from local.stage import Machine


def play(machine: Machine, world: World, checks: Checks) -> None:
    """Ring, look at the log, the sources, the charges; close the month and look at the invoice."""
    stories = [
        _forwarded(machine, checks),
        _hangs_up_in_menu(machine, checks),
        _outside_hours(machine, checks),
        _everything_twice(machine, checks),
    ]
    checks.that("what Twilio would have complained about", machine.network.reports, [])
    calls = _check_log(world, stories, checks)
    charges = _check_charges(world, calls, checks)
    _check_sources(world, checks)
    invoice = _check_invoice(machine, world, charges, checks)
    _show(world, calls, charges, invoice)


def _forwarded(machine: Machine, checks: Checks) -> Story:
    print("\n1. A caller presses 1, is put through, and hangs up after 95 s")
    story = machine.network.ring(
        to=seed.SHOP, from_=seed.CALLER, script=Handset(presses={1: "1"}, hangs_up_after=95)
    )
    checks.that("the call lasted", story.duration, 95)
    checks.that("the shop was rung", [leg.to for leg in story.legs[1:]], [seed.OVEN])
    return story


def _hangs_up_in_menu(machine: Machine, checks: Checks) -> Story:
    print("\n2. A caller of the radio's number hangs up in the menu after 4 s")
    story = machine.network.ring(
        to=seed.RADIO_LINE, from_="+33199000042", script=Handset(hangs_up_after=4)
    )
    checks.that("the call lasted", story.duration, 4)
    checks.that("nobody was rung", len(story.legs), 1)
    return story


def _outside_hours(machine: Machine, checks: Checks) -> Story:
    print("\n3. A caller outside opening hours leaves a message of 12 s")
    story = machine.network.ring(
        to=seed.NIGHT_LINE, from_="anonymous", script=Handset(leaves_message=12)
    )
    heard = " ".join(story.heard())
    checks.that("the caller heard that it is closed", "Nous sommes fermés" in heard, True)
    return story


def _everything_twice(machine: Machine, checks: Checks) -> Story:
    print("\n4. The same again, with every webhook delivered twice and status callbacks reordered")
    machine.network.fault("duplicate")
    machine.network.fault("reorder")
    story = machine.network.ring(
        to=seed.SHOP, from_=seed.CALLER, script=Handset(presses={1: "1"}, hangs_up_after=95)
    )
    machine.network.fault("duplicate", times=0)
    machine.network.fault("reorder", times=0)
    sent = story.sent("voice") + story.sent("action")
    checks.that("webhooks came twice", len(sent) >= 4, True)
    checks.that("the call lasted", story.duration, 95)
    return story


def _check_log(world: World, stories: list[Story], checks: Checks) -> list[dict[str, Any]]:
    print("\nThe call log")
    wanted = [story.call.sid for story in stories]

    def ended() -> bool:
        calls = world.shop.every("/v1/calls")
        return len([call for call in calls if call["state"] == "ended"]) == len(wanted)

    wait_for(ended, "the call log to hold every call's end")
    by_id = {call["id"]: call for call in world.shop.every("/v1/calls")}
    checks.that("calls in the log", sorted(by_id), sorted(wanted))
    calls = [by_id[sid] for sid in wanted]
    outcomes = [call["outcome"] for call in calls]
    checks.that("outcomes", outcomes, ["answered", "abandoned", "voicemail", "answered"])
    seconds = [call["seconds"] for call in calls]
    checks.that("seconds", seconds, [story.duration for story in stories])
    checks.that("the message's length", [m["seconds"] for m in calls[2]["messages"]], [12])
    once = world.shop.get(f"/v1/calls/{wanted[0]}/events")["items"]
    twice = world.shop.get(f"/v1/calls/{wanted[3]}/events")["items"]
    # The last two come at the same moment, by two requests: either may arrive first.
    kinds = ["dialled", "ended", "pressed", "rang", "received"]
    checks.that("events of the forwarded call", sorted(e["kind"] for e in once), kinds)
    checks.that("events when all came twice", sorted(e["kind"] for e in twice), kinds)
    history = world.shop.every("/v1/calls", caller=seed.CALLER)
    checks.that("the caller's history", {c["id"] for c in history}, {wanted[0], wanted[3]})
    return calls


def _check_charges(world: World, calls: list[dict[str, Any]], checks: Checks) -> dict[str, Any]:
    print("\nCharges")

    def charged() -> bool:
        return len(_charges(world)) >= len(calls)

    wait_for(charged, "a charge for each call")
    ledger = _charges(world)
    checks.that("charges, each call's once", len(ledger), len(calls))
    charges = {charge["call"]: charge for charge in ledger}
    for call in calls:
        per_minute = seed.PER_MINUTE[_origin(call)]
        exact = Decimal(per_minute) * call["seconds"] / 60
        expected = str(exact.quantize(Decimal("0.000001")))
        charge = charges[call["id"]]
        found = Decimal(charge["amount"]["amount"]).quantize(Decimal("0.000001"))
        what = f"{call['seconds']} s from {_origin(call)}"
        checks.that(what, (charge["origin"], str(found)), (_origin(call), expected))
    return charges


def _charges(world: World) -> list[dict[str, Any]]:
    return world.shop.every("/v1/charges", month=str(Month.of(datetime.now(UTC))))


def _origin(call: dict[str, Any]) -> str:
    if call["caller"] is None:
        return "unknown"
    return "mobile_metro" if call["caller"].startswith("+336") else "fixed_metro"


def _check_sources(world: World, checks: Checks) -> None:
    print("\nSources")
    today = datetime.now(UTC).date().isoformat()

    def counted() -> bool:
        return sum(int(row["calls"]) for row in _report(world)) == 4

    wait_for(counted, "every call to be counted for its source")
    names = {source: name for name, source in world.sources.items()}
    counts = {names[row["source_id"]]: row["calls"] for row in _report(world)}
    checks.that(
        f"calls by source on {today}",
        counts,
        {"Affiche métro": 2, "Radio Lyon": 1, "Site web": 1},
    )


def _report(world: World) -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=1), today + timedelta(days=1)
    report = world.shop.get(
        "/v1/reports/sources", **{"from": first.isoformat(), "to": last.isoformat()}
    )
    rows: list[dict[str, Any]] = [row for row in report["items"] if row["calls"]]
    return rows


def _check_invoice(
    machine: Machine, world: World, charges: dict[str, Any], checks: Checks
) -> dict[str, Any]:
    month = Month.of(datetime.now(UTC))
    print(f"\nThe month is closed: {month}")
    machine.cloud.tick("close_months", month.end + timedelta(hours=6))

    def invoiced() -> bool:
        return [each["status"] for each in world.shop.every("/v1/invoices")] == ["issued"]

    wait_for(invoiced, "the invoice")
    machine.cloud.tick("close_months", month.end + timedelta(hours=7))
    (closed,) = world.shop.every("/v1/invoices")
    invoice: dict[str, Any] = closed["invoice"]
    checks.that("its number", invoice["number"], f"F{month.end.year}-000001")
    expected = _expected_lines(charges)
    lines = {line["name"]: Decimal(line["net_amount"]) for line in invoice["lines"]}
    checks.that("its lines, rounded once each", lines, expected)
    net = sum(expected.values(), start=Decimal(0))
    vat = _cents(net * 20 / 100)
    checks.that("before VAT", Decimal(invoice["totals"]["net"]), net)
    checks.that("VAT at 20 %", Decimal(invoice["totals"]["vat"]), vat)
    checks.that("total", Decimal(invoice["totals"]["gross"]), net + vat)
    return invoice


def _expected_lines(charges: dict[str, Any]) -> dict[str, Decimal]:
    """Add the charges up by rate, as a customer would on paper."""
    lines: dict[str, Decimal] = {}
    for charge in charges.values():
        name = f"Communications « {charge['rate']} »"
        lines[name] = lines.get(name, Decimal(0)) + Decimal(charge["amount"]["amount"])
    return {name: _cents(exact) for name, exact in lines.items()}


def _cents(exact: Decimal) -> Decimal:
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _show(
    world: World,
    calls: list[dict[str, Any]],
    charges: dict[str, Any],
    invoice: dict[str, Any],
) -> None:
    names = {source: name for name, source in world.sources.items()}
    print(
        table(
            "Calls",
            ["number", "from", "outcome", "seconds", "source", "charge (€)"],
            [
                (
                    call["number"],
                    call["caller"] or "withheld",
                    call["outcome"],
                    call["seconds"],
                    names.get(call["source"], ""),
                    charges[call["id"]]["amount"]["amount"],
                )
                for call in calls
            ],
        )
    )
    print(
        table(
            f"Invoice {invoice['number']}",
            ["line", "seconds", "net (€)"],
            [(line["name"], line["quantity"], line["net_amount"]) for line in invoice["lines"]],
        )
    )
    totals = invoice["totals"]
    print(f"total {totals['gross']} €, of which VAT {totals['vat']} €")
