"""What leads need of the world. Everything raises Unavailable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from chalicelib.directory.ports import Page
    from chalicelib.tracking.leads.leads import Lead
    from chalicelib.tracking.leads.qualifying import Quality, Rules
    from chalicelib.tracking.visits.visits import Remembered


class Leads(Protocol):
    """Where leads are kept."""

    def find(self, account_id: str, identities: Iterable[str]) -> dict[str, str]:
        """Return which lead each identity is of, of those that are somebody's."""

    def leads(self, account_id: str, lead_ids: Iterable[str]) -> dict[str, Lead]:
        """Return those that there are, by the ids asked for: merged ones as what they are now."""

    def lead(self, account_id: str, lead_id: str) -> Lead:
        """Return an account's lead, or what it was merged into. Raises NotFound."""

    def save(self, *leads: Lead, moved: Mapping[str, str] | None = None) -> None:
        """Store leads and whose identities are, or nothing at all. Raises Conflict.

        `moved` names identities by the lead that each had before, "" for none.
        """

    def delete(self, lead: Lead) -> None:
        """Forget a lead, and whom its identities name."""

    def let_go(self, lead: Lead, identities: Iterable[str]) -> None:
        """Forget that some identities are a lead's; those that are another's stay."""

    def page(
        self,
        account_id: str,
        limit: int,
        after: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[Lead]:
        """Return leads that were last heard of in [since, until), newest first."""


class Qualities(Protocol):
    """What is said of calls, and the rules by which it is."""

    def rules(self, account_id: str) -> Rules:
        """Return an account's rules: none, if it never made any."""

    def save_rules(self, rules: Rules) -> Rules:
        """Store them. Raises Stale."""

    def quality(self, account_id: str, call_id: str) -> Quality | None:
        """Return what a call is worth, None while nobody said."""

    def keep(
        self, account_id: str, call_id: str, quality: Quality, at: datetime, *, said: bool
    ) -> Quality:
        """Store it, and return what holds: what a person `said` stands against every rule."""

    def take_back(self, account_id: str, call_id: str) -> None:
        """Forget what a person said of a call, if anybody did."""


class Carts(Protocol):
    """Visits, and for which of a visit's calls its cart counts."""

    def visit(self, account_id: str, visit_id: str) -> Remembered:
        """Return an account's visit. Raises NotFound."""

    def count_cart(self, account_id: str, visit_id: str, call_id: str) -> bool:
        """Have a visit's cart count for a call; say whether it does, or counts for another."""

    def uncount_cart(self, account_id: str, visit_id: str, call_id: str) -> bool:
        """Have it count for that call no more; say whether it did."""


class Publish(Protocol):
    """The account's own servers."""

    def __call__(self, account_id: str, event: str, event_id: str, data: Mapping[str, Any]) -> None:
        """Tell them of an event, once for its id."""
