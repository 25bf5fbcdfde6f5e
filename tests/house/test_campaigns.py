"""A campaign rings telephones: through the API, the handlers, the carrier and its webhooks."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.client import BaseClient

from app import campaigns_tick, place_campaign_calls
from chalicelib.campaigns.dialling import gateway
from chalicelib.runtime import attempts_wiring, dialling_wiring, secrets, wiring
from chalicelib.runtime.gateway import TwilioGateway
from chalicelib.runtime.secrets import TwilioCredentials
from local.phone.exchange import ACCOUNT_SID
from local.phone.handsets import BUSY, RINGS_OUT, UNREACHABLE, Handset
from local.phone.threads import running
from tests.campaigns.dialling.room import AtOnce
from tests.clouds import TOKEN, a_cloud
from tests.cookbook.telephone import Wire
from tests.gateway import BASE_URL, Context
from tests.house.shops import NOON, NUMBER, open_shop
from tests.world import CONSENT, messages_of, schedule_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.phone.threads import RunningNetwork
    from local.phone.transport import Answer
    from tests.house.shops import Shop

HAPPY, SILENT, NO_MORE = "+33612345601", "+33612345602", "+33612345603"
MACHINE, ENGAGED, NOBODY, GONE = "+33612345604", "+33612345605", "+33612345606", "+33612345607"
PICKS_UP: Final = Handset(answers_after=2, hangs_up_after=30)
HANDSETS: Final = {
    HAPPY: Handset(answers_after=2, presses={1: "1"}),
    SILENT: PICKS_UP,
    NO_MORE: Handset(answers_after=2, presses={1: "9"}),
    MACHINE: Handset(answers_after=2, machine="Vous êtes bien chez Martin, laissez un message."),
    ENGAGED: BUSY,
    NOBODY: RINGS_OUT,
    GONE: UNREACHABLE,
}
FLOW: Final[dict[str, Any]] = {
    "name": "Satisfaction",
    "language": "fr-FR",
    "start": "ask",
    "nodes": {
        "ask": {
            "kind": "menu",
            "prompt": "Tapez 1 si vous êtes content, 9 pour ne plus être appelé, 0 pour parler.",
            "choices": {"1": "thanks", "9": "stop", "0": "box"},
            "no_input": {"next": "thanks"},
        },
        "stop": {"kind": "tag", "tag": "opt-out", "next": "noted"},
        "noted": {"kind": "hangup", "text": "C'est noté."},
        "thanks": {"kind": "hangup", "text": "Merci."},
        "box": {"kind": "voicemail"},
    },
}
MESSAGE: Final[dict[str, Any]] = {
    "name": "Message",
    "language": "fr-FR",
    "start": "say",
    "nodes": {"say": {"kind": "hangup", "text": "Rappelez la boulangerie."}},
}


class Gated(Wire):
    """Carries one webhook at a time to the app, while no worker is at work in it.

    In a thread of its own: the app asks the network for something meanwhile.
    """

    def __init__(self) -> None:
        self.open = Event()
        self.open.set()
        self._one = asyncio.Lock()

    async def send(self, *args: Any) -> Answer:
        async with self._one:
            while not self.open.is_set():
                await asyncio.sleep(0.002)
            return await asyncio.to_thread(lambda: asyncio.run(Wire.send(self, *args)))


@dataclass
class Street:
    """A shop, the telephones of its customers, and the worker that rings them."""

    shop: Shop
    network: RunningNetwork
    wire: Gated
    flows: dict[str, str] = field(default_factory=dict)

    def list_of(self, *numbers: str) -> str:
        made = self.shop.makes("/v1/contact-lists", {"name": "Clients"})
        people = [{"numbers": [each]} for each in numbers]
        self.shop.makes(f"/v1/contact-lists/{made['id']}/contacts", {"contacts": people})
        return str(made["id"])

    def campaign(self, *numbers: str, **facts: Any) -> str:
        """Write a campaign down, and start it."""
        body: dict[str, Any] = {
            "name": "Satisfaction",
            "professional": CONSENT["professional"],
            "purpose": "survey",
            "object": "Satisfaction de la clientèle",
            "list_id": self.list_of(*numbers),
            "mode": "agentless",
            "flow": {"flow_id": self.flows["ask"], "version": 1},
            "shown": NUMBER,
        }
        made = self.shop.makes("/v1/campaigns", body | facts)
        self.shop.makes(f"/v1/campaigns/{made['id']}/start")
        return str(made["id"])

    def works(self) -> None:
        """Work off what is on the queue; meanwhile no telephone rings."""
        self.wire.open.clear()
        try:
            while messages := self.shop.taken("campaign-calls"):
                for each in messages:
                    place_campaign_calls(messages_of([each]), Context())
        finally:
            self.wire.open.set()

    def ticks(self) -> None:
        campaigns_tick(schedule_at(self.shop.clock.now.isoformat()), Context())
        self.works()

    def settles(self) -> None:
        """Wait until every call is over, and all that follows was told."""
        for call in self.network.call(lambda: list(self.network.network.exchange.book.calls)):
            self.network.finished(call)

    def rings(self) -> None:
        """Let a minute pass, with all that happens in it."""
        self.ticks()
        self.settles()
        self.shop.clock.passes(minutes=1)

    def outcomes(self, campaign_id: str) -> dict[str, str | None]:
        """Return how each attempt ended, by the number that was rung."""
        page = attempts_wiring.store().of_campaign(campaign_id, 100, None)
        return {str(each.number): each.outcome for each in page.items}

    def heard_by(self, number: str) -> list[str]:
        """Return what was said to a telephone."""
        stories = [self.network.story(each.sid) for each in self.calls(number)]
        return [text for story in stories for text in story.heard(number)]

    def calls(self, number: str) -> list[Any]:
        """Return the carrier's calls to a number."""
        book = self.network.call(lambda: list(self.network.network.exchange.book.calls.values()))
        return [each for each in book if each.to == number]


