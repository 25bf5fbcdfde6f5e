"""What campaigns need of the world. Everything raises Unavailable when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from chalicelib.campaigns.campaign import Campaign, FlowVersion
    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.campaigns.contacts.contacts import ContactList
    from chalicelib.campaigns.contacts.managing import Office
    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Page


class Campaigns(Protocol):
    """Campaigns of accounts."""

    def add(self, campaign: Campaign) -> Campaign:
        """Store a new campaign. Raises Conflict if the id is taken."""

    def save(self, campaign: Campaign) -> Campaign:
        """Store a change, and return it as stored. Raises Stale if somebody was first."""

    def campaign(self, account_id: str, campaign_id: str) -> Campaign:
        """Return a campaign; another account's is NotFound."""

    def campaigns(
        self, account_id: str, limit: int, after: str | None = None, *, archived: bool = False
    ) -> Page[Campaign]:
        """Return an account's campaigns, the newest first: those that are archived, or not."""


class House(Protocol):
    """What a campaign names of an account's. Nothing of another account's is there."""

    def line(self, account_id: str, number: str) -> Line | None:
        """Return a number of the account's that is in service."""

    def people(self, account_id: str, list_id: str) -> ContactList | None:
        """Return a list of contacts."""

    def queues(self, account_id: str) -> Collection[str]:
        """Return the names of the queues that agents answer in."""

    def speaks(self, account_id: str, flow: FlowVersion) -> bool:
        """Say whether there is such a version of a flow."""

    def asks(self, account_id: str, flow: FlowVersion) -> Mapping[str, tuple[str, ...]]:
        """Return the fields of contacts that a flow says, each with where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that writing campaigns down and trying them takes.

    `known` returns what consents and do-not-call lists have of an account's number.
    """

    campaigns: Campaigns
    house: House
    contacts: Office
    known: Callable[[str, str], Facts]
