"""The whole product on this machine for tests: the deployed package in the local cloud, the phone
network, the demo account. One for the session: each test rings from a number of its own.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chalicelib.kernel.periods import Month
from local import seed
from local.cloud.cloud import ACCOUNT_SID, AUTH_TOKEN, Cloud
from local.phone.handsets import Handset
from local.phone.threads import running
from local.stage import up
from tests.clouds import forget_clients

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.cloud.running import RunningCloud
    from local.orders import OrderSystem
    from local.phone.stories import Story
    from local.phone.threads import RunningNetwork
    from local.seed import World

PATIENCE_SECONDS: Final = 300.0  # nobody waits so long unless something is wrong, or starved
_callers = count(1)


def a_caller() -> str:
    """Return a caller's number that nobody had before, of the range that is kept for fiction."""
    return f"+3363998{next(_callers):04}"


@dataclass(slots=True)
class Machine:
    """Everything that is up. `cloud` is another one after a restart."""

    place: Path
    cloud: RunningCloud
    network: RunningNetwork
    orders: OrderSystem
    world: World

    def ring(self, to: str, from_: str, **script: Any) -> Story:
        """Ring a number and wait for the end, on a clock that jumps over waiting."""
        return self.network.ring(to=to, from_=from_, script=Handset(**script))

    def call(self, story: Story) -> dict[str, Any]:
        """Return a call of the log, once it is over."""
        path = f"/v1/calls/{story.call.sid}"
        shop = self.world.shop
        wait_for(lambda: shop.get(path)["state"] == "ended", "the end of the call in the log")
        found: dict[str, Any] = shop.get(path)
        return found

    def events(self, story: Story) -> list[str]:
        """Return the kinds of a call's events, in order of name: some come at one moment."""
        found = self.world.shop.get(f"/v1/calls/{story.call.sid}/events")["items"]
        return sorted(each["kind"] for each in found)

    def charge(self, story: Story) -> dict[str, Any]:
        """Return what a call costs, once it is charged."""
        month = str(Month.of(datetime.now(UTC)))

        def charges() -> list[dict[str, Any]]:
            every = self.world.shop.every("/v1/charges", month=month)
            return [each for each in every if each["call"] == story.call.sid]

        wait_for(lambda: bool(charges()), "the call's charge")
        (charge,) = charges()
        return charge

    def restart(self) -> None:
        """Stop the cloud, and start it again where it was with what it kept."""
        port = self.cloud.emulator.port
        self.cloud.stop()
        state, url = self.place / "cloud", self.network.base_url
        outgoing = self.orders.outgoing
        cloud = Cloud(state, port=port, twilio_url=url, outgoing=outgoing, say=_quietly)
        self.cloud = cloud.start()

    @contextmanager
    def by_hand(self, **options: Any) -> Iterator[RunningNetwork]:
        """Open a second phone network in real time, on which people dial the shop's number."""
        options |= {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
        spare, base = quote(seed.SPARE, safe=""), self.cloud.base_url
        with running(**options) as network:
            network.buy(
                seed.SHOP,
                voice_url=f"{base}/voice/incoming?fallback={spare}",
                voice_fallback_url=f"{base}/voice/fallback?fallback={spare}",
                status_callback=f"{base}/voice/status",
            )
            yield network
            assert network.reports == []


def wait_for(ready: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Look until it is so; fail, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.1)


@contextmanager
def a_machine(place: Path) -> Iterator[Machine]:
    """Start everything, with its state under `place`."""
    own = dict(os.environ)
    forget_clients()
    with up(place, autojump=True, seed=2026, say=_quietly) as ready:
        # What this process was told of the cloud is no other test's business.
        os.environ.clear()
        os.environ.update(own)
        forget_clients()
        world = seed.seed(ready.agency, datetime.now(UTC).date(), _quietly)
        ready.network.handset(seed.OVEN, Handset(answers_after=3))
        machine = Machine(place, ready.cloud, ready.network, ready.orders, world)
        try:
            yield machine
        finally:
            machine.cloud.stop()


def _quietly(line: str) -> None:
    """Say nothing."""
