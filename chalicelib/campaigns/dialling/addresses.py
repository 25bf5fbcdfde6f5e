"""The URLs that a campaign's calls come back to: people's, marked with the attempt, and agents'.

The carrier signs them, so what they say is believed, and a call that is answered reads no table to
learn what it is to hear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.campaign import Campaign, FlowVersion
    from chalicelib.campaigns.dialling.seats import Seat

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_NAME: Final = re.compile(r"[A-Za-z0-9_=-]{1,120}")
_SEALED: Final = re.compile(r"[A-Za-z0-9_-]{0,3500}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A call of an attempt, and what is heard by whoever answers.

    `said` is what may be said of them, sealed: URLs are logged on the way.
    """

    base_url: str
    account_id: str
    campaign_id: str
    attempt_id: str
    flow_id: str = ""
    version: int = 0
    log_shards: int = 1
    said: str = ""
    agents: bool = False

    @classmethod
    def to(
        cls, base_url: str, attempt: Attempt, campaign: Campaign, log_shards: int, said: str = ""
    ) -> Self:
        """Return the address of an attempt, at which the campaign's flow speaks, if one does."""
        flow = campaign.plan.flow
        return cls(
            base_url=base_url,
            account_id=attempt.account_id,
            campaign_id=attempt.campaign_id,
            attempt_id=attempt.id,
            flow_id="" if flow is None else flow.flow_id,
            version=0 if flow is None else flow.version,
            log_shards=log_shards,
            said=said,
            agents=not campaign.plan.speaks,
        )

    @classmethod
    def of(cls, base_url: str, campaign_id: str, attempt_id: str, query: Mapping[str, str]) -> Self:
        """Read an address. Raises Rejected on what is none."""
        flow_id, version = query.get("flow", ""), query.get("version", "0")
        account_id, shards = query.get("account", ""), query.get("shards", "1")
        names = (account_id, campaign_id, attempt_id)
        if not all(_NAME.fullmatch(each) for each in names) or not _NUMBER.fullmatch(shards):
            raise Rejected("not an address of a campaign's call", campaign_id=campaign_id)
        said = query.get("said", "")
        if (flow_id and not _NUMBER.fullmatch(version)) or not _SEALED.fullmatch(said):
            raise Rejected("not an address of a campaign's call", campaign_id=campaign_id)
        return cls(
            base_url=base_url,
            account_id=account_id,
            campaign_id=campaign_id,
            attempt_id=attempt_id,
            flow_id=flow_id,
            version=int(version) if flow_id else 0,
            log_shards=int(shards),
            said=said,
            agents="agents" in query,
        )

    def answered(self) -> str:
        """Return where the carrier asks what to say once somebody answers."""
        return self._at("", more=self._said | ({"agents": "1"} if self.agents else {}))

    def agent(self, step: str, tried: Iterable[str] = ()) -> str:
        """Return where a call goes on for which an agent is looked for, without some of them."""
        told = {"agents": "1", "step": step, "tried": "~".join(tried)}
        return self._at("", more={name: text for name, text in told.items() if text})

    def status(self) -> str:
        """Return where the end of the call is told."""
        return self._at("/status")

    def machine(self) -> str:
        """Return where it is told who answered."""
        return self._at("/machine", more=self._said)

    def message(self, flow: FlowVersion) -> str:
        """Return where a machine that was greeted hears another flow."""
        return self._at("", flow, {"machine": "1", **self._said})

    @property
    def _said(self) -> dict[str, str]:
        return {"said": self.said} if self.said else {}

    def _at(
        self, end: str, flow: FlowVersion | None = None, more: Mapping[str, str] | None = None
    ) -> str:
        query = {"account": self.account_id, "shards": str(self.log_shards), **(more or {})}
        flow_id = self.flow_id if flow is None else flow.flow_id
        version = self.version if flow is None else flow.version
        if flow_id:
            query |= {"flow": flow_id, "version": str(version)}
        spelt = "&".join(f"{name}={quote(text, safe='')}" for name, text in sorted(query.items()))
        place = f"voice/campaigns/{self.campaign_id}/{self.attempt_id}{end}"
        return f"{self.base_url}/{place}?{spelt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAddress:
    """A call of an agent's who is on duty for a campaign: the nth time that they are rung."""

    base_url: str
    account_id: str
    campaign_id: str
    agent_id: str
    leg: int

    @classmethod
    def to(cls, base_url: str, seat: Seat) -> Self:
        """Return the address of the call that an agent is rung by."""
        return cls(
            base_url=base_url,
            account_id=seat.account_id,
            campaign_id=seat.campaign_id,
            agent_id=seat.agent_id,
            leg=seat.leg,
        )

    @classmethod
    def of(cls, base_url: str, campaign_id: str, agent_id: str, query: Mapping[str, str]) -> Self:
        """Read an address. Raises Rejected on what is none."""
        account_id, leg = query.get("account", ""), query.get("leg", "")
        names = (account_id, campaign_id, agent_id)
        if not all(_NAME.fullmatch(each) for each in names) or not _NUMBER.fullmatch(leg):
            raise Rejected("not an address of an agent's call", campaign_id=campaign_id)
        return cls(
            base_url=base_url,
            account_id=account_id,
            campaign_id=campaign_id,
            agent_id=agent_id,
            leg=int(leg),
        )

    def url(self, step: str) -> str:
        """Return where the agent's call goes on."""
        return f"{self._place()}?account={self.account_id}&leg={self.leg}&step={step}"

    def status(self) -> str:
        """Return where its end is told."""
        return f"{self._place()}/status?account={self.account_id}&leg={self.leg}"

    def _place(self) -> str:
        return f"{self.base_url}/voice/seats/{self.campaign_id}/{self.agent_id}"
