"""Agents: people with a telephone, skills and hours; whether one is free, and since when. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.desk import duty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.desk.queues import Queue

MOST_AGENTS: Final = 500  # all of them are read with every poll
SPAN: Final = 600  # seconds: work is tallied by the ten minutes
HOUR: Final = 6  # spans that tell what the last hour was like
# Nothing is talked about for longer (Twilio, "TimeLimit": four hours).
LONGEST_TALK: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Tally:
    """What an agent did for a queue within ten minutes (the `span`-th since 1970)."""

    queue: str
    span: int
    answers: int = 0
    ended: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who answers, and what they are doing.

    `hours` is a schedule as JSON, "" is always. `holds` is the key of the place that they are kept
    for, until `held_until` at the longest: if nobody says how it went, they are free again then.
    """

    id: str
    name: str
    number: str
    created_at: datetime
    skills: frozenset[str] = frozenset()
    hours: str = ""
    available: bool = True
    wrap_up_seconds: int | None = None
    version: int = 0
    idle_since: datetime
    rests_until: datetime | None = None
    holds: str = ""
    held_until: datetime | None = None
    talking_since: datetime | None = None
    tallies: tuple[Tally, ...] = ()
    revision: int = 0

    def is_on_duty(self, now: datetime) -> bool:
        """Tell whether they could take a call, were they free."""
        return self.available and duty.on_duty_since(self.hours, now) is not None

    def is_held(self, now: datetime) -> bool:
        """Tell whether they are being rung, or talk."""
        return bool(self.holds) and self.held_until is not None and now < self.held_until

    def is_free(self, now: datetime) -> bool:
        """Tell whether they can be rung now."""
        rests = self.rests_until is not None and now < self.rests_until
        return not rests and not self.is_held(now) and self.is_on_duty(now)

    def idle_from(self, now: datetime) -> datetime:
        """Return since when they have had nothing to do: not from before they came on duty."""
        came = duty.on_duty_since(self.hours, now)
        return self.idle_since if came is None else max(came, self.idle_since)

    def can(self, skills: frozenset[str]) -> bool:
        """Tell whether they know all that is asked."""
        return skills <= self.skills

    def kept_for(self, key: str, until: datetime) -> Agent:
        """Return the agent kept for a place."""
        return replace(self, holds=key, held_until=until, talking_since=None, rests_until=None)

    def talking(self, key: str, queue: str, now: datetime) -> Agent:
        """Return the agent in conversation: an answer more in the hour's tally."""
        return replace(
            self,
            holds=key,
            held_until=now + LONGEST_TALK,
            talking_since=now,
            rests_until=None,
            tallies=_tallied(self.tallies, Tally(queue, _span(now), answers=1), now),
        )

    def freed(self, now: datetime) -> Agent:
        """Return the agent as if nothing had been: nobody was rung, or it came to nothing."""
        return replace(self, holds="", held_until=None, talking_since=None)

    def rested(self, queue: Queue, now: datetime) -> Agent:
        """Return the agent after a missed offer: left alone for a while, and last in the row."""
        return replace(self.freed(now), idle_since=now, rests_until=now + queue.rest)

    def wrapped_up(self, queue: Queue, now: datetime) -> Agent:
        """Return the agent after a conversation, with time to write it up."""
        own = self.wrap_up_seconds
        seconds = queue.wrap_up_seconds if own is None else own
        began = self.talking_since or now
        done = Tally(queue.name, _span(now), ended=1, seconds=int((now - began).total_seconds()))
        return replace(
            self.freed(now),
            idle_since=now,
            rests_until=now + timedelta(seconds=seconds),
            tallies=_tallied(self.tallies, done, now),
        )


def last_hour(agents: Iterable[Agent], queue: str, now: datetime) -> list[Tally]:
    """Return what was done for a queue within the last hour."""
    oldest = _span(now) - HOUR + 1
    return [
        each
        for agent in agents
        for each in agent.tallies
        if each.queue == queue and each.span >= oldest
    ]


def span_start(span: int) -> datetime:
    """Return when a span of ten minutes begins."""
    return datetime.fromtimestamp(span * SPAN, UTC)


def _span(now: datetime) -> int:
    return int(now.timestamp()) // SPAN


def _tallied(tallies: tuple[Tally, ...], new: Tally, now: datetime) -> tuple[Tally, ...]:
    oldest = _span(now) - HOUR + 1
    kept = {(each.queue, each.span): each for each in tallies if each.span >= oldest}
    old = kept.get((new.queue, new.span), Tally(new.queue, new.span))
    kept[new.queue, new.span] = replace(
        new,
        answers=old.answers + new.answers,
        ended=old.ended + new.ended,
        seconds=old.seconds + new.seconds,
    )
    return tuple(kept.values())
