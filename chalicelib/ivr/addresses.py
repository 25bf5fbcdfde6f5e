"""The URLs a call comes back to, and what they carry so that coming back costs no read.

The carrier signs them, so what they say of the call can be believed. Queries are sorted and
percent-encoded: the signature is checked against that spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

from chalicelib.ivr.audio.addresses import audio_url, builtin_url
from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.position import Position
    from chalicelib.ivr.voicebot.remembering import Place
    from chalicelib.kernel.tiers import Tier

_INSTANT: Final = re.compile(r"[1-9][0-9]{0,10}")  # seconds since 1970
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
CALLEE: Final = "callee"
_MOST_SHARDS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAddress:
    """Everything that stays the same from one answer of a call to the next.

    `side` is the callee's where it is not the caller who hears the answer: the line that was
    `dialled` is told there, for the carrier names another one. `tier` and `service_from` are what
    the line's service costs this caller, and since when: a call in progress reads nothing for it.
    `attempt` is that of a campaign, where it is a call that we placed.
    """

    base_url: str
    flow_id: str
    version: int
    account_id: str
    log_shards: int = 1
    fallback: str | None = None
    side: str = ""
    dialled: str = ""
    tier: Tier | None = None
    service_from: datetime | None = None
    attempt: str = ""

    def at(self, position: Position, *, arriving: bool = False) -> str:
        """Return the URL of a position; `arriving` where nobody was asked anything."""
        query = {**self._query(), **position.query()}
        if self.side:
            query |= {"side": self.side, "dialled": self.dialled}
        if arriving:
            query["arriving"] = "1"
        path = f"voice/flows/{self.flow_id}/{self.version}/{position.node}"
        return f"{self.base_url}/{path}?{_encoded(query)}"

    def whisper(self, position: Position) -> str:
        """Return the URL that whoever we ring hears first."""
        return replace(self, side=CALLEE).at(position, arriving=True)

    def place(self, position: Position, language: str) -> Place:
        """Return where a conversation with a bot takes place."""
        from chalicelib.ivr.voicebot.remembering import Place

        return Place(self.account_id, self.flow_id, self.version, position.node, language)

    def in_flow(self, flow_id: str, version: int, dialled: str) -> Self:
        """Return the address of the same call, on the line `dialled`, in a version of a flow."""
        return replace(self, flow_id=flow_id, version=version, dialled=dialled)

    def sound(self, prompt_id: str, version: int) -> str:
        """Return the URL of an uploaded prompt; it says nothing of the call."""
        return audio_url(self.base_url, prompt_id, version)

    def builtin(self, name: str) -> str:
        """Return the URL of a sound that is built in."""
        return builtin_url(self.base_url, name)

    def recordings(self) -> str:
        """Return the URL that is told when a recording's file is ready."""
        return f"{self.base_url}/voice/recordings?{_encoded(self._query())}"

    def _query(self) -> dict[str, str]:
        query = {"account": self.account_id, "shards": str(self.log_shards)}
        if self.fallback:
            query["fallback"] = self.fallback
        if self.tier:
            query["tier"] = self.tier.code
        if self.attempt:
            query["placed"] = self.attempt
        if self.service_from:
            query["since"] = str(int(self.service_from.timestamp()))
        return query

    def charged_from(self, beep: datetime | None) -> Self:
        """Return the address of the same call after a beep; the first one counts."""
        return self if self.service_from else replace(self, service_from=beep)

    @classmethod
    def from_url(cls, base_url: str, flow_id: str, version: str, query: Mapping[str, str]) -> Self:
        """Read an address back. Raises Rejected on what `at` did not write."""
        account_id, shards = query.get("account", ""), query.get("shards", "1")
        if not account_id or not (_NUMBER.fullmatch(version) and _NUMBER.fullmatch(shards)):
            raise Rejected("not an address of a call", flow_id=flow_id)
        tier, since = query.get("tier"), query.get("since", "")
        if since and not _INSTANT.fullmatch(since):
            raise Rejected("not an address of a call", parameter="since")
        return cls(
            base_url=base_url,
            flow_id=flow_id,
            version=int(version),
            account_id=account_id,
            log_shards=min(int(shards), _MOST_SHARDS),
            fallback=query.get("fallback"),
            side=CALLEE if query.get("side") == CALLEE else "",
            dialled=query.get("dialled", ""),
            tier=tiers.parse(tier) if tier else None,
            service_from=datetime.fromtimestamp(int(since), UTC) if since else None,
            attempt=query.get("placed", ""),
        )


def _encoded(query: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(query.items()))
