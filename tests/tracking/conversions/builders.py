"""Destinations, calls and a desk whose networks are on this machine; a clock that can be set."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.call import Call, Outcome, State
from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.conversions.deeds import Judged, of_call
from chalicelib.tracking.conversions.destinations import Destination, Network, Wanted
from chalicelib.tracking.conversions.evidence import Known, conversion_of
from chalicelib.tracking.conversions.networks import PROVIDERS
from chalicelib.tracking.conversions.ports import Desk
from chalicelib.tracking.visits.visits import Remembered
from local.providers import ga4, google, meta, microsoft, oauth
from local.providers.server import Networks
from tests.fakes.conversions import ConversionsInMemory, DueInMemory, VaultInMemory, WebInMemory
from tests.tracking.journeys.builders import ACCOUNT, a_journey

if TYPE_CHECKING:
    from chalicelib.tracking.conversions.conversion import Conversion, Entry
    from chalicelib.tracking.journeys.journeys import Journey

NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
CALLER: Final = "+33639981234"
AGREED: Final = {
    "analytics_storage": "granted",
    "ad_user_data": "granted",
    "ad_personalization": "denied",
}
BROWSER: Final = {
    "ga_client_id": "1234567890.1795737600",
    "ga_session_id": "1795737600",
    "fbp": "fb.1.1795737600000.1234567890",
}
CLICKS: Final = {
    Network.GA4: None,
    Network.GOOGLE_ADS: ["gclid", "Cj0KCQiA"],
    Network.DATA_MANAGER: ["gclid", "Cj0KCQiA"],
    Network.MICROSOFT_ADS: ["msclkid", "0a1b2c3d"],
    Network.META: ["fbclid", "IwAR0abc"],
}
IDS: Final[dict[Network, dict[str, str]]] = {
    Network.GA4: {"measurement_id": "G-ABC1234567"},
    Network.GOOGLE_ADS: {"customer_id": "123-456-7890", "conversion_action_id": google.ACTION},
    Network.DATA_MANAGER: {"customer_id": "123-456-7890", "conversion_action_id": google.ACTION},
    Network.MICROSOFT_ADS: {
        "customer_id": "11111111",
        "account_id": "22222222",
        "conversion_name": microsoft.GOAL,
    },
    Network.META: {"pixel_id": meta.PIXEL},
}
SECRETS: Final[dict[Network, dict[str, str]]] = {
    Network.GA4: {"api_secret": ga4.SECRET},
    Network.GOOGLE_ADS: {"developer_token": oauth.DEVELOPER, **oauth.SECRETS},
    Network.DATA_MANAGER: oauth.SECRETS,
    Network.MICROSOFT_ADS: {"developer_token": oauth.DEVELOPER, **oauth.SECRETS},
    Network.META: {"access_token": meta.TOKEN},
}


def a_destination(network: Network = Network.DATA_MANAGER, **facts: Any) -> Destination:
    """Return a destination that wants qualified calls, each worth 40 €."""
    known: dict[str, Any] = {
        "id": "dst_1",
        "account_id": ACCOUNT,
        "name": "Appels",
        "network": network,
        "ids": IDS[network],
        "created_at": NOON - timedelta(days=9),
        "wanted": Wanted(),
        "value_cents": 4_000,
        "secrets": PROVIDERS[network].secrets,
    }
    return Destination(**known | facts)


def a_call(call_id: str = "CA1", **facts: Any) -> Call:
    """Return a call that ended at noon, after a conversation of two minutes."""
    known: dict[str, Any] = {
        "call_id": call_id,
        "account_id": ACCOUNT,
        "started_at": NOON - timedelta(minutes=3),
        "ended_at": NOON,
        "dialled": "+33162010000",
        "caller": CALLER,
        "state": State.ENDED,
        "outcome": Outcome.ANSWERED,
        "talk_seconds": 120,
        "seconds": 150,
    }
    return Call(**known | facts)


def a_visit(*steps: dict[str, Any], **facts: Any) -> Remembered:
    """Return a visit that began at eleven, with these steps."""
    known: dict[str, Any] = {
        "id": "vis_a",
        "site_id": "site_1",
        "landing": "{}",
        "first_seen": NOON - timedelta(hours=1),
        "last_seen": NOON,
        "steps": tuple(json.dumps({"at": at, **step}) for at, step in enumerate(steps)),
    }
    return Remembered(**known | facts)


def said(**consent: Any) -> dict[str, Any]:
    """Return the step by which a page says what its visitor agreed to."""
    return {"kind": "custom", "name": "consent", "data": consent}


def ids(**known: Any) -> dict[str, Any]:
    """Return the step by which a page says the browser's ids."""
    return {"kind": "custom", "name": "ids", "data": known}


def known_of(network: Network, **facts: Any) -> Known:
    """Return all that is known of a call by somebody who clicked there and agreed to everything."""
    click = CLICKS[network]
    landing = {"channel": "paid_search", **({"click": click} if click else {})}
    known: dict[str, Any] = {
        "journey": a_journey(landing=landing),
        "visit": a_visit(said(**AGREED), ids(**BROWSER)),
    }
    deed = of_call(facts.pop("call", None) or a_call())
    return Known(**{"deed": deed, **known, **facts})


def told_of(known: Known, destination: Destination) -> Conversion:
    """Return what a destination may be told of a call."""
    return conversion_of(known, "cnv_1", destination, PROVIDERS[destination.network])


class House:
    """A desk over memory: one destination, one call. `now` is what its clock says."""

    def __init__(self, destination: Destination, known: Known | None = None) -> None:
        self.now = NOON + timedelta(minutes=1)
        self.destination = destination
        self.known = known or known_of(destination.network)
        self.judged: Judged = self.known.judged
        self.visit: Remembered | None = self.known.visit
        self.networks = Networks(0, self.clock)
        self.web = WebInMemory(self.networks, self.clock)
        self.store = ConversionsInMemory(destination)
        self.vault = VaultInMemory(dst_1=SECRETS[destination.network])
        self.queue = DueInMemory()

    def clock(self) -> datetime:
        return self.now

    @property
    def desk(self) -> Desk:
        """Return the desk; of its destinations, those that are open."""
        open_now = self.store.destinations(ACCOUNT, 50).items
        return Desk(
            destinations=self.store,
            open_destinations=lambda _: [each for each in open_now if each.is_open],
            log=self.store,
            vault=self.vault,
            web=self.web,
            queue=self.queue,
            providers=PROVIDERS,
            deed=lambda account_id, deed_id: self.known.deed,
            journey=lambda account_id, call_id: self._journey(),
            visit=lambda account_id, visit_id: self._visit(),
            judged=lambda account_id, call_id: self.judged,
            clock=self.clock,
        )

    @property
    def entry(self) -> Entry:
        """Return the one line of the log."""
        (entry,) = self.store.entries(ACCOUNT, 10).items
        return entry

    def taken(self) -> list[str]:
        """Return what networks took, in order."""
        return [what for _, what in self.networks.taken]

    def _journey(self) -> Journey:
        if self.known.journey is None:
            raise NotFound("no journey")
        return self.known.journey

    def _visit(self) -> Remembered:
        if self.visit is None:
            raise NotFound("no visit")
        return self.visit
