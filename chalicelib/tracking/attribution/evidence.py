"""What is known when a call is attributed: the call, who was lent its number, who has rung before.

Values only, such as a store gives in a Query of the number's leases, one read of their visits and
a Query of the caller's earlier calls. Every instant is by our own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Role(StrEnum):
    """What the number that was dialled is used for."""

    POOL = "pool"  # lent to one visit at a time
    OVERFLOW = "overflow"  # shown to every visit that found the pool empty
    STATIC = "static"  # stands for one source: a poster, a directory
    UNKNOWN = "unknown"  # ours, and never used for tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far back the leases go that were read, where older ones were left out.

    `began` is when the number was first lent, `leases_a_day` how often it is: what a Query that
    met its limit saw.
    """

    since: datetime
    began: datetime
    leases_a_day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """The number that was dialled. `reach` is None when all of its leases are given.

    `printed`: it may still be read on a poster, though visits are lent it.
    """

    number: str
    role: Role
    source: str | None = None
    reach: Reach | None = None
    printed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A call: when it began to ring, and the caller's keyed hash (None: the number is withheld)."""

    at: datetime
    dialled: Dialled
    caller: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A number lent to a visit from an instant on; of an overflow number, a visit that saw it.

    `visit` is None once the visit was erased: somebody had the number, nobody may know who.
    `shared`: it names all visits of one source, which see the number as long as no other gets it.
    """

    id: str
    since: datetime
    visit: str | None
    source: str | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """A call that a visit was credited with, and whose it was (None: the number was withheld)."""

    at: datetime
    caller: str | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """When a visitor was seen: page views, and the last sign of life of all (a heartbeat).

    `calls` are those that it was credited with, whoever made them.
    """

    id: str
    last_seen: datetime
    pages: tuple[datetime, ...] = ()
    calls: tuple[Credited, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """An earlier call of the same caller, and what was found of it then.

    `first_at` is when the call rang that followed the visit, where this one only followed that.
    """

    at: datetime
    number: str
    visit: str | None
    confidence: float
    source: str | None = None
    first_at: datetime | None = None
