"""From the log to the bookkeeper: exports, and the invoice of a month."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import requests

from chalicelib.kernel.periods import Day, Month
from chalicelib.runtime.media import PARQUET
from local import seed
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.machines import Machine

pytestmark = pytest.mark.slow


def export(machine: Machine, **query: str) -> list[dict[str, str]]:
    """Have calls exported, and read the file behind the link as anybody who has it."""
    shop = machine.world.shop
    export_id = shop.post("/v1/calls/exports", query)["id"]
    path = f"/v1/calls/exports/{export_id}"
    wait_for(lambda: shop.get(path)["status"] == "done", "the export")
    done = shop.get(path)
    answer = requests.get(done["link"], timeout=60)
    assert answer.status_code == 200
    assert "text/csv" in answer.headers["Content-Type"]
    assert "calls.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == done["rows"]
    return rows


def test_calls_are_exported_into_a_file_that_a_link_leads_to(machine: Machine) -> None:
    caller = a_caller()
    stories = [
        machine.ring(seed.SHOP, caller, presses={1: "1"}, hangs_up_after=30 + each)
        for each in range(3)
    ]
    for story in stories:
        machine.call(story)

    rows = export(machine, caller=caller, separator=";")

    text = json.dumps(rows)
    assert [story.call.sid in text for story in stories] == [True] * 3
    assert len(rows) == 3
    assert all(any(caller in value for value in row.values()) for row in rows)


def test_a_link_that_somebody_changed_leads_nowhere(machine: Machine) -> None:
    shop = machine.world.shop
    export_id = shop.post("/v1/calls/exports", {})["id"]
    path = f"/v1/calls/exports/{export_id}"
    wait_for(lambda: shop.get(path)["status"] == "done", "the export")
    link = shop.get(path)["link"]

    assert requests.get(link.partition("?")[0], timeout=60).status_code == 403


def test_a_report_is_a_file_that_the_gateway_sends_as_bytes(
    machine: Machine, tmp_path: Path
) -> None:
    machine.call(machine.ring(seed.SHOP, a_caller(), presses={1: "1"}, hangs_up_after=30))
    shop, today = machine.world.shop, Day.of(datetime.now(UTC)).date
    asked = {"by": "number", "from": str(today - timedelta(days=1)), "to": str(today)}
    path = "/v1/reports/calls"
    wait_for(lambda: shop.get(path, **asked)["total"]["calls"] > 0, "a call that is counted")

    headers = {
        "Authorization": f"Bearer {shop.key}",
        "Cadran-Account": str(shop.account),
        "Accept": PARQUET,
    }
    answer = requests.get(shop.base_url + path, params=asked, headers=headers, timeout=30)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, PARQUET)
    file = tmp_path / "report.parquet"
    file.write_bytes(answer.content)
    with duckdb.connect() as database:
        names = "number IS NULL, is_total, calls > 0"
        rows = database.execute(f"SELECT {names} FROM read_parquet(?)", [str(file)]).fetchall()
    assert (False, False, True) in rows
    assert rows[-1] == (True, True, True)


def test_sixteen_closes_at_once_make_one_invoice_that_adds_up(machine: Machine) -> None:
    for seconds in (61, 95, 3):
        story = machine.ring(seed.SHOP, a_caller(), presses={1: "1"}, hangs_up_after=seconds)
        machine.charge(story)
    month = Month.of(datetime.now(UTC))
    now = month.end + timedelta(hours=6)
    message = {"account_id": machine.world.shop.account, "now": now.isoformat()}
    event = {"Records": [{"body": json.dumps(message), "receiptHandle": "1"}]}

    machine.cloud.tick("close_months", now)
    with ThreadPoolExecutor(16) as pool:
        closes = [
            pool.submit(machine.cloud.invoke, "close_account_month", event) for _ in range(16)
        ]
    assert [each.exception() for each in closes] == [None] * 16

    def settled() -> list[dict[str, Any]]:
        return machine.world.shop.every("/v1/invoices")

    wait_for(lambda: [each["status"] for each in settled()] == ["issued"], "the invoice")
    (closed,) = settled()
    assert closed["number"] == f"F{month.end.year}-000001"
    totals, lines = closed["invoice"]["totals"], closed["invoice"]["lines"]
    charged = exactly_charged(machine, month)
    assert {each["name"]: Decimal(each["net_amount"]) for each in lines} == charged
    assert Decimal(totals["net"]) == sum(charged.values())
    assert Decimal(totals["vat"]) == cents(Decimal(totals["net"]) / 5)
    wait_for(lambda: machine.cloud.waiting()["invoices"] == 0, "the queue to be worked off")
    assert settled() == [closed]


def exactly_charged(machine: Machine, month: Month) -> dict[str, Decimal]:
    """Add the charges up by rate, and round each line once, as on paper."""
    sums: dict[str, Decimal] = {}
    for charge in machine.world.shop.every("/v1/charges", month=str(month)):
        name = f"Communications « {charge['rate']} »"
        sums[name] = sums.get(name, Decimal(0)) + Decimal(charge["amount"]["amount"])
    return {name: cents(exact) for name, exact in sums.items()}


def cents(exact: Decimal) -> Decimal:
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
