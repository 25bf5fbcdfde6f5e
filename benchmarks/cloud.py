"""AWS for the figures that need one: moto's, made from the stack's own template; and webhooks as
they come through API Gateway, signed by Twilio's own code.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks import shop
from local.seed import SHOP, TARIFF, WELCOME
from tests import clouds
from tests.gateway import BASE_URL, FORM, event, route, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalice.app import Chalice

    from benchmarks.shop import Fields
    from tests.clouds import Cloud

# As API Gateway hands on what Twilio sends.
_HEADERS: Final = {
    "accept": "*/*",
    "cache-control": "max-age=259200",
    "host": "a1b2c3.execute-api.eu-west-3.amazonaws.com",
    "i-twilio-idempotency-token": "c1e2a3f4-0000-4000-8000-000000000000",
    "user-agent": "TwilioProxy/1.1",
    "x-amzn-trace-id": "Root=1-6560a1b2-000000000000000000000000",
    "x-forwarded-for": "192.0.2.10",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
    "x-home-region": "us1",
}


@contextmanager
def opened() -> Iterator[Cloud]:
    """Open the cloud, with this process's settings pointing at it."""
    os.environ.update(clouds.ENVIRONMENT)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    with clouds.a_cloud() as cloud:
        yield cloud


def furnish() -> None:
    """Store the shop: its account, its flow, its source, its tariff, its number."""
    from chalicelib.billing import pricelist, usecases
    from chalicelib.runtime import wiring
    from chalicelib.tracking import usecases as tracking
    from chalicelib.tracking.sources import Channel

    directory, flows, sources = wiring.directory(), wiring.flows(), wiring.tracking()
    account = directory.add_account(shop.AN_ACCOUNT)
    directory.put_line(shop.A_LINE, account)
    flows.publish(
        flows.create(shop.ACCOUNT, shop.FLOW, WELCOME, shop.OPENED).header, WELCOME, shop.OPENED
    )
    usecases.publish_tariff(
        shop.ACCOUNT, pricelist.parse(TARIFF), now=shop.OPENED, tariffs=wiring.books().tariffs
    )
    tracking.create_source(
        "Affiche",
        Channel.PRINT,
        account_id=shop.ACCOUNT,
        source_id=shop.SOURCE,
        now=shop.OPENED,
        store=sources,
    )
    tracking.assign_number(
        tracking.PeriodOrder(number=SHOP, since=shop.OPENED + timedelta(days=1)),
        account_id=shop.ACCOUNT,
        source_id=shop.SOURCE,
        now=shop.OPENED,
        store=sources,
        lines=directory,
    )


def webhook(app: Chalice, path: str, fields: Fields) -> dict[str, Any]:
    """Return API Gateway's event for a webhook that Twilio signed."""
    url = urlsplit(path)
    resource, parts = route(app, "POST", url.path)
    headers = {
        **_HEADERS,
        "content-type": FORM,
        "x-twilio-signature": sign(f"{BASE_URL}{path}", fields),
    }
    return event(
        "POST",
        resource,
        parts=parts,
        query=parse_qsl(url.query, keep_blank_values=True),
        headers=headers,
        body=urlencode(fields, doseq=True),
    )
