"""How a conversion that is to be seen to travels on its queue. Pure: ids and an instant only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.kernel.errors import Rejected

VERSION: Final = 1
# SQS delays a message by no more; what is due later is put off again and again.
LONGEST_DELAY: Final = timedelta(minutes=15)


class MessageUnreadable(Rejected):
    """A message of the queue is none of ours, or of a version that we do not know."""

    code = "conversion-unreadable"


@dataclass(frozen=True, slots=True)
class Due:
    """A conversion to be seen to, not before an instant."""

    account_id: str
    entry_id: str
    at: datetime


def to_message(due: Due) -> dict[str, Any]:
    """Write it as plain JSON values."""
    at = due.at.isoformat()
    return {"v": VERSION, "account_id": due.account_id, "id": due.entry_id, "at": at}


def from_message(message: object) -> Due:
    """Read what `to_message` wrote. Raises MessageUnreadable on anything else."""
    if not isinstance(message, dict) or set(message) != {"v", "account_id", "id", "at"}:
        raise MessageUnreadable("no message of a conversion")
    texts = (message["account_id"], message["id"], message["at"])
    if message["v"] != VERSION or not all(isinstance(each, str) for each in texts):
        raise MessageUnreadable("a conversion of another version", version=str(message["v"]))
    try:
        at = datetime.fromisoformat(message["at"])
    except ValueError as error:
        raise MessageUnreadable("a conversion is due at no instant") from error
    if at.tzinfo is None:
        raise MessageUnreadable("a conversion is due at no instant")
    return Due(message["account_id"], message["id"], at)


def delay(at: datetime, now: datetime) -> int:
    """Return for how many seconds SQS is to keep a message back.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    >>> delay(noon, noon), delay(noon + timedelta(hours=6), noon)
    (0, 900)
    """
    left = min(max(at - now, timedelta(0)), LONGEST_DELAY)
    return -(-left // timedelta(seconds=1))
