"""The product on this machine: local cloud, phone network, a customer's system, all up together."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.product import Rooms
from local.client import Client
from local.cloud.cloud import ACCOUNT_SID, AUTH_TOKEN, Cloud
from local.orders import order_system
from local.phone.threads import running
from local.providers.server import networks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.cloud.running import RunningCloud
    from local.orders import OrderSystem
    from local.phone.threads import RunningNetwork
    from local.providers.server import Networks


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything that is up."""

    cloud: RunningCloud
    network: RunningNetwork
    orders: OrderSystem
    networks: Networks
    agency: Client
    clock: Path

    def moves_on_to(self, instant: datetime) -> None:
        """Have it be later, for the product and on the phone network; neither ever goes back."""
        ahead = max(0.0, (instant - datetime.now(UTC)).total_seconds())
        self.clock.write_text(str(ahead), encoding="ascii")
        network = self.network
        network.call(lambda: network.network.clock.skip_to(instant))


@contextmanager
def up(
    place: Path,
    *,
    cloud_port: int = 0,
    phone_port: int = 0,
    orders_port: int = 0,
    say: Callable[[str], None] = print,
    **network_options: Any,
) -> Iterator[Machine]:
    """Start the phone network and the cloud, with their state under `place`."""
    say("Starting the phone network")
    with (
        running(
            port=phone_port, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, **network_options
        ) as network,
        order_system(orders_port) as orders,
        networks() as providers,
    ):
        say("Starting the cloud")
        cloud = Cloud(
            place / "cloud",
            port=cloud_port,
            twilio_url=network.base_url,
            outgoing=f"{orders.outgoing}, {providers.outgoing}",
            say=say,
        )
        with cloud.start() as ready:
            os.environ.update(ready.env)
            key = _operator_key(place / "operator-key")
            # Kept numbers may point at where another run was.
            Rooms().point_numbers(ready.base_url)
            client = Client(ready.base_url, key)
            yield Machine(ready, network, orders, providers, client, cloud.clock)


def _operator_key(kept: Path) -> str:
    """Return the operator's key: shown once by the product, so this machine keeps it."""
    key = Rooms().found()
    if key is not None:
        kept.write_text(key)
        kept.chmod(0o600)
    return kept.read_text()