@contextmanager
def a_street() -> Iterator[Street]:
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as patch:
        shop = open_shop(cloud, patch)
        wire = Gated()
        options: dict[str, Any] = {"transport": wire, "surprises": True}
        with running(auth_token=TOKEN, seed=1, start=NOON, autojump=True, **options) as network:
            network.buy(NUMBER)
            for number, handset in HANDSETS.items():
                network.handset(number, handset)
            carrier = TwilioGateway(TwilioCredentials(ACCOUNT_SID, (TOKEN,)), network.base_url)
            patch.setattr(wiring, "gateway", lambda: carrier)
            patch.setattr(secrets, "api_url", lambda: BASE_URL)

            def sleep(until: int) -> None:
                left = until / 1000 - shop.clock.now.timestamp()
                shop.clock.passes(seconds=max(0.0, left))

            patch.setattr(dialling_wiring, "sleep", sleep)
            patch.setattr(gateway, "Hands", AtOnce)  # the cloud of tests takes one at a time
            street = Street(shop, network, wire)
            for name, document in (("ask", FLOW), ("message", MESSAGE)):
                flow_id = shop.makes("/v1/flows", {"document": document})["id"]
                shop.makes(f"/v1/flows/{flow_id}/publish")
                street.flows[name] = flow_id
            yield street


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with a_street() as street:
        yield street


def test_a_campaign_rings_everybody_and_knows_how_each_call_ended(street: Street) -> None:
    message = {"flow_id": street.flows["message"], "version": 1}
    campaign_id = street.campaign(*HANDSETS, machines="leave_message", message=message)

    street.rings()

    assert street.outcomes(campaign_id) == {
        HAPPY: "answered",
        SILENT: "answered",
        NO_MORE: "refused",
        MACHINE: "machine",
        ENGAGED: "busy",
        NOBODY: "no_answer",
        GONE: "failed",
    }
    assert {number: len(street.calls(number)) for number in HANDSETS} == dict.fromkeys(HANDSETS, 1)
    assert "Rappelez la boulangerie." in street.heard_by(MACHINE)
    assert "Rappelez la boulangerie." not in street.heard_by(SILENT)
    reports = street.network.reports
    assert [each for each in reports if each.level == "ERROR"] == []


def test_a_call_that_was_answered_is_in_the_log_as_the_campaigns(street: Street) -> None:
    number = "+33612345611"
    street.network.handset(number, HANDSETS[HAPPY])
    campaign_id = street.campaign(number)

    street.rings()

    (call,) = street.calls(number)
    logged = street.shop.call(call.sid)
    told = (logged["number"], logged["caller"], logged["source"], logged["state"])
    assert told == (NUMBER, number, campaign_id, "ended")
    assert logged["attempt"].endswith("-1")
    assert logged["flow"] == street.flows["ask"]
    assert "pressed" in street.shop.events(call.sid)
    listed = street.shop.gets(f"/v1/calls?source={campaign_id}")["items"]
    assert [each["id"] for each in listed] == [call.sid]


def test_a_call_that_we_placed_is_no_callers_and_costs_nothing_of_theirs(street: Street) -> None:
    number = "+33612345612"
    street.network.handset(number, HANDSETS[HAPPY])
    street.campaign(number)
    street.rings()
    before = street.shop.amounts()

    street.shop.project()
    street.shop.project_again()

    assert street.shop.amounts() == before


def test_whoever_presses_the_key_is_rung_by_no_campaign_of_theirs(street: Street) -> None:
    number = "+33612345613"
    street.network.handset(number, Handset(answers_after=2, presses={1: "9"}))
    first = street.campaign(number)
    street.rings()

    second = street.campaign(number, name="Encore")
    street.rings()

    assert street.outcomes(first) == {number: "refused"}
    assert street.outcomes(second) == {}
    assert len(street.calls(number)) == 1


