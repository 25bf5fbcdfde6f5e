"""Calls that rang somebody, and whose carrier never told us how that ended: it is asked. Pure but
for its ports.

A call comes back to us when its ringing, or the conversation, is over. Where that webhook is lost,
the log has a `Rang` whose ending is missing; the carrier still knows the legs of the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Dialled, DialStatus, Rang, Taken
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog

NAME: Final = "legs"  # among projections: it is in messages, keep it
# Webhooks of one end come in any order, and are repeated for a while: most settle themselves.
WAIT_SECONDS: Final = 120
_CLOCKS_APART: Final = timedelta(seconds=2)  # the carrier's, to the second, and ours
_AGENT: Final = "agent:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A leg that the carrier dialled for a call. `status` is None while it goes on."""

    leg_id: str | None
    number: str
    status: DialStatus | None
    seconds: int = 0
    began_at: datetime | None = None


# Where nobody was rung at all, the caller had hung up before the carrier had our answer.
NONE: Final = Leg(leg_id=None, number="", status=DialStatus.CANCELLED)


class Legs(Protocol):
    """What the carrier knows of the legs of a call."""

    def legs(self, call_id: str) -> Sequence[Leg]:
        """Return all that were dialled for a call, also those that are over. Raises Unavailable."""


def settle(call: Call, legs: Legs, log: CallLog, now: datetime) -> int:
    """Store the ends that nobody told us; return how many even the carrier cannot tell.

    They have the ids that the lost webhooks' events would have: one that comes late after all
    changes nothing.
    """
    awaited = [e for e in call.events if isinstance(e, Rang) and e.ending in call.unsettled]
    if not awaited:
        return 0
    dialled = legs.legs(call.call_id)
    ends = [end for rang in awaited for end in _end_of(call, rang, dialled, now)]
    ref = CallRef(call_id=call.call_id, account_id=call.account_id, shard=call.shard)
    for end in ends:
        log.append(ref, end)
    return len(awaited) - len(ends)


def _end_of(call: Call, rang: Rang, dialled: Sequence[Leg], now: datetime) -> Iterator[Dialled]:
    """Yield how a ringing ended. Without a word that a screened one was taken, nobody knows."""
    legs = [leg for leg in dialled if _is_of(leg, rang, call)]
    if any(leg.status is None for leg in legs):
        raise Unavailable("a leg goes on after its call", call_id=call.call_id)
    best = max(legs, key=lambda leg: (leg.status is DialStatus.ANSWERED, leg.seconds), default=NONE)
    spoke = best.status is DialStatus.ANSWERED
    if spoke and rang.screened and not _was_taken(rang, call):
        return
    yield Dialled(
        id=rang.ending,
        at=now,
        node=rang.node,
        destination=rang.destination,
        status=str(best.status),
        seconds=best.seconds if spoke else 0,
        leg_id=best.leg_id,
    )


def _is_of(leg: Leg, rang: Rang, call: Call) -> bool:
    """Tell whether a leg was dialled by this ringing, and not by another one of its call."""
    if leg.leg_id in {e.leg_id for e in call.events if isinstance(e, Dialled)}:
        return False
    if not rang.destination.startswith(_AGENT) and leg.number not in rang.destination.split(", "):
        return False
    others = [e.at for e in call.events if isinstance(e, Rang) and e.ending != rang.ending]
    if leg.began_at is None or not others:
        return True
    later = min((at for at in others if at > rang.at), default=None)
    began = leg.began_at + _CLOCKS_APART
    return rang.at <= began and (later is None or began <= later)


def _was_taken(rang: Rang, call: Call) -> bool:
    others = (e.at for e in call.events if isinstance(e, Rang) and e.at > rang.at)
    later = min(others, default=None)
    taken = (e.at for e in call.events if isinstance(e, Taken))
    return any(rang.at <= at and (later is None or at <= later) for at in taken)
