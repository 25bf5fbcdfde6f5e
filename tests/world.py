"""An installation with people in it, made through the product's own doors.

An agency has two clients, Martin and Durand. Each has a flow, a number, a source, two calls,
charges, an invoice and an export, all made by the HTTP API, signed webhooks and the app's own
event handlers: whatever a room keeps, somebody's is there to be looked at, or stolen.
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app import (
    app,
    close_account_month,
    close_months,
    import_contacts,
    project_again,
    project_calls,
    ring_calls,
    tend_pools,
    write_exports,
)
from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Beeped
from chalicelib.campaigns.dialling.seats import Seat
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.directory.issuing import found
from chalicelib.runtime import (
    attempts_wiring,
    campaigns_wiring,
    contacts_wiring,
    crewing_wiring,
    tracking_wiring,
    watch_wiring,
    wiring,
)
from chalicelib.tracking.pools.leases import Visit, millis
from chalicelib.webhooks import gateway
from tests.campaigns.asked.house import asked_of
from tests.campaigns.attempts.builders import rung as ring_people
from tests.campaigns.surveys.surveyed import a_surveyed
from tests.fakes import CarrierOfUrls
from tests.gateway import Context, Heard, ask, ring

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from tests.clouds import Cloud

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
DECEMBER = "2026-12-01T06:00:00Z"
LEGAL = {
    "legal_name": "Boulangerie SARL",
    "address": {"lines": ["12 place du Marché"], "postcode": "69001", "city": "Lyon"},
    "email": "compta@boulangerie.test",
    "siren": "732829320",
    "vat_id": "FR44732829320",
}
# Parts of paths that are not of one client.
NOBODYS = frozenset({"version", "revision", "name", "pattern"})
BLOCKED = "+8823*"
FLOW = {
    "name": "Accueil",
    "language": "fr-FR",
    "start": "welcome",
    "nodes": {"welcome": {"kind": "voicemail", "greeting": "Bonjour.", "max_seconds": 60}},
}
# A tenth of a second of a square wave of 1 kHz: PCM, 16 bits, 8,000 samples a second.
SQUARE = (b"\x00\x20" * 4 + b"\x00\xe0" * 4) * 100
SOUND = base64.b64encode(
    b"RIFF"
    + struct.pack("<I", 36 + len(SQUARE))
    + b"WAVEfmt "
    + struct.pack("<I", 16)
    + struct.pack("<HHIIHH", 1, 1, 8_000, 16_000, 2, 16)
    + b"data"
    + struct.pack("<I", len(SQUARE))
    + SQUARE
).decode()
TARIFF = {
    "name": "Tarif",
    "versions": [
        {
            "valid_from": "2026-01-01T00:00:00+01:00",
            "rates": [{"name": "Appels", "per_call": "0.10", "per_minute": "1", "vat_rate": "20"}],
        }
    ],
}

CONSENT: dict[str, Any] = {
    "professional": {"siren": "732829320", "name": "Boulangerie SARL"},
    "object": "Livraison de pain à domicile",
    "text": "J'accepte que Boulangerie SARL m'appelle pendant un an pour la livraison de pain. Je"
    " peux retirer mon accord et demander la preuve à tout moment.",
    "means": "web",
    "captured_at": "2026-11-20T10:00:00+01:00",
}


def campaign_of(ids: dict[str, str], name: str = "Stolen") -> dict[str, Any]:
    """Return a campaign that names somebody's list, number and flow."""
    flow = {"flow_id": ids["flow_id"], "version": 1}
    return {
        "name": name,
        "professional": CONSENT["professional"],
        "purpose": "survey",
        "object": "Satisfaction de la clientèle",
        "list_id": ids["list_id"],
        "mode": "agentless",
        "flow": flow,
        "machines": "leave_message",
        "message": flow,
        "shown": ids["number"],
        "call_back": ids["number"],
    }


