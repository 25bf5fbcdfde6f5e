"""The carrier as the directory uses it: every number it holds for us has its webhooks here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from chalicelib.directory.ports import Held
from chalicelib.runtime.gateway import WebhookUrls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.runtime.gateway import Carrier


class OurCarrier:
    """The `SellsNumbers` port over the carrier, for the API at `base_url`."""

    def __init__(self, carrier: Carrier, base_url: str) -> None:
        self._carrier = carrier
        self._base_url = base_url

    def owned(self, number: str | None = None) -> Iterator[Held]:
        """Yield what our carrier account holds."""
        for each in self._carrier.owned(number):
            yield Held(each.number, each.carrier_id)

    def buy(self, number: str, fallback: str | None) -> Held:
        """Buy a number unless it is held already."""
        bought = self._carrier.buy(number, webhook_urls(self._base_url, fallback))
        return Held(bought.number, bought.carrier_id)

    def point(self, carrier_id: str, fallback: str | None) -> None:
        """Send a number's webhooks to us."""
        self._carrier.point(carrier_id, webhook_urls(self._base_url, fallback))

    def release(self, carrier_id: str) -> None:
        """Give a number back."""
        self._carrier.release(carrier_id)


def webhook_urls(base_url: str, fallback: str | None) -> WebhookUrls:
    """Return a line's URLs. The fallback is in them, so that finding it takes no table.

    >>> webhook_urls("https://cadran.test", "+33162012345").voice
    'https://cadran.test/voice/incoming?fallback=%2B33162012345'
    """
    query = "" if fallback is None else "?" + urlencode({"fallback": fallback})
    return WebhookUrls(
        voice=f"{base_url}/voice/incoming{query}",
        fallback=f"{base_url}/voice/fallback{query}",
        status=f"{base_url}/voice/status",
        messages=f"{base_url}/messages/incoming",
    )
