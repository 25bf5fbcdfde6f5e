"""Where campaigns meet numbers, flows, queues, contacts and consents. Built on first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import consents_wiring, contacts_wiring, scripts_wiring, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from chalicelib.campaigns.book.store import CampaignStore
    from chalicelib.campaigns.campaign import FlowVersion
    from chalicelib.campaigns.contacts.contacts import ContactList
    from chalicelib.campaigns.ports import Desk
    from chalicelib.directory.lines import Line


@cache
def store() -> CampaignStore:
    """Return campaigns as they are written down."""
    from chalicelib.campaigns.book.store import CampaignStore

    return CampaignStore(settings().campaigns_table)


@cache
def desk() -> Desk:
    """Return all that writing campaigns down and trying them takes."""
    from chalicelib.campaigns.ports import Desk

    return Desk(
        campaigns=store(),
        house=House(),
        contacts=contacts_wiring.office(),
        known=consents_wiring.facts_for,
    )


class House:
    """What a campaign names of an account's: read anew, since it is about to count on it."""

    def line(self, account_id: str, number: str) -> Line | None:
        """Return a number of the account's that is in service."""
        try:
            line = wiring.directory().line(number)
        except NotFound:
            return None
        return line if line.account_id == account_id and line.in_service else None

    def people(self, account_id: str, list_id: str) -> ContactList | None:
        """Return a list of contacts."""
        try:
            return contacts_wiring.store().list(account_id, list_id)
        except NotFound:
            return None

    def queues(self, account_id: str) -> Collection[str]:
        """Return the names of the queues that agents answer in."""
        return wiring.queues().names(account_id)

    def speaks(self, account_id: str, flow: FlowVersion) -> bool:
        """Say whether there is such a version of a flow."""
        try:
            wiring.flows().document(account_id, flow.flow_id, flow.version)
        except NotFound:
            return False
        return True

    def asks(self, account_id: str, flow: FlowVersion) -> dict[str, tuple[str, ...]]:
        """Return the fields of contacts that a flow says; none where there is no such version."""
        try:
            return scripts_wiring.asks(account_id, flow.flow_id, flow.version)
        except NotFound:
            return {}
