"""A telephone on a wire into this process: the phone network rings the real webhooks.

Nothing is deployed and no socket is opened, so that a hundred calls take seconds; the network
reads every TwiML document as it does with the deployed package, and reports what the carrier would.
Its clock is the house's: an agent who rings for twenty seconds takes the product twenty seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from app import app
from local.phone.network import PhoneNetwork
from local.phone.transport import Answer
from tests.clouds import TOKEN
from tests.gateway import BASE_URL, STAGE_PATH, event, route, send

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.phone.connection import Connection
    from local.phone.handsets import Handset
    from local.phone.stories import Story
    from local.phone.transport import Session

_OURS: Final = urlsplit(BASE_URL).netloc
_MEDIA: Final = {"Content-Type": "audio/ulaw"}
_SOUND: Final = b"\xff" * 8_000 * 16  # silence, as long as the built-in music


class Wire:
    """Carries webhooks to the app as API Gateway would; any other address is a sound."""

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connection: Connection,
        session: Session,
    ) -> Answer:
        """Bring one request to the app."""
        target = urlsplit(url)
        if target.netloc != _OURS:
            return Answer(200, _MEDIA, _SOUND, url)
        path = target.path.removeprefix(STAGE_PATH)
        resource, parts = route(app, method, path)
        request = event(
            method,
            resource,
            parts=parts,
            query=parse_qsl(target.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in headers.items()},
            body=body.decode(),
        )
        heard = send(app, request)
        kind = {name.title(): value for name, value in heard.headers.items()}
        return Answer(heard.status, kind, heard.text.encode(), url)

    async def close(self) -> None:
        """Have nothing to close."""


@dataclass(slots=True)
class Time:
    """The house's clock: the network's while somebody is on the telephone, else where it stood."""

    now: datetime
    network: PhoneNetwork | None = None

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.network.clock.now() if self.network else self.now


@dataclass(slots=True)
class Telephone:
    """Whoever rings, and those who may be rung for them."""

    time: Time
    others: dict[str, Handset] = field(default_factory=dict)

    def ring(self, to: str, caller: str, script: Handset, at: datetime) -> Story:
        """Ring a number at a moment, and return what came of it."""
        return asyncio.run(self._ring(to, caller, script, at))

    async def _ring(self, to: str, caller: str, script: Handset, at: datetime) -> Story:
        network = PhoneNetwork(
            auth_token=TOKEN, autojump=True, start=at, transport=Wire(), surprises=False
        )
        network.buy(
            to,
            voice_url=f"{BASE_URL}/voice/incoming?fallback=%2B33162010008",
            voice_fallback_url=f"{BASE_URL}/voice/fallback?fallback=%2B33162010008",
            status_callback=f"{BASE_URL}/voice/status",
        )
        for number, handset in self.others.items():
            network.handset(number, handset)
        self.time.network = network
        try:
            return await network.ring(to=to, from_=caller, script=script)
        finally:
            self.time.now, self.time.network = network.clock.now(), None
            await network.exchange.close()
