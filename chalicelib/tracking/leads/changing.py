"""What owners change of their leads; their servers are told of it.

If telling fails, asking for the same change again tells them: it was made already, and stands.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.leads import usecases
from chalicelib.tracking.leads.projecting import tell_created, tell_networks, tell_updated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.tracking.leads.leads import Lead
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.usecases import LeadChanges

_WORTH: Final = {"said_qualified", "said_cents"}
# No network wants to hear of what is older.
LATEST: Final = timedelta(days=90)


def edit(changes: LeadChanges, *, account_id: str, lead_id: str, version: int, desk: Desk) -> Lead:
    """Change what is said of a lead. Raises Stale."""
    lead = usecases.edit(
        changes, account_id=account_id, lead_id=lead_id, version=version, store=desk.leads
    )
    tell_updated(lead, desk.publish)
    if changes.keys() & _WORTH:
        since = desk.clock() - LATEST
        tell_networks((each.id for each in lead.interactions if each.at > since), lead, desk)
    return lead


def merge(account_id: str, lead_id: str, other_id: str, *, version: int, desk: Desk) -> Lead:
    """Make one lead of two, by hand. Raises Stale."""
    lead = usecases.merge(account_id, lead_id, other_id, version=version, store=desk.leads)
    tell_updated(lead, desk.publish)
    return lead


def split(
    account_id: str,
    lead_id: str,
    interactions: Sequence[str],
    *,
    version: int,
    new_id: str,
    desk: Desk,
) -> tuple[Lead, Lead]:
    """Take interactions into a lead of their own. Raises Stale."""
    rest, new = usecases.split(
        account_id, lead_id, interactions, version=version, new_id=new_id, store=desk.leads
    )
    tell_updated(rest, desk.publish)
    tell_created(new, desk.publish)
    return rest, new