def test_whoever_tells_an_agent_is_left_alone_likewise(street: Street) -> None:
    number = "+33612345617"
    street.network.handset(number, PICKS_UP)
    campaign_id = street.campaign(number)
    street.rings()
    (attempt,) = attempts_wiring.store().of_campaign(campaign_id, 10, None).items
    path = f"/v1/campaigns/{campaign_id}/attempts/{attempt.id}/refuse"

    told = [street.shop.ask("POST", path).status for _ in range(2)]
    unknown = street.shop.ask("POST", path.replace(attempt.id, "nobody-1")).status
    street.campaign(number, name="Encore")
    street.rings()

    assert (told, unknown) == ([204, 204], 404)
    assert street.outcomes(campaign_id) == {number: "refused"}
    assert len(street.calls(number)) == 1


def test_a_campaign_retries_who_was_not_reached_and_finishes(street: Street) -> None:
    number, wrong = "+33612345614", "+33612345615"
    street.network.handset(number, BUSY)
    street.network.handset(wrong, UNREACHABLE)
    campaign_id = street.campaign(number, wrong)
    street.rings()
    street.network.handset(number, PICKS_UP)

    street.shop.clock.passes(minutes=5)
    street.rings()
    rung_early = len(street.calls(number))
    street.shop.clock.passes(minutes=6)
    street.rings()
    street.rings()

    assert rung_early == 1
    assert len(street.calls(number)) == 2
    assert street.outcomes(campaign_id)[number] in ("busy", "answered")
    shown = street.shop.gets(f"/v1/campaigns/{campaign_id}")
    assert (shown["state"], shown["ended_at"] is not None) == ("finished", True)


@contextmanager
def asked_of_tables() -> Iterator[list[str]]:
    """Note each request to DynamoDB, whoever makes it."""
    asked: list[str] = []
    any_client: Any = BaseClient
    ask = any_client._make_api_call

    def noted(client: BaseClient, name: str, facts: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            asked.append(name)
        return ask(client, name, facts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(any_client, "_make_api_call", noted)
        yield asked


def cost_of(street: Street, numbers: list[str]) -> tuple[int, int]:
    """Ring people who don't answer; return what the worker asked the tables, and what all did."""
    for each in numbers:
        street.network.handset(each, RINGS_OUT)
    campaign_id = street.campaign(*numbers)
    with asked_of_tables() as asked:
        street.ticks()
        by_worker = len(asked)
        street.settles()
    assert list(street.outcomes(campaign_id).values()) == ["no_answer"] * len(numbers)
    assert "Scan" not in asked
    street.shop.makes(f"/v1/campaigns/{campaign_id}/stop")
    return by_worker, len(asked)


def test_one_attempt_more_asks_the_tables_six_times_at_most(street: Street) -> None:
    few = cost_of(street, [f"+336123457{at:02}" for at in range(5)])
    many = cost_of(street, [f"+336123458{at:02}" for at in range(25)])

    by_worker, by_all = ((b - a) / 20 for a, b in zip(few, many, strict=True))
    # Read what is known, take an instant, claim; ten that were placed are stored together.
    assert by_worker <= 3.5
    assert by_all <= 6


def test_an_agency_says_what_the_carrier_takes(street: Street) -> None:
    shop = street.shop
    assert shop.gets("/v1/campaign-limits") == {
        "calls_per_second": 1,
        "burst": 1,
        "calls_at_once": None,
    }

    said = {"calls_per_second": 5, "burst": 1, "calls_at_once": 30}
    assert shop.makes("/v1/campaign-limits", said, method="PUT") == said
    assert shop.gets("/v1/campaign-limits") == said
    wrong = shop.ask("PUT", "/v1/campaign-limits", {"calls_per_second": 0})
    assert wrong.status == 400

    numbers = [f"+3361234562{at}" for at in range(8)]
    for each in numbers:
        street.network.handset(each, PICKS_UP)
    began = shop.clock.now
    street.campaign(*numbers)
    street.rings()
    assert (shop.clock.now - began).total_seconds() < 75
    assert [len(street.calls(each)) for each in numbers] == [1] * 8
    shop.makes("/v1/campaign-limits", {"calls_per_second": 1}, method="PUT")


def test_a_client_does_not_raise_its_own_limits(street: Street) -> None:
    made = street.shop.makes("/v1/accounts", {"name": "Cliente"})
    acting = {"cadran_account": made["id"]}
    issued = street.shop.ask("POST", "/v1/keys", {"scopes": ["*"], "label": "own"}, **acting)
    own = street.shop.key
    said = {"calls_per_second": 20}

    by_agency = street.shop.ask("PUT", "/v1/campaign-limits", said, **acting)
    street.shop.key = issued.json["key"]
    by_client = street.shop.ask("PUT", "/v1/campaign-limits", said)
    street.shop.key = own

    assert (by_agency.status, by_client.status) == (200, 403)


def test_who_is_paused_rings_nobody_until_it_goes_on(street: Street) -> None:
    number = "+33612345616"
    street.network.handset(number, PICKS_UP)
    campaign_id = street.campaign(number)
    street.shop.makes(f"/v1/campaigns/{campaign_id}/pause")

    street.rings()
    rung = len(street.calls(number))
    street.shop.makes(f"/v1/campaigns/{campaign_id}/resume")
    street.shop.clock.passes(minutes=3)
    street.rings()

    assert (rung, len(street.calls(number))) == (0, 1)
