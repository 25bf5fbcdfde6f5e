"""Pages of a shop's site, as browsers send what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app import app
from chalicelib.runtime import secrets, tracking_wiring
from chalicelib.tracking.store import TrackingRow
from chalicelib.tracking.visits import tokens
from tests.clouds import requests_counted
from tests.gateway import Heard, ask

if TYPE_CHECKING:
    from chalicelib.tracking.visits.tokens import Known
    from chalicelib.tracking.visits.visits import Remembered
    from tests.house.shops import Shop

ORIGIN: Final = "https://www.boutique.example"
PRINTED: Final = "+33472001122"
OVERFLOW: Final = "+33162010001"  # the shop's own number
ADVERT: Final = f"{ORIGIN}/promo?utm_source=google&utm_medium=cpc&utm_campaign=Noel"
BROWSER: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
NOTHING: Final[dict[str, Any]] = {
    "visit": None,
    "numbers": [],
    "beat": None,
    "until": None,
    "left": None,
    "printed": None,
}
HEADERS: Final = {"content-type": "text/plain", "origin": ORIGIN, "user-agent": BROWSER}


@dataclass
class Page:
    """A page of a site, and the pool behind it."""

    shop: Shop
    site: str
    pool: str
    numbers: list[str]
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))

    def sends(self, path: str, body: Any, **headers: str) -> Heard:
        """Send a message as a browser does."""
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return ask(app, "POST", path, body=text, headers={**self.headers, **spelt})

    def opened(self, visit: str | None = None, **facts: Any) -> Heard:
        """Open the page, in the tab of a visit."""
        known = {"site": self.site, "visit": visit, "consent": True, "url": ADVERT}
        return self.sends("/t/visits", {**known, **facts})

    def lent(self, visit: str | None = None, **facts: Any) -> dict[str, Any]:
        """Open the page; what it is answered."""
        heard = self.opened(visit, **facts)
        assert heard.status == 200, heard.text
        found: dict[str, Any] = heard.json
        return found

    def tells(self, visit: str, *events: dict[str, Any]) -> dict[str, Any]:
        """Tell of events; what the page is answered."""
        body = {"site": self.site, "visit": visit, "events": list(events)}
        heard = self.sends("/t/events", body)
        assert heard.status == 200, heard.text
        found: dict[str, Any] = heard.json
        return found

    def known(self, token: str) -> Known:
        """Read a token as the product does."""
        site = tracking_wiring.sites().site(self.site)
        found = tokens.read(token, site, secrets.pepper())
        assert found is not None
        return found

    def remembered(self, token: str) -> Remembered:
        """Return what is stored of a visit."""
        return tracking_wiring.visits().visit("acct_shop", self.known(token).visit_id)

    def rows(self, prefix: str) -> list[dict[str, Any]]:
        """Return rows of the table whose key begins so."""
        rows = self.shop.cloud.rows("tracking")
        return [row for row in rows if row["pk"]["S"].startswith(prefix)]


def shown(answer: dict[str, Any]) -> str | None:
    """Return the number shown in place of the printed one."""
    found = {each["find"]: each["show"] for each in answer["numbers"]}
    return found.get(PRINTED)


def open_page(shop: Shop, numbers: int = 3, first: int = 1000, **pool: Any) -> Page:
    """Make a pool, and a site that shows its numbers."""
    pool_id = shop.makes("/v1/pools", {"name": "Visiteurs", **pool})["id"]
    lines = [f"+3316201{at:04}" for at in range(first, first + numbers)]
    for line in lines:
        shop.makes("/v1/numbers", {"number": line})
        shop.makes(f"/v1/pools/{pool_id}/numbers/{line.replace('+', '%2B')}", {}, method="PUT")
    shop.clock.passes(hours=1)
    swap = {
        "find": PRINTED,
        "pool_id": pool_id,
        "standins": [{"number": OVERFLOW, "channel": "paid_search"}],
    }
    site = shop.makes("/v1/sites", {"name": "Boutique", "origins": [ORIGIN], "swaps": [swap]})
    return Page(shop, site["id"], pool_id, lines)


def requests_of(page: Page, *args: Any, **facts: Any) -> list[str]:
    """Return what opening a page asks of DynamoDB."""
    with requests_counted(TrackingRow) as sent:
        page.lent(*args, **facts)
    return sent


def steps(found: Remembered) -> list[dict[str, Any]]:
    """Return the steps of a visit, as they are stored."""
    return [json.loads(each) for each in found.steps]
