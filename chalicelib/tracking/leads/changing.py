"""What owners change of their leads; their servers are told of it.

If telling fails, asking for the same change again tells them: it was made already, and stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.tracking.leads import usecases
from chalicelib.tracking.leads.projecting import tell_created, tell_updated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.tracking.leads.leads import Lead
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.usecases import LeadChanges


def edit(changes: LeadChanges, *, account_id: str, lead_id: str, version: int, desk: Desk) -> Lead:
    """Change what is said of a lead. Raises Stale."""
    lead = usecases.edit(
        changes, account_id=account_id, lead_id=lead_id, version=version, store=desk.leads
    )
    tell_updated(lead, desk.publish)
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
