"""A shop with a number, made through the product's own API, and what is kept about its calls.

The flow: a menu; 1 rings the oven and then takes a message if nobody answers, 2 takes a message.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from app import app, project_again, project_calls, store_late_events
from chalicelib.calls import settling
from chalicelib.directory.issuing import found
from chalicelib.runtime import wiring
from tests.clouds import STAGE, Cloud, a_cloud, aws, forget_clients
from tests.fakes import CarrierOfUrls
from tests.gateway import Context, Heard, ask
from tests.world import messages_of, stream_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON: Final = datetime(2026, 11, 23, 11, tzinfo=UTC)
NUMBER: Final = "+33162010001"
OVEN: Final = "+33162010009"
SPARE: Final = "+33162010008"
CALLER: Final = "+33639981234"
PROMPT: Final = "Pour une commande, tapez 1."
FLOW: Final[dict[str, Any]] = {
    "name": "Accueil",
    "language": "fr-FR",
    "start": "welcome",
    "nodes": {
        "welcome": {
            "kind": "menu",
            "prompt": PROMPT,
            "choices": {"1": "orders", "2": "message"},
        },
        "orders": {"kind": "dial", "destinations": [OVEN], "no_answer": "message"},
        "message": {"kind": "voicemail", "greeting": "Parlez.", "max_seconds": 60},
    },
}
TARIFF: Final[dict[str, Any]] = {
    "name": "Tarif",
    "versions": [
        {
            "valid_from": "2026-01-01T00:00:00+01:00",
            "rates": [{"name": "Appels", "per_minute": "0.24", "vat_rate": "20"}],
        }
    ],
}
LEGAL: Final[dict[str, Any]] = {
    "legal_name": "Boulangerie SARL",
    "address": {"lines": ["12 place du Marché"], "postcode": "69001", "city": "Lyon"},
    "email": "compta@boulangerie.test",
    "siren": "732829320",
    "vat_id": "FR44732829320",
}
TABLES: Final = (
    "directory",
    "calls",
    "ivr",
    "tracking",
    "billing",
    "desk",
    "webhooks",
    "idempotency",
)


class Clock:
    """Stands still until somebody moves it, so that the same call is the same row."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def passes(self, **span: float) -> None:
        """Move on."""
        self.now += timedelta(**span)


