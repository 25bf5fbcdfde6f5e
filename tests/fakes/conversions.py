"""What conversions need of the world, in memory; the networks answer without a network."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.tracking.conversions.ports import AccessRefused
from chalicelib.tracking.conversions.providers.provider import Reply
from local.providers.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.tracking.conversions.conversion import Entry
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.providers.provider import OAuth, Request
    from local.providers.server import Networks


class ConversionsInMemory:
    """The ports `Destinations` and `Log`."""

    def __init__(self, *destinations: Destination) -> None:
        self._destinations = {each.id: each for each in destinations}
        self._entries: dict[str, Entry] = {}

    def destination(self, destination_id: str) -> Destination:
        if destination_id not in self._destinations:
            raise NotFound("no such destination")
        return self._destinations[destination_id]

    def destinations(
        self, account_id: str, limit: int, after: str | None = None
    ) -> Page[Destination]:
        mine = [
            each
            for _, each in sorted(self._destinations.items())
            if each.account_id == account_id and each.archived_at is None
        ]
        left = [each for each in mine if after is None or each.id > after]
        return Page(tuple(left[:limit]), left[limit - 1].id if len(left) > limit else None)

    def save_destination(self, destination: Destination) -> Destination:
        known = self._destinations.get(destination.id)
        if (0 if known is None else known.version) != destination.version:
            raise Stale("changed meanwhile")
        stored = replace(destination, version=destination.version + 1)
        self._destinations[destination.id] = stored
        return stored

    def entry(self, account_id: str, entry_id: str) -> Entry:
        found = self.find(account_id, entry_id)
        if found is None:
            raise NotFound("no such conversion")
        return found

    def find(self, account_id: str, entry_id: str) -> Entry | None:
        found = self._entries.get(entry_id)
        return found if found is not None and found.account_id == account_id else None

    def entries(self, account_id: str, limit: int, after: str | None = None) -> Page[Entry]:
        mine = [each for each in self._entries.values() if each.account_id == account_id]
        newest = sorted(mine, key=_place, reverse=True)
        left = [each for each in newest if after is None or _place(each) < after]
        return Page(tuple(left[:limit]), _place(left[limit - 1]) if len(left) > limit else None)

    def save(self, entry: Entry) -> Entry:
        known = self._entries.get(entry.id)
        if (0 if known is None else known.version) != entry.version:
            raise Conflict("changed meanwhile")
        stored = replace(entry, version=entry.version + 1)
        self._entries[entry.id] = stored
        return stored


def _place(entry: Entry) -> str:
    return f"{int(entry.called_at.timestamp() * 1000):013}#{entry.id}"


class VaultInMemory:
    """The port `Vault`."""

    def __init__(self, **kept: Mapping[str, str]) -> None:
        self.kept = {name: dict(secrets) for name, secrets in kept.items()}

    def put(self, destination_id: str, secrets: Mapping[str, str]) -> None:
        self.kept[destination_id] = dict(secrets)

    def secrets(self, destination_id: str) -> Mapping[str, str]:
        if destination_id not in self.kept:
            raise NotFound("no such secrets")
        return self.kept[destination_id]

    def forget(self, destination_id: str) -> None:
        self.kept.pop(destination_id, None)


class WebInMemory:
    """The port `Web`: the strict servers of `local/providers`, without a network between."""

    def __init__(self, networks: Networks, clock: Callable[[], datetime]) -> None:
        self.networks = networks
        self.down = False
        self._clock = clock

    def ask(self, request: Request) -> Reply:
        headers = {"content-type": "application/json", **request.headers}
        return self._reply(request.url, json.dumps(request.body).encode(), headers)

    def token(self, oauth: OAuth, destination_id: str, secrets: Mapping[str, str]) -> str:
        names = ("client_id", "client_secret", "refresh_token")
        form = {"grant_type": "refresh_token", **{name: secrets[name] for name in names}}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        reply = self._reply(oauth.url, urlencode(form).encode(), headers)
        if reply.status != 200:
            raise AccessRefused("no token", error=reply.data["error"])
        return str(reply.data["access_token"])

    def _reply(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        if self.down:
            raise Unavailable("nobody answers", reason="timeout")
        there = urlsplit(url)
        asked = Asked(
            host=there.netloc,
            path=there.path,
            query={name: each[0] for name, each in parse_qs(there.query).items()},
            headers={name.lower(): text for name, text in headers.items()},
            body=body,
            now=self._clock(),
        )
        given = self.networks.answer(asked)
        return Reply(given.status, given.data)


class DueInMemory:
    """The port `Later`: what is due, in order of being put."""

    def __init__(self) -> None:
        self.down = False
        self.due: list[tuple[str, str, datetime]] = []

    def put(self, account_id: str, entry_id: str, at: datetime, now: datetime) -> None:
        if self.down:
            raise Unavailable("no queue")
        self.due.append((account_id, entry_id, at))
