"""One stored change grants an account's campaigns their next calls: when, and whose.

All workers of an account share one row, its pace. A worker asks twice a second or so for whatever
is to be called in the next moments and holds the instants it was given; two who ask at once change
the row one after the other. A campaign that is paused is halted in that row, so nothing of it
begins later than the lead.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing import bucket as buckets
from chalicelib.campaigns.pacing.bucket import Bucket
from chalicelib.campaigns.pacing.sharing import Turns, next_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.campaigns.pacing.bucket import Limit
    from chalicelib.campaigns.pacing.sharing import Ask

# A worker who was granted nothing asks again after so long, then twice as long, at the most so
# long: of several, one does the work of a small account, and the others see whether it still does.
_FIRST_PAUSE: Final = 250
_LONGEST_PAUSE: Final = 8000


@dataclass(frozen=True, slots=True)
class Pace:
    """An account's pace, one row.

    Grants are stored on the condition that neither `due` nor the edition has changed. A campaign
    that is halted changes the edition, so that a worker who does not know of it yet is granted
    nothing.
    """

    bucket: Bucket = field(default_factory=Bucket)
    turns: Turns = field(default_factory=Turns)
    edition: int = 0
    halted: frozenset[str] = frozenset()

    def stands_as(self, seen: Pace) -> bool:
        """Tell whether what somebody has seen still holds: the condition of a grant."""
        return (self.bucket.due, self.edition) == (seen.bucket.due, seen.edition)


@dataclass(frozen=True, slots=True)
class Slot:
    """A call that may begin: at `start` (milliseconds since 1970), or not at all.

    `number` is what it counts as up by, until it is `ended`: to be kept with its attempt.
    """

    start: int
    campaign_id: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What was granted, the pace to store, and when it is worth asking again.

    Of the pace's leases only those `added` and those `over` are written (`bucket.Granted`).
    Without slots, `others` tells that somebody else is at work: that is to have asked in vain.
    """

    pace: Pace
    slots: tuple[Slot, ...]
    ask_at: int
    others: bool = False
    added: tuple[int, ...] = ()
    over: tuple[int, ...] = ()


def take(pace: Pace, limit: Limit, asks: Mapping[str, Ask], now: int, in_vain: int = 0) -> Taken:
    """Grant what the carrier takes in the next moments to those who ask, by their priorities.

    `asks` are of all the account's campaigns that have calls to make, whoever asks: turns are taken
    among those that are asked for, and who has asked in vain leaves the row to whoever is at work.
    A worker for each campaign would leave one of them without a call. Whoever has asked in vain
    before takes only what nobody else has come for in time.
    """
    asks = {name: ask for name, ask in asks.items() if name not in pace.halted}
    behind = pace.bucket.under(limit).due <= now * limit.calls
    wanted = sum(max(0, ask.wanted) for ask in asks.values()) if behind or not in_vain else 0
    granted = buckets.grant(pace.bucket, limit, now, wanted)
    turns, order = next_turns(pace.turns, asks, len(granted.starts))
    numbers = range(granted.bucket.last - len(order) + 1, granted.bucket.last + 1)
    slots = tuple(map(Slot, granted.starts, order, numbers))
    after = replace(pace, bucket=granted.bucket, turns=turns)
    others = not slots and not behind
    return Taken(after, slots, granted.ask_at, others, granted.added, granted.over)


def halt(pace: Pace, campaign_id: str) -> Pace:
    """Have a campaign granted nothing more: what it was granted already lies within the lead."""
    return replace(pace, edition=pace.edition + 1, halted=pace.halted | {campaign_id})


def go_on(pace: Pace, campaign_id: str) -> Pace:
    """Have a campaign granted calls again; one that is over is forgotten likewise."""
    return replace(pace, edition=pace.edition + 1, halted=pace.halted - {campaign_id})


def pause(in_vain: int) -> int:
    """Return for how many milliseconds to ask no more, after having asked in vain so many times.

    >>> [pause(in_vain) for in_vain in (0, 1, 2, 5, 6, 99)]
    [0, 250, 500, 4000, 8000, 8000]
    """
    return 0 if in_vain < 1 else int(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(in_vain - 1, 9)))


def ended(pace: Pace, calls: Iterable[int]) -> Pace:
    """Give back the room of calls that ended, by their numbers; nobody's condition is changed."""
    return replace(pace, bucket=buckets.ended(pace.bucket, calls))


def renewed(pace: Pace, up: Iterable[int], now: int) -> Pace:
    """Count the calls that are up anew, once a minute, by the attempts that are placed.

    On the condition of a grant, and with another edition: a grant of somebody who saw them expired
    is refused.
    """
    bucket = buckets.renewed(pace.bucket, up, now)
    return replace(pace, bucket=bucket, edition=pace.edition + 1)