@dataclass(slots=True)
class Shop:
    """The shop, and the house it lives in."""

    cloud: Cloud
    clock: Clock
    key: str
    flow_id: str = ""
    source_id: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Heard:
        """Ask the API with the shop's key."""
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(app, method, path, body=body, key=self.key, headers=spelt)

    def gets(self, path: str) -> Any:
        """Read what must be there."""
        heard = self.ask("GET", path)
        assert heard.status == 200, heard.text
        return heard.json

    def makes(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Make what must be possible."""
        heard = self.ask(method, path, body)
        assert heard.status < 300, heard.text
        return heard.json

    def call(self, call_id: str) -> dict[str, Any]:
        """Return a call as its owner sees it."""
        found: dict[str, Any] = self.gets(f"/v1/calls/{call_id}")
        return found

    def events(self, call_id: str) -> list[str]:
        """Return the kinds of what happened to a call, in order."""
        return [each["kind"] for each in self.gets(f"/v1/calls/{call_id}/events")["items"]]

    def row(self, call_id: str) -> dict[str, Any]:
        """Return all that is stored of a call, but not in which order events came in."""
        (row,) = [each for each in self.cloud.rows("calls") if each["pk"]["S"] == call_id]
        for values in row.values():
            for kind in ("SS", "L"):
                if kind in values:
                    values[kind] = sorted(values[kind], key=str)
        return row

    def drain(self, times: int = 1) -> int:
        """Bring every late event to its handler, `times` over. Return how many messages."""
        taken = 0
        while messages := self.taken("call-events"):
            taken += len(messages)
            for _ in range(times):
                self.store(messages)
        return taken

    def taken(self, queue: str) -> list[dict[str, Any]]:
        """Take messages off a queue for good."""
        sqs, url = aws("sqs"), _url(queue)
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for each in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in messages]

    def store(self, messages: list[dict[str, Any]]) -> None:
        """Bring messages of late events to their handler."""
        store_late_events(messages_of(messages), Context())

    def project(self, *rows: dict[str, Any]) -> None:
        """Show rows to the stream's handler: those of the table, if none are given."""
        project_calls(stream_of(rows or self.cloud.rows("calls")), Context())

    def project_again(self) -> int:
        """Bring what is on the projections' queue to its handler."""
        messages = self.taken("projections")
        project_again(messages_of(messages), Context())
        return len(messages)

    def track(self) -> None:
        """Bring what is there for tracking to the queue's handler; the rest stays."""
        there: list[dict[str, Any]] = []
        while messages := self.taken("projections"):
            there += messages
        mine = [each for each in there if each.get("projection") == "tracking"]
        project_again(messages_of(mine), Context())
        for each in there:
            if each not in mine:
                wiring.projections_queue().put(each)

    def amounts(self) -> list[str]:
        """Return what each charge in the ledger comes to."""
        charges = self.gets("/v1/charges?month=2026-11")["items"]
        return [each["amount"]["amount"] for each in charges]

    def counts(self) -> list[dict[str, Any]]:
        """Return what the sources' report says of November, when tracking has done its part."""
        self.track()
        found: list[dict[str, Any]] = self.gets(
            "/v1/reports/sources?from=2026-11-01&to=2026-11-30"
        )["items"]
        return [row for row in found if row["calls"]]

    def everything(self) -> dict[str, list[Any]]:
        """Return every row of every table, for comparison."""
        return {table: self.cloud.rows(table) for table in TABLES}

    def logs(self, *rows: dict[str, Any]) -> None:
        """Put rows into the call log as they were."""
        client = aws("dynamodb")
        for row in rows:
            client.put_item(TableName=f"cadran-{STAGE}-calls", Item=row)

    def forget_calls(self) -> None:
        """Empty the call log, as before the first call."""
        self.forget_rows("calls")
        for queue in ("call-events", "projections"):
            while self.taken(queue):
                pass

    def forget_rows(self, table: str, mark: str = "") -> None:
        """Delete the rows whose key has a mark in it."""
        client = aws("dynamodb")
        for row in self.cloud.rows(table):
            if mark in row["pk"]["S"]:
                key = {name: row[name] for name in ("pk", "sk")}
                client.delete_item(TableName=f"cadran-{STAGE}-{table}", Key=key)

    def cools_down(self) -> None:
        """Make the next request the first one of its process."""
        forget_clients()


@contextmanager
def a_shop() -> Iterator[Shop]:
    """Open a shop for several tests, of which none changes what another needs."""
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as patch:
        yield open_shop(cloud, patch)


def open_shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Make the shop: an account with a flow, a number, a source and a tariff."""
    carrier, clock = CarrierOfUrls(), Clock()
    monkeypatch.setattr(wiring, "gateway", lambda: carrier)
    monkeypatch.setattr(wiring, "clock", clock)
    monkeypatch.setattr(settling, "WAIT_SECONDS", 0)
    founded = found(
        "Boulangerie",
        account_id="acct_shop",
        key_id="key_0123456789abcdef0123",
        secret=bytes(range(32)),
        now=NOON,
        store=wiring.directory(),
    )
    assert founded.text is not None
    shop = Shop(cloud, clock, founded.text)
    shop.ask("PATCH", "/v1/accounts/acct_shop", {"legal": LEGAL}, if_match='"1"')
    shop.makes("/v1/tariffs", TARIFF)
    shop.flow_id = shop.makes("/v1/flows", {"document": FLOW})["id"]
    shop.makes(f"/v1/flows/{shop.flow_id}/publish")
    shop.makes("/v1/numbers", {"number": NUMBER, "flow_id": shop.flow_id, "fallback": SPARE})
    shop.source_id = shop.makes("/v1/sources", {"name": "Radio", "channel": "radio"})["id"]
    path = f"/v1/sources/{shop.source_id}/numbers/{NUMBER.replace('+', '%2B')}"
    shop.makes(path, {}, method="PUT")
    return shop


def _url(queue: str) -> str:
    url: str = aws("sqs").get_queue_url(QueueName=f"cadran-{STAGE}-{queue}")["QueueUrl"]
    return url
