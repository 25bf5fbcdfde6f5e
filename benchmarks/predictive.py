"""A week of three teams, dialled progressively, by VICIdial's published rule, and by ours.

The call centre is simulated (`benchmarks/callcentre.py`): agents come and go, people answer as the
hour has it, and each rule sees the same floor and learns what it can. `predictive_talk` is the
agents' talk share, the mean of several weeks. *Baseline:* the best of the others: progressive,
VICIdial as it comes with its hard limit at the cap, and VICIdial tuned for the team by hand, which
its users have to do. `predictive_abandonment` is the worst day of all weeks. *Baseline:* the cap.
All rules are told on standard error, means and worsts.
"""

from __future__ import annotations

import sys
from functools import partial
from statistics import mean
from typing import TYPE_CHECKING, Final

from benchmarks.callcentre import Centre
from benchmarks.diallers import Ours, Progressive, Vicidial
from benchmarks.figures import Figure, report
from chalicelib.campaigns.pacing.tallies import CAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.callcentre import Dialler, Result

TEAMS: Final = (5, 15, 40)
SEEDS: Final = (1, 2, 3)
# Maximum level, target and intensity: of dozens of combinations the one with most talk that kept
# the cap on all days of the first week.
TUNED: Final = {5: (1.6, -2.0, 0.0), 15: (1.3, -2.0, -60.0), 40: (1.3, -3.0, -60.0)}
# Told, and compared with nothing: they keep no cap.
BESIDE: Final = ("average", "tapered")


def figures() -> Iterator[Figure]:
    """Live through the weeks of each team."""
    for team in TEAMS:
        others = [
            _weeks("progressive", team, Progressive),
            _weeks("VICIdial, hard limit", team, Vicidial),
            _weeks("VICIdial, tuned", team, partial(_tuned, team)),
        ]
        for method in BESIDE:
            _weeks(f"VICIdial, {method}", team, partial(Vicidial, method), SEEDS[:1])
        ours = _weeks("ours", team, Ours)
        best = max(mean(week.talk_share for week in weeks) for weeks in others)
        worst = max(week.worst_day for week in ours)
        talk = mean(week.talk_share for week in ours)
        yield Figure(f"predictive_talk_{team}", talk, "of the time", baseline=best, at_least=1.01)
        yield Figure(f"predictive_abandonment_{team}", worst, "of answers", baseline=CAP, at_most=1)


def _tuned(team: int) -> Vicidial:
    most, target, intensity = TUNED[team]
    return Vicidial(most=most, target=target, intensity=intensity)


def _weeks(
    name: str, team: int, make: Callable[[], Dialler], seeds: Sequence[int] = SEEDS
) -> list[Result]:
    weeks = [Centre(team, make(), seed).run() for seed in seeds]
    over = sum(
        lost > CAP * answered
        for week in weeks
        for lost, answered in zip(week.abandoned, week.answered, strict=True)
    )
    talk = [week.talk_share for week in weeks]
    print(
        f"  {team:>2} agents, {name:<20} talk {mean(talk):.3f} (least {min(talk):.3f}),"
        f" abandoned {mean(week.abandonment for week in weeks):.4f}"
        f" (worst day {max(week.worst_day for week in weeks):.4f},"
        f" over the cap on {over} of {5 * len(weeks)})",
        file=sys.stderr,
        flush=True,
    )
    return weeks


if __name__ == "__main__":
    sys.exit(report(figures()))
