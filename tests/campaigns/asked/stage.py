"""A shop whose pages have a form by which people ask to be rung back, and their telephones."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from app import app, find_callbacks, place_callbacks
from chalicelib.runtime import telling, webhooks_wiring, wiring
from tests.gateway import BASE_URL, Context, ask, ring
from tests.house.shops import NUMBER, a_shop
from tests.world import CONSENT, messages_of, schedule_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.kernel.errors import Rejected
    from chalicelib.kernel.telling import TextOrder
    from chalicelib.runtime.gateway import CallOrder
    from tests.gateway import Heard
    from tests.house.shops import Shop

ORIGIN: Final = "https://www.boutique.example"
PERSON: Final = "+33612345678"
AGENT: Final = "+33162010021"
HOURS: Final = {
    "weekly": {
        day: [["09:00", "13:00"], ["14:00", "19:00"]]
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    },
    "public_holidays": "national",
}
FORM: Final[dict[str, Any]] = {
    **{name: CONSENT[name] for name in ("professional", "object", "text")},
    "queue": "ventes",
    "shown": NUMBER,
    "hours": HOURS,
}


@dataclass
class Phone:
    """What the carrier delivers to people's telephones."""

    orders: list[TextOrder] = field(default_factory=list)
    refused: Rejected | None = None

    def send(self, order: TextOrder, *, retry: bool) -> str:
        """Deliver a text; with `retry` not again."""
        if self.refused is not None:
            raise self.refused
        if not (retry and order in self.orders):
            self.orders.append(order)
        return "SM9"

    @property
    def code(self) -> str:
        """The code in the last text."""
        found = re.match(r"\d{6}", self.orders[-1].body)
        assert found is not None
        return found[0]

    @property
    def token(self) -> str:
        """What the link in the last text ends with."""
        found = re.search(r"/b/([\w-]+)$", self.orders[-1].body)
        assert found is not None
        return found[1]


@dataclass
class Stage:
    """The shop, its site and its form."""

    shop: Shop
    phone: Phone
    site: str
    told: list[tuple[str, dict[str, Any]]]
    form: str = ""

    def has_form(self, **facts: Any) -> Stage:
        """Make a form."""
        body = {**FORM, "site": self.site, **facts}
        self.form = self.shop.makes("/v1/callback-forms", body)["id"]
        return self

    def sends(self, path: str, body: Any, origin: str = ORIGIN) -> Heard:
        """Send what a page sends."""
        headers = {"content-type": "text/plain", "origin": origin, "user-agent": "Firefox/145.0"}
        return ask(app, "POST", path, body=json.dumps(body), headers=headers)

    def asks(self, **facts: Any) -> Heard:
        """Fill the form in."""
        known = {"site": self.site, "form": self.form, "number": PERSON}
        return self.sends("/t/callbacks", {**known, **facts})

    def offered(self) -> Any:
        """Return what the page is offered."""
        return self.sends("/t/callbacks/slots", {"site": self.site, "form": self.form}).json

    def looks(self, minutes: float = 0) -> None:
        """Let time pass, and have done what is to be done by then."""
        self.shop.clock.passes(minutes=minutes)
        find_callbacks(schedule_at(self.shop.clock.now.isoformat()), Context())
        self.drains()

    def drains(self) -> None:
        """See to all that is on the queue."""
        while messages := self.shop.taken("callbacks"):
            place_callbacks(messages_of(messages), Context())

    @property
    def askings(self) -> list[dict[str, Any]]:
        """Return what the API has, newest first."""
        return list(self.shop.gets("/v1/web-callbacks")["items"])

    @property
    def asking(self) -> dict[str, Any]:
        """Return the newest."""
        return self.askings[0]

    @property
    def rung(self) -> list[CallOrder]:
        """Return the calls that the carrier was asked to place."""
        placed: list[CallOrder] = wiring.gateway().placed  # type: ignore[attr-defined]
        return placed

    def events(self) -> list[tuple[str, str]]:
        """Return what the account's servers were told: events, and in which state."""
        return [(event, data["state"]) for event, data in self.told]


def carrier_says(url: str, **fields: str) -> Heard:
    """Bring a webhook of the carrier's to one of our URLs."""
    known: dict[str, str | list[str]] = {
        "CallSid": "CA" + "7" * 32,
        "From": NUMBER,
        "To": PERSON,
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        **fields,
    }
    heard = ring(app, url.removeprefix(BASE_URL), known)
    assert heard.status == 200
    return heard


def next_url(heard: Heard) -> str:
    """Return where a call goes on."""
    found = re.search(r'(?:action|url)="([^"]+)"|<Redirect[^>]*>([^<]+)<', heard.text)
    assert found is not None, heard.text
    return (found[1] or found[2]).replace("&amp;", "&")


@contextmanager
def a_stage() -> Iterator[Stage]:
    """Open the shop."""
    with a_shop() as shop, pytest.MonkeyPatch.context() as patch:
        phone, told = Phone(), []

        def publish(account_id: str, event: str, event_id: str, data: dict[str, Any]) -> None:
            if (event, data) not in told:
                told.append((event, data))

        patch.setattr(telling, "CarrierTexts", lambda _: phone)
        patch.setattr(webhooks_wiring, "publish", publish)
        site = {"name": "Boutique", "origins": [ORIGIN], "swaps": []}
        shop.makes("/v1/queues", {"name": "ventes", "wrap_up_seconds": 0, "rest_seconds": 0})
        shop.makes("/v1/agents", {"name": "Nadia", "number": AGENT})
        yield Stage(shop, phone, shop.makes("/v1/sites", site)["id"], told)
