"""How long a caller is likely to wait yet, told by the last hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.desk.agents import last_hour, span_start

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.desk.agents import Agent

FEWEST_ANSWERS: Final = 3


def expected_seconds(
    position: int, *, answers: int, spanned: int, ended: int, talked: int, agents: int
) -> int | None:
    """Estimate a wait: position x the mean gap between answers of the last hour.

    `spanned` is over how many seconds the `answers` came, `talked` how many the `ended`
    conversations lasted. What the agents on duty can do bounds it: not below the mean handling
    time / agents, which is the gap between two of them becoming free, and not above one agent
    taking all callers ahead in turn. That is the queue-length estimator of W. Whitt, "Predicting
    Queueing Delays" (Management Science 45/6, 1999), with a rate that is measured instead of
    assumed. None under three answers, or with nobody on duty: then nobody can tell.

    >>> expected_seconds(3, answers=12, spanned=3600, ended=12, talked=2400, agents=2)
    600
    >>> expected_seconds(3, answers=2, spanned=3600, ended=2, talked=400, agents=2) is None
    True
    """
    if answers < FEWEST_ANSWERS or agents < 1:
        return None
    seconds = position * spanned // answers
    if not ended:
        return seconds
    handling = talked // ended
    return min(max(seconds, handling // agents), position * handling)


def expected_in(
    queue: str, position: int, on_duty: int, agents: Iterable[Agent], now: datetime
) -> int | None:
    """Estimate the wait of whoever is at a position of a queue."""
    tallies = last_hour(agents, queue, now)
    answered = [each.span for each in tallies if each.answers]
    if not answered:
        return None
    return expected_seconds(
        position,
        answers=sum(each.answers for each in tallies),
        spanned=max(1, int((now - span_start(min(answered))).total_seconds())),
        ended=sum(each.ended for each in tallies),
        talked=sum(each.seconds for each in tallies),
        agents=on_duty,
    )