@dataclass
class Client:
    """A client account: what its key is, and the ids of all that is its own."""

    name: str
    account_id: str
    key: str
    ids: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Heard:
        """Ask the API with the client's own key."""
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(app, method, path, body=body, key=self.key, headers=spelt)

    @property
    def marks(self) -> list[str]:
        """What nobody else may read: names, numbers, ids."""
        own = [text for name, text in self.ids.items() if name not in NOBODYS]
        return [*own, self.name, self.key]

    def made(self, path: str, body: Any = None) -> Any:
        """Make a thing, which must succeed."""
        heard = self.ask("POST", path, body)
        assert heard.status < 300, heard.text
        return heard.json

    def put(self, path: str, body: Any) -> Any:
        """Put a thing in its place, which must succeed."""
        heard = self.ask("PUT", path, body)
        assert heard.status == 200, heard.text
        return heard.json


class World:
    """The installation. `agency_key` is the operator's."""

    def __init__(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud = cloud
        cloud.put_parameter("sockets-url", "wss://live.cadran.example/test")
        self.carrier = CarrierOfUrls()
        monkeypatch.setattr(wiring, "gateway", lambda: self.carrier)
        # Customers' servers: each takes what it is sent.
        monkeypatch.setattr(gateway, "deliver", lambda *_: 204)
        seconds = count()
        # Time goes on by a second whenever somebody looks.
        monkeypatch.setattr(wiring, "clock", lambda: NOVEMBER + timedelta(seconds=next(seconds)))
        founded = found(
            "Agence",
            account_id="acct_agency",
            key_id="key_0123456789abcdef0123",
            secret=bytes(range(32)),
            now=NOVEMBER,
            store=wiring.directory(),
        )
        assert founded.text is not None
        self.agency_key = founded.text
        self._as_agency("PATCH", "/v1/accounts/acct_agency", {"legal": LEGAL}, if_match='"1"')
        self.martin = self._client("Martin", "+33162010001")
        self.durand = self._client("Durand", "+33162010002")
        tend_pools(schedule_at("2026-11-22T14:10:00Z"), Context())

    def kept_of(self, client: Client) -> list[str]:
        """Return every row of every table that is about a client, and not another's."""
        tables = (
            "directory",
            "calls",
            "ivr",
            "tracking",
            "billing",
            "desk",
            "webhooks",
            "campaigns",
        )
        rows = [str(row) for table in tables for row in self.cloud.rows(table)]
        others = {self.martin.account_id, self.durand.account_id} - {client.account_id}
        return sorted(
            row
            for row in rows
            if any(mark in row for mark in client.marks)
            and not any(other in row for other in others)
        )

    def _client(self, name: str, number: str) -> Client:
        legal = {**LEGAL, "legal_name": f"{name} SARL"}
        account_id: str = self._as_agency("POST", "/v1/accounts", {"name": name, "legal": legal})[
            "id"
        ]
        issued = self._as_agency(
            "POST", "/v1/keys", {"scopes": ["*"], "label": name}, cadran_account=account_id
        )
        client = Client(name, account_id, issued["key"])
        client.ids |= {"account_id": account_id, "key_id": issued["id"], "number": number}
        self._as_agency("POST", "/v1/tariffs", TARIFF, cadran_account=account_id)
        self._furnish(client)
        self._call(client)
        self._bill(client)
        return client

    def _furnish(self, client: Client) -> None:
        flow = client.made("/v1/flows", {"document": {**FLOW, "name": f"Accueil {client.name}"}})
        client.made("/v1/flows", {"document": {**FLOW, "name": f"Nuit {client.name}"}})
        for _ in range(2):
            client.made(f"/v1/flows/{flow['id']}/publish")
        client.made("/v1/keys", {"scopes": ["calls:read"], "label": "reader"})
        number = client.ids["number"]
        order = {"number": number, "flow_id": flow["id"], "label": f"Ligne {client.name}"}
        client.made("/v1/numbers", order)
        client.made("/v1/numbers", {"number": number.replace("1000", "1100")})
        source = client.made("/v1/sources", {"name": f"Radio {client.name}", "channel": "radio"})
        client.made("/v1/sources", {"name": f"Affiche {client.name}", "channel": "print"})
        client.ask("PUT", f"/v1/sources/{source['id']}/numbers/{quote(number)}", {})
        spent = {"amount": "12.00", "from": "2026-11-02", "to": "2026-11-08"}
        client.made("/v1/costs", {**spent, "campaign": f"Soldes {client.name}"})
        client.made(f"/v1/sources/{source['id']}/costs", spent)
        cost = client.made(f"/v1/sources/{source['id']}/costs", spent)
        pool = client.made("/v1/pools", {"name": f"Boutique {client.name}"})
        client.made("/v1/pools", {"name": f"Salon {client.name}"})
        pooled = quote(number.replace("1000", "1100"))
        client.put(f"/v1/pools/{pool['id']}/numbers/{pooled}", None)
        swaps = [{"find": number, "pool_id": pool["id"], "standins": [{"number": number}]}]
        page = {"origins": [f"https://{client.name.lower()}.example"], "swaps": swaps}
        site = client.made("/v1/sites", {"name": f"Site {client.name}", **page})
        client.made("/v1/sites", {"name": f"Blog {client.name}", **page})
        prompt = client.made(
            "/v1/prompts", {"name": f"Accueil {client.name}", "content_base64": SOUND}
        )
        client.made("/v1/prompts", {"name": f"Nuit {client.name}", "content_base64": SOUND})
        known = [
            client.put("/v1/callers", {"number": f"+3363998{at:02}{len(name):02}", "name": name})
            for at, name in enumerate((f"Jeanne {client.name}", f"Paul {client.name}"))
        ]
        form = {"kind": "form", "email": f"{client.name}@client.example"}
        client.made("/v1/leads", {**form, "id": "1", "email": f"autre@{client.name}.example"})
        good = {"name": f"Luc {client.name}", "qualified": True, "value": "90.00"}
        lead = client.made("/v1/leads", {**form, "id": "2", **good})
        rule = {"name": f"Devis {client.name}", "qualified": True, "words": ["devis"]}
        client.ask("PUT", "/v1/leads/rules", {"rules": [rule]}, if_match='"0"')
        client.put(f"/v1/spam/blocked/{quote(BLOCKED)}", {"note": f"Robot {client.name}"})
        self._staff(client)
        self._listen(client)
        network = {"network": "ga4", "ids": {"measurement_id": "G-ABC123"}}
        every = {**network, "secrets": {"api_secret": "secret"}, "calls": {"min_seconds": 0}}
        for name in ("Appels", "Essai"):
            destination = {"name": f"{name} {client.name}", **every}
            made = client.made("/v1/conversions/destinations", destination)
            client.ids["destination_id"] = made["id"]
        client.ids |= {
            "lead_id": lead["id"],
            "flow_id": flow["id"],
            "prompt_id": prompt["id"],
            "caller_id": known[0]["id"],
            "name": "beep",
            "version": "1",
            "source_id": source["id"],
            "cost_id": cost["id"],
            "pool_id": pool["id"],
            "site_id": site["id"],
            "revision": "1",
            "pattern": BLOCKED,
            "recording_id": "RE" + "0" * 32,
        }
        client.ids |= asked_of(client, CONSENT, NOVEMBER)
        self._list(client)

    def _staff(self, client: Client) -> None:
        """Give a client two queues, two agents who are away, and two callbacks."""
        number, queue = client.ids["number"], f"file-{client.name.lower()}"
        for name in (queue, f"nuit-{client.name.lower()}"):
            client.made("/v1/queues", {"name": name})
        for last in "34":
            telephone = f"{number[:-5]}1200{last}"[:12]
            agent = {"name": f"Nadia {client.name}", "number": telephone, "available": False}
            client.ids["agent_id"] = client.made("/v1/agents", agent)["id"]
        for last in "56":
            order = {"queue": queue, "line": number, "number": f"+3361234000{last}"}
            client.ids["callback_id"] = client.made("/v1/callbacks", order)["id"]
        client.ids["queue"] = queue

    def _listen(self, client: Client) -> None:
        """Give a client a server that is told of calls, and was tried out twice."""
        crm = {"url": f"https://crm.{client.name.lower()}.example", "events": ["call.missed"]}
        webhook = client.made("/v1/webhooks", {**crm, "description": f"CRM {client.name}"})
        for _ in range(2):
            tried = client.made(f"/v1/webhooks/{webhook['id']}/test")
        mail = {"by": "email", "to": f"accueil@{client.name.lower()}.example"}
        alert = client.made("/v1/alerts", {"name": f"Accueil {client.name}", **mail})
        client.ids |= {
            "webhook_id": webhook["id"],
            "delivery_id": tried["id"],
            "alert_id": alert["id"],
        }

    def _list(self, client: Client) -> None:
        """Give a client somebody who consented, and two who are not to be rung."""
        listed = f"+3363997{len(client.name):04}"
        about = f"Livraison de pain {client.name}"
        consent = client.made("/v1/consents", {**CONSENT, "object": about, "number": listed})
        for last in "78":
            number = f"{listed[:-1]}{last}"
            client.made("/v1/suppressions", {"number": number, "reason": f"Dit à {client.name}"})
        scan = base64.b64encode(f"Signé : {client.name}".encode()).decode()
        kept = client.made("/v1/consents/evidence", {"content_base64": scan})
        client.ids["evidence_id"] = kept["sha256"]
        shown = {name: CONSENT[name] for name in ("professional", "object", "text")}
        form = {**shown, "site": client.ids["site_id"], "collector": f"Recueil {client.name}"}
        client.ids["form_id"] = client.made("/v1/consent-forms", form)["id"]
        people = client.made("/v1/contact-lists", {"name": f"Clients de {client.name}"})
        lists = f"/v1/contact-lists/{people['id']}"
        rung = [f"+3361235{len(client.name):03}{last}" for last in "56"]
        told = [{"numbers": [number]} for number in rung]
        kept = client.made(f"{lists}/contacts", {"contacts": told})
        client.put(f"{lists}/segments/old", {"segment": 'number starts with "+336"'})
        for name in ("premier.csv", "second.csv"):
            file = client.made("/v1/contact-imports", {"list_id": people["id"], "name": name})
        imported = contacts_wiring.imports().load(client.account_id, file["id"])
        rows = f"Nom;Tel\n{client.name};{rung[0]}\n{client.name};112\n".encode()
        contacts_wiring.files().put(imported.key, rows)
        client.made(f"/v1/contact-imports/{file['id']}/start", {})
        import_contacts(messages_of(self.cloud.messages("contacts")), Context())
        person = kept["items"][0]["id"]
        client.ids |= {"list_id": people["id"], "import_id": file["id"]}
        client.ids |= {"contact_id": person, "attempt_id": f"{person}-1"}
        for name in (f"Essai {client.name}", f"Enquête {client.name}"):
            campaign = client.made("/v1/campaigns", campaign_of(client.ids, name))
        client.ids["campaign_id"] = campaign["id"]
        client.ids["survey_id"] = a_surveyed(client)
        whom = contacts_wiring.store().known(
            client.account_id, people["id"], [client.ids["contact_id"]]
        )
        rung_by = campaigns_wiring.store().campaign(client.account_id, campaign["id"])
        twice = (Outcome.NO_ANSWER, Outcome.ANSWERED)
        ring_people(attempts_wiring.store(), rung_by, whom[client.ids["contact_id"]], *twice)
        seat = Seat(
            campaign_id=campaign["id"],
            account_id=client.account_id,
            agent_id=client.ids.get("agent_id", "agt_1"),
            name=f"Agent {client.name}",
            number=listed,
            wrap_up_seconds=0,
            since=NOVEMBER,
            seen_at=NOVEMBER,
            free_at=NOVEMBER,
        )
        crewing_wiring.seats().put(seat)
        token = consent["proof_url"].rpartition("/")[2]
        client.ids |= {"consent_id": consent["id"], "listed": listed, "token": token}

    def _call(self, client: Client) -> None:
        spam = [f"CA{client.name:s>32}", f"CA{client.name:z>32}"]
        for call_id in (*spam, f"CA{client.name:0>32}", f"CA{client.name:x>32}"):
            fields: dict[str, str | list[str]] = {
                "CallSid": call_id,
                "From": f"+3361234{len(client.name):04}",
                "To": client.ids["number"],
                "CallStatus": "ringing",
                "Direction": "inbound",
            }
            assert ring(app, "/voice/incoming", fields).status == 200
            message = {"RecordingSid": f"RE{client.name:0>32}", "RecordingStatus": "completed"}
            spoken = {"RecordingSource": "RecordVerb", "RecordingDuration": "5"}
            whose = f"?account={client.account_id}&shards=1"
            assert (
                ring(app, f"/voice/recordings{whose}", {**fields, **message, **spoken}).status
                == 200
            )
            # As a price notice leaves it: on a plain number no flow can have one.
            beep = Beeped(id="beep", at=NOVEMBER, tier="D080")
            wiring.calls().append(CallRef(call_id=call_id, account_id=client.account_id), beep)
            over = {"CallStatus": "completed", "CallDuration": "95"}
            assert ring(app, "/voice/status", {**fields, **over}).status == 200
            client.ids["call_id"] = call_id
        alert = watch_wiring.alerts().alert(client.account_id, client.ids["alert_id"])
        for call_id in spam:
            client.made(f"/v1/calls/{call_id}/spam")
            # As a call leaves it that nobody took.
            call = wiring.calls().load(client.account_id, call_id)
            watch_wiring.alerts().begin(alert, call, NOVEMBER)
        project_calls(stream_of(self.cloud.rows("calls")), Context())
        project_again(messages_of(self.cloud.messages("projections")), Context())
        self._goes_on(client)

    def _goes_on(self, client: Client) -> None:
        """Leave a call that rings, and somebody on a site."""
        fields: dict[str, str | list[str]] = {
            "CallSid": f"CL{client.name:0>32}",
            "From": f"+3361234{len(client.name):04}",
            "To": client.ids["number"],
            "CallStatus": "ringing",
            "Direction": "inbound",
        }
        assert ring(app, "/voice/incoming", fields).status == 200
        ring_calls(messages_of(self.cloud.messages("rings")), Context())
        landing = f'{{"channel":"web","source":"{client.name}"}}'
        visitor = f"vis_{client.name}"
        visit = Visit(id=visitor, account_id=client.account_id, site_id="site_1", landing=landing)
        # Far ahead, because here a second passes with every look at the clock.
        tracking_wiring.visits().begin(visit, millis(NOVEMBER + timedelta(days=30)))

    def _bill(self, client: Client) -> None:
        close_months(schedule_at(DECEMBER), Context())
        close_account_month(messages_of(self.cloud.messages("invoices")), Context())
        (told, *_) = client.ask("GET", "/v1/conversions").json["items"]
        client.ids["conversion_id"] = told["id"]
        export = client.made("/v1/calls/exports", {})
        write_exports(messages_of(self.cloud.messages("exports")), Context())
        client.ids["export_id"] = export["id"]
        (month,) = client.ask("GET", "/v1/invoices").json["items"]
        assert month["status"] == "issued", month
        client.ids["invoice"] = month["number"]

    def _as_agency(self, method: str, path: str, body: Any, **headers: str) -> Any:
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        heard = ask(app, method, path, body=body, key=self.agency_key, headers=spelt)
        assert heard.status < 300, heard.text
        return heard.json


def stream_of(
    items: Iterable[dict[str, Any]], before: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Build the stream's event for these items, as they are now and, if known, as they were."""
    was = {(each["pk"]["S"], each["sk"]["S"]): {"OldImage": each} for each in before}
    arn = "arn:aws:dynamodb:eu-west-3:123456789012:table/cadran-test-calls/stream/now"
    return {
        "Records": [
            {
                "eventID": str(number),
                "eventName": "MODIFY",
                "eventSourceARN": arn,
                "dynamodb": {
                    "Keys": {"pk": item["pk"], "sk": item["sk"]},
                    "NewImage": item,
                    **was.get((item["pk"]["S"], item["sk"]["S"]), {}),
                    "SequenceNumber": str(number),
                    "SizeBytes": 1,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                    "ApproximateCreationDateTime": 1_795_338_300,
                },
                "awsRegion": "eu-west-3",
            }
            for number, item in enumerate(items)
        ]
    }


def messages_of(bodies: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Build a queue's event."""
    return {
        "Records": [
            {"body": json.dumps(body), "receiptHandle": str(number)}
            for number, body in enumerate(bodies)
        ]
    }


def schedule_at(time: str) -> dict[str, Any]:
    """Build the event of a schedule that fires at `time`."""
    return {
        "version": "0",
        "account": "123456789012",
        "region": "eu-west-3",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": time,
        "id": "1",
        "resources": [],
    }
