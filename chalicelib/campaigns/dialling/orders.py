"""What travels on the queue between plan and dial. Pure values.

A message names members and until when they are leased to it: whoever works it off finds out from
the store whether that still holds, so one that comes late, or twice, rings nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

# A message is 256 KB at the most, a member some fifty bytes.
MOST_MEMBERS: Final = 2000


class OrderUnreadable(Rejected):
    """A message of the queue is none of ours."""

    code = "order-unreadable"


@dataclass(frozen=True, slots=True)
class Look:
    """See to an account: plan its next minute, and look after the calls that are up."""

    account_id: str


@dataclass(frozen=True, slots=True)
class Calls:
    """Members of an account's campaigns who are to be rung now, leased until an instant."""

    account_id: str
    until: datetime
    members: Mapping[str, tuple[str, ...]]


def to_message(order: Look | Calls) -> dict[str, Any]:
    """Write an order as plain JSON values.

    >>> from_message(to_message(Look("acct_1")))
    Look(account_id='acct_1')
    """
    if isinstance(order, Look):
        return {"look": order.account_id}
    members = {name: list(ids) for name, ids in order.members.items()}
    return {"calls": order.account_id, "until": order.until.isoformat(), "members": members}


def from_message(message: Mapping[str, Any]) -> Look | Calls:
    """Read what `to_message` wrote. Raises OrderUnreadable."""
    if "look" in message:
        return Look(str(message["look"]))
    try:
        members = {str(name): tuple(ids) for name, ids in message["members"].items()}
        return Calls(message["calls"], datetime.fromisoformat(message["until"]), members)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OrderUnreadable("no message about calls of campaigns") from error
